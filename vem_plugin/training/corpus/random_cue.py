"""Cue sheets as edits bring them about, drawn at random for the training corpus.

Real edits cut fast, shorten bars to meet a cut, and put most cuts on a beat and some on the off-beat eighth;
so do these.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vem_plugin.score.cue import ROLES, STYLES, TEMPI, CueSheet, Role, Section
from vem_plugin.score.cue_bars import level_of
from vem_plugin.score.modes import MODE_SHARES, VALENCE_OF_MODE, tension_of
from vem_plugin.training.corpus.captions import caption_for, caption_of_cue

SECTION_BARS = (1, 2, 3, 4, 5, 6, 8, 12)
SECTION_SHARES = (0.14, 0.22, 0.08, 0.26, 0.04, 0.08, 0.14, 0.04)
ROLE_CHANCES: dict[Role, tuple[float, float, float]] = {
    "drums": (0.1, 0.75, 0.97),
    "bass": (0.45, 0.9, 0.97),
    "harmony": (0.85, 0.9, 0.92),
    "counter": (0.45, 0.75, 0.9),
    "melody": (0.4, 0.65, 0.8),
}
"""Chance of a role to play in a sparse, a medium and a full section."""


def random_cue(
    rng: np.random.Generator, *, max_beats: int = 128, min_beats: int = 24, style: str | None = None
) -> CueSheet:
    """Draw a cue sheet.

    Parameters
    ----------
    rng : numpy.random.Generator
    max_beats, min_beats : int
        Bounds of the length in beats; one piece in ten is shorter still, down to two bars.
    style : str, optional
        One of ``STYLES``; drawn if not given.
    """
    style = style or STYLES[rng.integers(len(STYLES))]
    shares = MODE_SHARES[style]
    mode = str(rng.choice(list(shares), p=list(shares.values())))
    bpm = float(rng.uniform(*TEMPI[style]))
    length = int(rng.integers(8, min_beats)) if rng.random() < 0.1 else int(rng.integers(min_beats, max_beats + 1))
    sections = _draw_sections(rng, style, mode, _draw_bars(rng, length))
    beats = sum(section.beats for section in sections)
    last_bar = sections[-1].bars[-1]
    end_beat = beats - 1 if rng.random() < 0.35 and last_bar >= 3 else beats - last_bar
    cue = CueSheet(style, mode, int(rng.integers(12)), bpm, sections, {}, frozenset(), end_beat)
    cue = _with_hits(cue, rng)
    return _with_captions(cue, rng)


def _draw_bars(rng: np.random.Generator, length: int) -> list[tuple[int, ...]]:
    """Bars of each section, ``length`` beats or a little less in all; some pieces shorten bars at cuts."""
    bending = rng.random() < 0.5
    sections: list[tuple[int, ...]] = []
    left = length
    while left >= 4 or not sections:
        bars = [4] * int(rng.choice(SECTION_BARS, p=SECTION_SHARES))
        if bending and rng.random() < 0.5:
            bars[-1] = int(rng.choice((2, 3, 5), p=(0.45, 0.45, 0.1)))
        if bending and len(bars) > 2 and rng.random() < 0.12:
            bars[rng.integers(len(bars) - 1)] = int(rng.choice((2, 3)))
        while len(bars) > 1 and sum(bars) > left:
            bars.pop()
        if sum(bars) > left:
            bars = [4]
        sections.append(tuple(bars))
        left -= sum(bars)
    return sections


def _draw_sections(rng: np.random.Generator, style: str, mode: str, bars: list[tuple[int, ...]]) -> tuple[Section, ...]:
    energies = _draw_energies(rng, len(bars))
    if style == "ambient":
        energies = energies * 0.75
    sections: list[Section] = []
    start = theme = 0
    fast = rng.random() < 0.5
    for index, section_bars in enumerate(bars):
        energy = float(energies[index])
        later = min(1.0, energy + (float(rng.uniform(0.2, 0.4)) if rng.random() < 0.2 else 0.0))
        if index and not (fast and len(section_bars) <= 2 and rng.random() < 0.7):
            theme = int(rng.choice((0, 1, 2), p=(0.55, 0.3, 0.15)))
        keep = bool(sections) and rng.random() < (0.6 if len(section_bars) <= 2 else 0.3)
        roles = sections[-1].roles if keep else _draw_roles(rng, style, (energy + later) / 2)
        sections.append(
            Section(
                start=start,
                bars=section_bars,
                energy=(energy, later),
                valence=float(np.clip(VALENCE_OF_MODE[mode] + rng.normal(0, 0.15), -1, 1)),
                tension=float(np.clip(tension_of(style, energy) + rng.normal(0, 0.1), 0, 1)),
                theme=theme,
                roles=roles,
            )
        )
        start += sum(section_bars)
    return tuple(sections)


def _draw_energies(rng: np.random.Generator, count: int) -> np.ndarray:
    """Energy of each section along one of five curves."""
    place = (np.arange(count) + 0.5) / count
    base = rng.uniform(0.2, 0.7)
    shape = rng.choice(("arc", "rise", "wave", "flat", "free", "fall"), p=(0.28, 0.2, 0.18, 0.12, 0.14, 0.08))
    curve = {
        "arc": 0.25 + 0.7 * np.sin(np.pi * np.minimum(1, place * 1.15)),
        "rise": 0.15 + 0.8 * place,
        "wave": 0.5 + 0.35 * np.sin(9.4 * place + base * 9),
        "flat": np.full(count, base),
        "free": rng.random(count),
        "fall": 0.9 - 0.7 * place,
    }[str(shape)]
    return np.clip(curve + rng.normal(0, 0.08, count), 0.03, 1)


def _draw_roles(rng: np.random.Generator, style: str, energy: float) -> frozenset[Role]:
    level = level_of(energy)
    roles: set[Role] = {role for role in ROLES if rng.random() < ROLE_CHANCES[role][level]}
    if style == "ambient" and rng.random() < 0.6:
        roles.discard("drums")
    if style == "tense" and rng.random() < 0.5:
        roles.discard("melody")
    if not roles & {"bass", "harmony", "counter"}:
        roles.add("harmony")
    if len(roles) < 2:
        extra: tuple[Role, ...] = ("bass", "counter", "melody", "harmony")
        roles.add(extra[rng.integers(len(extra))])
    return frozenset(roles)


def _with_hits(cue: CueSheet, rng: np.random.Generator) -> CueSheet:
    """Draw cuts at 2 to 40 a minute (or none), marked hits, and a silent beat before some of those."""
    hits: dict[int, float] = {}
    end = 2 * cue.end_beat
    if rng.random() > 0.08:
        rate = float(np.exp(rng.uniform(np.log(2), np.log(40))))
        for section in cue.sections[1:]:
            if rng.random() < 0.8:
                hits[2 * section.start] = float(rng.choice((0.25, 0.5, 1.0), p=(0.55, 0.3, 0.15)))
        wanted = rng.poisson(rate * cue.beats / cue.bpm)
        for _ in range(max(0, wanted - len(hits))):
            eighth = _draw_eighth(rng, end)
            hits.setdefault(eighth, float(rng.choice((0.25, 0.5, 1.0), p=(0.75, 0.17, 0.08))))
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.4 else 0):
        hits[_draw_eighth(rng, end)] = 1.0
    late = {eighth: strength for eighth, strength in hits.items() if eighth < end or rng.random() < 0.3}
    hits = {eighth: strength for eighth, strength in sorted(late.items()) if 0 < eighth < 2 * cue.beats}
    if rng.random() < 0.8:
        hits[end] = float(rng.choice((0.25, 0.5, 1.0), p=(0.25, 0.35, 0.4)))
    stops = {
        eighth // 2 - 1
        for eighth, strength in hits.items()
        if strength == 1.0 and eighth % 2 == 0 and 8 < eighth <= end and rng.random() < 0.22
    }
    stops = {beat for beat in stops if 2 * beat not in hits and 2 * beat + 1 not in hits}
    return replace(cue, hits=hits, stops=frozenset(stops))


def _draw_eighth(rng: np.random.Generator, end: int) -> int:
    """An eighth before the last chord: four in five on a beat."""
    beat = int(rng.integers(1, max(2, end // 2)))
    return 2 * beat + (1 if rng.random() < 0.26 else 0)


def _with_captions(cue: CueSheet, rng: np.random.Generator) -> CueSheet:
    sections = tuple(replace(section, caption=caption_for(section, cue, rng)) for section in cue.sections)
    cue = replace(cue, sections=sections)
    return replace(cue, caption=caption_of_cue(cue, rng))
