"""From a passage of real music to a lesson: its key, chords, sections, and what a cue sheet would have said of it.

What is counted here is raw; ``real_build`` ranks energy and tension over the whole corpus.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.chords import LoopChord
from vem_plugin.score.cue import ROLES, SCALES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.real_analysis import Key, chroma_of, find_chords, find_key, novelty_of_bars
from vem_plugin.training.corpus.real_midi import Passage, in_lanes
from vem_plugin.training.corpus.sketch import BASS, DRUMS_ROLE, MELODY

DIATONIC = 0.82
"""Least share of a passage that must lie in its scale; below it the music has no key that one section could name."""
WANDERING = 0.2
"""Most by which another key may fit either half of a passage better in scale tones: beyond it the music modulates."""
AT_HOME = 0.2
"""Least share of beats with a chord on the tonic: what ends on a chord it hardly knew has not come home."""
NEW_SECTION = 0.45
SAME_THEME = 0.6


@dataclass(frozen=True)
class RawSection:
    """Some bars that want one thing: raw energy at both ends and raw tension, theme (0 to 2), roles, register."""

    first_bar: int
    bars: int
    energy: tuple[float, float]
    tension: float
    register: float
    theme: int
    roles: tuple[int, ...]


@dataclass(frozen=True)
class RawLesson:
    """A passage that can be learnt from, tonic-normalised and in the lanes."""

    passage: Passage
    key: Key
    chords: tuple[LoopChord, ...]
    sections: tuple[RawSection, ...]
    moved: float
    source: str


def lesson_of(
    passage: Passage, *, source: str, moved: float, key: Key | None = None, chords: tuple[LoopChord, ...] | None = None
) -> RawLesson | None:
    """Analyse a passage; None where it has no steady key or does not end at home.

    ``key`` and ``chords`` (tonic-normalised) are given where the source writes them down.
    """
    found = key or find_key(passage.notes, passage.beats, passage.end_beat)
    notes = _transposed(passage.notes, found.tonic)
    if key is None and (found.diatonic < DIATONIC or _wanders(notes, passage, found.mode)):
        return None
    notes = in_lanes(notes)
    told = chords or find_chords(notes, passage.beats, passage.metre, found.mode)
    at_home = sum(chord.root == 0 for chord in told[: passage.end_beat]) / passage.end_beat
    last = told[passage.end_beat]
    strange = (3, 4)[3 in SCALES[found.mode]] in last.tones  # the third of the other mode
    if last.root != 0 or strange or (key is None and at_home < AT_HOME):
        return None
    told = (*told[: passage.end_beat], *(told[passage.end_beat],) * (passage.beats - passage.end_beat))
    heard = replace(passage, notes=notes)
    sections = _sections_of(heard, told)
    if sections is None:
        return None
    heard = replace(heard, notes=_kept_to_sections(heard, sections))
    return RawLesson(heard, found, told, sections, moved, source)


def _transposed(notes: NDArray[np.void], tonic: int) -> NDArray[np.void]:
    """The tonic to C by the shortest way; drums stay."""
    down = tonic if tonic <= 6 else tonic - 12
    moved = notes.copy()
    pitched = moved["role"] != DRUMS_ROLE
    moved["pitch"][pitched] = (moved["pitch"][pitched].astype(int) - down) % 128
    return moved


def _wanders(notes: NDArray[np.void], passage: Passage, mode: str) -> bool:
    chroma = chroma_of(notes, passage.beats)
    for half in np.array_split(chroma, 2):
        histogram = half.sum(0) / max(1.0, half.sum())
        scales = [[(tone + tonic) % 12 for tone in SCALES["major"]] for tonic in range(12)]
        if max(histogram[scale].sum() for scale in scales) - histogram[list(SCALES[mode])].sum() > WANDERING:
            return True
    return False


def _sections_of(passage: Passage, chords: tuple[LoopChord, ...]) -> tuple[RawSection, ...] | None:
    """Runs of four or eight bars, split where the music changes; the last bar belongs to the last run."""
    played = passage.bars - 1
    novelty = novelty_of_bars(passage.notes, played, passage.metre)
    cuts = [bar for bar in range(4, played - 3, 4) if novelty[bar] > NEW_SECTION or bar % 8 == 0]
    edges = [0, *cuts, passage.bars]
    sections: list[RawSection] = []
    shapes: list[tuple[NDArray[np.float64], int]] = []
    for first, after in pairwise(edges):
        section = _measured(passage, chords, first, after - first)
        if not section.roles:
            return None
        shape = _shape_of(passage, first, min(after, played) - first)
        theme = _theme_like(shape, shapes)
        shapes.append((shape, theme))
        sections.append(replace(section, theme=theme))
    return tuple(sections)


def _measured(passage: Passage, chords: tuple[LoopChord, ...], first: int, bars: int) -> RawSection:
    metre, notes = passage.metre, passage.notes
    beat, beats = first * metre, bars * metre
    start, stop = beat * STEPS_PER_BEAT, (beat + beats) * STEPS_PER_BEAT
    middle = (start + stop) // 2
    here = notes[(notes["start"] >= start) & (notes["start"] < stop)]
    roles = tuple(role for role in range(len(ROLES)) if (here["role"] == role).any())
    halves = [_energy_of(part, beats / 2) for part in (here[here["start"] < middle], here[here["start"] >= middle])]
    chroma = chroma_of(notes, passage.beats)[beat : beat + beats]
    tones = np.array([[pitch in chord.tones for pitch in range(12)] for chord in chords[beat : beat + beats]])
    outside = (chroma * ~tones).sum() / max(1.0, chroma.sum())
    harsh = chroma[:, [1, 6, 8]].sum() / max(1.0, chroma.sum())
    pitched = here[here["role"] != DRUMS_ROLE]["pitch"]
    register = float(pitched.mean()) if len(pitched) else 60.0
    return RawSection(first, bars, (halves[0], halves[1]), float(outside + harsh), register, 0, roles)


def _energy_of(notes: NDArray[np.void], beats: float) -> float:
    """How much goes on: notes a beat on a logarithmic scale, roles at work, drums, loudness."""
    if not len(notes):
        return 0.0
    roles = len(np.unique(notes["role"]))
    drums = (notes["role"] == DRUMS_ROLE).sum()
    return float(
        np.log1p(len(notes) / beats) + 0.25 * roles + 0.3 * np.log1p(drums / beats) + notes["velocity"].mean() / 127
    )


def _shape_of(passage: Passage, first: int, bars: int) -> NDArray[np.float64]:
    """What tune and bass do in the first four bars: pitch classes struck on each eighth, (2, eighths, 12)."""
    length = min(4, bars) * passage.metre * 2
    shape = np.zeros((2, 4 * passage.metre * 2, 12))
    for row, role in enumerate((BASS, MELODY)):
        for note in passage.notes[passage.notes["role"] == role]:
            eighth = int(note["start"]) // 2 - first * passage.metre * 2
            if 0 <= eighth < length:
                shape[row, eighth, note["pitch"] % 12] = 1
    return shape


def _theme_like(shape: NDArray[np.float64], earlier: list[tuple[NDArray[np.float64], int]]) -> int:
    """The theme this section brings back, or the next new one (2 at most)."""

    def alike(other: NDArray[np.float64]) -> float:
        union = np.maximum(shape, other).sum()
        return float(np.minimum(shape, other).sum() / union) if union else 1.0

    likeness, theme = max(((alike(other), theme) for other, theme in earlier), default=(0.0, 0))
    if likeness >= SAME_THEME or not earlier:
        return theme
    newest = max(theme for _, theme in earlier)
    return newest + 1 if newest < 2 else theme


def _kept_to_sections(passage: Passage, sections: tuple[RawSection, ...]) -> NDArray[np.void]:
    """Notes end where their role falls silent for a section."""
    notes = passage.notes.copy()
    for section in sections:
        start = section.first_bar * passage.metre * STEPS_PER_BEAT
        absent = ~np.isin(notes["role"], section.roles)
        over = absent & (notes["start"] < start) & (notes["start"] + notes["length"] > start)
        notes["length"][over] = start - notes["start"][over]
    return notes
