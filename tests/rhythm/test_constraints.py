"""What an edit asks of the music: weights of cuts, words on markers, what is one and the same instant."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from vem_plugin.rhythm.beat_plan import BeatConstraint
from vem_plugin.rhythm.constraints import MARKER_WEIGHT, constraints_of
from vem_plugin.rhythm.deserving import Deserved
from vem_plugin.rhythm.plan import worth_of
from vem_timeline.storyboard import Storyboard


def at(constraints: tuple[BeatConstraint, ...], frame: int) -> BeatConstraint:
    return next(item for item in constraints if item.time == Fraction(frame, 24))


def frames(constraints: tuple[BeatConstraint, ...]) -> list[int]:
    return [int(item.time * 24) for item in constraints]


def test_every_cut_is_soft_and_the_end_is_hard(make_edit):
    constraints = constraints_of(make_edit([48, 96], 144))
    assert [(item.kind, item.hard, item.shot) for item in constraints] == [
        ("cut", False, 2),
        ("cut", False, 3),
        ("end", True, None),
    ]
    assert constraints[0].label == "cut into shot 2 (shot 2)"
    assert constraints[-1].time == 6


def test_a_straight_cut_weighs_more_than_a_dissolve(make_edit):
    edit: Storyboard = make_edit([48, 96], 144)
    dissolve = replace(edit.transitions[1], kind="dissolve", duration=Fraction(1, 2))
    first, second, _ = constraints_of(replace(edit, transitions=(edit.transitions[0], dissolve)))
    assert first.weight > second.weight
    assert (second.kind, second.why) == ("dissolve", "dissolve")
    assert second.label.startswith("dissolve into shot 3")


def test_a_cut_to_black_weighs_more(make_edit):
    edit: Storyboard = make_edit([48, 96, 144], 192)
    shots = (*edit.shots[:2], replace(edit.shots[2], kind="gap"), edit.shots[3])
    plain, black, _, _ = constraints_of(replace(edit, shots=shots))
    assert black.weight > plain.weight
    assert black.why == "straight cut, to or from black"


def test_what_a_cut_deserves_is_told_with_its_reason(make_edit):
    edit: Storyboard = make_edit([48, 96, 144], 192)
    judged = [Deserved(0.1), Deserved(0.9, "for it: between long shots"), Deserved(0.5)]
    low, high, middle, end = constraints_of(edit, deserved=judged)
    assert high.why == "straight cut, deserves a hit 0.90 (for it: between long shots)"
    assert [item.deserves for item in (low, high, middle, end)] == [0.1, 0.9, 0.5, None]
    assert not high.hard
    strong = [worth_of(item, "downbeat") - worth_of(item, "off-beat") for item in (low, middle, high)]
    assert strong == sorted(strong)
    assert len({worth_of(item, "off-beat") for item in (low, middle, high)}) == 1


def test_no_judgement_outweighs_a_marker(make_edit):
    edit: Storyboard = make_edit([48, 96], 192, ((97, 1, "beat"), (144, 1, "")))
    constraints = constraints_of(edit, deserved=[Deserved(1.0), Deserved(1.0)])
    cuts = [item for item in constraints if item.kind == "cut"]
    marks = [item for item in constraints if item.kind in ("hit", "beat")]
    assert all(mark.hard for mark in marks)
    assert not any(cut.hard for cut in cuts)
    best = max(worth_of(cut, "downbeat") for cut in cuts)
    assert best < MARKER_WEIGHT["hit"]
    assert worth_of(replace(marks[0], deserves=0.0), "downbeat") == worth_of(marks[0], "downbeat")


def test_a_marker_on_a_cut_keeps_what_the_cut_deserves(make_edit):
    edit: Storyboard = make_edit([48], 192, ((48, 1, "downbeat"),))
    mark = at(constraints_of(edit, deserved=[Deserved(0.7)]), 48)
    assert (mark.kind, mark.hard, mark.wants, mark.deserves) == ("downbeat", True, "downbeat", 0.7)


def test_every_transition_is_judged_or_none(make_edit):
    with pytest.raises(ValueError):
        constraints_of(make_edit([48, 96], 144), deserved=[Deserved(0.5)])


@pytest.mark.parametrize(
    ("words", "kind", "wants"),
    [
        ("", "hit", "beat"),
        ("Horn blows", "hit", "beat"),
        ("Beat", "beat", "beat"),
        ("the DOWNBEAT please", "downbeat", "downbeat"),
        ("down-beat", "downbeat", "downbeat"),
        ("Drop!", "drop", "downbeat"),
        ("stop", "stop", "beat"),
        ("dropped frames, beaten", "hit", "beat"),
    ],
)
def test_words_on_a_point_marker(make_edit, words, kind, wants):
    constraint = at(constraints_of(make_edit([48], 240, ((100, 1, words),))), 100)
    assert (constraint.kind, constraint.wants, constraint.hard) == (kind, wants, True)
    assert "00:00:04:04" in constraint.label


def test_a_marker_with_a_length_asks_nothing_here(make_edit):
    assert frames(constraints_of(make_edit([48], 240, ((100, 24, "mood: tense"),)))) == [48, 240]


def test_lock_and_ignore_ask_nothing_and_ignore_frees_the_cut_under_it(make_edit):
    assert frames(constraints_of(make_edit([48, 96], 240, ((49, 1, "Ignore"), (150, 0, "lock"))))) == [96, 240]
    assert frames(constraints_of(make_edit([48, 96], 240, ((96, 1, "locked"),)))) == [48, 96, 240]


def test_a_marker_on_a_cut_speaks_for_it_and_keeps_its_shot(make_edit):
    constraints = constraints_of(make_edit([48, 96], 240, ((96, 1, "drop"),)))
    assert frames(constraints) == [48, 96, 240]
    assert (at(constraints, 96).kind, at(constraints, 96).shot, at(constraints, 96).hard) == ("drop", 3, True)


def test_two_markers_at_one_instant_are_one_and_the_stricter_wish_counts(make_edit):
    constraint = at(constraints_of(make_edit([], 240, ((96, 1, "hit"), (96, 1, "downbeat")))), 96)
    assert constraint.wants == "downbeat"


def test_markers_a_frame_apart_are_one_but_a_marker_beside_a_cut_is_not(make_edit):
    constraints = constraints_of(make_edit([48], 240, ((96, 1, "one"), (97, 1, "two"), (49, 1, "three"))))
    assert frames(constraints) == [48, 49, 96, 240]
    assert at(constraints, 96).label.startswith('marker "one"')


@pytest.mark.parametrize("frame", [239, 240])
def test_a_marker_on_the_last_frame_is_the_end(make_edit, frame):
    (end,) = constraints_of(make_edit([], 240, ((frame, 1, "final chord"),)))
    assert (end.kind, end.time, end.hard) == ("end", Fraction(10), True)


def test_a_marker_in_the_first_frame_is_the_start(make_edit):
    first, _ = constraints_of(make_edit([], 240, ((1, 1, ""),)))
    assert (first.time, first.hard) == (0, True)
