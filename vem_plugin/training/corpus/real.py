"""Real music for the corpus: pieces by people, kept as one small file, so that the model is no copy of its teacher.

``real_pieces.npz`` is written by ``real_build`` from the sources in ``real_sources.md`` and read here; reading needs no
music library and no source. Columns:

counted in notes      ``notes`` (dtype ``NOTE``, tonic-normalised, in the lanes of the raster)
counted in beats      ``root``, ``quality``, ``over`` of the chords (``over`` 255: the root is in the bass)
counted in sections   ``first_bar``, ``bars``, ``energy`` (2), ``valence``, ``tension``, ``theme``, ``roles`` (bits),
                      ``mood``, ``loudness`` (numbers of wordings)
one a piece           ``title``, ``source``, ``ensemble``, ``tonic`` (as sounding), ``mode``, ``metre``, ``bpm``,
                      ``end_beat``
names                 ``qualities``, the chord qualities that ``quality`` numbers
offsets of pieces     ``note_offsets``, ``beat_offsets``, ``section_offsets``

Whole works are held out, by a hash of their title.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.chords import LoopChord
from vem_plugin.score.cue import ROLES, UNTOLD, CueSheet, Section
from vem_plugin.score.notes import STEPS_PER_BEAT, Chord
from vem_plugin.score.theme import RealisedTheme, ThemeNote
from vem_plugin.training.corpus.build import Piece
from vem_plugin.training.corpus.real_words import ENERGIES, ENSEMBLES, MOODS, describe
from vem_plugin.training.corpus.sketch import MELODY

Columns = dict[str, NDArray[Any]]
Split = Literal["train", "heldout"]
PIECES_FILE = "real_pieces.npz"
HELD_OUT_SHARE = 0.08
NO_OVER = 255
ENSEMBLE_NAMES, MOOD_NAMES, LOUDNESS_NAMES = tuple(ENSEMBLES), tuple(MOODS), tuple(ENERGIES)
CUT, LAST_CHORD = 0.25, 0.5
"""Strengths of the hits on section starts and on the last chord, where something is struck."""


def split_of(title: str) -> Split:
    """Whether a work is learnt from or held out; the same title always falls on the same side."""
    place = int.from_bytes(sha256(title.encode()).digest()[:4], "big") / 2**32
    return "heldout" if place < HELD_OUT_SHARE else "train"


def load_real_pieces(split: Split) -> list[Piece]:
    """All pieces of a split, in the order of the file.

    A cue sheet's style is ``UNTOLD``, its captions are drawn by the piece's number; a piece's tune is the melody that
    was written, its chords those that were heard (or printed above the tune).
    """
    columns = real_columns()
    return [
        _piece(columns, number) for number in range(len(columns["bpm"])) if split_of(columns["title"][number]) == split
    ]


@cache
def real_columns() -> Columns:
    """The file's columns, read once."""
    with (files("vem_plugin.training.corpus") / PIECES_FILE).open("rb") as stream, np.load(stream) as stored:
        return {name: stored[name] for name in stored.files}


def real_caption(ensemble: int, mood: int, loudness: int, rng: np.random.Generator) -> str:
    """Draw a wording for stored numbers of an ensemble, a mood and an energy."""
    return describe(ENSEMBLE_NAMES[ensemble], MOOD_NAMES[mood], LOUDNESS_NAMES[loudness], rng)


def _piece(columns: Columns, number: int) -> Piece:
    notes = _rows(columns, "notes", "note_offsets", number)
    cue = _cue(columns, number, notes)
    chords = tuple(_chords(columns, number))
    theme = RealisedTheme(
        chords=chords,
        next_roots=_at_next_bar(cue, [chord.root for chord in chords]),
        next_basses=_at_next_bar(cue, [chord.bass for chord in chords]),
        melody=tuple(
            ThemeNote(*map(int, (n["start"], n["length"], n["pitch"]))) for n in notes[notes["role"] == MELODY]
        ),
        resting=frozenset(
            beat for s in cue.sections for beat in range(s.start + s.beats - s.bars[-1], s.start + s.beats)
        ),
    )
    return Piece(cue, theme, notes, tuple(Chord(chord.root, chord.tones) for chord in chords))


def _rows(columns: Columns, name: str, offsets: str, number: int) -> NDArray[Any]:
    first, last = columns[offsets][number : number + 2]
    return columns[name][first:last]


def _chords(columns: Columns, number: int) -> Iterator[LoopChord]:
    rows = (_rows(columns, name, "beat_offsets", number) for name in ("root", "quality", "over"))
    names = columns["qualities"]
    for root, quality, over in zip(*rows, strict=True):
        yield LoopChord(int(root), str(names[quality]), None if over == NO_OVER else int(over))


def _cue(columns: Columns, number: int, notes: NDArray[np.void]) -> CueSheet:
    metre, ensemble = int(columns["metre"][number]), int(columns["ensemble"][number])
    end_beat = int(columns["end_beat"][number])
    rng = np.random.default_rng([number, 7])
    rows = {
        name: _rows(columns, name, "section_offsets", number)
        for name in ("first_bar", "bars", "energy", "valence", "tension", "theme", "roles", "mood", "loudness")
    }
    sections = tuple(
        Section(
            start=int(rows["first_bar"][index]) * metre,
            bars=(metre,) * int(rows["bars"][index]),
            energy=(float(rows["energy"][index][0]), float(rows["energy"][index][1])),
            valence=float(rows["valence"][index]),
            tension=float(rows["tension"][index]),
            theme=int(rows["theme"][index]),
            roles=frozenset(role for bit, role in enumerate(ROLES) if rows["roles"][index] >> bit & 1),
            caption=real_caption(ensemble, int(rows["mood"][index]), int(rows["loudness"][index]), rng),
        )
        for index in range(len(rows["bars"]))
    )
    struck = set(notes["start"].tolist())
    wished = {2 * section.start: CUT for section in sections[1:]} | {2 * end_beat: LAST_CHORD}
    return CueSheet(
        style=UNTOLD,
        mode=str(columns["mode"][number]),
        key=0,
        bpm=float(columns["bpm"][number]),
        sections=sections,
        hits={eighth: strength for eighth, strength in wished.items() if eighth * STEPS_PER_BEAT // 2 in struck},
        stops=frozenset(),
        end_beat=end_beat,
        caption=sections[0].caption,
        metre=metre,
    )


def _at_next_bar(cue: CueSheet, classes: list[int]) -> tuple[int, ...]:
    """For every beat the value at the next bar's first beat; the tonic after the end."""
    following = []
    for beat in range(cue.beats):
        downbeat = (beat // cue.metre + 1) * cue.metre
        following.append(classes[downbeat] if downbeat < cue.beats else 0)
    return tuple(following)
