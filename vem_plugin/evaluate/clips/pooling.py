"""From what was heard clip by clip to rows of figures, pooled over clips with their intervals; gaps with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.clips.hearing import Heard
from vem_plugin.evaluate.clips.likeness import frechet_distance, inception_score
from vem_plugin.evaluate.clips.models import Models, how_to_get
from vem_plugin.evaluate.counting import Figure, figure_by_redrawing, figure_of
from vem_plugin.evaluate.table import Row

HeardBy = Mapping[str, Sequence[Heard]]

SYNC = (
    "onset within half a frame",
    "onset within half a frame, less chance",
    "onset within one frame",
    "onset within one frame, less chance",
    "onset within 40 ms",
    "onset within 40 ms, less chance",
    "onset within 70 ms",
    "onset within 70 ms, less chance",
    "beat within one frame",
    "beat within one frame, less chance",
    "downbeat within one frame",
    "downbeat within one frame, less chance",
    "louder than its surroundings",
)
STRUCTURE = (
    "a bar and its nearest likeness",
    "any two bars",
    "key of eight seconds and of all",
    "groove of any two bars",
)
NO_REFERENCE = "there is no music to compare with: --reference SET (or a folder of sound files named like the clips)"
NO_PICTURES = "the model's picture tower has seen none of these clips: make the set with it, or with its video"
UNMATCHED = "the reference holds no music for these clips: its pairs or files must be named like them"


def rows_of(heard: HeardBy, models: Models, cloud: NDArray[np.float32] | None, *, reference: str | None) -> list[Row]:
    """Every row of the table.

    Parameters
    ----------
    heard : mapping of str to sequence of Heard
        By column; clips that a column has no music for are left out of it.
    models : Models
        Those that were named; the rows of the others say how to get them.
    cloud : ndarray, shape (windows, size), or None
        Embeddings of the reference, for FAD.
    reference : str or None
        The column whose music is the reference; what is compared with it stays empty there.
    """
    rows = [_pooled("cuts and hits", name, heard) for name in SYNC]
    rows += [
        _redrawn("cuts and hits", "nearest onset, median, ms", heard, _quantile(50)),
        _redrawn("cuts and hits", "nearest onset, 95 % within, ms", heard, _quantile(95)),
        _redrawn("cuts and hits", "accent, median, times its surroundings", heard, _median_accent),
    ]
    rows += [_pooled("structure", name, heard) for name in STRUCTURE]
    return rows + _paper_rows(heard, models, cloud, reference)


def _paper_rows(heard: HeardBy, models: Models, cloud: NDArray[np.float32] | None, reference: str | None) -> list[Row]:
    """The tables of VeM (arXiv 2511.09585): IS, FAD, KLD, CLAP, LB, tw-CLAP, tw-LB, BIoU, TBIoU."""
    group = "as in the paper"
    rows = [
        _redrawn(group, "IS", heard, _inception, why="" if models.tags else how_to_get("tags"), interval="basic"),
        _fad_row(group, heard, models, cloud, reference),
        _compared(group, "KLD", heard, reference, lacks="" if models.tags else how_to_get("tags")),
    ]
    for name, model, role in (("CLAP", models.clap, "clap"), ("LB", models.languagebind, "languagebind")):
        lacks = how_to_get(role) if model is None else "no clip tells words" if name == "CLAP" else NO_PICTURES
        rows += [_pooled(group, each, heard, why=lacks) for each in (name, f"tw-{name}")]
    for name in ("BIoU", "BIoU within 70 ms"):
        rows.append(_compared(group, name, heard, reference))
    rows += [_pooled(group, name, heard) for name in ("TBIoU", "TBIoU within 70 ms")]
    return rows


def _pooled(group: str, name: str, heard: HeardBy, *, why: str = "") -> Row:
    figures = {column: figure_of(one.counts[name] for one in clips) for column, clips in heard.items()}
    return Row(group, name, figures, why="" if any(figure.known for figure in figures.values()) else why)


def _compared(group: str, name: str, heard: HeardBy, reference: str | None, *, lacks: str = "") -> Row:
    """A row of what is measured against the reference."""
    row = _pooled(group, name, heard, why=lacks or (NO_REFERENCE if reference is None else UNMATCHED))
    return row if row.why or reference is None else _beside_itself(row, reference)


def _beside_itself(row: Row, reference: str) -> Row:
    return Row(row.group, row.name, row.figures, why=f"column '{reference}' is the reference itself")


def _redrawn(
    group: str,
    name: str,
    heard: HeardBy,
    statistic: Callable[[Sequence[Heard]], float],
    *,
    why: str = "",
    interval: Literal["percentile", "basic"] = "percentile",
) -> Row:
    figures: dict[str, Figure] = {}
    if not why:
        figures = {column: figure_by_redrawing(clips, statistic, interval=interval) for column, clips in heard.items()}
    return Row(group, name, figures, why=why)


def _fad_row(
    group: str, heard: HeardBy, models: Models, cloud: NDArray[np.float32] | None, reference: str | None
) -> Row:
    if models.fad is None:
        return Row(group, "FAD", {}, why=how_to_get("fad"))
    if cloud is None or len(cloud) < 2:
        return Row(group, "FAD", {}, why=NO_REFERENCE)
    known = cloud

    def distance(clips: Sequence[Heard]) -> float:
        rows = [one.cloud for one in clips if one.cloud is not None]
        return frechet_distance(np.concatenate(rows), known) if sum(map(len, rows)) > 1 else np.nan

    others = {column: clips for column, clips in heard.items() if column != reference}
    row = _redrawn(group, "FAD", others, distance, interval="basic")
    return row if reference is None else _beside_itself(row, reference)


def _inception(clips: Sequence[Heard]) -> float:
    rows = [one.tags for one in clips if one.tags is not None]
    return inception_score(np.concatenate(rows)) if rows else np.nan


def _quantile(percent: float) -> Callable[[Sequence[Heard]], float]:
    def offset(clips: Sequence[Heard]) -> float:
        """That many of the instants have an onset within so many milliseconds; infinite if not so many have any."""
        sizes = np.abs(np.concatenate([one.timing.offsets for one in clips]))
        if not sizes.size:
            return np.nan
        return float(1000 * np.percentile(sizes, percent, method="higher"))

    return offset


def _median_accent(clips: Sequence[Heard]) -> float:
    ratios = np.concatenate([one.timing.accents for one in clips])
    return float(np.median(ratios)) if ratios.size else np.nan
