"""Every shot is found again, whatever was done around it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vem_plugin.conform.matching import aligned, match_shots, same_to_the_music, successors
from vem_plugin.errors import SettingsError
from vem_timeline.storyboard import Marker

lengths = st.lists(st.integers(12, 200), min_size=2, max_size=14)


def changes(pairs) -> list[str]:
    return [pair.change for pair in pairs]


def numbers(pairs) -> list[tuple[int | None, int | None]]:
    return [(pair.old and pair.old.number, pair.new and pair.new.number) for pair in pairs]


@settings(max_examples=40, deadline=None)
@given(lengths)
def test_an_edit_is_itself(make, frames) -> None:
    edit = make.edit(make.cuts(frames))
    pairs = match_shots(edit, edit)
    assert numbers(pairs) == [(n, n) for n in range(1, len(frames) + 1)]
    assert set(changes(pairs)) == {"kept"}
    assert same_to_the_music(edit, edit)


@settings(max_examples=40, deadline=None)
@given(lengths, st.data())
def test_deleted_and_inserted_shots_never_shift_the_others(make, frames, data) -> None:
    cuts = make.cuts(frames)
    left = data.draw(st.sets(st.sampled_from(range(len(cuts))), min_size=1))
    new = [cut for number, cut in enumerate(cuts) if number in left]
    for place in sorted(data.draw(st.sets(st.integers(0, len(new)), max_size=3)), reverse=True):
        new.insert(place, make.Cut(f"pickup_{place}.mov", 0, 40))
    pairs = match_shots(make.edit(cuts), make.edit(new))
    for pair in pairs:
        if pair.new is None:
            assert pair.change == "deleted"
            assert pair.old.number - 1 not in left
        elif pair.new.name.startswith("pickup"):
            assert pair.change == "inserted"
        else:
            assert pair.change == "kept"
            assert pair.old.name == pair.new.name


@settings(max_examples=40, deadline=None)
@given(lengths, st.data())
def test_shots_of_one_film_are_told_apart_by_what_they_show(make, frames, data) -> None:
    starts = np.cumsum([0, *frames]).tolist()
    film = [make.Cut("film.mov", 3 * start, length) for start, length in zip(starts, frames, strict=False)]
    gone = data.draw(st.sampled_from(range(len(film))))
    pairs = match_shots(make.edit(film), make.edit(film[:gone] + film[gone + 1 :]))
    assert numbers(pairs)[-1] == (gone + 1, None)
    assert changes(pairs) == ["kept"] * (len(film) - 1) + ["deleted"]


def test_what_was_done_to_a_shot_is_named(make) -> None:
    cuts = make.cuts([60, 60, 60, 60, 60, 60])
    new = [
        cuts[0],
        make.trimmed(cuts[1], 5),
        replace(cuts[2], first=cuts[2].first + 30),
        replace(cuts[3], speed=Fraction(2)),
        make.trimmed(cuts[4], 9, at_head=True),
        cuts[5],
    ]
    pairs = match_shots(make.edit(cuts), make.edit(new))
    assert changes(pairs) == ["kept", "trimmed", "slipped", "retimed", "trimmed", "kept"]
    assert [pair.changed_at_head for pair in pairs] == [False, False, False, False, True, False]


def test_a_slip_beyond_all_overlap_is_still_that_shot(make) -> None:
    cuts = make.cuts([60, 48, 60])
    slipped = replace(cuts[1], first=5000)
    assert changes(match_shots(make.edit(cuts), make.edit([cuts[0], slipped, cuts[2]]))) == ["kept", "slipped", "kept"]


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(7)))
def test_moved_shots_keep_who_they_are(make, order) -> None:
    cuts = make.cuts([40, 50, 60, 70, 80, 90, 100])
    pairs = match_shots(make.edit(cuts), make.edit([cuts[place] for place in order]))
    assert [pair.old.number - 1 for pair in pairs] == list(order)
    stays = [pair.old.number for pair in pairs if pair.change == "kept"]
    assert stays == sorted(stays)
    assert set(changes(pairs)) <= {"kept", "moved"}


def test_the_alignment_is_of_the_whole_and_not_greedy() -> None:
    # Taking the best pair first (.9) would leave two shots without a partner.
    likeness = np.array([[0.8, 0.9, 0.0], [0.0, 0.8, 0.0], [0.0, 0.0, 0.8]])
    assert aligned(likeness) == [(0, 0), (1, 1), (2, 2)]


def test_media_in_another_folder_are_the_same_media(make) -> None:
    old = make.edit(make.cuts([50, 60, 70]))
    shots = tuple(
        replace(shot, media=replace(shot.media, url=shot.media.url.replace("/media/", "/Volumes/b/")))
        for shot in old.shots
    )
    assert set(changes(match_shots(old, replace(old, shots=shots)))) == {"kept"}


def test_edits_without_a_common_shot_are_refused(make) -> None:
    old, new = make.edit(make.cuts([50, 60])), make.edit([make.Cut("else.mov", 0, 50), make.Cut("more.mov", 0, 60)])
    with pytest.raises(SettingsError) as caught:
        match_shots(old, new)
    assert "no shot in common" in caught.value.what
    assert caught.value.remedy


def test_a_marker_makes_another_edit_to_the_music(make) -> None:
    edit = make.edit(make.cuts([50, 60]))
    marked = replace(edit, markers=(Marker(Fraction(1), Fraction(0), "hit", "", "RED", "timeline"),))
    assert not same_to_the_music(edit, marked)
    assert same_to_the_music(edit, replace(edit, name="renamed", source=None))


@settings(max_examples=40, deadline=None)
@given(lengths, st.data())
def test_halves_of_a_split_shot_go_on_from_its_parts(make, frames, data) -> None:
    """A shot is cut in two, with another shot laid between or not; every frame of it knows where it was."""
    cuts = make.cuts([length + 24 for length in frames])
    place = data.draw(st.sampled_from(range(len(cuts))))
    head = data.draw(st.integers(6, cuts[place].frames - 6))
    whole = cuts[place]
    halves = [replace(whole, frames=head), make.trimmed(whole, head, at_head=True)]
    between = [make.Cut("cutaway.mov", 0, 30)] * data.draw(st.integers(0, 1))
    old, new = make.edit(cuts), make.edit([*cuts[:place], halves[0], *between, halves[1], *cuts[place + 1 :]])
    pairs = match_shots(old, new)
    split = [pair for pair in pairs if pair.change == "split"]
    assert [pair.old.number for pair in split] == [place + 1] * 2
    assert [pair.at_same_head for pair in split] == [True, False]
    assert split[0].old.start == old.shots[place].start
    assert split[0].old.end == split[1].old.start
    assert split[1].old.end == old.shots[place].end
    assert [pair.old.duration for pair in split] == [pair.new.duration for pair in split]
    others = set(changes(pair for pair in pairs if pair.change != "split"))
    assert others <= {"kept", "inserted"}
    assert changes(pairs).count("inserted") == len(between)
    numbered = successors(pairs)[place + 1]
    assert numbered == (place + 1, place + 2 + len(between))


def test_a_shot_split_in_three_and_shuffled(make) -> None:
    cuts = make.cuts([96, 240, 96])
    first, second, third = (make.Cut(cuts[1].media, 100 + start, 80) for start in (0, 80, 160))
    pairs = match_shots(make.edit(cuts), make.edit([cuts[0], first, second, third, cuts[2]]))
    assert changes(pairs) == ["kept", "split", "split", "split", "kept"]
    assert [pair.old.duration for pair in pairs] == [pair.new.duration for pair in pairs]
    pairs = match_shots(make.edit(cuts), make.edit([cuts[0], second, first, third, cuts[2]]))
    assert sorted(changes(pairs)) == ["kept", "kept", "moved", "split", "split"]


def test_what_is_no_part_of_a_shot_is_not_taken_for_one(make) -> None:
    cuts = make.cuts([96, 240, 96])
    head = replace(cuts[1], frames=120)
    for stranger in (
        make.Cut("pickup.mov", 220, 120),
        make.Cut(cuts[1].media, 100, 110),  # the same frames twice
        make.Cut(cuts[1].media, 300, 120),  # mostly frames that the earlier edit did not show
        make.Cut(cuts[1].media, 220, 60, Fraction(2)),
    ):
        pairs = match_shots(make.edit(cuts), make.edit([cuts[0], head, stranger, cuts[2]]))
        assert changes(pairs) == ["kept", "trimmed", "inserted", "kept"], stranger
