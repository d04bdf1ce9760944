"""The synthetic director: cuts a made-up film to a piece of music that is yet to be written, and says where it hits.

Sections, tempo and mood come from the corpus (``random_cue``); its own hits are taken out. Then, as in a cutting room:
every section is cut at a pace that follows its energy, each cut has a reason (`CutRole`), the reason and the moment
decide by chance whether the music hits it, cuts that are hit are moved onto a beat of the music, give or take a frame,
and all others lie where the picture wants them. The reason itself is never told to anybody who learns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.synth.taste import CutRole, DirectorTaste, chance_of, log_odds
from vem_plugin.score.cue import CueSheet, Section
from vem_plugin.score.strengths import MARKED, STRONG
from vem_plugin.training.corpus.random_cue import random_cue

RATES = (24, 25, 30)
"""Frames a second of made-up films."""
SHORTEST_SHOT = 0.3
"""Seconds; what ``parsing.shots`` finds too."""
DISSOLVE_SECONDS = (0.3, 1.2)
STOP = 0.15
"""Share of marked hits on a beat before which the music holds its breath."""
LAST_CHORD = 0.8
"""Share of pieces whose last chord is struck as a hit."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut: its time in frames, why it is there, the ``dissolve`` around it in frames (0: straight), how different
    both sides look (``novelty``, 0 to 1), accents of action and light, and the strength of its hit (0: none)."""

    frame: int
    role: CutRole
    dissolve: int = 0
    novelty: float = 1.0
    action: float = 0.0
    flash: bool = False
    hit: float = 0.0


@dataclass(frozen=True)
class Story:
    """A made-up edit and the cue sheet of its music, hits included.

    ``clock`` (beats + 1,) seconds: start of every beat, and the end; ``frames`` is the film's length at ``rate``.
    """

    cue: CueSheet
    clock: NDArray[np.float64]
    rate: int
    frames: int
    cuts: tuple[Cut, ...]

    @property
    def edges(self) -> NDArray[np.int64]:
        """First frame of every shot, and the film's length."""
        return np.array([0, *(cut.frame for cut in self.cuts), self.frames])

    def energy_at(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Energy of the music, 0 to 1."""
        section = self.sections_at(seconds)
        starts, lengths, first, last = (
            np.array(values)[section]
            for values in zip(*((s.start, s.beats, *s.energy) for s in self.cue.sections), strict=True)
        )
        beat = np.interp(seconds, self.clock, np.arange(len(self.clock)))
        return first + (last - first) * np.clip((beat - starts) / lengths, 0, 1)

    def sections_at(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """Number of the section that sounds, from 0."""
        starts = self.clock[[section.start for section in self.cue.sections]]
        return np.clip(np.searchsorted(starts, seconds + 1e-9, side="right") - 1, 0, len(starts) - 1)


def draw_story(rng: np.random.Generator, taste: DirectorTaste, *, max_beats: int = 96) -> Story:
    """Make up an edit and its cue sheet; the same state of ``rng`` gives the same."""
    cue = replace(random_cue(rng, max_beats=max_beats), hits={}, stops=frozenset())
    clock = np.arange(cue.beats + 1, dtype=np.float64) * (60.0 / cue.bpm)
    rate = int(rng.choice(RATES))
    frames = max(2, round(float(clock[-1]) * rate))
    story = Story(cue, clock, rate, frames, ())
    wanted = [cut for number in range(len(cue.sections)) for cut in _cuts_wanted(story, number, taste, rng)]
    story, hits = _decide(story, wanted, taste, rng)
    return replace(story, cue=_with_hits(story, hits, rng))


@dataclass(frozen=True, slots=True)
class _Wish:
    """A cut before it is placed: when the picture wants it, seconds, and why."""

    time: float
    role: CutRole


def _cuts_wanted(story: Story, number: int, taste: DirectorTaste, rng: np.random.Generator) -> list[_Wish]:
    """The cuts of one section, in order."""
    section = story.cue.sections[number]
    time, end = float(story.clock[section.start]), float(story.clock[section.start + section.beats])
    wishes: list[_Wish] = []
    if number and rng.random() < taste.cut_at_section:
        wishes.append(_Wish(time, "section"))
    while True:
        energy = float(story.energy_at(np.array([time]))[0])
        median = taste.slow ** (1 - energy) * taste.fast**energy
        time += float(median * rng.lognormal(0, taste.spread))
        if time > end - 0.3 * median:
            return wishes
        if rng.random() < taste.flurry * energy:
            run = _flurry(time, 60 / story.cue.bpm, rng)
            wishes += [wish for wish in run if wish.time < end - SHORTEST_SHOT]
            time = wishes[-1].time
            continue
        role = str(
            rng.choice(("scene", "angle", "continuity"), p=(taste.scene, taste.angle, 1 - taste.scene - taste.angle))
        )
        wishes.append(_Wish(time, role))  # pyright: ignore[reportArgumentType]


def _flurry(time: float, beat: float, rng: np.random.Generator) -> list[_Wish]:
    """A run of 3 to 7 fast cuts: two in three keep the beat or half of it, the others a pace of their own."""
    pace = float(rng.choice((beat, beat / 2))) if rng.random() < 0.67 else float(rng.uniform(0.35, 0.7))
    pace = max(pace, SHORTEST_SHOT + 0.04)
    times = time + pace * np.arange(int(rng.integers(3, 8)))
    return [_Wish(float(each), "flurry" if index else "flurry begins") for index, each in enumerate(times)]


def _decide(
    story: Story, wishes: list[_Wish], taste: DirectorTaste, rng: np.random.Generator
) -> tuple[Story, dict[int, float]]:
    """Which cuts are hit, and on which frame all of them lie; and the hits by eighth."""
    cuts: list[Cut] = []
    hits: dict[int, float] = {}
    last_hit, shortest = -9.0, round(SHORTEST_SHOT * story.rate)
    for wish in wishes:
        cut = _dressed(wish, story, taste, rng)
        chance = _chance(cut, wish.time, wish.time - last_hit, story, taste, rng)
        eighth = _eighth_near(wish, story, taste, rng) if rng.random() < chance else None
        if eighth is not None and 0 < eighth < 2 * story.cue.end_beat and eighth not in hits:
            time = float(np.interp(eighth / 2, np.arange(len(story.clock)), story.clock))
            missed = int(rng.choice((-1, 1))) if rng.random() < taste.jitter else 0
            frame, strength = round(time * story.rate) + missed, _strength(cut.role, rng)
        else:
            eighth, strength = None, 0.0
            drift = rng.normal(0, 0.12) if cut.role == "section" else 0.0
            frame = round((wish.time + drift) * story.rate)
        before = cuts[-1].frame if cuts else 0
        if frame - before < shortest or story.frames - frame < shortest:
            continue
        if eighth is not None:
            hits[eighth], last_hit = strength, wish.time
        cuts.append(replace(cut, frame=frame, hit=strength))
    return replace(story, cuts=_with_room(cuts, story.frames)), hits


def _with_room(cuts: list[Cut], frames: int) -> tuple[Cut, ...]:
    """Dissolves no longer than the shots on both sides allow."""
    edges = [0, *(cut.frame for cut in cuts), frames]
    return tuple(
        replace(cut, dissolve=min(cut.dissolve, cut.frame - before, after - cut.frame))
        for cut, before, after in zip(cuts, edges, edges[2:], strict=False)
    )


def _dressed(wish: _Wish, story: Story, taste: DirectorTaste, rng: np.random.Generator) -> Cut:
    """How a cut looks: novelty, dissolve, accents."""
    mean, spread = taste.novelty[wish.role]
    fades = wish.role in ("section", "scene") and rng.random() < taste.dissolve
    return Cut(
        frame=0,
        role=wish.role,
        dissolve=round(float(rng.uniform(*DISSOLVE_SECONDS)) * story.rate) if fades else 0,
        novelty=float(np.clip(rng.normal(mean, spread), 0.02, 1)),
        action=float(rng.uniform(0.3, 0.8)) if rng.random() < taste.action else 0.0,
        flash=bool(rng.random() < taste.flash),
    )


def _chance(cut: Cut, time: float, since: float, story: Story, taste: DirectorTaste, rng: np.random.Generator) -> float:
    """Chance that the music hits a cut ``since`` seconds after the last hit."""
    energy = float(story.energy_at(np.array([time]))[0])
    odds = log_odds(taste.hit[cut.role]) + taste.energy_hit * (energy - 0.5) + rng.normal(0, taste.whim)
    chance = chance_of(odds)
    if cut.action or cut.flash:
        chance += taste.action_hit * (1 - chance)
    if cut.dissolve:
        chance *= taste.dissolve_hit
    return chance * (taste.crowded if since < taste.crowd else 1)


def _eighth_near(wish: _Wish, story: Story, taste: DirectorTaste, rng: np.random.Generator) -> int | None:
    """The eighth onto which a cut is moved: a section's own beat, else the nearest beat, sometimes a half beat."""
    beat = float(np.interp(wish.time, story.clock, np.arange(len(story.clock))))
    if wish.role != "section" and rng.random() < taste.off_beat:
        return 2 * int(beat) + 1
    return 2 * round(beat)


def _strength(role: CutRole, rng: np.random.Generator) -> float:
    marked = {"section": 0.35, "scene": 0.2, "flurry begins": 0.2}.get(role, 0.08)
    return MARKED if rng.random() < marked else STRONG


def _with_hits(story: Story, hits: dict[int, float], rng: np.random.Generator) -> CueSheet:
    """The cue sheet with the hits, one on its last chord, breaths before some, and the shots of each section."""
    cue = story.cue
    if rng.random() < LAST_CHORD:
        hits = {**hits, 2 * cue.end_beat: float(rng.choice((STRONG, MARKED)))}
    stops = {
        eighth // 2 - 1
        for eighth, strength in sorted(hits.items())
        if strength == MARKED and eighth % 2 == 0 and eighth > 4 * cue.metre and rng.random() < STOP
    }
    stops = {beat for beat in stops if 2 * beat not in hits and 2 * beat + 1 not in hits}
    middles = (story.edges[:-1] + story.edges[1:]) / 2 / story.rate
    home = story.sections_at(middles)

    def seen(number: int, section: Section) -> Section:
        return replace(section, shots=tuple(int(shot) + 1 for shot in np.flatnonzero(home == number)))

    sections = tuple(seen(number, section) for number, section in enumerate(cue.sections))
    return replace(cue, sections=sections, hits=dict(sorted(hits.items())), stops=frozenset(stops))
