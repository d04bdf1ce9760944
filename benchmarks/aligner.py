"""Does the learned aligner beat "every cut weighs the same"? On held-out pairs, by ranking and by what the solver does.

    python benchmarks/aligner.py [--pairs 300] [--solved 80] [--aligner FOLDER] [--workers 2]
    python benchmarks/aligner.py --set SET

Pairs are drawn by the synthetic director (``vem_plugin.dataset.synth``), without sound: other seeds than the lessons
(*usual*), and other seeds and another school of editing (*shifted*). The truth is the director's: whether the music
hits a cut. What decides it, the cut's reason, is hidden from everybody; what is seen of it overlaps.

The director moves the cuts that are hit onto the music's beats. An edit that waits for its music has no such grid, so
here every cut is moved at random by up to ``LOOSE`` seconds before anything is judged or solved.

Four weightings: every cut the same; the hand rule that the aligner replaced; the aligner; and the truth itself, which
is as far as judging can go. All ask for any place of the grid with about the same mean weight. Intervals: 95 %,
bootstrap over pairs (1000 draws), differences paired.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset import open_set
from vem_plugin.dataset.pair import Pair
from vem_plugin.dataset.synth import TASTES, draw_pair
from vem_plugin.encoders.aligner import Aligner
from vem_plugin.rhythm.beat_plan import BeatConstraint
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.deserving import Deserved
from vem_plugin.rhythm.plan import plan_beats
from vem_plugin.rhythm.transition_features import GROUPS, TransitionFeatures, features_of_pair
from vem_plugin.stages import ANY_TEMPO
from vem_plugin.training.aligner import AUDIBLE, ON_THE_BEAT
from vem_plugin.training.ranking import area_under_roc, average_precision
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Shot, Storyboard, Transition

SEEDS = {"usual": 101, "shifted": 102}
"""Of the held-out pairs; the lessons of the aligner that ships are of seed 11."""
LOOSE = 0.25
SHORTEST = 0.28
DRAWS = 1000
WEIGHTINGS = ("every cut the same", "hand rule", "learned", "truth")
LEARNED = WEIGHTINGS.index("learned")

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """A held-out edit: the pair with its cuts moved, which are hit, and what everybody makes of them, (T,) each."""

    pair: Pair
    hit: NDArray[np.bool_]
    scores: dict[str, Scores]


def held_out(number: int, *, taste: str, folder: Path | None) -> Held:
    """Draw an edit and judge it."""
    seed = SEEDS[taste]
    pair = draw_pair(number, seed=seed, taste=TASTES[taste], held_out=True, music=False)
    return judged(loosened(pair, np.random.default_rng([seed, number, 5])), pair.transitions.hit > 0, folder)


def judged(pair: Pair, hit: NDArray[np.bool_], folder: Path | None) -> Held:
    """What everybody makes of the transitions of a pair."""
    features, aligner = features_of_pair(pair), _aligner(folder)
    seen = np.isin(GROUPS, ("picture", "around"))
    blind = TransitionFeatures(features.numbers, features.curves, features.known * ~seen)
    scores = {
        "learned": aligner.judge(features).share.astype(np.float64),
        "learned, no pictures": aligner.judge(blind).share.astype(np.float64),
        "hand rule": hand_rule(pair),
        "picture change alone": pair.surroundings.difference.astype(np.float64),
        "every cut the same": np.ones(len(pair.transitions.time)),
    }
    return Held(pair, hit, scores)


_OPEN: dict[Path | None, Aligner] = {}


def _aligner(folder: Path | None) -> Aligner:
    if folder not in _OPEN:
        _OPEN[folder] = Aligner(folder)
    return _OPEN[folder]


def loosened(pair: Pair, rng: np.random.Generator) -> Pair:
    """The pair with every cut moved by up to ``LOOSE`` seconds, on frames, shots no shorter than ``SHORTEST``."""
    told = pair.transitions
    edges = np.array([0.0, *told.time, pair.seconds])
    times = told.time + rng.uniform(-LOOSE, LOOSE, len(told.time))
    times = np.round(times * pair.frame_rate) / pair.frame_rate
    for index in range(len(times)):
        least = (times[index - 1] if index else 0.0) + SHORTEST
        most = edges[index + 2] - (LOOSE if index + 1 < len(times) else 0.0) - SHORTEST
        times[index] = told.time[index] if least > most else min(max(times[index], least), most)
    times = np.round(np.maximum.accumulate(times) * pair.frame_rate) / pair.frame_rate
    start, end = np.append(0.0, times), np.append(times, pair.seconds)
    return replace(pair, shots=replace(pair.shots, start=start, end=end), transitions=replace(told, time=times))


def hand_rule(pair: Pair) -> Scores:
    """What cuts weighed before: by kind, by the lengths of the shots beside them, by how much the picture changes."""
    lengths = np.maximum(pair.shots.end - pair.shots.start, 0.01)
    ratio = lengths / np.median(lengths)
    factor = np.clip((ratio[:-1] * ratio[1:]) ** (0.3 / 2), 0.75, 1.35)
    kind = np.array([{"cut": 1.0, "dissolve": 0.7}[word] for word in pair.transitions.kind])
    strength = np.where(pair.surroundings.compared > 0, pair.surroundings.difference, 1.0)
    return kind * factor * (0.85 + 0.3 * strength)


def storyboard_of(pair: Pair) -> Storyboard:
    """The pair as an edit in exact time."""
    rate = Fraction(pair.frame_rate).limit_denominator(1001)

    def exact(seconds: float) -> Fraction:
        return round(seconds * rate) / rate

    edges = [*pair.shots.start, pair.seconds]
    shots = tuple(
        Shot(number, f"shot {number}", exact(start), exact(end) - exact(start), "picture", None)
        for number, (start, end) in enumerate(pairwise(edges), 1)
    )
    told = pair.transitions
    changes = tuple(
        Transition(exact(when), kind, exact(length), number)
        for number, (when, kind, length) in enumerate(zip(told.time, told.kind, told.duration, strict=True), 2)
    )
    return Storyboard(pair.key, Clock(rate), exact(pair.seconds), shots, changes, ())


def solved(held: Held) -> NDArray[np.float64]:
    """What the solver makes of an edit by each weighting.

    Returns
    -------
    NDArray (weightings, 2, 4)
        Of cuts that are hit, and of those that are not: how many there are, how many lie on a downbeat, on a beat or
        better, and anywhere on the grid of eighths, within half a frame.
    """
    board = storyboard_of(held.pair)
    learned, truth = (
        constraints_of(board, deserved=[Deserved(share) for share in shares.tolist()])
        for shares in (held.scores["learned"], held.hit.astype(np.float64))
    )
    cuts = [item for item in learned if item.shot is not None]
    end = learned[-1]
    hand = held.scores["hand rule"] / held.scores["hand rule"].mean()
    wanted = {
        "every cut the same": [replace(item, weight=1.0, deserves=None) for item in cuts],
        "hand rule": [
            replace(item, weight=float(weight), deserves=None) for item, weight in zip(cuts, hand, strict=True)
        ],
        "learned": cuts,
        "truth": [item for item in truth if item.shot is not None],
    }
    return np.stack([_places([*wanted[name], end], board, held.hit) for name in WEIGHTINGS])


def _places(wanted: Sequence[BeatConstraint], board: Storyboard, hit: NDArray[np.bool_]) -> NDArray[np.float64]:
    plan = plan_beats(wanted, board.duration, frame=board.clock.frame_duration, tempo=ANY_TEMPO)
    on = {landing.constraint.shot: landing.on for landing in plan.landings}
    counts = np.zeros((2, 4))
    for index, item in enumerate(each for each in wanted if each.shot is not None):
        place = on.get(item.shot)
        counts[0 if hit[index] else 1] += (1, place == "downbeat", place in ("downbeat", "beat"), place is not None)
    return counts


def draws_of(count: int) -> list[NDArray[np.int64]]:
    """All pairs by index, then bootstrap draws of them."""
    rng = np.random.default_rng(0)
    return [np.arange(count), *(rng.integers(count, size=count) for _ in range(DRAWS))]


def print_ranking(edits: Sequence[Held]) -> None:
    """Average precision and area under the ROC curve of every score."""
    draws = draws_of(len(edits))
    truths = [np.concatenate([edits[index].hit for index in drawn]) for drawn in draws]
    precision: dict[str, Scores] = {}
    area: dict[str, Scores] = {}
    for name in edits[0].scores:
        told = [np.concatenate([edits[index].scores[name] for index in drawn]) for drawn in draws]
        precision[name] = np.array([average_precision(*each) for each in zip(truths, told, strict=True)])
        area[name] = np.array([area_under_roc(*each) for each in zip(truths, told, strict=True)])
    print("| score | average precision | area under ROC | AP above the hand rule |\n|---|---|---|---|")
    for name, figures in precision.items():
        gain = said(figures - precision["hand rule"], sign=True)
        print(f"| {name} | {said(figures)} | {said(area[name])} | {gain} |")


def print_solved(counts: NDArray[np.float64]) -> None:
    """Shares of the hit and the other cuts by place, ``counts`` (pairs, weightings, 2, 4)."""
    summed = np.stack([counts[drawn].sum(axis=0) for drawn in draws_of(len(counts))], axis=-1)
    shares = summed[:, :, 1:] / summed[:, :, :1]
    for kind, title in enumerate(("cuts that deserve a hit", "all other cuts")):
        print(f"\n{title}\n\n| weighting | on a downbeat | on a beat | on the grid, exactly |\n|---|---|---|---|")
        for row, name in enumerate(WEIGHTINGS):
            print(f"| {name} | {' | '.join(said(figures) for figures in shares[row, kind])} |")
        for row, name in enumerate(WEIGHTINGS[:LEARNED]):
            gains = shares[LEARNED, kind] - shares[row, kind]
            print(f"| *learned less {name}* | {' | '.join(said(figures, sign=True) for figures in gains)} |")


def said(figures: NDArray[np.float64], *, sign: bool = False) -> str:
    """A figure of all pairs, the first, with its interval over the bootstrap draws, the others."""
    low, high = np.nanpercentile(figures[1:], [2.5, 97.5])
    mark = "+" if sign else ""
    return f"{figures[0]:{mark}.3f} ({low:{mark}.3f} to {high:{mark}.3f})"


def print_found(folder: Path, aligner: Path | None) -> None:
    """Ranking on film that was found: a set of ``vem dataset build``, by each of two labels."""
    pairs = [pair for pair in open_set(folder) if len(pair.transitions.time) > 1]
    told = [pair.transitions for pair in pairs]
    labels = {
        f"the sound rises there by {AUDIBLE} dB or more": [each.accent >= AUDIBLE for each in told],
        "within 40 ms of a beat, and the sound rises (the label of training)": [
            (np.abs(each.offset) <= ON_THE_BEAT) & (each.accent >= AUDIBLE) for each in told
        ],
    }
    for name, hits in labels.items():
        edits = [judged(pair, hit, aligner) for pair, hit in zip(pairs, hits, strict=True)]
        cuts, share = sum(len(hit) for hit in hits), np.concatenate(hits).mean()
        print(f"\n## {folder.name}: {len(edits)} clips, {cuts} transitions, {share:.3f} of them: {name}\n")
        print_ranking(edits)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=300, help="pairs of each school to rank")
    parser.add_argument("--solved", type=int, default=80, help="of these, to solve")
    parser.add_argument("--aligner", type=Path, help="folder of another aligner than the one that ships")
    parser.add_argument("--set", type=Path, help="rank on a set of 'vem dataset build' instead")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if asked.set:
        print_found(asked.set, asked.aligner)
        return
    with ProcessPoolExecutor(asked.workers) as pool:
        for taste in SEEDS:
            began = time.perf_counter()
            draw = partial(held_out, taste=taste, folder=asked.aligner)
            edits = [each for each in pool.map(draw, range(asked.pairs), chunksize=8) if len(each.hit) > 1]
            cuts, hits = sum(len(each.hit) for each in edits), sum(int(each.hit.sum()) for each in edits)
            print(f"\n## {taste}: {len(edits)} pairs, {cuts} transitions, {hits / cuts:.3f} of them hit\n")
            print_ranking(edits)
            if asked.solved:
                counts = np.stack(list(pool.map(solved, edits[: asked.solved])))
                print(f"\n{len(counts)} pairs solved, {time.perf_counter() - began:.0f} s")
                print_solved(counts)


if __name__ == "__main__":
    main()
