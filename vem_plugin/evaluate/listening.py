"""Does the network listen to the storyboard, and at the right time (SG-CAtt)?

The mood is withheld from the numbers, so that only words and look of two shots can tell it, each half of the piece
long. Every held-out cue sheet is written twice with the same noise and theme: first half calm and second half wild,
then the other way round. 1.0 is what deafness gives, and what it gives where nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.baselines import Task
from vem_plugin.evaluate.counting import Count, figure_of
from vem_plugin.evaluate.obedience import power_of
from vem_plugin.evaluate.table import MODEL, Row
from vem_plugin.evaluate.takes import Desk, steady_plan
from vem_plugin.models.placement import Placement
from vem_plugin.score.notes import STEPS_PER_BEAT

if TYPE_CHECKING:
    from vem_plugin.models.conditioning import Conditions

WORDS = ("very quiet", "high energy")
LOOKS = ((0.5, 0.0, 0.4, 0.4, 0.15), (0.5, 0.0, 0.6, 0.7, 0.9))
"""Calm and wild."""
TOLD = (("words", True, False), ("look", False, True), ("words and look", True, True))


def rows_of_listening(desk: Desk, tasks: Sequence[Task], *, placement: Placement) -> list[Row]:
    """Power struck in wild halves over that in calm halves, by what tells them."""
    from vem_plugin.stages import text_encoder

    texts = text_encoder(placement).encode(WORDS)
    rows = []
    for name, words, look in TOLD:
        counts = [_contrast(desk, task, texts, tell_words=words, tell_look=look) for task in tasks]
        row = f"wild half over calm half, told by {name}"
        rows.append(Row("storyboard", row, {MODEL: figure_of(counts)}, None))
    return rows


def _contrast(desk: Desk, task: Task, texts: NDArray[np.float32], *, tell_words: bool, tell_look: bool) -> Count:
    """Power of the wild halves of both orders, of that of the calm halves."""
    power = {0: 0.0, 1: 0.0}
    middle = task.cue.beats // 2 * STEPS_PER_BEAT
    for order in ((0, 1), (1, 0)):
        conditions = _two_halves(task, texts, order=order, tell_words=tell_words, tell_look=tell_look)
        pipeline = desk.composer.pipeline
        latents = pipeline(conditions, seed=task.number, steps=desk.composer.steps, guidance=desk.composer.guidance)
        notes, _ = desk.composer.read(latents)
        for half, mood in enumerate(order):
            power[mood] += power_of(notes[(notes["start"] >= middle) == bool(half)])
    return Count(power[1], power[0])


def _two_halves(
    task: Task, texts: NDArray[np.float32], *, order: tuple[int, int], tell_words: bool, tell_look: bool
) -> Conditions:
    """Conditions of a cue sheet whose mood only two shots tell."""
    from vem_plugin.models.beat_features import DIRECTION_COLUMNS, MOOD, features_of
    from vem_plugin.models.conditioning import conditions_of
    from vem_plugin.models.storyboard_tokens import ShotTable, style_vector, tokens_of
    from vem_plugin.score.theme import card_features

    cue = task.cue
    clock = np.array([float(time) for time in steady_plan(cue).beat_times])
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
    return conditions_of(replace(features, direction=direction), card_features(cue, task.theme), tokens)
