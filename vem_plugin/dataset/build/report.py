"""What a build found: a table of all clips, and pictures of figures, filters and clips."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vem_plugin.dataset.build.filters import FILTERS, Thresholds
from vem_plugin.dataset.build.packing import DUPLICATE, LICENCE, Verdict, reasons_of
from vem_plugin.dataset.build.store import THUMBNAIL, Store
from vem_plugin.dataset.pair_set import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEPT_COLOUR, REMOVED_COLOUR = "#3b8f5a", "#c0392b"
SHOWN = 48
"""Clips on the contact sheet, evenly chosen."""
COLUMNS = 8
BINS = 24


@dataclass(frozen=True)
class Report:
    """The outcome of a build in numbers. ``removed`` counts clips by reason (a clip may have several), ``wrong`` tells
    by name why films brought nothing, ``remarks`` what else was met."""

    clips: int
    kept: int
    seconds: float
    kept_seconds: float
    removed: dict[str, int]
    wrong: dict[str, str]
    remarks: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, with the share that each reason removed."""
        shares = {reason: round(count / self.clips, 4) for reason, count in self.removed.items()} if self.clips else {}
        return {
            "clips": self.clips,
            "kept": self.kept,
            "seconds": round(self.seconds, 3),
            "kept_seconds": round(self.kept_seconds, 3),
            "removed": self.removed,
            "removed_share": shares,
            "wrong": self.wrong,
            "remarks": list(self.remarks),
        }


def report_of(verdicts: Sequence[Verdict], wrong: dict[str, str], remarks: Sequence[str]) -> Report:
    """Count what became of all clips."""
    order = [LICENCE, *(item.figure for item in FILTERS), DUPLICATE]
    counts = reasons_of(verdicts)
    return Report(
        clips=len(verdicts),
        kept=sum(verdict.kept for verdict in verdicts),
        seconds=sum(verdict.finding.seconds for verdict in verdicts),
        kept_seconds=sum(verdict.finding.seconds for verdict in verdicts if verdict.kept),
        removed={reason: counts[reason] for reason in order},
        wrong=wrong,
        remarks=tuple(remarks),
    )


def write_report(
    folder: Path, report: Report, verdicts: Sequence[Verdict], thresholds: Thresholds, store: Store
) -> None:
    """Write ``report.json``, ``figures.png``, ``filters.png`` and ``clips.png`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    table = [
        {
            "key": verdict.finding.key,
            "film": verdict.film.name,
            "start": verdict.finding.start,
            "seconds": verdict.finding.seconds,
            "shots": verdict.finding.shots,
            "licence": verdict.film.licence,
            "figures": verdict.finding.figures,
            "removed_by": list(verdict.reasons),
            "repeats": verdict.repeats,
            "split": verdict.split if verdict.kept else None,
        }
        for verdict in verdicts
    ]
    whole = {**report.as_json(), "thresholds": dict(thresholds.least), "table": table}
    write_whole(folder / "report.json", msgspec.json.format(msgspec.json.encode(whole), indent=1))
    if verdicts:
        _save(_figures(verdicts, thresholds), folder / "figures.png")
        _save(_filters(report), folder / "filters.png")
        _save(_contact_sheet(verdicts, store), folder / "clips.png")


def _figures(verdicts: Sequence[Verdict], thresholds: Thresholds) -> Figure:
    """A histogram of every figure, kept and removed clips apart, and the least value that passes."""
    sheet = _sheet(3.2 * len(FILTERS), 2.6)
    axes = sheet.subplots(1, len(FILTERS))
    for axis, item in zip(axes, FILTERS, strict=True):
        found = [(verdict.finding.figures.get(item.figure), verdict.kept) for verdict in verdicts]
        kept, removed = (
            [value for value, good in found if value is not None and good is side] for side in (True, False)
        )
        if kept or removed:
            least = thresholds.least.get(item.figure)
            edges = np.histogram_bin_edges([*kept, *removed, *([] if least is None else [least])], BINS)
            axis.hist(
                [kept, removed], edges, stacked=True, color=[KEPT_COLOUR, REMOVED_COLOUR], label=["kept", "removed"]
            )
            if least is not None:
                axis.axvline(least, color="black", lw=1, ls="--")
        else:
            axis.text(0.5, 0.5, "not told", ha="center", transform=axis.transAxes)
        axis.set_title(fill(item.says, 36), fontsize=7)
        axis.tick_params(labelsize=7)
    axes[0].legend(fontsize=7, frameon=False)
    return sheet


def _filters(report: Report) -> Figure:
    """Share of all clips that each reason removes."""
    sheet = _sheet(6, 2.6)
    axis: Axes = sheet.subplots()
    names = list(report.removed)
    shares = [100 * count / max(1, report.clips) for count in report.removed.values()]
    bars = axis.barh(names, shares, color=REMOVED_COLOUR)
    axis.bar_label(bars, [str(count) for count in report.removed.values()], fontsize=7, padding=2)
    axis.invert_yaxis()
    axis.set_xlabel(f"% of {report.clips} clips removed; {report.kept} are kept", fontsize=8)
    axis.tick_params(labelsize=8)
    return sheet


def _contact_sheet(verdicts: Sequence[Verdict], store: Store) -> Figure:
    """A frame of each clip, framed green if it is kept, else red with the reasons."""
    chosen = [verdicts[n] for n in np.unique(np.linspace(0, len(verdicts) - 1, SHOWN).astype(int))]
    rows = -(-len(chosen) // COLUMNS)
    sheet = _sheet(1.5 * COLUMNS, 1.25 * rows)
    axes = sheet.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    pictures = _thumbnails(chosen, store)
    for axis, verdict in zip(axes, chosen, strict=False):
        axis.set_axis_on()
        axis.imshow(pictures[verdict.finding.key])
        axis.set(xticks=[], yticks=[])
        axis.set_title(", ".join(verdict.reasons) or verdict.split, fontsize=5, pad=1)
        for spine in axis.spines.values():
            spine.set(color=KEPT_COLOUR if verdict.kept else REMOVED_COLOUR, linewidth=2)
    return sheet


def _thumbnails(verdicts: Sequence[Verdict], store: Store) -> dict[str, np.ndarray]:
    from PIL import Image

    wanted = {verdict.finding.key for verdict in verdicts}
    return {
        key: np.asarray(Image.open(io.BytesIO(read(THUMBNAIL))))
        for film in dict.fromkeys(verdict.film for verdict in verdicts)
        for key, read, _ in store.members_of(film)
        if key in wanted
    }


def _sheet(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _save(sheet: Figure, path: Path) -> None:
    # Without the program's name and the date: the same set has the same pictures.
    sheet.savefig(path, dpi=110, metadata={"Software": None})
