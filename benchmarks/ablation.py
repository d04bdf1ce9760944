"""The ablation of the paper (VeM, arXiv 2511.09585), at our scale: what SG-CAtt and TB-As are good for.

    python benchmarks/ablation.py train DATA RUNS            # all variants, all seeds, one after the other
    python benchmarks/ablation.py train DATA RUNS --part 0/2 # every second of them: one command a core
    python benchmarks/ablation.py report DATA RUNS           # the tables of ABLATION.md

DATA is a run folder with an encoded corpus (``vem train corpus``, ``codec``, ``encode``). A run that is over is only
read; one that was stopped goes on.

Every variant is the shipped transformer, smaller, with one of its switches turned, and sees the same lessons in the
same order. None is given the cue sheet's wishes or the theme cards (the shipped model is): they would tell sections,
energy and roles beat by beat past SG-CAtt. The picture is cut where the music has a hit or begins a section, as in an
edit that was scored; in the corpus of the shipped model it is cut anywhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from ablation_measures import LESS_IS_BETTER, MEANINGS, HeldOut, Written, attention_of, figures_of
from numpy.typing import NDArray

from vem_plugin.evaluate.baselines import SHORTEST
from vem_plugin.models.beat_features import BEAT_COLUMNS
from vem_plugin.models.conditioning import Conditions, conditions_of
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.raster import notes_of
from vem_plugin.models.sampler import flow_solver
from vem_plugin.models.storyboard_tokens import ShotTable, tokens_of
from vem_plugin.training.codec import codec_from
from vem_plugin.training.corpus.build import Piece, build_piece
from vem_plugin.training.course import weights_in
from vem_plugin.training.dataset import HELDOUT_SEED, PieceColumns
from vem_plugin.training.diffusion import MEASURING_SEED, DiffusionStage, transformer_from
from vem_plugin.training.lessons import Lessons, ScoreLessons
from vem_plugin.training.recipe import Keep, Length, Optimiser, Recipe
from vem_plugin.training.shots import draw_shots
from vem_plugin.training.trainer import train as train_stage

STEPS, ROWS = 300, 8
SEEDS = 3
SMALL = {"width": 128, "layers": 4, "heads": 4, "token_width": 96, "beat_width": 48, "wishes": False}
VARIANTS: dict[str, dict[str, Any]] = {
    "nothing told": {"storyboards": "none", "beats": False},
    "TB-As only": {"storyboards": "none"},
    "conditions pooled": {"storyboards": "pooled", "beats": False},
    "conditions pooled, TB-As": {"storyboards": "pooled"},
    "SG-CAtt": {"beats": False},
    "SG-CAtt, TB-As": {},
    "... printed mask": {"mask": "printed"},
    "... one token": {"tokens": "one"},
    "... printed mask, one token": {"mask": "printed", "tokens": "one"},
}
"""The first six as in the paper's table (it lacks the fourth); the last three change the sixth."""
CONTRASTS = {
    "TB-As, nothing else told": ("TB-As only", "nothing told"),
    "TB-As, beside SG-CAtt": ("SG-CAtt, TB-As", "SG-CAtt"),
    "conditions pooled": ("conditions pooled", "nothing told"),
    "SG-CAtt in place of pooling": ("SG-CAtt", "conditions pooled"),
    "the same, beside TB-As": ("SG-CAtt, TB-As", "conditions pooled, TB-As"),
    "printed mask": ("... printed mask", "SG-CAtt, TB-As"),
    "one token": ("... one token", "SG-CAtt, TB-As"),
    "both": ("... printed mask, one token", "SG-CAtt, TB-As"),
}
"""What changes between which two variants."""
TRUTH = "held-out music itself"
WATCHED = 16
"""Pieces in which attention is watched."""
PIECES = 60
"""Held-out numbers that takes are written for, and as many that they are compared with."""

Found = dict[str, dict[int, dict[str, float]]]
"""Figures by variant and seed."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Data = Annotated[Path, typer.Argument(help="A run folder with an encoded corpus.")]
Runs = Annotated[Path, typer.Argument(help="Where runs and figures lie.")]


class CutOnHits(Lessons):
    """Lessons whose picture is cut at every hit and at every section."""

    def _conditions(self, number: int, entries: int, rng: np.random.Generator) -> Conditions:
        return self.seen(number, entries, rng)[1]

    def seen(self, number: int, entries: int, rng: np.random.Generator) -> tuple[ShotTable, Conditions]:
        """The shots of a piece, and what a model is told."""
        pieces, texts = self.pieces, self.pieces.columns["caption_text"]
        clock, labels = pieces.clock(number), pieces.labels(number)
        beat = np.asarray(pieces.beatwise("beat", number), np.float32)
        hits = [np.flatnonzero(beat[:, BEAT_COLUMNS[name].start]) + late for name, late in PLACES.items()]
        cuts = np.unique(np.concatenate([*hits, labels.start]))[1:]
        shots = draw_shots(labels, clock, texts, most=entries - 1, rng=rng, cuts=cuts)
        caption = np.asarray(texts[int(pieces.columns["caption"][number])], np.float32)
        style = np.asarray(pieces.columns["style"][number], np.float32)
        tokens = tokens_of(shots, clock[:-1], caption=caption, style=style)
        return shots, conditions_of(pieces.features(number), np.asarray(pieces.beatwise("card", number)), tokens)


PLACES = {"hit": 0.0, "off-beat hit": 0.5}


class AblationStage(DiffusionStage):
    """The score's diffusion, taught with a picture that is cut on hits."""

    def __init__(self, recipe: Recipe, out: Path, data: Path) -> None:
        super().__init__(recipe, out, data)
        self.lessons = CutOnHits(self.lessons.pieces, self.options, seed=recipe.seed)
        self.heldout = CutOnHits(self.heldout.pieces, self.options, seed=MEASURING_SEED)


def recipe_of(switches: dict[str, Any], *, seed: int, data: Path, steps: int = STEPS) -> Recipe:
    """The recipe of one run: the same budget for every variant."""
    return Recipe(
        stage="diffusion",
        seed=seed,
        data=str(data),
        average=0.99,
        model=SMALL | switches,
        lessons={"rows": ROWS},
        length=Length(steps=steps),
        optimiser=Optimiser(rate=2e-3, warm_up=30),
        keep=Keep(minutes=2, last=1, tensorboard=False),
    )


class HeldOutMusic:
    """Held-out pieces of the corpus in DATA, and the codec that spells their latents."""

    def __init__(self, data: Path) -> None:
        lessons = CutOnHits(PieceColumns.open(data / "heldout"), ScoreLessons(), seed=MEASURING_SEED)
        self.codec = codec_from(weights_in(data, "codec")).eval()
        self.mine = list(self._pieces(lessons, 0, PIECES))
        self.others = list(self._pieces(lessons, PIECES, 2 * PIECES))

    def _pieces(self, lessons: CutOnHits, first: int, last: int) -> Iterator[HeldOut]:
        for number in range(first, last):
            if lessons.pieces.beats[number] < SHORTEST:
                continue
            piece = build_piece(number, seed=HELDOUT_SEED, held_out=True)
            if not np.array_equal(piece.notes, lessons.pieces.notes(number)):
                sys.exit(f"Piece {number} of the corpus was written by another version of the rule-based composer.")
            rng = np.random.default_rng([MEASURING_SEED, number, 2])
            shots, conditions = lessons.seen(number, lessons.options.entries, rng)
            latents = np.asarray(lessons.pieces.beatwise("latents", number), np.float32)
            yield HeldOut(number, piece, shots, conditions, latents)

    def figures(self, write: Callable[[HeldOut], NDArray[np.float32]]) -> dict[str, float]:
        """Measures of what ``write`` makes of every piece."""
        return figures_of([self._spelled(held_out, write(held_out)) for held_out in self.mine], self.others)

    def _spelled(self, held_out: HeldOut, latents: NDArray[np.float32]) -> Written:
        notes, chords = notes_of(self.codec.probabilities_of(torch.from_numpy(latents)))
        return Written(held_out, latents, Piece(held_out.piece.cue, held_out.piece.theme, notes, chords))


@app.command()
def train(
    data: Data,
    runs: Runs,
    part: Annotated[str, typer.Option(help="Which part of the runs: 0/2 is every second one.")] = "0/1",
    steps: Annotated[int, typer.Option(help="Steps of each run.")] = STEPS,
    seeds: Annotated[int, typer.Option(help="How many seeds.")] = SEEDS,
    only: Annotated[list[str] | None, typer.Option(help="A variant by name; may be given again.")] = None,
) -> None:
    """Train every variant with every seed, and measure what it writes."""
    torch.set_num_threads(1)
    place, parts = (int(number) for number in part.split("/"))
    music = HeldOutMusic(data)
    for seed, variant in list(product(range(seeds), only or VARIANTS))[place::parts]:
        out = runs / f"{variant.replace(' ', '-').strip('.-')}-{seed}"
        if (out / "figures.json").exists():
            continue
        recipe = recipe_of(VARIANTS[variant], seed=seed, data=data, steps=steps)
        trained = train_stage(AblationStage(recipe, out, data), recipe, out)
        network = transformer_from(weights_in(out, "diffusion")).eval()
        pipeline = VeMPipeline(network, music.codec, flow_solver())
        errors = {f"error t={key[-3:].lstrip('0')}": value for key, value in trained.measured["averaged"].items()}
        written = music.figures(lambda piece, seed=seed, pipeline=pipeline: _written(pipeline, piece, seed))
        figures = errors | written | attention_of(network, music.mine[:WATCHED])
        told = {"variant": variant, "seed": seed, "seconds": trained.seconds, "weights": network.num_parameters()}
        (out / "figures.json").write_text(json.dumps(told | {"figures": figures}, indent=1))
        print(
            variant, seed, f"{trained.seconds:.0f} s", {name: round(float(value), 3) for name, value in figures.items()}
        )


def _written(pipeline: VeMPipeline, piece: HeldOut, seed: int) -> NDArray[np.float32]:
    """Latents of a piece, with the sampler and guidance of the shipped model; noise of its own for every seed."""
    return pipeline(piece.conditions, seed=1000 * seed + piece.number)


@app.command()
def report(data: Data, runs: Runs) -> None:
    """Print the tables: mean and standard deviation over seeds, and what each part changes, seed by seed."""
    found: Found = {}
    for file in sorted(runs.glob("*/figures.json")):
        told = json.loads(file.read_text())
        found.setdefault(told["variant"], {})[told["seed"]] = told["figures"]
    truth = HeldOutMusic(data).figures(lambda piece: piece.latents)
    columns = {variant: list(found[variant].values()) for variant in VARIANTS if variant in found}
    print(_table(columns | {TRUTH: [truth]}))
    changes = {
        words: [_less(found[with_it][seed], found[without][seed]) for seed in found[with_it].keys() & found[without]]
        for words, (with_it, without) in CONTRASTS.items()
        if with_it in found and without in found
    }
    print(_table(changes, signed=True))
    for name, meaning in MEANINGS.items():
        better = "less" if name.startswith(LESS_IS_BETTER) else "more"
        print(f"- **{name}** ({better} is better): {meaning}.")


def _less(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {name: one[name] - other[name] for name in one if name in other}


def _table(columns: dict[str, list[dict[str, float]]], *, signed: bool = False) -> str:
    """Rows are measures; a column holds figures of one or more seeds."""
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in MEANINGS:
        cells = [_cell([run[name] for run in runs if name in run], signed=signed) for runs in columns.values()]
        if any(cells):
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(values: list[float], *, signed: bool) -> str:
    if not values:
        return ""
    digits = 1 if max(np.abs(values)) >= 5 else 3
    spread = f" ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else ""
    return f"{np.mean(values):{'+' if signed else ''}.{digits}f}{spread}"


if __name__ == "__main__":
    app()
