"""The storyboard retold in words of music, for the composer.

A shot's own words ("man walks past a bicycle") say what is seen. The composer was taught captions that say what is
wanted ("uneasy suspense score, building up"), and those are what the conductor wrote for every section.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet


def retell(
    parsed: ParsedVideo, plan: BeatPlan, cue: CueSheet, *, encode: Callable[[list[str]], NDArray[np.float32]]
) -> ParsedVideo:
    """Give every shot the caption of the section it mostly plays under, and the whole the caption of the cue sheet.

    Parameters
    ----------
    encode : callable
        Texts to unit embeddings, (n, TEXT_SIZE) float32.
    """
    captions = [section.caption for section in cue.sections]
    texts = encode([cue.caption, *captions])
    starts = [float(plan.time_of(Fraction(section.start))) for section in cue.sections]
    middles = {shot.number: float(shot.start + shot.duration / 2) for shot in parsed.storyboard.shots}
    shots = []
    for features in parsed.shots:
        section = int(np.searchsorted(starts, middles[features.shot], side="right")) - 1
        shots.append(replace(features, words=captions[section], text=texts[1 + section]))
    return replace(parsed, brief=cue.caption, brief_text=texts[0], shots=tuple(shots))
