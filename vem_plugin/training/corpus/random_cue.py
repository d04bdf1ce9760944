"""Cue sheets as edits bring them about, drawn at random for the training corpus.

Real edits cut fast, bend bars to meet a cut, and put most cuts on a beat and some on the off-beat eighth; so do these.
The roles of a piece are layers: each enters from an energy of its own, so that a louder section is a fuller one; now
and then a section breaks the rule, so that the model learns each role apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vem_plugin.score.cue import (
    COMPOUND,
    METRES,
    ROLES,
    STYLES,
    CueSheet,
    Role,
    Section,
    tempo_range,
)
from vem_plugin.score.modes import MODE_SHARES, VALENCE_OF_MODE, tension_of
from vem_plugin.training.corpus.captions import caption_for, caption_of_cue

SECTION_BARS = (1, 2, 3, 4, 5, 6, 8, 12)
SECTION_SHARES = (0.14, 0.22, 0.08, 0.26, 0.04, 0.08, 0.14, 0.04)
LONG_BAR_SHARES = (0.2, 0.32, 0.08, 0.26, 0.03, 0.04, 0.07, 0.0)
"""Of 6/8, whose bars have six beats."""
METRE_SHARES = (0.8, 0.11, 0.09)
LILTING_SHARES = (0.6, 0.22, 0.18)
LILTING = frozenset({"folk", "emotional", "playful"})
SQUARE_SHARES = (0.9, 0.05, 0.05)
SQUARE = frozenset({"electronic", "synthwave", "lofi", "pop"})
BENT: dict[int, tuple[tuple[int, ...], tuple[float, ...]]] = {
    4: ((2, 3, 5), (0.45, 0.45, 0.1)),
    3: ((2, 4), (0.85, 0.15)),
    COMPOUND: ((3, 2, 4, 5, 7), (0.5, 0.1, 0.15, 0.15, 0.1)),
}
"""Beats of bars that bend to meet a cut, and how often each is met."""
ENTRY: dict[Role, tuple[float, float]] = {
    "harmony": (-0.1, 0.15),
    "bass": (0.22, 0.16),
    "melody": (0.25, 0.3),
    "counter": (0.33, 0.2),
    "drums": (0.4, 0.14),
}
"""Energy from which a role plays in a piece: mean and spread."""
DRUM_SHY = {"ambient": 0.35, "emotional": 0.35, "documentary": 0.2, "action": -0.12, "electronic": -0.1, "pop": -0.08}
"""How much later drums enter where a style hardly wants them, or earlier where it lives of them."""
EXCEPTION = 0.025
"""Chance that a role breaks the rule in a section."""
SPOKEN, SPOKEN_SECTION, SPOKEN_ENERGY = 0.2, 0.4, 0.42
"""How many pieces leave room for speech, in how many of their sections, and the energy such a section has at most."""
MODULATION = 0.13
HOLDING: Role = "harmony"
"""The role that holds a section together where others leave room."""
STAYING = frozenset({"ambient", "lofi"})
"""Styles that never change key."""


def random_cue(
    rng: np.random.Generator,
    *,
    max_beats: int = 128,
    min_beats: int = 24,
    style: str | None = None,
    metre: int | None = None,
) -> CueSheet:
    """Draw a cue sheet.

    Parameters
    ----------
    rng : numpy.random.Generator
    max_beats, min_beats : int
        Bounds of the length in beats; one piece in ten is shorter still, down to two bars.
    style : str, optional
        One of ``STYLES``; drawn if not given.
    metre : int, optional
        One of ``METRES``; drawn if not given.
    """
    style = style or STYLES[rng.integers(len(STYLES))]
    metre = metre or int(rng.choice(METRES, p=_metre_shares(style)))
    shares = MODE_SHARES[style]
    mode = str(rng.choice(list(shares), p=list(shares.values())))
    bpm = float(rng.uniform(*tempo_range(style, metre)))
    length = int(rng.integers(8, min_beats)) if rng.random() < 0.1 else int(rng.integers(min_beats, max_beats + 1))
    sections = _draw_sections(rng, style, mode, _draw_bars(rng, length, metre))
    beats = sum(section.beats for section in sections)
    last_bar = sections[-1].bars[-1]
    end_beat = beats - 1 if rng.random() < 0.35 and last_bar >= 3 else beats - last_bar
    cue = CueSheet(style, mode, int(rng.integers(12)), bpm, sections, {}, frozenset(), end_beat, metre=metre)
    cue = _with_modulation(cue, rng)
    cue = _with_hits(cue, rng)
    return _with_captions(cue, rng)


def _metre_shares(style: str) -> tuple[float, ...]:
    if style in LILTING:
        return LILTING_SHARES
    return SQUARE_SHARES if style in SQUARE else METRE_SHARES


def _draw_bars(rng: np.random.Generator, length: int, metre: int) -> list[tuple[int, ...]]:
    """Bars of each section, ``length`` beats or a little less in all; some pieces bend bars at cuts."""
    bending = rng.random() < 0.5
    shares = LONG_BAR_SHARES if metre == COMPOUND else SECTION_SHARES
    bent, bent_shares = BENT[metre]
    sections: list[tuple[int, ...]] = []
    left = length
    while left >= metre or not sections:
        bars = [metre] * int(rng.choice(SECTION_BARS, p=shares))
        if bending and rng.random() < 0.5:
            bars[-1] = int(rng.choice(bent, p=bent_shares))
        if bending and len(bars) > 2 and rng.random() < 0.12:
            bars[rng.integers(len(bars) - 1)] = int(rng.choice([beats for beats in bent if beats < metre]))
        while len(bars) > 1 and sum(bars) > left:
            bars.pop()
        if sum(bars) > left:
            bars = [metre]
        sections.append(tuple(bars))
        left -= sum(bars)
    return sections


def _draw_sections(rng: np.random.Generator, style: str, mode: str, bars: list[tuple[int, ...]]) -> tuple[Section, ...]:
    energies = _draw_energies(rng, len(bars))
    if style == "ambient":
        energies = energies * 0.75
    entries = _draw_entries(rng, style)
    spoken = rng.random() < SPOKEN
    mood, strain = rng.normal(0, 0.12), rng.normal(0, 0.12)
    sections: list[Section] = []
    start = theme = 0
    fast = rng.random() < 0.5
    for index, section_bars in enumerate(bars):
        energy = float(energies[index])
        leaves_room = spoken and rng.random() < SPOKEN_SECTION
        if leaves_room:
            energy = min(energy, float(rng.uniform(0.15, SPOKEN_ENERGY)))
        later = energy if leaves_room else _later(rng, energy, len(section_bars))
        if index and not (fast and len(section_bars) <= 2 and rng.random() < 0.7):
            theme = int(rng.choice((0, 1, 2), p=(0.55, 0.3, 0.15)))
        roles = _draw_roles(rng, entries, (energy + later) / 2)
        if leaves_room:
            silent: set[Role] = {"melody", "drums" if rng.random() < 0.5 else "counter"}
            roles = frozenset[Role](roles - silent).union((HOLDING,))
        sections.append(
            Section(
                start=start,
                bars=section_bars,
                energy=(energy, later),
                valence=float(np.clip(VALENCE_OF_MODE[mode] + mood + rng.normal(0, 0.1), -1, 1)),
                tension=float(np.clip(tension_of(style, energy) + strain + rng.normal(0, 0.08), 0, 1)),
                theme=theme,
                roles=roles,
            )
        )
        start += sum(section_bars)
    return tuple(sections)


def _later(rng: np.random.Generator, energy: float, bars: int) -> float:
    """Energy at a section's end: mostly the same, sometimes risen, in long sections now and then fallen."""
    drawn = rng.random()
    if drawn < 0.25:
        return min(1.0, energy + float(rng.uniform(0.15, 0.4)))
    if drawn < 0.3 and bars >= 3:
        return max(0.03, energy - float(rng.uniform(0.15, 0.35)))
    return energy


def _draw_energies(rng: np.random.Generator, count: int) -> np.ndarray:
    """Energy of each section along one of seven curves."""
    place = (np.arange(count) + 0.5) / count
    base = rng.uniform(0.2, 0.7)
    shape = rng.choice(
        ("arc", "rise", "wave", "flat", "free", "fall", "drop"), p=(0.26, 0.2, 0.14, 0.1, 0.12, 0.08, 0.1)
    )
    curve = {
        "arc": 0.25 + 0.7 * np.sin(np.pi * np.minimum(1, place * 1.15)),
        "rise": 0.15 + 0.8 * place,
        "wave": 0.5 + 0.35 * np.sin(9.4 * place + base * 9),
        "flat": np.full(count, base),
        "free": rng.random(count),
        "fall": 0.9 - 0.7 * place,
        "drop": np.where(np.abs(place - base) < 0.14, 0.2, 0.8),
    }[str(shape)]
    return np.clip(curve + rng.normal(0, 0.08, count), 0.03, 1)


def _draw_entries(rng: np.random.Generator, style: str) -> dict[Role, float]:
    """From which energy each role plays in this piece; a piece may do without one altogether."""
    entries: dict[Role, float] = {role: float(rng.normal(mean, spread)) for role, (mean, spread) in ENTRY.items()}
    entries["drums"] += DRUM_SHY.get(style, 0.0)
    if style in ("tense", "thriller", "action") and rng.random() < 0.4:
        entries["melody"] += 0.5
    for role in ROLES:
        if rng.random() < 0.05:
            entries[role] += 1
    return entries


def _draw_roles(rng: np.random.Generator, entries: dict[Role, float], energy: float) -> frozenset[Role]:
    roles: set[Role] = {role for role in ROLES if (energy >= entries[role]) != (rng.random() < EXCEPTION)}
    if not roles & {"bass", "harmony", "counter"}:
        roles.add("harmony")
    if len(roles) < 2:
        extra: tuple[Role, ...] = ("bass", "counter", "melody", "harmony")
        roles.add(extra[rng.integers(len(extra))])
    return frozenset(roles)


def _with_modulation(cue: CueSheet, rng: np.random.Generator) -> CueSheet:
    """Let some pieces end higher than they began: theme A returns one to three semitones up, and stays there."""
    if cue.style in STAYING or len(cue.sections) < 4 or rng.random() >= MODULATION * 1.6:
        return cue
    late = [
        index
        for index, section in enumerate(cue.sections)
        if section.start >= 0.55 * cue.beats and section.theme == 0 and section.beats >= 2 * cue.metre
    ]
    if not late:
        return cue
    shift = int(rng.choice((1, 2, 3), p=(0.35, 0.5, 0.15)))
    sections = tuple(
        replace(section, shift=shift) if index >= late[0] else section for index, section in enumerate(cue.sections)
    )
    return replace(cue, sections=sections)


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
        if strength == 1.0 and eighth % 2 == 0 and 2 * cue.metre < eighth <= end and rng.random() < 0.22
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
