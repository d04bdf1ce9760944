"""The model's takes, in the form that measures read: before and after the finish, and what they cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import Score
from vem_plugin.score.theme import RealisedTheme, draw_cards, realise
from vem_plugin.training.corpus.build import Piece

if TYPE_CHECKING:
    from vem_plugin.models.score_codec import ScoreCodec
    from vem_plugin.models.vem_composer import VeMComposer

ROUND_TEMPO = 1000
"""Tempi are rounded to this part of a beat a minute, so that times stay short fractions."""


@dataclass(frozen=True)
class Take:
    """One take of the model.

    ``network`` is what the network wrote, ``piece`` what users get (``vem_plugin.models.finish``), both
    tonic-normalised; ``score`` sounds in its key; ``seconds`` it took to write, on the clock of the wall, and
    ``processor`` seconds of all cores together.
    """

    network: Piece
    piece: Piece
    score: Score
    plan: BeatPlan
    seconds: float
    processor: float

    @property
    def minutes(self) -> float:
        """How long the music lasts."""
        return float(self.plan.duration) / 60


def steady_plan(cue: CueSheet) -> BeatPlan:
    """A beat plan of constant tempo under a cue sheet."""
    bpm = Fraction(round(cue.bpm * ROUND_TEMPO), ROUND_TEMPO)
    duration = cue.beats * 60 / bpm
    bars = tuple(Bar(number, bar.beat, bar.beats) for number, bar in enumerate(bars_of(cue), 1))
    return BeatPlan(duration, bpm, (TempoSegment(Fraction(0), duration, 2 * cue.beats),), bars, (), ())


class Desk:
    """Where the model writes: a composer with the measures' needs.

    Parameters
    ----------
    composer : VeMComposer
        From ``vem_plugin.stages.open_composer``.
    """

    def __init__(self, composer: VeMComposer) -> None:
        self.composer = composer

    def write(
        self,
        cue: CueSheet,
        *,
        seed: int,
        theme: RealisedTheme | None = None,
        parsed: ParsedVideo | None = None,
        plan: BeatPlan | None = None,
    ) -> Take:
        """Write a take; without a plan, at a steady tempo; without a theme, on cards that the seed draws."""
        plan = plan or steady_plan(cue)
        theme = theme or realise(cue, draw_cards(cue, np.random.default_rng(seed)))
        began, busy = time.perf_counter(), time.process_time()
        score = self.composer.write(cue, parsed, plan, seed=seed, theme=theme)
        seconds, processor = time.perf_counter() - began, time.process_time() - busy
        network, piece = self._pieces_of(score, theme)
        return Take(network, piece, score, plan, seconds, processor)

    def _pieces_of(self, score: Score, theme: RealisedTheme) -> tuple[Piece, Piece]:
        """What the network wrote, and what the finish made of it."""
        from vem_plugin.models.finish import finish

        assert score.latents is not None
        notes, chords = self.composer.read(score.latents)
        lines = self._codec.config["velocity_lines"]
        finished = finish(notes, chords, score.cue, velocity_lines=lines).notes
        network = Piece(score.cue, theme, notes, chords)
        return network, replace(network, notes=finished)

    def read_again(self, piece: Piece) -> tuple[Piece, Piece]:
        """A piece as the codec is shown it (in the roles' ranges), and as it comes out of the codec."""
        from vem_plugin.models.raster import notes_of, rasterise

        raster = rasterise(piece.notes, piece.chords, piece.cue.beats)
        (notes, chords), (again, chords_again) = notes_of(raster), notes_of(self._codec.read_again(raster))
        return replace(piece, notes=notes, chords=chords), replace(piece, notes=again, chords=chords_again)

    @property
    def _codec(self) -> ScoreCodec:
        return self.composer.pipeline.codec

    @property
    def bytes(self) -> int:
        """Size of the model's files; 0 if it came from no folder."""
        folder = self.composer.pipeline.folder
        return folder_size(folder.path) if folder else 0


def folder_size(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def with_tune_of(theme: RealisedTheme, other: RealisedTheme) -> RealisedTheme:
    """A theme with the tune of another: chords and places of rest stay."""
    return replace(theme, melody=other.melody)
