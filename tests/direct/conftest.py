"""Edits in miniature for the conductor: shots of given lengths under a constant tempo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
import pytest

from vem_plugin.parsing.parsed_video import TEXT_SIZE, Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.rhythm.beat_plan import Bar, BeatConstraint, BeatPlan, ConstraintKind, Landing, TempoSegment
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Shot, SpeechRange, Storyboard, Transition

Edit = tuple[ParsedVideo, BeatPlan]
MakeEdit = Callable[..., Edit]


def make_edit(
    beats: Sequence[int],
    *,
    motion: Sequence[float] = (),
    light: float = 0.5,
    pictures: Sequence[int] = (),
    strengths: Sequence[float] = (),
    markers: Mapping[Fraction, ConstraintKind] | None = None,
    speech: Sequence[tuple[int, int]] = (),
    brief: str = "",
) -> Edit:
    """An edit whose shots last ``beats`` beats of half a second each, in bars of four.

    ``pictures`` numbers the kind of picture of each shot (equal numbers look alike); ``strengths`` tells how strongly
    each cut changes it; ``markers`` maps beats to what a marker there wants; ``speech`` lists (first, last) beats.
    """
    total = sum(beats)
    shots, features, transitions, seen, landings = [], [], [], [], []
    start = 0
    for index, length in enumerate(beats):
        time = Fraction(start, 2)
        shots.append(Shot(index + 1, f"shot {index + 1}", time, Fraction(length, 2), "picture", None))
        look = Cinematics(light=light, motion=motion[index] if motion else 0.3)
        picture = np.eye(8, dtype=np.float32)[pictures[index]] if pictures else None
        features.append(ShotFeatures(index + 1, look, "", np.zeros(TEXT_SIZE, np.float32), picture))
        if index:
            transitions.append(Transition(time, "cut", Fraction(0), index + 1))
            seen.append(SeenTransition(time, strengths[index - 1] if strengths else 0.5))
            landings.append(_landing(Fraction(start), "cut", total))
        start += length
    wanted = markers or {}
    landings = [landing for landing in landings if landing.beat not in wanted]
    landings += [_landing(beat, kind, total) for beat, kind in wanted.items()]
    voices = tuple(SpeechRange(Fraction(a, 2), Fraction(b - a, 2), "voice-over") for a, b in speech)
    duration = Fraction(total, 2)
    board = Storyboard("edit", Clock(Fraction(24)), duration, tuple(shots), tuple(transitions), (), speech=voices)
    parsed = ParsedVideo(board, brief, np.zeros(TEXT_SIZE, np.float32), "", tuple(features), tuple(seen))
    bars = tuple(Bar(n + 1, beat, min(4, total - beat)) for n, beat in enumerate(range(0, total, 4)))
    segment = TempoSegment(Fraction(0), duration, 2 * total)
    return parsed, BeatPlan(duration, Fraction(120), (segment,), bars, tuple(landings), ())


def _landing(beat: Fraction, kind: ConstraintKind, total: int) -> Landing:
    on = "off-beat" if beat.denominator != 1 else "downbeat" if beat % 4 == 0 else "beat"
    constraint = BeatConstraint(beat / 2, kind, 1.0, kind != "cut", "off-beat", f"{kind} of {total}", "")
    return Landing(constraint, beat, on, Fraction(0))


@pytest.fixture(scope="session")
def edit_of() -> MakeEdit:
    return make_edit
