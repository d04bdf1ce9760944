"""The whole evaluation: write takes of held-out cue sheets, measure them beside the baselines, draw them."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.evaluate import comparisons, heard_briefs, listening, sound, written
from vem_plugin.evaluate.baselines import Task, held_out_tasks, real_pieces, shuffled, taught_pieces
from vem_plugin.evaluate.form import Library
from vem_plugin.evaluate.pictures import draw_rolls, draw_spectrograms
from vem_plugin.evaluate.table import MODEL, NETWORK, REAL, SHUFFLED, TEACHER, Evaluation, Row, by_group
from vem_plugin.evaluate.takes import Desk, Take
from vem_plugin.progress import Report, silent
from vem_plugin.settings import Settings
from vem_plugin.training.corpus.build import Piece

if TYPE_CHECKING:
    from vem_plugin.models.vem_composer import VeMComposer

STAGES = {
    "baselines": "Writing the baselines",
    "compose": "Writing held-out takes",
    "compare": "Other tunes, other seeds",
    "briefs": "Briefs and pictures",
    "play": "Playing and listening",
    "draw": "Drawing",
}
"""The stages that ``evaluate`` reports, in order, with plain words for people."""
FEWEST_PIECES = 4
ROLLS, SPECTROGRAMS = "takes.png", "spectrograms.png"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured, from the number of held-out pieces."""

    pieces: int

    @property
    def library(self) -> int:
        """Pieces of the training corpus that takes are compared with."""
        return 25 * self.pieces

    @property
    def some(self) -> int:
        """Pieces of the dearer measures."""
        return max(2, self.pieces // 4)

    @property
    def few(self) -> int:
        """Takes that are played, and takes of every brief."""
        return max(2, self.pieces // 8)

    @property
    def fewest(self) -> int:
        """Pieces of the dearest measure: each is written six times to hear whether shots are listened to."""
        return max(2, self.pieces // 10)


def evaluate(
    *, pieces: int = 40, out: Path | None = None, settings: Settings | None = None, report: Report = silent
) -> Evaluation:
    """Measure the model.

    Parameters
    ----------
    pieces : int
        Held-out cue sheets, at least ``FEWEST_PIECES``; everything else grows with it.
    out : Path, optional
        Folder for the pictures ``ROLLS`` and ``SPECTROGRAMS``; without it none are drawn.
    settings : Settings, optional
        Names model and device.
    report : Report
        Called with the stages of ``STAGES``.

    Returns
    -------
    Evaluation

    Raises
    ------
    SettingsError
        If there are too few pieces to tell anything.
    ModelError
        If the model folder is missing or damaged.
    RenderError
        If the folder cannot be made.
    """
    if pieces < FEWEST_PIECES:
        raise SettingsError(f"{pieces} pieces tell nothing.", remedy=f"Ask for {FEWEST_PIECES} at least.")
    settings, size = settings or Settings(), Size(pieces)
    if out is not None:
        _make_folder(out)
    desk = _open_desk(settings)
    report("baselines", 0.1)
    tasks, corpus, real = held_out_tasks(pieces), taught_pieces(size.library), real_pieces(pieces)
    taught = [task.taught() for task in tasks]
    report("baselines", 1.0, f"{len(corpus)} training pieces, {len(real)} real ones")
    takes = _write_takes(desk, tasks, report)
    columns = {
        MODEL: [take.piece for take in takes],
        NETWORK: [take.network for take in takes],
        TEACHER: taught,
        REAL: list(real),
        SHUFFLED: [shuffled(piece) for piece in taught],
    }
    rows = _rows_of_notes(desk, tasks, takes, columns, corpus, size, report)
    rows += _rows_of_wishes(desk, tasks, corpus, taught, settings, size, report)
    with TemporaryDirectory(prefix="vem-evaluate-") as folder:
        played = sound.play_takes(_worth_playing(takes, size.few), Path(folder))
        report("play", 0.5)
        rows += sound.rows_of_sound(played) + sound.rows_of_mix(played)
        rows += sound.rows_of_speed(takes, played, size=desk.bytes)
        report("play", 1.0)
        pictures = _draw(out, columns, played, report)
    return Evaluation(by_group(rows), _facts(desk, size, real), pictures)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RenderError("This folder cannot be made.", where=str(folder), remedy="Choose another one.") from error


def _open_desk(settings: Settings) -> Desk:
    from vem_plugin.stages import open_composer

    return Desk(cast("VeMComposer", open_composer(settings)))


def _write_takes(desk: Desk, tasks: Sequence[Task], report: Report) -> list[Take]:
    takes = []
    desk.write(tasks[0].cue, seed=0)  # the first take pays for loading and is not timed
    for number, task in enumerate(tasks, 1):
        takes.append(desk.write(task.cue, seed=task.number, theme=task.theme))
        report("compose", number / len(tasks), task.cue.style)
    return takes


def _rows_of_notes(
    desk: Desk,
    tasks: Sequence[Task],
    takes: Sequence[Take],
    columns: written.Columns,
    corpus: Sequence[Piece],
    size: Size,
    report: Report,
) -> list[Row]:
    """Everything that is measured on notes alone."""
    rows = written.rows_of_pieces(columns)
    on_themes = {column: columns[column] for column in (MODEL, NETWORK, TEACHER, SHUFFLED)}
    rows += comparisons.rows_of_teacher(tasks, on_themes)
    report("compare", 0.2, "the codec alone")
    rows += comparisons.rows_of_codec(desk, columns[TEACHER], columns[REAL])
    report("compare", 0.4, "other tunes, same noise")
    rows += comparisons.rows_of_swaps(desk, tasks[: size.some], takes)
    report("compare", 0.6, "other seeds")
    rows += comparisons.rows_of_seeds(desk, tasks[: size.some])
    report("compare", 0.8, "the nearest training pieces")
    rows += comparisons.rows_of_memory({c: columns[c] for c in (MODEL, TEACHER, SHUFFLED)}, Library(corpus))
    rows += comparisons.rows_of_vocabulary(columns, corpus)
    report("compare", 1.0)
    return rows


def _rows_of_wishes(
    desk: Desk,
    tasks: Sequence[Task],
    corpus: Sequence[Piece],
    taught: Sequence[Piece],
    settings: Settings,
    size: Size,
    report: Report,
) -> list[Row]:
    """What words and pictures do to the music."""
    report("briefs", 0.1, "eight briefs")
    rows = heard_briefs.rows_of_briefs(desk, corpus, taught, seeds=size.few, placement=settings.placement)
    report("briefs", 0.5, "beach and night chase")
    rows += heard_briefs.rows_of_pictures(desk, pairs=size.some, placement=settings.placement)
    report("briefs", 0.8, "two halves")
    rows += listening.rows_of_listening(desk, tasks[: size.fewest], placement=settings.placement)
    report("briefs", 1.0)
    return rows


def _worth_playing(takes: Sequence[Take], count: int) -> list[Take]:
    """Takes with the most marked hits, each of another style as far as there are any."""
    by_hits = sorted(takes, key=lambda take: -sum(hit >= 1 for hit in take.score.cue.hits.values()))
    first_of_style = {take.score.cue.style: take for take in reversed(by_hits)}
    chosen = sorted(first_of_style.values(), key=by_hits.index)
    return (chosen + [take for take in by_hits if take not in chosen])[:count]


def _draw(
    out: Path | None, columns: written.Columns, played: Sequence[sound.Played], report: Report
) -> tuple[str, ...]:
    """The pictures, if there is a folder for them."""
    if out is None:
        return ()
    report("draw", 0.1)
    titled: list[tuple[str, Piece]] = []
    for column, count in ((MODEL, 9), (TEACHER, 3), (REAL, 3)):
        titled += [(f"{column}: {_title(piece)}", piece) for piece in columns[column][:count]]
    renders = [(_title(item.take.piece), item) for item in played[:6]]
    drawn = (draw_rolls(titled, out / ROLLS), draw_spectrograms(renders, out / SPECTROGRAMS))
    report("draw", 1.0)
    return tuple(map(str, drawn))


def _title(piece: Piece) -> str:
    cue = piece.cue
    return f"{cue.style or cue.caption[:40] or 'real'}, {cue.mode}, {cue.bpm:.0f} bpm"


def _facts(desk: Desk, size: Size, real: Sequence[Piece]) -> dict[str, object]:
    folder = desk.composer.pipeline.folder
    return {
        "model": f"{folder.index.name} {folder.index.version}" if folder else "in memory",
        "model_sha256": folder.digest if folder else "",
        "steps": desk.composer.steps,
        "guidance": desk.composer.guidance,
        "pieces": size.pieces,
        "real_pieces": len(real),
        "library": size.library,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }
