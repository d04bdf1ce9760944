"""The music of a made-up film: written by the rule-based teacher to the director's cue sheet, and played."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.synth.story import Story
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.key import transposed, transposed_chords
from vem_plugin.score.notes import Score
from vem_plugin.score.theme import draw_cards, realise
from vem_plugin.training.corpus.build import Piece
from vem_plugin.training.corpus.teacher import play_theme


def write_music(story: Story, rng: np.random.Generator, *, held_out: bool = False) -> Piece:
    """Write the piece, tonic-normalised; held-out pieces have progressions that others never do."""
    theme = realise(story.cue, draw_cards(story.cue, rng, held_out=held_out))
    notes, chords = play_theme(story.cue, theme, rng)
    return Piece(story.cue, theme, notes, chords)


def plan_of(story: Story) -> BeatPlan:
    """The beats of a story as a plan: one tempo, to the film's last frame."""
    duration = Fraction(story.frames, story.rate)
    cue = story.cue
    bars = tuple(Bar(number, bar.beat, bar.beats) for number, bar in enumerate(bars_of(cue), 1))
    segments = (TempoSegment(Fraction(0), duration, 2 * cue.beats),)
    return BeatPlan(duration, 60 * cue.beats / duration, segments, bars, (), (), metre=cue.metre)


def play_music(piece: Piece, story: Story, *, seed: int) -> tuple[NDArray[np.float32], int, bytes]:
    """Play a piece with the product's renderer.

    Returns
    -------
    samples : (S, 2) float32
        As long as the film.
    rate : int
        Samples a second.
    midi : bytes
        The notes as a MIDI file.

    Raises
    ------
    RenderError
        As ``vem_plugin.render.rendering.render``.
    """
    import soundfile

    from vem_plugin.render.rendering import render

    cue = piece.cue
    score = Score(cue, transposed(piece.notes, cue), transposed_chords(piece.chords, cue))
    with tempfile.TemporaryDirectory(prefix="vem-synth-") as folder:
        files = render(score, plan_of(story), folder=Path(folder), name="pair", seed=seed)
        samples, rate = soundfile.read(str(files.mix), dtype="float32", always_2d=True)
        return np.asarray(samples, np.float32), int(rate), files.midi.read_bytes()
