"""Whatever lies on the tracks, the shots cover the timeline without holes and agree with a frame-by-frame look."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vem_timeline import EmptyTimeline, Storyboard, read

if TYPE_CHECKING:
    from conftest import EditDesk

ITEMS = st.lists(
    st.tuples(
        st.sampled_from(["clip", "clip", "clip", "gap", "off"]),
        st.integers(1, 40),
        st.tuples(st.integers(0, 12), st.integers(0, 12)),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)
TRACKS = st.lists(ITEMS, min_size=1, max_size=3)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def on_a_track(desk: EditDesk, layer: int, items: list[Any], *, joined: bool) -> Any:
    made = []
    for index, (kind, length, offsets, dissolves) in enumerate(items):
        if joined and dissolves:
            made.append(desk.dissolve(*offsets))
        if kind == "gap":
            made.append(desk.gap(length))
        else:
            made.append(desk.clip(f"v{layer} {index}", length, enabled=kind == "clip"))
    return desk.track(*made)


def storyboard_of(desk: EditDesk, tracks: list[list[Any]], *, joined: bool) -> Storyboard | None:
    path: Path = desk.save(*(on_a_track(desk, layer, items, joined=joined) for layer, items in enumerate(tracks)))
    try:
        return read(path)
    except EmptyTimeline:
        return None


@QUIET
@given(tracks=TRACKS)
def test_shots_cover_the_timeline(desk: EditDesk, tracks: list[list[Any]]) -> None:
    storyboard = storyboard_of(desk, tracks, joined=True)
    assume(storyboard is not None)
    assert storyboard is not None
    longest = max(sum(length for _, length, _, _ in items) for items in tracks)
    assert storyboard.duration == Fraction(longest, 24)
    assert storyboard.shots[0].start == 0
    assert storyboard.shots[-1].end == storyboard.duration
    assert all(left.end == right.start for left, right in pairwise(storyboard.shots))
    assert all(shot.duration >= Fraction(1, 48) for shot in storyboard.shots)
    assert [shot.number for shot in storyboard.shots] == list(range(1, len(storyboard.shots) + 1))


@QUIET
@given(tracks=TRACKS)
def test_every_change_of_shot_has_its_transition(desk: EditDesk, tracks: list[list[Any]]) -> None:
    storyboard = storyboard_of(desk, tracks, joined=True)
    assume(storyboard is not None)
    assert storyboard is not None
    inner = [t for t in storyboard.transitions if 0 < t.into - 1 < len(storyboard.shots)]
    starts = {shot.number: shot.start for shot in storyboard.shots}
    assert set(range(2, len(storyboard.shots) + 1)) <= {t.into for t in inner}
    times = [t.time for t in storyboard.transitions]
    assert times == sorted(times)
    for number in range(2, len(storyboard.shots) + 1):
        at = [t.time for t in inner if t.into == number]
        assert starts[number] in at, "a shot begins at its visible cut"


@QUIET
@given(tracks=TRACKS)
def test_agrees_with_looking_at_every_frame(desk: EditDesk, tracks: list[list[Any]]) -> None:
    storyboard = storyboard_of(desk, tracks, joined=False)
    longest = max(sum(length for _, length, _, _ in items) for items in tracks)
    seen = ["black"] * longest
    for layer, items in enumerate(tracks):
        at = 0
        for index, (kind, length, _, _) in enumerate(items):
            if kind == "clip":
                seen[at : at + length] = [f"v{layer} {index}"] * length
            at += length
    if storyboard is None:
        assert set(seen) == {"black"}
        return
    told = [""] * longest
    for shot in storyboard.shots:
        first, last = int(shot.start * 24), int(shot.end * 24)
        told[first:last] = [shot.name] * (last - first)
    assert told == seen


@pytest.mark.parametrize("cuts", [5_000])
def test_long_edits_are_read_quickly(desk: EditDesk, cuts: int) -> None:
    """Three hours and 5,000 cuts; quadratic range look-ups would take minutes."""
    import time

    lengths = [40 + index % 25 for index in range(cuts)]
    path = desk.save(
        desk.track(*(desk.clip(f"c{index}", length) for index, length in enumerate(lengths))),
        desk.track(desk.gap(1000), desk.clip("cutaway", 100)),
    )
    began = time.process_time()
    storyboard = read(path)
    assert time.process_time() - began < 15, "seconds of processor time; two are usual"
    assert storyboard.duration == Fraction(sum(lengths), 24)
    assert len(storyboard.shots) > cuts - 10
