"""Write ``real_pieces.npz`` from its sources (``real_sources.md`` says where they come from and why they may be used).

    python -m vem_plugin.training.corpus.real_build freedoom1.wad freedoom2.wad

The tunes in ``traditional_tunes.abc`` are always read; the same sources give the same file.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from vem_plugin.score.modes import VALENCE_OF_MODE
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.real import (
    ENSEMBLE_NAMES,
    LOUDNESS_NAMES,
    MOOD_NAMES,
    NO_OVER,
    PIECES_FILE,
    Columns,
)
from vem_plugin.training.corpus.real_abc import lessons_of_tunes
from vem_plugin.training.corpus.real_cut import RawLesson, RawSection, lesson_of
from vem_plugin.training.corpus.real_midi import Tracks, music_of_wad, passage_of, read_tracks
from vem_plugin.training.corpus.real_words import energy_word, mood_name
from vem_plugin.training.corpus.sketch import DRUMS_ROLE

FREEDOOM, TRADITIONAL = "Freedoom", "traditional"
LENGTHS = (8, 12, 16, 20, 24, 30)
"""Bars of a passage before the one that only strikes the last chord."""
HOP, LESSONS_A_START = 4, 2
MAX_BEATS, MIN_BEATS = 128, 24
MOVED_AT_MOST = 0.03
QUIETEST, LOUDEST = 0.15, 0.85
CALMEST, TENSEST = 0.08, 0.8
MIDDLE_REGISTER, REGISTER_SPAN = 57.0, 60.0


def lessons_of_band(path: Path) -> Iterator[RawLesson]:
    """Passages of every piece in a WAD: from each fourth bar the lengths that end at home, one drawn among them."""
    for name, midi in music_of_wad(path):
        tracks = read_tracks(f"Freedoom: {name}", midi)
        if tracks is None:
            continue
        rng = np.random.default_rng(list(name.encode()))
        for first in range(0, tracks.bars - min(LENGTHS), HOP):
            found = (_band_lesson(tracks, first, int(bars)) for bars in rng.permutation(LENGTHS))
            yield from islice((lesson for lesson in found if lesson), LESSONS_A_START)


def _band_lesson(tracks: Tracks, first: int, bars: int) -> RawLesson | None:
    beats = (bars + 1) * tracks.metre
    if not MIN_BEATS <= beats <= MAX_BEATS or first + bars >= tracks.bars:
        return None
    cut = passage_of(tracks, first, bars + 1)
    if cut is None or cut[1] > MOVED_AT_MOST:
        return None
    return lesson_of(cut[0], source=FREEDOOM, moved=cut[1])


def columns_of_lessons(lessons: Sequence[RawLesson]) -> Columns:
    """Lay lessons out as the columns of the file; energy and tension are ranked over all sections of a source."""
    ranks = _ranks(lessons)
    qualities = sorted({chord.quality for lesson in lessons for chord in lesson.chords})
    rows: dict[str, list] = {}
    sizes: list[tuple[int, int, int]] = []

    def put(**values: object) -> None:
        for name, value in values.items():
            rows.setdefault(name, []).append(value)

    for lesson in lessons:
        passage = lesson.passage
        put(
            title=passage.title,
            source=lesson.source,
            ensemble=ENSEMBLE_NAMES.index(passage.ensemble),
            tonic=lesson.key.tonic,
            mode=lesson.key.mode,
            metre=passage.metre,
            bpm=passage.bpm,
            end_beat=passage.end_beat,
        )
        levels = [ranks[id(section)] for section in lesson.sections]
        for section, (energy, tension) in zip(lesson.sections, levels, strict=True):
            middle = sum(energy) / 2
            bright = (section.register - MIDDLE_REGISTER) / REGISTER_SPAN
            valence = float(np.clip(VALENCE_OF_MODE[lesson.key.mode] + bright - 0.3 * (tension - 0.4), -1, 1))
            put(
                first_bar=section.first_bar,
                bars=section.bars,
                energy=energy,
                valence=valence,
                tension=tension,
                theme=section.theme,
                roles=sum(1 << role for role in section.roles),
                mood=MOOD_NAMES.index(mood_name(valence, middle, tension)),
                loudness=LOUDNESS_NAMES.index(energy_word(middle)),
            )
        for chord in lesson.chords:
            put(
                root=chord.root,
                quality=qualities.index(chord.quality),
                over=NO_OVER if chord.over is None else chord.over,
            )
        sizes.append((len(passage.notes), passage.beats, len(lesson.sections)))
    offsets = np.concatenate([np.zeros((1, 3), np.int32), np.cumsum(sizes, axis=0).astype(np.int32)])
    columns: Columns = {name: np.array(values) for name, values in rows.items()}
    for name, values in columns.items():
        if values.dtype.kind == "f":
            columns[name] = values.astype(np.float32)
        elif values.dtype.kind == "i":
            columns[name] = values.astype(np.uint8)
    columns["notes"] = np.concatenate(
        [_played(lesson, [ranks[id(s)][0] for s in lesson.sections]) for lesson in lessons]
    )
    columns["qualities"] = np.array(qualities)
    columns.update(zip(("note_offsets", "beat_offsets", "section_offsets"), offsets.T, strict=True))
    return columns


def _ranks(lessons: Sequence[RawLesson]) -> dict[int, tuple[tuple[float, float], float]]:
    """Energy (both ends) and tension of every section, by its identity, ranked within its source."""
    ranked: dict[int, tuple[tuple[float, float], float]] = {}
    for source in sorted({lesson.source for lesson in lessons}):
        sections: list[RawSection] = [s for lesson in lessons if lesson.source == source for s in lesson.sections]
        energies = np.array([section.energy for section in sections])
        energy = QUIETEST + (LOUDEST - QUIETEST) * _rank(energies.ravel()).reshape(-1, 2)
        if source == TRADITIONAL:
            energy = QUIETEST + 0.6 * (energy - QUIETEST)  # one line alone is never full
        tension = CALMEST + (TENSEST - CALMEST) * _rank(np.array([section.tension for section in sections]))
        if source == TRADITIONAL:
            tension = CALMEST + 0.5 * (tension - CALMEST)
        for section, (first, last), tense in zip(sections, energy, tension, strict=True):
            ranked[id(section)] = ((float(first), float(last)), float(tense))
    return ranked


def _rank(values: np.ndarray) -> np.ndarray:
    """Place of each value among all, 0 to 1; equal values share a place."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return middle[inverse] / max(1, len(values) - 1)


def _played(lesson: RawLesson, energies: list[tuple[float, float]]) -> np.ndarray:
    """Velocities: what was played against its role's mean, over a base of energy and the metre's accents."""
    passage = lesson.passage
    notes = passage.notes.copy()
    steps = np.arange(passage.beats * STEPS_PER_BEAT)
    base = np.zeros(len(steps))
    for section, (first, last) in zip(lesson.sections, energies, strict=True):
        start = section.first_bar * passage.metre * STEPS_PER_BEAT
        length = section.bars * passage.metre * STEPS_PER_BEAT
        arc = 4 * np.sin(np.pi * (np.arange(length) + 0.5) / length)
        base[start : start + length] = 56 + 44 * np.linspace(first, last, length) + arc
    bar = passage.metre * STEPS_PER_BEAT
    base += 5.0 * (steps % bar == 0) + 2.0 * (steps % STEPS_PER_BEAT == 0)
    for role in np.unique(notes["role"]):
        mine = notes["role"] == role
        struck = notes["velocity"][mine].astype(float)
        shade = np.clip(0.6 * (struck - struck.mean()), -22, 18)
        if role != DRUMS_ROLE:
            shade = shade * 0.7
        notes["velocity"][mine] = np.clip(np.rint(base[notes["start"][mine]] + shade), 24, 124)
    return notes


def main() -> None:
    """Read the sources and write the file beside this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wads", nargs="+", type=Path, help="freedoom1.wad and freedoom2.wad of Freedoom 0.12.1")
    parser.add_argument("--to", type=Path, default=Path(__file__).with_name(PIECES_FILE))
    asked = parser.parse_args()
    lessons = [lesson for wad in asked.wads for lesson in lessons_of_band(wad)]
    lessons = list({(lesson.passage.title, lesson.passage.notes.tobytes()): lesson for lesson in lessons}.values())
    lessons += lessons_of_tunes(TRADITIONAL)
    np.savez_compressed(asked.to, **columns_of_lessons(lessons))  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main()
