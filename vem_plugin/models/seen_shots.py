"""The shots of a real edit as the arrays that storyboard tokens are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.storyboard_tokens import CINEMATICS_SIZE, ShotTable
from vem_plugin.parsing.parsed_video import TEXT_SIZE, ParsedVideo
from vem_plugin.score.cue import CueSheet

BLENDS = frozenset({"dissolve", "wipe"})
"""Transitions during which two shots are on screen."""


def shots_seen(parsed: ParsedVideo) -> ShotTable:
    """All shots of a parsed video, pictures of one size (the first found) or none."""
    shots = parsed.storyboard.shots
    features = {item.shot: item for item in parsed.shots}
    pictures = [item.picture for item in parsed.shots if item.picture is not None]
    count, picture_size = len(shots), pictures[0].size if pictures else 0
    blend = {t.into: float(t.duration) for t in parsed.storyboard.transitions if t.kind in BLENDS}
    table = ShotTable(
        start=np.array([float(shot.start) for shot in shots]),
        end=np.array([float(shot.end) for shot in shots]),
        fade_in=np.array([blend.get(shot.number, 0.0) for shot in shots]),
        fade_out=np.array([blend.get(shot.number + 1, 0.0) for shot in shots]),
        text=np.zeros((count, TEXT_SIZE), np.float32),
        picture=np.zeros((count, picture_size), np.float32),
        cinematics=np.zeros((count, CINEMATICS_SIZE), np.float32),
        told=np.zeros((count, 3), np.float32),
    )
    for row, shot in enumerate(shots):
        if shot.number not in features:
            continue
        item = features[shot.number]
        seen = item.picture is not None and item.picture.size == picture_size
        table.told[row] = (item.text.any() and item.text.size == TEXT_SIZE, seen, 1)
        table.cinematics[row] = item.cinematics.as_array()
        if table.told[row, 0]:
            table.text[row] = item.text
        if item.picture is not None and seen:
            table.picture[row] = item.picture
    return table


def sections_as_shots(cue: CueSheet, clock: NDArray[np.float64]) -> ShotTable:
    """Sections in place of shots, for music without picture: only their times are known.

    ``clock`` (beats + 1,) is the start of every beat and the end, seconds.
    """
    count = len(cue.sections)
    return ShotTable(
        start=clock[[section.start for section in cue.sections]],
        end=clock[[section.start + section.beats for section in cue.sections]],
        fade_in=np.zeros(count),
        fade_out=np.zeros(count),
        text=np.zeros((count, TEXT_SIZE), np.float32),
        picture=np.zeros((count, 0), np.float32),
        cinematics=np.zeros((count, CINEMATICS_SIZE), np.float32),
        told=np.zeros((count, 3), np.float32),
    )
