"""Shots whose cuts are given: they fall where they are told, and look like the section they lie in."""

from __future__ import annotations

import numpy as np

from vem_plugin.training.shots import SectionLabels, draw_shots

LABELS = SectionLabels(
    start=np.array([0, 8]),
    beats=np.array([8, 8]),
    energy=np.array([[0.0, 0.0], [1.0, 1.0]], np.float32),
    valence=np.zeros(2, np.float32),
    tension=np.zeros(2, np.float32),
    captions=np.array([[0], [1]]),
)
CLOCK = np.arange(17) * 0.5
CAPTIONS = np.eye(2, 384, dtype=np.float32)


def test_given_cuts_are_where_shots_begin() -> None:
    cuts = np.array([2.5, 8.0, 13.0])
    shots = draw_shots(LABELS, CLOCK, CAPTIONS, most=8, rng=np.random.default_rng(0), cuts=cuts)
    assert shots.start.tolist() == [0.0, 1.25, 4.0, 6.5]
    assert shots.end.tolist() == [1.25, 4.0, 6.5, 8.0]
    told = shots.told[:, 0] == 1
    assert (shots.text.argmax(1)[told] == np.array([0, 0, 1, 1])[told]).all()
    seen = shots.told[:, 2] == 1
    assert (shots.cinematics[seen, 4] > 0.45).tolist() == np.array([False, False, True, True])[seen].tolist()


def test_too_many_given_cuts_are_thinned_out() -> None:
    cuts = np.arange(1.0, 16.0)
    shots = draw_shots(LABELS, CLOCK, CAPTIONS, most=5, rng=np.random.default_rng(0), cuts=cuts)
    assert len(shots.start) == 5
    assert set(shots.start[1:]) <= set(CLOCK[1:16])
    assert (np.diff(shots.start) > 0).all()
