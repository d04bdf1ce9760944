"""How well the model writes: held-out cue sheets, its music against the teacher's under the same theme cards.

Run: python benchmarks/music.py [--pieces 40] [--model FOLDER] [--steps 25] [--guidance 1.5]
"raw" is what the network wrote, before ``vem_plugin.models.finish`` repaired anything; "finished" is what users get.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from music_measures import Written, measure

from vem_plugin.models.finish import finish
from vem_plugin.models.model_folder import load_pipeline
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.raster import notes_of
from vem_plugin.models.vem_composer import GUIDANCE, STEPS, conditions_for
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.theme import draw_cards
from vem_plugin.training.commands import HELDOUT_SEED
from vem_plugin.training.corpus.build import build_piece
from vem_plugin.training.corpus.teacher import compose_by_rule

SHORTEST = 32
"""Beats; shorter pieces tell little."""


def held_out_cues(count: int) -> list[CueSheet]:
    """The first held-out cue sheets of at least ``SHORTEST`` beats."""
    cues: list[CueSheet] = []
    number = 0
    while len(cues) < count:
        cue = build_piece(number, seed=HELDOUT_SEED).cue
        if cue.beats >= SHORTEST:
            cues.append(cue)
        number += 1
    return cues


def write_all(
    pipeline: VeMPipeline, cues: list[CueSheet], *, steps: int, guidance: float
) -> tuple[list[Written], list[list[Written]], int]:
    """The same cue sheets and cards written by the teacher twice, by the network, and finished; and hits repaired."""
    models, taught, raw, finished = [], [], [], []
    repaired = 0
    for number, cue in enumerate(cues):
        cards = draw_cards(cue, np.random.default_rng([7, number]))
        for pieces, take in ((models, 8), (taught, 9)):
            pieces.append(Written(cue, cards, *compose_by_rule(cue, cards, np.random.default_rng([take, number]))))
        conditions = conditions_for(cue, cards, None, np.arange(cue.beats + 1) * 60 / cue.bpm)
        latents = pipeline(conditions, seed=number, steps=steps, guidance=guidance)
        notes, chords = notes_of(pipeline.codec.probabilities_of(torch.from_numpy(latents)))
        done = finish(notes, chords, cue, velocity_lines=pipeline.codec.config["velocity_lines"])
        raw.append(Written(cue, cards, notes, chords))
        finished.append(Written(cue, cards, done.notes, chords))
        repaired += done.repairs["repaired_hits"]
    return models, [raw, finished, taught], repaired


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=40)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--guidance", type=float, default=GUIDANCE)
    options = parser.parse_args()
    pipeline = load_pipeline(options.model, "cpu")
    cues = held_out_cues(options.pieces)
    began = time.perf_counter()
    models, columns, repaired = write_all(pipeline, cues, steps=options.steps, guidance=options.guidance)
    took = time.perf_counter() - began
    tables = [measure(pieces, models) for pieces in columns]
    print(f"| {len(cues)} held-out cue sheets | raw | finished | teacher | n |\n|---|---|---|---|---|")
    for name in tables[2]:
        shares = " | ".join(f"{table[name][0]:.3f}" if name in table else "-" for table in tables)
        print(f"| {name} | {shares} | {tables[2][name][1]} |")
    beats = sum(cue.beats for cue in cues)
    print(f"\nHits repaired: {repaired} of {sum(len(cue.hits) for cue in cues)}.")
    print(f"{1000 * took / beats:.1f} ms a beat, {options.steps} steps, {torch.get_num_threads()} threads.")


if __name__ == "__main__":
    main()
