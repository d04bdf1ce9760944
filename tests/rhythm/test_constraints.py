"""What an edit asks of the music: weights of cuts, words on markers, what is one and the same instant."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from vem_plugin.rhythm.beat_plan import BeatConstraint
from vem_plugin.rhythm.constraints import constraints_of
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


def test_cuts_between_long_shots_weigh_more_than_those_in_a_flurry(make_edit):
    constraints = constraints_of(make_edit([240, 250, 260, 270, 510, 750], 800))
    assert at(constraints, 510).weight > at(constraints, 240).weight > at(constraints, 260).weight
    assert "between long shots" in at(constraints, 510).why
    assert "in a flurry" in at(make_flurry(make_edit), 12).why


def make_flurry(make_edit) -> tuple[BeatConstraint, ...]:
    return constraints_of(make_edit([6, 12, 18, 100, 200, 300, 400], 500))


def test_a_cut_to_black_and_a_strong_change_weigh_more(make_edit):
    edit: Storyboard = make_edit([48, 96, 144], 192)
    shots = (*edit.shots[:2], replace(edit.shots[2], kind="gap"), edit.shots[3])
    plain, black, _, _ = constraints_of(replace(edit, shots=shots))
    assert black.weight > plain.weight
    weak, strong, *_ = constraints_of(edit, strengths={2: 0.0, 3: 1.0})
    assert strong.weight > weak.weight
    assert "picture change 1.00" in strong.why


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
