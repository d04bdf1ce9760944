"""Pictures to look at: piano rolls of takes, teacher and real music side by side, and spectrograms of renders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vem_plugin.evaluate.places import DRUMS as DRUM_ROLE
from vem_plugin.evaluate.places import PITCHED
from vem_plugin.evaluate.sound import Played
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import DRUMS, STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Sheet

COLOURS = {0: "#555555", 1: "#3b4cc0", 2: "#7fb285", 3: "#e0a030", 4: "#c0392b"}
BEATS_SHOWN = 64
LOWEST_SHOWN, DRUM_LINE = 22, 10
COLUMNS = 3
HIGHEST_HZ = 16_000


def draw_rolls(pieces: Sequence[tuple[str, Piece]], path: Path) -> Path:
    """Draw the first ``BEATS_SHOWN`` beats of titled pieces on one sheet.

    Drums lie below, pitched roles by MIDI number above (blue bass, green harmony, orange counter-line, red melody);
    lines are bars, thick ones sections, triangles hits; the grey curve is the energy asked for.
    """
    sheet, axes = _sheet(len(pieces))
    for axis, (title, piece) in zip(axes, pieces, strict=False):
        _draw_roll(axis, piece)
        axis.set_title(title, fontsize=7, loc="left", pad=2)
    return _save(sheet, axes[len(pieces) :], path)


def _draw_roll(axis: Axes, piece: Piece) -> None:
    from matplotlib.collections import PolyCollection

    cue = piece.cue
    sections = {section.start for section in cue.sections}
    for bar in bars_of(cue):
        axis.axvline(bar.beat, color="#999999", lw=0.9 if bar.beat in sections else 0.25, zorder=0)
    for role in (*PITCHED, DRUM_ROLE):
        notes = piece.notes[piece.notes["role"] == role]
        first = notes["start"] / STEPS_PER_BEAT
        last = (notes["start"] + notes["length"]) / STEPS_PER_BEAT - 0.04
        low = notes["pitch"].astype(float) - 0.5
        if role == DRUM_ROLE:
            low = LOWEST_SHOWN - DRUM_LINE + np.array([DRUMS.index(p) if p in DRUMS else 0 for p in notes["pitch"]])
        corners = ((first, low), (last, low), (last, low + 1), (first, low + 1))
        boxes = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
        axis.add_collection(PolyCollection(list(boxes), facecolors=COLOURS[role], linewidths=0))
    strong = [eighth / 2 for eighth, strength in cue.hits.items() if strength >= 0.5]
    axis.plot(strong, [97] * len(strong), "v", color="black", ms=2.5)
    asked = np.concatenate([np.linspace(*section.energy, section.beats) for section in cue.sections])
    axis.plot(np.arange(len(asked)) + 0.5, 98 + 10 * asked, color="#888888", lw=0.8)
    axis.set_xlim(0, min(BEATS_SHOWN, cue.beats))
    axis.set_ylim(LOWEST_SHOWN - DRUM_LINE - 1, 110)
    axis.set_xticks([])
    axis.set_yticks([36, 60, 84], ["C2", "C4", "C6"], fontsize=5)


def draw_spectrograms(played: Sequence[tuple[str, Played]], path: Path) -> Path:
    """Draw log-frequency spectrograms of titled renders on one sheet, 80 dB deep, with bars and hits."""
    import librosa
    import soundfile

    sheet, axes = _sheet(len(played))
    for axis, (title, item) in zip(axes, played, strict=False):
        samples, rate = soundfile.read(str(item.files.mix), dtype="float32", always_2d=True)
        bands = librosa.feature.melspectrogram(
            y=samples.mean(axis=1), sr=rate, n_fft=4096, hop_length=1024, n_mels=96, fmax=HIGHEST_HZ
        )
        level = librosa.power_to_db(bands, ref=np.max, top_db=80)
        plan = item.take.plan
        axis.imshow(level, origin="lower", aspect="auto", cmap="magma", extent=(0, float(plan.duration), 0, 1))
        for bar in plan.bars:
            axis.axvline(float(plan.beat_times[bar.beat]), color="white", lw=0.2, alpha=0.5)
        axis.set_title(title, fontsize=7, loc="left", pad=2)
        axis.set_xticks([])
        axis.set_yticks([])
    return _save(sheet, axes[len(played) :], path)


def _sheet(count: int) -> tuple[Sheet, list[Axes]]:
    """A sheet with room for ``count`` pictures, ``COLUMNS`` in a row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet

    rows = -(-count // COLUMNS)
    sheet = Sheet(figsize=(4.4 * COLUMNS, 1.75 * rows), layout="constrained")
    FigureCanvasAgg(sheet)
    return sheet, list(sheet.subplots(rows, COLUMNS, squeeze=False).flat)


def _save(sheet: Sheet, unused: Sequence[Axes], path: Path) -> Path:
    for axis in unused:
        axis.set_axis_off()
    sheet.savefig(path, dpi=110)
    return path
