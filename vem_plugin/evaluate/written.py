"""The measures of single pieces, in all columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vem_plugin.evaluate import form, harmony, obedience, tune
from vem_plugin.evaluate.counting import Count, figure_of
from vem_plugin.evaluate.table import (
    REAL,
    TEACHER,
    Row,
    Target,
    at_least,
    at_most,
    between,
    either,
    not_above,
    within_of,
)
from vem_plugin.training.corpus.build import Piece

Measure = Callable[[Piece], Count]
Columns = Mapping[str, Sequence[Piece]]

SOUND_FOR_ALL: tuple[tuple[str, str, Measure, Target | None], ...] = (
    ("harmony", "notes in key", harmony.notes_in_key, either(at_least(0.97), within_of(0.02, REAL))),
    ("harmony", "bass on chord tones, strong beats", harmony.bass_on_chord, within_of(0.05, TEACHER)),
    ("harmony", "melody on chord tones, strong beats", harmony.melody_on_chord, within_of(0.05, TEACHER)),
    ("harmony", "clashes between roles, a bar", harmony.clashes_a_bar, not_above(REAL)),
    ("harmony", "chord changes on a bar line or half", harmony.changes_on_barlines, None),
    ("harmony", "melody above the harmony", harmony.melody_above_harmony, None),
    ("tune", "pitch class kept 8 bars later", tune.kept_eight_bars_later, at_least(0.85)),
    ("tune", "exact 4-grams that return", tune.grams_that_return, at_least(0.25)),
    ("tune", "leaps of 10 semitones or more", tune.leaps, None),
    ("structure", "neighbouring bars alike", form.bars_alike, between(TEACHER, REAL)),
    ("structure", "melody bars that return", tune.motifs_that_return, between(TEACHER, REAL)),
    ("structure", "phrase length, bars", tune.phrase_length, between(TEACHER, REAL)),
    ("structure", "ends on the tonic", obedience.ends_on_tonic, at_least(0.9)),
)
"""Measures that mean something for real music, too."""

OF_THE_CUE_SHEET: tuple[tuple[str, str, Measure, Target | None], ...] = (
    ("obedience", "accent at a marked hit", obedience.hits_accented, at_least(0.98)),
    ("obedience", "false accents", obedience.false_accents, at_most(0.05)),
    ("obedience", "onset at any hit", obedience.hits_struck, None),
    ("obedience", "stops silent", obedience.stops_silent, None),
    ("obedience", "roles left out stay out", obedience.roles_left_out, at_least(0.97)),
    ("obedience", "roles asked for play", obedience.roles_asked_for, at_least(0.97)),
    ("obedience", "energy asked and heard, by bar", obedience.energy_by_bar, at_least(0.85)),
    ("obedience", "energy asked and heard, by section", obedience.energy_by_section, None),
    ("obedience", "last chord struck, then nothing", obedience.last_chord_struck, None),
    ("obedience", "chord roots as told", harmony.roots_as_told, None),
    ("tune", "theme notes played (within 2 semitones)", tune.theme_played, None),
    ("structure", "drums like the bar before", form.drums_steady, None),
    ("structure", "bass rhythm like the bar before", form.bass_steady, None),
    ("structure", "counter rhythm like the bar before", form.counter_steady, None),
)
"""Measures against a cue sheet; that of a real piece was drawn from the piece itself, and says nothing about it."""


def rows_of_pieces(columns: Columns) -> list[Row]:
    """A row for every measure, over the pieces of each column."""
    asked = {column: pieces for column, pieces in columns.items() if column != REAL}
    return [
        Row(group, name, {column: figure_of(map(measure, pieces)) for column, pieces in measured.items()}, target)
        for measures, measured in ((SOUND_FOR_ALL, columns), (OF_THE_CUE_SHEET, asked))
        for group, name, measure, target in measures
    ]
