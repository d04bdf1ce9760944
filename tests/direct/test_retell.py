"""The storyboard retold: every shot says what the conductor wants where it is seen."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from vem_plugin.brief import Brief, read_spans
from vem_plugin.direct import direct, retell
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_timeline.storyboard import Marker


def test_shots_take_the_caption_of_their_section(edit_of: Callable[..., Any]) -> None:
    parsed, plan = edit_of((8, 8, 16, 16, 16, 16))
    note = Marker(Fraction(8), Fraction(16), "mood: tense", "", "", "timeline")
    cue = direct(parsed, plan, Brief("warm", spans=read_spans([note])), style="corporate", seed=2)
    asked: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.eye(len(texts), TEXT_SIZE, dtype=np.float32)

    told = retell(parsed, plan, cue, encode=encode)
    assert told.brief == cue.caption
    assert told.storyboard is parsed.storyboard
    for shot, features in zip(told.storyboard.shots, told.shots, strict=True):
        middle = plan.beat_of(shot.start + shot.duration / 2)
        section = next(s for s in cue.sections if s.start <= middle < s.start + s.beats)
        assert features.words == section.caption
        assert asked[int(features.text.argmax())] == section.caption
    assert "tense" in told.shots[3].words
    assert "tense" not in told.shots[0].words
