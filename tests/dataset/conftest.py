"""Pairs small enough to be written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vem_plugin.dataset import LOOK_RATE, LOOKS, Origin, Pair, Transitions, flac_of
from vem_plugin.models.storyboard_tokens import ShotTable
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.parsing.surroundings import nothing_seen


def pair_of_shots(key: str, edges: list[float], *, sound: bool = False, split: str = "train") -> Pair:
    """A pair whose shots begin and end at ``edges``, seconds; everything else is drawn."""
    rng = np.random.default_rng(len(key) + round(1000 * edges[-1]))
    start, end, count = np.array(edges[:-1]), np.array(edges[1:]), len(edges) - 1
    steps = round(edges[-1] * LOOK_RATE)
    text = rng.normal(size=(count, TEXT_SIZE)).astype(np.float32)
    beats = np.arange(0, edges[-1], 0.5)
    files = {"flac": flac_of(rng.uniform(-0.5, 0.5, (round(8000 * edges[-1]), 2)), 8000)} if sound else {}
    return Pair(
        key=key,
        origin=Origin(f"{key}.mp4", licence="CC0-1.0"),
        seconds=edges[-1],
        frame_rate=25.0,
        split=split,  # pyright: ignore[reportArgumentType]
        shots=ShotTable(
            start=start,
            end=end,
            fade_in=np.zeros(count),
            fade_out=np.zeros(count),
            text=text / np.linalg.norm(text, axis=1, keepdims=True),
            picture=np.zeros((count, 0), np.float32),
            cinematics=rng.random((count, 5)).astype(np.float32),
            told=np.ones((count, 3), np.float32),
        ),
        words=tuple(f"shot {number}" for number in range(count)),
        transitions=Transitions(
            time=start[1:],
            kind=("cut",) * (count - 1),
            duration=np.zeros(count - 1),
            offset=np.zeros(count - 1),
            accent=np.full(count - 1, 6, np.float32),
            hit=np.full(count - 1, np.nan, np.float32),
        ),
        surroundings=nothing_seen(count - 1),
        looks=rng.random((steps, len(LOOKS))).astype(np.float32),
        picture_energy=rng.random(steps).astype(np.float32),
        music_energy=rng.random(steps).astype(np.float32),
        beats=beats,
        downbeats=beats[::4],
        hits=np.zeros((0, 2)),
        caption="calm pictures",
        caption_text=text[0] / np.linalg.norm(text[0]),
        figures={"signal_to_noise": 31.5, "emotion": None},
        files=files,
    )


@pytest.fixture
def pairs() -> list[Pair]:
    """Three pairs, one with sound, one held out."""
    return [
        pair_of_shots("one", [0.0, 1.5, 4.0], sound=True),
        pair_of_shots("two", [0.0, 2.0, 3.0, 6.0]),
        pair_of_shots("three", [0.0, 5.0], split="test"),
    ]
