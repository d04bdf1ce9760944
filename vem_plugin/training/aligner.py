"""Stage one, the aligner: taught by BCE on "this transition has a hit" (VeM, arXiv 2511.09585, TB-As).

The lessons are the pairs of a set (``vem dataset build`` or ``synth``). The label of a synthetic pair is the truth: the
director had the music hit that cut. In film that was found, a transition is a hit as in the paper if it falls on a
beat (within ``ON_THE_BEAT``), and, where there is sound to hear, if the sound rises there.

While learning, groups of what is told are left out at random, whole pairs at once: the pictures most often, because
media is missing most often; the others so that the network can be asked what each counts for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vem_plugin.dataset import PairSet, open_set
from vem_plugin.dataset.pair import Pair
from vem_plugin.errors import SettingsError
from vem_plugin.models.aligner import Aligner, padded
from vem_plugin.rhythm.transition_features import GROUPS, TransitionFeatures, features_of_pair
from vem_plugin.training.aligner_export import export_aligner
from vem_plugin.training.ranking import area_under_roc, average_precision
from vem_plugin.training.recipe import AtLeastOne, Recipe, Share
from vem_plugin.training.stage import Loss

logger = logging.getLogger(__name__)

ON_THE_BEAT = 0.04
"""Seconds; in film that was found, a transition this near to a beat is on it."""
AUDIBLE = 1.5
"""Decibels by which the sound must rise at a hit (``Transitions.accent``): in synthetic sets that are played, nearly
nine in ten true hits do, and one in four of the other cuts."""


class AlignerLessons(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[lessons]``: ``rows`` pairs a step; shares of pairs of which pictures, or another group, are left
    out."""

    rows: AtLeastOne = 32
    without_pictures: Share = 0.2
    without_group: Share = 0.1


@dataclass(frozen=True)
class AlignerLesson:
    """One pair: what is told of its T transitions, ``hit`` (T,) 0 or 1, and ``labelled`` (T,) 1 where that is known."""

    features: TransitionFeatures
    hit: NDArray[np.float32]
    labelled: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AlignerBatch:
    """B lessons padded to the longest: the arguments of ``Aligner.forward``, ``hit`` and ``labelled`` (B, T)."""

    numbers: Tensor
    curves: Tensor
    known: Tensor
    real: Tensor
    hit: Tensor
    labelled: Tensor

    def to(self, device: torch.device | str) -> AlignerBatch:
        """The batch on another device."""
        return AlignerBatch(*(getattr(self, field.name).to(device) for field in fields(self)))


def hits_of_pair(pair: Pair) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Which transitions have a hit, and of which that is known, both (T,) 0 or 1."""
    told = pair.transitions
    made, found = ~np.isnan(told.hit), ~np.isnan(told.offset)
    on_beat = np.abs(np.nan_to_num(told.offset, nan=np.inf)) <= ON_THE_BEAT
    rises = np.nan_to_num(told.accent, nan=np.inf) >= AUDIBLE
    hit = np.where(made, np.nan_to_num(told.hit) > 0, on_beat & rises)
    return hit.astype(np.float32), (made | found).astype(np.float32)


def lessons_of(pairs: PairSet) -> list[AlignerLesson]:
    """The lessons of a set; pairs without a transition whose label is known teach nothing and are left out."""
    lessons = [AlignerLesson(features_of_pair(pair), *hits_of_pair(pair)) for pair in pairs]
    return [lesson for lesson in lessons if lesson.labelled.any()]


def batch_lessons(lessons: Sequence[AlignerLesson]) -> AlignerBatch:
    """Several lessons as one batch."""
    longest = max(len(lesson.hit) for lesson in lessons)
    columns = [
        [lesson.features.numbers for lesson in lessons],
        [lesson.features.curves for lesson in lessons],
        [lesson.features.known for lesson in lessons],
        [np.ones((len(lesson.hit), 1), np.float32) for lesson in lessons],
        [lesson.hit for lesson in lessons],
        [lesson.labelled for lesson in lessons],
    ]
    return AlignerBatch(*(padded(rows, longest=longest) for rows in columns))


class AlignerStage:
    """The aligner, taught on the set in the data folder."""

    def __init__(self, recipe: Recipe, out: Path, data: Path) -> None:
        self.recipe, self.options = recipe, recipe.lessons_as(AlignerLessons)
        pairs = open_set(data)
        self.lessons, self.heldout = lessons_of(pairs.split("train")), lessons_of(pairs.split("test"))
        if not self.lessons:
            raise SettingsError(
                "The set has no pair whose transitions are known to have hits or not.",
                where=str(data),
                remedy="Build it from videos with music and cuts, or make one with 'vem dataset synth'.",
            )

    def network(self, start: Path | None) -> Aligner:
        """A new aligner that knows the spread of what it is told, or one that was saved."""
        if start is not None:
            return Aligner.from_pretrained(start, low_cpu_mem_usage=False)
        network = self.recipe.network_of(Aligner)
        told = [lesson.features for lesson in self.lessons]
        network.standardise(np.concatenate([one.numbers for one in told]), np.concatenate([one.known for one in told]))
        return network

    def batch(self, step: int, part: int, parts: int) -> AlignerBatch:
        """Rows of a step, each pair as often as any other; they are shared out over the parts, which must divide them.

        Raises
        ------
        SettingsError
            If they do not.
        """
        if self.options.rows % parts:
            raise SettingsError(
                f"{self.options.rows} rows cannot be shared out over {parts} parts.",
                where="[lessons] rows",
                remedy="Parts are processes times [speed] accumulate; rows must be a multiple of them.",
            )
        size = self.options.rows // parts
        first = step * self.options.rows + part * size
        return batch_lessons([self._row(row) for row in range(first, first + size)])

    def _row(self, row: int) -> AlignerLesson:
        """The pair whose turn it is, with some of what is told left out."""
        epoch, place = divmod(row, len(self.lessons))
        order = np.random.default_rng([self.recipe.seed, epoch]).permutation(len(self.lessons))
        rng = np.random.default_rng([self.recipe.seed, row, 1])
        lesson = self.lessons[order[place]]
        left_out = rng.random(len(GROUPS)) < self.options.without_group
        left_out[[GROUPS.index("picture"), GROUPS.index("around")]] |= rng.random() < self.options.without_pictures
        return AlignerLesson(without(lesson.features, left_out), lesson.hit, lesson.labelled)

    def loss(self, network: Aligner, batch: AlignerBatch) -> Loss:
        """Binary cross-entropy over the transitions whose label is known."""
        odds = network(batch.numbers, batch.curves, batch.known, batch.real)
        crossed = functional.binary_cross_entropy_with_logits(odds, batch.hit, weight=batch.labelled, reduction="sum")
        return Loss(crossed, batch.labelled.sum())

    def measure(self, network: Aligner) -> dict[str, float]:
        """How held-out transitions are ranked, with all that is known of them and without pictures."""
        if not self.heldout:
            return {}
        blind = np.isin(GROUPS, ("picture", "around"))
        figures = ranked(network, self.heldout)
        without_pictures = ranked(network, self.heldout, left_out=blind)
        return figures | {f"{name}, no pictures": value for name, value in without_pictures.items()}

    def save(self, network: Aligner, folder: Path) -> None:
        """As diffusers lays a network out, and beside it as ONNX for ``vem_plugin.encoders``."""
        network.save_pretrained(folder)
        export_aligner(network, folder)


def without(features: TransitionFeatures, left_out: NDArray[np.bool_]) -> TransitionFeatures:
    """The features with some groups unknown; ``left_out`` (G,)."""
    return TransitionFeatures(features.numbers, features.curves, features.known * ~left_out)


@torch.no_grad()
def ranked(
    network: Aligner, lessons: Sequence[AlignerLesson], *, left_out: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """Average precision, area under the ROC curve and mean cross-entropy over all labelled transitions."""
    left_out = np.zeros(len(GROUPS), bool) if left_out is None else left_out
    odds, hits = [], []
    for first in range(0, len(lessons), 64):
        some = [AlignerLesson(without(one.features, left_out), one.hit, one.labelled) for one in lessons[first:][:64]]
        batch = batch_lessons(some).to(network.device)
        told = network(batch.numbers, batch.curves, batch.known, batch.real).float()
        asked = batch.labelled > 0
        odds.append(told[asked].cpu().numpy())
        hits.append(batch.hit[asked].cpu().numpy())
    every, truth = np.concatenate(odds).astype(np.float64), np.concatenate(hits) > 0
    crossed = np.logaddexp(0, np.where(truth, -every, every)).mean()
    figures = (average_precision(truth, every), area_under_roc(truth, every), float(crossed))
    return dict(zip(("average precision", "area under ROC", "cross-entropy"), figures, strict=True))
