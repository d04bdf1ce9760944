"""What editors expect to hear at cuts beside the music: which risers, impacts and whooshes belong where.

Deciding is separate from sounding (``effects_sound``): this module only reads the cue sheet and the beat plan. An
effect knows all that its sound depends on, so one that is kept when its neighbours are scored anew stays the same to
the last bit. Times are exact seconds from the first frame; beats count from 0 as in the plan.

Effects come at *moments*: marked hits, drops and stops, the last chord, sections that rise or fall in energy or just
begin, strong cuts. Moments are taken by their worth, and each keeps the next one away for some seconds, so that they
never rattle. What a moment gets is a matter of style: a trailer is struck by all means, a folk tune at most breathes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np

from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.strengths import MARKED, STRONG

EffectKind = Literal["riser", "reverse_cymbal", "whoosh", "swell", "impact", "sub_drop"]
EFFECT_KINDS: tuple[EffectKind, ...] = ("riser", "reverse_cymbal", "whoosh", "swell", "impact", "sub_drop")
MomentKind = Literal["drop", "hit", "close", "rise", "fall", "turn", "cut"]
Span = tuple[Fraction, Fraction]
"""Start and end in seconds."""

WORTH: dict[MomentKind, float] = {
    "drop": 1.0,
    "hit": 0.9,
    "close": 0.7,
    "rise": 0.5,
    "fall": 0.4,
    "turn": 0.3,
    "cut": 0.2,
}
SOFTER: dict[MomentKind, float] = {"drop": 1, "hit": 0, "close": -1, "rise": -1, "fall": -2, "turn": -4, "cut": -5}
"""dB against a marked hit."""
RISES, FALLS = 0.12, 0.2
"""Least change of energy at a section's start that counts as one."""
STRUCK_FROM = 0.25
"""A rise by this much is also struck by an impact."""
QUIET_BY = 8.0
"""dB by which an effect in music without any energy is softer than at full energy."""
UNDER_SPEECH = -6.0
"""dB for an impact that falls into speech; everything else is left out there."""
LONGEST, SHORTEST = Fraction(7), Fraction(2, 5)
"""Seconds a build may take."""
LEAD_BEATS: dict[int, tuple[int, ...]] = {4: (8, 4, 2, 1), 3: (6, 3, 2, 1), 6: (12, 6, 3)}
"""Lengths of builds in beats by metre, longest first."""
_LOWEST_TONIC = 27  # MIDI; tonics from here to a major seventh above thump without rumbling


@dataclass(frozen=True, slots=True)
class Effect:
    """One sound.

    Parameters
    ----------
    kind : str
        One of ``EFFECT_KINDS``.
    time : Fraction
        Where it peaks, seconds.
    lead : Fraction
        How long it grows before that, seconds; 0 for what begins with its peak.
    until : Fraction or None
        Where it is damped, seconds: the beginning of the next stop.
    level : float
        dB against an impact at full energy.
    pitch : float
        Tonic in Hz, 39 to 74.
    bright : float
        0 dark to 1 bright.
    seed : int
        Makes its noise its own.
    """

    kind: EffectKind
    time: Fraction
    lead: Fraction
    until: Fraction | None
    level: float
    pitch: float
    bright: float
    seed: int


@dataclass(frozen=True, slots=True)
class Taste:
    """What a style likes.

    ``apart`` is the seconds that moments keep from each other, marked ones half as far; ``answers`` the moments that
    get something; ``builds`` what may lead into them; ``level`` dB.
    """

    apart: float
    answers: tuple[MomentKind, ...] = ()
    builds: tuple[EffectKind, ...] = ()
    impacts: bool = False
    sub_drops: bool = False
    whooshes: bool = False
    level: float = 0.0
    bright: float = 0.5


_MARKS: tuple[MomentKind, ...] = ("drop", "hit")
_SHAPES: tuple[MomentKind, ...] = (*_MARKS, "close", "rise", "fall")
_ALL: tuple[MomentKind, ...] = (*_SHAPES, "turn", "cut")
_RISES: tuple[MomentKind, ...] = (*_MARKS, "rise")

TASTES: dict[str, Taste] = {
    "trailer": Taste(3.0, _ALL, ("riser", "reverse_cymbal"), True, True, True, 0, 0.5),
    "action": Taste(3.5, _ALL, ("riser", "reverse_cymbal", "whoosh"), True, True, True, -1, 0.6),
    "epic": Taste(4.5, (*_SHAPES, "turn"), ("reverse_cymbal", "riser", "reverse_cymbal"), True, True, False, -1.5, 0.5),
    "thriller": Taste(4.5, (*_SHAPES, "turn"), ("riser", "reverse_cymbal"), True, True, True, -2, 0.2),
    "tense": Taste(6.0, _SHAPES, ("riser", "reverse_cymbal", "swell"), True, True, False, -4, 0.1),
    "electronic": Taste(5.0, (*_SHAPES, "turn"), ("riser", "riser", "whoosh"), True, True, True, -3, 0.9),
    "synthwave": Taste(6.0, _SHAPES, ("riser", "reverse_cymbal"), True, True, False, -4, 0.7),
    "pop": Taste(7.0, _RISES, ("reverse_cymbal", "riser"), False, False, False, -6, 0.8),
    "corporate": Taste(8.0, _RISES, ("reverse_cymbal", "swell"), False, False, False, -8, 0.8),
    "emotional": Taste(9.0, _RISES, ("swell", "reverse_cymbal"), False, False, False, -9, 0.4),
    "ambient": Taste(9.0, _RISES, ("swell",), False, False, False, -8, 0.3),
    "documentary": Taste(12.0, _RISES, ("swell",), False, False, False, -11, 0.4),
    "folk": Taste(12.0, _MARKS, ("swell",), False, False, False, -12, 0.5),
    "lofi": Taste(12.0),
    "playful": Taste(12.0),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A beat at which something may sound: how the energy changes there, and the energy that follows."""

    beat: Fraction
    kind: MomentKind
    jump: float
    energy: float

    @property
    def worth(self) -> float:
        """What it weighs against others close by."""
        return WORTH[self.kind] + 0.1 * abs(self.jump) + 0.05 * self.energy


def effects_for(cue: CueSheet, plan: BeatPlan, *, seed: int, speech: Sequence[Span] = ()) -> tuple[Effect, ...]:
    """Decide which effects belong where.

    Parameters
    ----------
    cue : CueSheet
        Its style, hits, stops, sections and their energy decide.
    plan : BeatPlan
        Gives beats their times, and tells a drop from other hits.
    seed : int
        The take's: varies the choice between a style's builds, and the sounds.
    speech : sequence of (start, end)
        Seconds where somebody speaks: only impacts sound there, and softly.

    Returns
    -------
    tuple of Effect
        By time. Builds end on their hit, or where the stop before it begins; nothing sounds in a stop.
    """
    taste = TASTES[cue.style]
    chosen = _apart(moments_of(cue, plan), plan, taste)
    before = [Fraction(0), *(moment.beat for moment in chosen)]
    effects: list[Effect] = []
    for moment, last in zip(chosen, before, strict=False):
        effects.extend(_Placing(cue, plan, taste, moment, seed).effects(last))
    audible = (_beside_speech(effect, speech) for effect in effects)
    return tuple(sorted((one for one in audible if one is not None), key=lambda effect: effect.time))


def moments_of(cue: CueSheet, plan: BeatPlan) -> tuple[Moment, ...]:
    """Every moment of a piece, by beat; the weightiest where several coincide."""
    drops = {landing.beat for landing in plan.landings if landing.constraint.kind == "drop"}
    found = _section_moments(cue)
    jumps = {moment.beat: moment.jump for moment in found}
    for eighth, strength in cue.hits.items():
        beat = Fraction(eighth, 2)
        if strength < STRONG:
            continue
        kind: MomentKind = "cut"
        if strength >= MARKED:
            kind = "drop" if beat in drops else "close" if beat == cue.end_beat else "hit"
        found.append(Moment(beat, kind, jumps.get(beat, 0.0), _energy_at(cue, beat)))
    best: dict[Fraction, Moment] = {}
    for moment in found:
        if 0 <= moment.beat < plan.beats and int(moment.beat) not in cue.stops:
            known = best.get(moment.beat)
            best[moment.beat] = moment if known is None or moment.worth > known.worth else known
    return tuple(best[beat] for beat in sorted(best))


def _section_moments(cue: CueSheet) -> list[Moment]:
    moments: list[Moment] = []
    for before, section in pairwise(cue.sections):
        jump = section.energy[0] - before.energy[1]
        kind: MomentKind = "rise" if jump >= RISES else "fall" if jump <= -FALLS else "turn"
        moments.append(Moment(Fraction(section.start), kind, jump, section.energy[0]))
    return moments


def _energy_at(cue: CueSheet, beat: Fraction) -> float:
    for section in cue.sections:
        if section.start <= beat < section.start + section.beats:
            share = float((beat - section.start) / section.beats)
            return section.energy[0] + share * (section.energy[1] - section.energy[0])
    return cue.sections[-1].energy[1]


def _apart(moments: Sequence[Moment], plan: BeatPlan, taste: Taste) -> list[Moment]:
    """Take the moments a style answers by worth, none within its distance of another; by beat."""
    kept: list[tuple[Fraction, Moment]] = []
    for moment in sorted(moments, key=lambda moment: (-moment.worth, moment.beat)):
        if moment.kind not in taste.answers:
            continue
        time = plan.time_of(moment.beat)
        distance = taste.apart * (0.5 if moment.kind in _MARKS else 1.0)
        if all(abs(time - other) >= distance for other, _ in kept):
            kept.append((time, moment))
    return [moment for _, moment in sorted(kept, key=lambda pair: pair[0])]


class _Placing:
    """Gives one moment its effects."""

    def __init__(self, cue: CueSheet, plan: BeatPlan, taste: Taste, moment: Moment, seed: int) -> None:
        self._cue, self._plan, self._taste, self._moment = cue, plan, taste, moment
        self._place = int(2 * moment.beat)
        self._seed = seed
        self._random = np.random.default_rng([seed, self._place, 0xEFF])

    def effects(self, last: Fraction) -> list[Effect]:
        """All of them; ``last`` is the beat of the moment before, behind which no build reaches."""
        kind, taste = self._moment.kind, self._taste
        made: list[Effect | None] = []
        if kind == "fall":
            made.append(self._make("sub_drop") if taste.sub_drops else None)
        elif kind in ("turn", "cut"):
            made.append(self._build("whoosh" if taste.whooshes else taste.builds[0], last, longest=2))
        else:
            made.append(self._build(self._chosen_build(), last, longest=self._build_beats()))
            if taste.impacts and (kind != "rise" or self._moment.jump >= STRUCK_FROM):
                made.append(self._make("impact"))
            if taste.sub_drops and kind == "drop":
                made.append(self._make("sub_drop"))
        return [effect for effect in made if effect is not None]

    def _chosen_build(self) -> EffectKind:
        builds = self._taste.builds
        if self._moment.kind == "drop" and "riser" in builds:
            return "riser"
        return builds[int(self._random.integers(len(builds)))]

    def _build_beats(self) -> int:
        """The longest build that the moment is worth, in beats of a bar of four."""
        return {"drop": 8, "hit": 8, "close": 2}.get(self._moment.kind, 4)

    def _build(self, kind: EffectKind, last: Fraction, *, longest: int) -> Effect | None:
        """A build into the moment, or into the stop before it; None where there is no time for one."""
        target = self._moment.beat
        while int(target) - 1 in self._cue.stops and target == int(target):
            target -= 1
        stops = [Fraction(stop + 1) for stop in self._cue.stops if stop + 1 <= target]
        first = max([last, *stops])
        if kind == "whoosh":
            lengths, limit, least = (Fraction(1), Fraction(1, 2)), Fraction(4, 5), Fraction(1, 5)
        else:
            beats = LEAD_BEATS[self._cue.metre]
            lengths = tuple(Fraction(number) for number in beats[{8: 0, 4: 1, 2: 2}[longest] :])
            limit, least = (LONGEST if kind == "riser" else LONGEST / 2), SHORTEST
        end = self._plan.time_of(target)
        for length in lengths:
            if target - length >= first and least <= end - self._plan.time_of(target - length) <= limit:
                return self._make(kind, target, lead=end - self._plan.time_of(target - length))
        return None

    def _make(self, kind: EffectKind, beat: Fraction | None = None, *, lead: Fraction = Fraction(0)) -> Effect:
        beat = self._moment.beat if beat is None else beat
        stops = [Fraction(stop) for stop in self._cue.stops if stop >= beat]
        shift = next((one.shift for one in reversed(self._cue.sections) if one.start <= self._moment.beat), 0)
        # What leads into a moment sounds half in the music before it.
        energy = self._moment.energy - (self._moment.jump / 2 if lead else 0.0)
        tonic = _LOWEST_TONIC + (self._cue.key + shift - _LOWEST_TONIC) % 12
        return Effect(
            kind=kind,
            time=self._plan.time_of(beat),
            lead=lead,
            until=self._plan.time_of(min(stops)) if stops else None,
            level=round(self._taste.level + SOFTER[self._moment.kind] - QUIET_BY * (1 - energy), 1),
            pitch=round(440 * 2 ** ((tonic - 69) / 12), 3),
            bright=self._taste.bright,
            seed=(self._seed * 1_000_003 + self._place) * len(EFFECT_KINDS) + EFFECT_KINDS.index(kind),
        )


def _beside_speech(effect: Effect, speech: Sequence[Span]) -> Effect | None:
    """The effect as speech allows it: impacts softly, anything else not at all."""
    if not any(start < effect.time + 1 and effect.time - effect.lead < end for start, end in speech):
        return effect
    if effect.kind != "impact":
        return None
    return replace(effect, level=effect.level + UNDER_SPEECH)
