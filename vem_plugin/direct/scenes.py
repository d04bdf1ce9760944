"""Scenes: runs of whole bars that want one kind of music, and what the picture shows meanwhile.

Bars are joined by an exact dynamic programme: every scene has a price by its length (four and eight bars are
cheap, one bar is dear), and every bar line has a worth by what happens there: a drop, a note's edge, a strong
change of picture.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vem_plugin.brief import Brief, SpanNote
from vem_plugin.brief.sights import mean_sights
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, ShotFeatures
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan

LENGTH_PRICES = {1: 1.3, 2: 0.45, 3: 0.5, 4: 0.05, 5: 0.6, 6: 0.4, 7: 0.7, 8: 0.3}
"""Price of a scene by its bars; longer ones ``LONG_PRICE`` and ``PRICE_A_BAR`` for each bar above eight."""
LONG_PRICE, PRICE_A_BAR, LONGEST = 0.75, 0.15, 16
SCENE_PRICE = 0.25
"""Price of having one more scene at all."""
WORTH = {"drop": 3.0, "stop": 2.0, "downbeat": 0.9, "hit": 1.2, "beat": 0.2, "cut": 0.2, "dissolve": 0.35, "end": 0.0}
"""Worth of a scene beginning where such a constraint landed on a downbeat."""
CHANGE_WORTH = 0.8
"""Worth of the strongest change of picture in the edit, beyond an ordinary one."""
EDGE_WORTH = 4.0
"""Worth of the bar line next to the edge of an editor's note."""
SPEECH_WORTH = 0.3


@dataclass(frozen=True)
class Scene:
    """A run of whole bars.

    ``start`` and ``end`` are seconds; ``shots`` the shots seen for at least a tenth of it (or the longest);
    ``look`` their mean look; ``cuts`` changes of picture a second; ``speech`` the share of time in which somebody
    speaks; ``picture`` mean embedding or None; ``sights`` what is seen (``brief.sights``); ``notes`` the editor's
    notes that hold here; ``drops`` whether it begins with a drop.
    """

    bars: tuple[Bar, ...]
    start: Fraction
    end: Fraction
    shots: tuple[int, ...]
    look: Cinematics
    cuts: float
    speech: float
    picture: NDArray[np.float32] | None
    sights: NDArray[np.float64]
    notes: tuple[SpanNote, ...]
    drops: bool


def scenes_of(
    parsed: ParsedVideo, plan: BeatPlan, brief: Brief, *, sights: Mapping[int, NDArray[np.float64]]
) -> tuple[Scene, ...]:
    """Divide an edit into scenes of whole bars; ``sights`` by shot are those of ``sights_of_shots``."""
    worths = _worths(parsed, plan, brief)
    drops = {int(landing.beat) for landing in plan.landings if landing.constraint.kind == "drop"}
    starts = [*_scene_starts([worths.get(bar.beat, 0.0) for bar in plan.bars]), len(plan.bars)]
    viewer = _Viewer(parsed, sights)
    scenes = []
    for first, last in pairwise(starts):
        bars = plan.bars[first:last]
        start = plan.time_of(Fraction(bars[0].beat))
        end = plan.time_of(Fraction(bars[-1].beat + bars[-1].beats))
        scenes.append(viewer.scene(bars, start, end, notes=_notes_in(brief, start, end), drops=bars[0].beat in drops))
    return tuple(scenes)


def _worths(parsed: ParsedVideo, plan: BeatPlan, brief: Brief) -> dict[int, float]:
    """Worth of a scene beginning on each downbeat."""
    downbeats = [bar.beat for bar in plan.bars]
    worths: dict[int, float] = {}
    strengths = {seen.time: seen.strength for seen in parsed.transitions}
    typical = float(np.median(list(strengths.values()))) if strengths else 0.0
    for landing in plan.landings:
        if landing.beat.denominator == 1:
            change = max(0.0, strengths.get(landing.constraint.time, typical) - typical)
            worth = WORTH[landing.constraint.kind] + CHANGE_WORTH * change
            beat = int(landing.beat)
            worths[beat] = max(worths.get(beat, 0.0), worth)
    edges = [(time, EDGE_WORTH) for note in brief.spans for time in (note.start, note.end)]
    for speech in parsed.storyboard.speech:
        edges += [(speech.start, SPEECH_WORTH), (speech.start + speech.duration, SPEECH_WORTH)]
    for time, worth in edges:
        if 0 < time < plan.duration:
            position = plan.beat_of(time)
            beat = min(_around(downbeats, position), key=lambda downbeat: abs(downbeat - position))
            worths[beat] = worths.get(beat, 0.0) + worth
    return worths


def _around(downbeats: Sequence[int], position: Fraction) -> list[int]:
    place = bisect_right(downbeats, position)
    return list(downbeats[max(0, place - 1) : place + 1])


def _scene_starts(worths: Sequence[float]) -> list[int]:
    """Indices of the bars that begin a scene: the division that is worth most."""
    count = len(worths)
    best = [0.0] + [-float("inf")] * count
    chosen = [0] * (count + 1)
    for last in range(1, count + 1):
        for length in range(1, min(LONGEST, last) + 1):
            first = last - length
            value = best[first] - _price(length) + (worths[first] if first else 0.0)
            if value > best[last]:
                best[last], chosen[last] = value, first
    starts = [chosen[count]]
    while starts[-1]:
        starts.append(chosen[starts[-1]])
    return starts[::-1]


def _price(bars: int) -> float:
    return SCENE_PRICE + LENGTH_PRICES.get(bars, LONG_PRICE + PRICE_A_BAR * (bars - 8))


def _notes_in(brief: Brief, start: Fraction, end: Fraction) -> tuple[SpanNote, ...]:
    """Notes that hold in a scene: those that cover at least half of it."""
    return tuple(note for note in brief.spans if 2 * (min(end, note.end) - max(start, note.start)) >= end - start)


class _Viewer:
    """Looks up what is seen and heard in a stretch of time."""

    def __init__(self, parsed: ParsedVideo, sights: Mapping[int, NDArray[np.float64]]) -> None:
        self.sights = sights
        self.shots = parsed.storyboard.shots
        self.starts = [shot.start for shot in self.shots]
        self.cuts = sorted(change.time for change in parsed.storyboard.transitions)
        self.speech = parsed.storyboard.speech
        self.features = {features.shot: features for features in parsed.shots}

    def scene(
        self, bars: tuple[Bar, ...], start: Fraction, end: Fraction, *, notes: tuple[SpanNote, ...], drops: bool
    ) -> Scene:
        """The scene between two times."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first + 1, bisect_left(self.starts, end))
        overlaps = [
            (shot.number, float(min(end, shot.end) - max(start, shot.start))) for shot in self.shots[first:last]
        ]
        length = float(end - start)
        seen = [(number, time) for number, time in overlaps if time >= 0.1 * length] or [
            max(overlaps, key=lambda overlap: overlap[1])
        ]
        known = [(self.features[number], time) for number, time in seen if number in self.features]
        changes = bisect_left(self.cuts, end) - bisect_left(self.cuts, start)
        spoken = sum(
            max(0.0, float(min(end, voice.start + voice.duration) - max(start, voice.start))) for voice in self.speech
        )
        return Scene(
            bars=bars,
            start=start,
            end=end,
            shots=tuple(number for number, _ in seen),
            look=_mean_look(known),
            cuts=changes / length,
            speech=min(1.0, spoken / length),
            picture=_mean_picture(known),
            sights=mean_sights([(self.sights[features.shot], time) for features, time in known]),
            notes=notes,
            drops=drops,
        )


Seen = list[tuple[ShotFeatures, float]]
"""Shots with the seconds for which they are seen."""


def _mean_look(known: Seen) -> Cinematics:
    """Mean look; middling where nothing is known."""
    if not known:
        return Cinematics()
    looks = np.array([features.cinematics.as_array() for features, _ in known])
    return Cinematics(*np.average(looks, axis=0, weights=[time for _, time in known]).tolist())


def _mean_picture(known: Seen) -> NDArray[np.float32] | None:
    pictures = [(features.picture, time) for features, time in known if features.picture is not None]
    if not pictures:
        return None
    mean = np.sum([picture * time for picture, time in pictures], axis=0)
    return (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
