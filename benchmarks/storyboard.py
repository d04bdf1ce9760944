"""Does the music listen to the storyboard, and at the right time? (SG-CAtt)

The mood is withheld from the numbers, so that only words and look of the shots can tell it. Every held-out cue sheet
is written twice with the same seed and cards: first half calm and second half wild, then the other way round. Given
are notes a beat and mean velocity, wild half against calm half; 1.0 would be deafness.

Run: python benchmarks/storyboard.py [--pieces 12] [--model FOLDER]
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from music import held_out_cues
from numpy.typing import NDArray

from vem_plugin.encoders.text import TextEncoder
from vem_plugin.models.beat_features import DIRECTION_COLUMNS, MOOD, features_of
from vem_plugin.models.conditioning import Conditions, conditions_of
from vem_plugin.models.model_folder import load_pipeline
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.raster import notes_of
from vem_plugin.models.storyboard_tokens import ShotTable, style_vector, tokens_of
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.theme import card_features, draw_cards, realise
from vem_plugin.training.dataset import steady_clock

WORDS = ("very quiet", "high energy")
LOOKS = ((0.5, 0.0, 0.4, 0.4, 0.15), (0.5, 0.0, 0.6, 0.7, 0.9))
"""Calm and wild."""


def two_halves(
    cue: CueSheet, texts: NDArray[np.float32], *, order: tuple[int, int], tell_words: bool, tell_look: bool
) -> Conditions:
    """Conditions of a cue sheet whose mood only two shots tell, each half of the piece long."""
    clock = steady_clock(cue)
    edges = clock[[0, cue.beats // 2, cue.beats]]
    told = np.tile(np.array([[tell_words, False, tell_look]], np.float32), (2, 1))
    shots = ShotTable(
        start=edges[:2],
        end=edges[1:],
        fade_in=np.zeros(2),
        fade_out=np.zeros(2),
        text=texts[list(order)] * told[:, :1],
        picture=np.zeros((2, 0), np.float32),
        cinematics=np.array(LOOKS, np.float32)[list(order)] * told[:, 2:],
        told=told,
    )
    features = features_of(cue, clock[:-1])
    direction = features.direction.copy()
    for name in MOOD:
        direction[:, DIRECTION_COLUMNS[name]] = 0
    tokens = tokens_of(shots, clock[:-1], caption=None, style=style_vector(cue))
    card = card_features(cue, realise(cue, draw_cards(cue, np.random.default_rng(1))))
    return conditions_of(replace(features, direction=direction), card, tokens)


def contrast(
    pipeline: VeMPipeline, cues: list[CueSheet], texts: NDArray[np.float32], **told: bool
) -> tuple[float, float]:
    """Notes a beat and mean velocity of wild halves over those of calm halves."""
    notes_in, velocity_in = {0: 0, 1: 0}, {0: 0, 1: 0}
    for seed, cue in enumerate(cues):
        middle = cue.beats // 2 * STEPS_PER_BEAT
        for order in ((0, 1), (1, 0)):
            latents = pipeline(two_halves(cue, texts, order=order, **told), seed=seed)
            notes, _ = notes_of(pipeline.codec.probabilities_of(torch.from_numpy(latents)))
            for half, mood in enumerate(order):
                inside = (notes["start"] >= middle) == bool(half)
                notes_in[mood] += int(inside.sum())
                velocity_in[mood] += int(notes["velocity"][inside].sum())
    mean = {mood: velocity_in[mood] / notes_in[mood] for mood in (0, 1)}
    return notes_in[1] / notes_in[0], mean[1] / mean[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=12)
    parser.add_argument("--model", type=Path, default=None)
    options = parser.parse_args()
    pipeline = load_pipeline(options.model, "cpu")
    texts = TextEncoder(device="cpu").encode(WORDS)
    cues = held_out_cues(options.pieces)
    print("| told by | notes a beat, wild / calm | velocity, wild / calm |\n|---|---|---|")
    for name, words, look in (
        ("nothing", False, False),
        ("words", True, False),
        ("look", False, True),
        ("both", True, True),
    ):
        density, velocity = contrast(pipeline, cues, texts, tell_words=words, tell_look=look)
        print(f"| {name} | {density:.2f} | {velocity:.2f} |")


if __name__ == "__main__":
    main()
