"""The audio domain's half of ``gpu.py``: a model of Stable Audio Open's size, ours around it, and a minute by each.

Weights are random: speed does not depend on them. Nothing is extrapolated without saying from what to what.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_oobleck import AutoencoderOobleck
from diffusers.models.embeddings import get_1d_rotary_pos_embed
from diffusers.models.transformers.stable_audio_transformer import StableAudioDiTModel
from torch import Tensor, nn

from vem_plugin.errors import VemError
from vem_plugin.models.audio.audio_transformer import VeMAudioTransformer
from vem_plugin.models.audio.frame_features import FRAME_FEATURES
from vem_plugin.models.beat_features import DIRECTION_FEATURES
from vem_plugin.models.conditioning import ConditionBatch, Conditions
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.placement import Placement, bytes_of_model
from vem_plugin.models.storyboard_tokens import LOOK_SIZE, RELATIONS, SLOTS, TIME_SIZE
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.rhythm.beat_plan import Bar, BeatPlan, TempoSegment
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import Score
from vem_plugin.score.theme import CARD_FEATURES
from vem_plugin.training.corpus.random_cue import random_cue

Row = dict[str, Any]
Timed = Callable[..., float]
BEATS = 120
"""Of a minute of music at 120 a minute."""
WINDOW, RATE = 1024, Fraction(44_100, 2048)
"""Latent frames of Stable Audio Open's window (47.55 s), and how many there are a second."""
WORDS = 130
"""Tokens it is told: 128 of text, where the window begins, and how long the piece is."""
ROWS = 2
"""With the wish and without: guidance."""
DECODED = 4
"""Seconds of sound that the decoder is timed on."""
SHOTS = 24


@dataclass(frozen=True)
class Rival:
    """How a system uses the transformer: latent frames of a window, and steps for each."""

    frames: int
    steps: int


RIVALS = {"Stable Audio Open": Rival(WINDOW, 100), "Diff-V2M": Rival(round(30 * RATE), 250)}
"""Diffusers' default for the one; windows of 30 s and 250 steps of DDIM (guidance 3) for the other, same latents."""
SMALL = {
    "num_layers": 2,
    "attention_head_dim": 16,
    "num_attention_heads": 4,
    "num_key_value_attention_heads": 2,
    "cross_attention_dim": 32,
}


def transformer_of_size(kind: type[nn.Module], placement: Placement, *, quick: bool) -> nn.Module:
    """An untrained transformer on the device, in the precision in which large models are held there."""
    with placement.device:
        return kind(**(SMALL if quick else {})).to(placement.weights).eval()


def told(frames: int, placement: Placement) -> dict[str, Tensor]:
    """What Stable Audio's transformer is given for one step of a window, guided."""
    like = {"device": placement.device, "dtype": placement.weights}
    return {
        "latents": torch.randn(ROWS, 64, frames, **like),
        "timestep": torch.full((ROWS,), 0.5, **like),
        "words": torch.randn(ROWS, WORDS, 768, **like),
        "whole": torch.randn(ROWS, 1, 1536, **like),
    }


def seen(frames: int, placement: Placement) -> ConditionBatch:
    """A storyboard of some shots, and the beat grid."""

    def drawn(*size: int) -> Tensor:
        return torch.randn(ROWS, *size, device=placement.device)

    sizes = {"beat": FRAME_FEATURES, "direction": DIRECTION_FEATURES, "card": CARD_FEATURES}
    entries = {"text": TEXT_SIZE, "picture": 0, "look": LOOK_SIZE, "time": TIME_SIZE, "present": len(SLOTS)}
    return ConditionBatch(
        piece=torch.zeros(ROWS, frames, dtype=torch.int64, device=placement.device),
        mask=torch.zeros(ROWS, frames, SHOTS, device=placement.device),
        relation=drawn(frames, SHOTS, len(RELATIONS)),
        **{name: drawn(frames, size) for name, size in sizes.items()},
        **{name: drawn(SHOTS, size) for name, size in entries.items()},
    )


def rows_of_audio(placement: Placement, asked: argparse.Namespace, timed: Timed) -> Iterator[Row]:
    """A guided step of our audio transformer; on a card also what it costs that models take turns there."""
    yield _step_of_ours(placement, asked, timed, "as it is")
    if placement.device.type != "cpu":
        yield from _taking_turns(placement, asked, timed)


def row_of_compiled(placement: Placement, asked: argparse.Namespace, timed: Timed) -> Row:
    """The same step with compiled blocks."""
    return _step_of_ours(placement, asked, timed, "blocks compiled")


def _step_of_ours(placement: Placement, asked: argparse.Namespace, timed: Timed, way: str) -> Row:
    frames = 64 if asked.quick else WINDOW
    model = transformer_of_size(VeMAudioTransformer, placement, quick=asked.quick)
    placement.compile(model.transformer_blocks)  # type: ignore[arg-type]
    given, conditions = told(frames, placement), seen(frames, placement)

    @torch.no_grad()
    def step() -> None:
        with placement.autocast():
            model(**given, conditions=conditions)

    with peak_of(placement) as peak:
        seconds = timed(step, placement, **_runs(placement, asked))
    kind = str(placement.weights).removeprefix("torch.")
    what = f"our audio transformer, {size_of(model)}, {kind}, {frames} frames, {way}"
    return {"what": what, "seconds": seconds, "of": "a guided step", **peak}


def size_of(model: nn.Module) -> str:
    """How many weights it has."""
    return f"{sum(weights.numel() for weights in model.parameters()) / 1e9:.2f} B weights"


def _runs(placement: Placement, asked: argparse.Namespace) -> dict[str, Any]:
    """A step of a large model takes the better part of a minute on a CPU: one run must do."""
    small = placement.device.type != "cpu" or asked.quick
    return {"runs": asked.runs, "warm": True} if small else {"runs": 1, "warm": False}


def _taking_turns(placement: Placement, asked: argparse.Namespace, timed: Timed) -> Iterator[Row]:
    """What it costs that decoder and transformer are not on the card together."""
    frames = 64 if asked.quick else WINDOW
    transformer = transformer_of_size(StableAudioDiTModel, placement, quick=asked.quick)
    decoder = AutoencoderOobleck().to(placement.device).eval()  # in float32: rounding there is heard as noise
    given, latents = told(frames, placement), torch.randn(1, 64, 43, device=placement.device)
    both = f"{bytes_of_model(transformer, decoder) / 1e9:.2f} GB"

    @torch.no_grad()
    def work(turns: bool) -> None:
        with placement.hosting(transformer, taking_turns=turns):
            for _ in range(10):
                step_of_theirs(transformer, given)
        with placement.hosting(decoder, taking_turns=turns):
            decoder.decode(latents)

    for turns in (False, True):
        seconds = timed(partial(work, turns), placement, runs=asked.runs)
        with peak_of(placement) as peak:
            work(turns)
        way = "taking turns" if turns else "both on the card"
        yield {"what": f"10 steps, 2 s decoded, {way} ({both})", "seconds": seconds, "of": "all", **peak}


def rows_of_ours(pipeline: VeMPipeline, piece: Conditions, asked: argparse.Namespace, timed: Timed) -> Iterator[Row]:
    """A minute by the model that ships: latents, notes, and all stems played."""
    composer, placement, cue = VeMComposer(pipeline), pipeline.placement, cue_of_a_minute()
    latents = pipeline(piece, seed=1)
    score = composer.score_of(latents, cue, seed=1)
    parts = {
        "ours: latents": lambda: pipeline(piece, seed=1),
        "ours: notes of latents": lambda: composer.score_of(latents, cue, seed=1),
        "ours: playing mix and stems, on the CPU": lambda: _play(score, plan_of_a_minute(cue)),
    }
    total = 0.0
    for what, work in parts.items():
        try:
            seconds = timed(work, placement, runs=asked.runs)
        except (ImportError, OSError, VemError) as error:
            yield {"what": f"{what}: left out", "note": str(error).splitlines()[0]}
            return
        total += seconds
        yield {"what": what, "seconds": seconds, "of": "a minute of music"}
    yield {"what": "ours, all", "seconds": total, "of": "a minute of music"}


def _play(score: Score, plan: BeatPlan) -> None:
    from vem_plugin.render.rendering import render

    with tempfile.TemporaryDirectory() as folder:
        render(score, plan, folder=Path(folder), name="minute", seed=1)


def cue_of_a_minute() -> CueSheet:
    """A made-up cue sheet of 120 beats."""
    return random_cue(np.random.default_rng([3, 1]), max_beats=BEATS, min_beats=BEATS)


def plan_of_a_minute(cue: CueSheet) -> BeatPlan:
    """A steady minute under a cue sheet."""
    duration = Fraction(60)
    bars = tuple(Bar(number, bar.beat, bar.beats) for number, bar in enumerate(bars_of(cue), 1))
    segment = TempoSegment(Fraction(0), duration, 2 * cue.beats)
    return BeatPlan(duration, Fraction(cue.beats), (segment,), bars, (), ())


def rows_of_rival(placement: Placement, asked: argparse.Namespace, timed: Timed) -> Iterator[Row]:
    """A minute by a transformer and decoder of Stable Audio Open's size, counted up from steps that are timed."""
    step: dict[str, float] = {}
    for row in _steps_of_rivals(placement, asked, timed):
        step[row["name"]] = row["seconds"]
        yield row
    decoded = _decoding(placement, asked, timed)
    yield decoded
    for name, rival in RIVALS.items():
        windows = 60 / (rival.frames / float(RATE))
        yield {
            "what": f"{name}, counted up",
            "seconds": step[name] * rival.steps * windows + decoded["seconds"] * 60 / DECODED,
            "of": "a minute of music",
            "note": f"{rival.steps} steps a window, {windows:.2f} windows without overlap, and the decoder",
        }


def _steps_of_rivals(placement: Placement, asked: argparse.Namespace, timed: Timed) -> Iterator[Row]:
    model = transformer_of_size(StableAudioDiTModel, placement, quick=asked.quick)
    for name, rival in RIVALS.items():
        frames = rival.frames // 16 if asked.quick else rival.frames
        given = told(frames, placement)
        with torch.no_grad(), placement.autocast():
            seconds = timed(partial(step_of_theirs, model, given), placement, **_runs(placement, asked))
        what = f"{name}'s transformer, {size_of(model)}, {frames} frames"
        yield {"name": name, "what": what, "seconds": seconds, "of": "a guided step"}


def _decoding(placement: Placement, asked: argparse.Namespace, timed: Timed) -> Row:
    """The Oobleck decoder of that size on some seconds of latents."""
    with placement.device:
        decoder = AutoencoderOobleck().eval()
    frames = 4 if asked.quick else round(DECODED * RATE)
    latents = torch.randn(1, 64, frames, device=placement.device)
    with torch.no_grad():
        seconds = timed(lambda: decoder.decode(latents), placement, **_runs(placement, asked))
    return {"what": f"their decoder, {float(frames / RATE):.1f} s of sound", "seconds": seconds, "of": "all"}


def step_of_theirs(model: nn.Module, given: dict[str, Tensor]) -> None:
    """What diffusers' pipeline does in a guided step."""
    half_head, frames = model.config["attention_head_dim"] // 2, given["latents"].shape[-1]  # type: ignore[index]
    turned = get_1d_rotary_pos_embed(half_head, frames + 1, use_real=True, repeat_interleave_real=False)
    model(
        given["latents"],
        given["timestep"],
        encoder_hidden_states=given["words"],
        global_hidden_states=given["whole"],
        rotary_embedding=tuple(part.to(given["latents"].device) for part in turned),
    )


@contextmanager
def peak_of(placement: Placement) -> Iterator[Row]:
    """Filled, in the end, with the most memory that was taken on a card."""
    found: Row = {}
    on_card = placement.device.type == "cuda"
    if on_card:
        torch.get_device_module(placement.device).reset_peak_memory_stats()
    yield found
    if on_card:
        peak = torch.get_device_module(placement.device).max_memory_allocated()
        found |= {"bytes": peak, "note": f"peak {peak / 1e9:.2f} GB"}
