"""Measures of takes against each other, against what taught them, and of the codec alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from vem_plugin.evaluate.baselines import AGAIN, Task
from vem_plugin.evaluate.counting import Count, figure_of, mean_of
from vem_plugin.evaluate.form import Library, notes_alike, notes_f1
from vem_plugin.evaluate.histograms import HISTOGRAMS, histogram_of, overlap_area
from vem_plugin.evaluate.places import BASS, DRUMS, HARMONY, MELODY
from vem_plugin.evaluate.table import MODEL, TEACHER, Row, at_least, at_most
from vem_plugin.evaluate.takes import Desk, Take, with_tune_of
from vem_plugin.evaluate.written import Columns
from vem_plugin.score.cue import ROLES
from vem_plugin.training.corpus.build import Piece

SEEDS = 2
"""Takes of one cue sheet that are compared with each other."""
OTHER_TUNE = 77


def rows_of_codec(desk: Desk, taught: Sequence[Piece], real: Sequence[Piece]) -> list[Row]:
    """F1 of notes (role, onset, pitch) that go through the codec and back, by role."""
    rows = []
    for name, pieces, least in (("synthetic", taught, 0.99), ("real", real, 0.97)):
        pairs = [desk.read_again(piece) for piece in pieces]
        for number, role in enumerate(ROLES):
            counts = [notes_f1(shown, heard, roles=(number,)) for shown, heard in pairs]
            rows.append(Row("codec", f"{role}, {name} held-out", {MODEL: figure_of(counts)}, at_least(least)))
    return rows


def rows_of_swaps(desk: Desk, tasks: Sequence[Task], takes: Sequence[Take]) -> list[Row]:
    """Another tune on the same chords with the same noise: what of the notes stays, by role."""
    alike: dict[str, list[list[float]]] = {MODEL: [], TEACHER: []}
    for task, take in zip(tasks, takes, strict=False):
        other = replace(task, theme=with_tune_of(task.theme, task.with_theme(OTHER_TUNE).theme))
        swapped = desk.write(task.cue, seed=task.number, theme=other.theme).network
        alike[MODEL].append(_alike_by_role(take.network, swapped))
        alike[TEACHER].append(_alike_by_role(task.taught(), other.taught()))
    names = {**dict(enumerate(ROLES)), MELODY: "melody (should change)"}
    targets = dict.fromkeys((DRUMS, BASS, HARMONY), at_least(0.9))
    rows = []
    for role in range(len(ROLES)):
        figures = {column: figure_of(Count(row[role], 1) for row in table) for column, table in alike.items()}
        rows.append(Row("other tune, same noise", f"{names[role]}: notes that stay", figures, targets.get(role)))
    return rows


def rows_of_teacher(tasks: Sequence[Task], columns: Columns) -> list[Row]:
    """F1 of the melody (onset and pitch class) with the rule-based composer's own on the same theme.

    In the teacher's column: another take of it against the first.
    """
    figures = {}
    for column, pieces in columns.items():
        pairs = [(piece, task.taught(AGAIN)) for piece, task in zip(pieces, tasks, strict=True)]
        figures[column] = figure_of(notes_f1(*pair, roles=(MELODY,), pitch_classes=True) for pair in pairs)
    return [Row("tune", "melody like the teacher's on the same theme, F1", figures)]


def _alike_by_role(one: Piece, other: Piece) -> list[float]:
    return [notes_alike(one, other, roles=(role,)) for role in range(len(ROLES))]


def rows_of_seeds(desk: Desk, tasks: Sequence[Task]) -> list[Row]:
    """How alike takes of one cue sheet are that differ in their seed, and so in their theme."""
    model, taught = [], []
    for task in tasks:
        others = [replace(task.with_theme(seed), number=1000 * task.number + seed) for seed in range(SEEDS)]
        takes = [desk.write(other.cue, seed=other.number, theme=other.theme).piece for other in others]
        model.append(mean_of([notes_alike(*pair) for pair in combinations(takes, 2)]))
        taught.append(mean_of([notes_alike(*pair) for pair in combinations([o.taught() for o in others], 2)]))
    figures = {MODEL: figure_of(model), TEACHER: figure_of(taught)}
    return [Row("diversity", "likeness of takes with other seeds", figures, at_most(0.4))]


def rows_of_memory(columns: Columns, library: Library) -> list[Row]:
    """How near the nearest eight bars of the pieces that taught are: the mean over pieces, and the nearest of all."""
    nearest = {column: [library.nearest(piece) for piece in pieces] for column, pieces in columns.items()}
    mean = {column: figure_of(Count(value, 1) for value in values) for column, values in nearest.items()}
    worst = {column: figure_of([Count(max(values), 1)]) for column, values in nearest.items() if values}
    name = f"nearest eight bars in {library.pieces:,} training pieces"
    return [
        Row("diversity", f"{name}, mean", mean, None),
        Row("diversity", f"{name}, worst", worst, at_most(0.7)),
    ]


def rows_of_vocabulary(columns: Columns, corpus: Sequence[Piece]) -> list[Row]:
    """Overlap areas of histograms with the corpus."""
    rows = []
    for name in HISTOGRAMS:
        known = histogram_of(corpus, name)
        counts = {column: histogram_of(pieces, name) for column, pieces in columns.items() if pieces}
        areas = {
            column: figure_of([Count(overlap_area(known, bins), 1)]) for column, bins in counts.items() if bins.any()
        }
        rows.append(Row("distribution", f"{name}, overlap with the corpus", areas, at_least(0.85)))
    return rows
