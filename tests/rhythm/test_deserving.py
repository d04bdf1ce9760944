"""Features of transitions are the same for an edit and for a pair of a set, and judgements come with reasons."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from vem_plugin import stages
from vem_plugin.encoders.aligner import Aligner, Judgement
from vem_plugin.parsing.parsed_video import TEXT_SIZE, Cinematics, ParsedVideo, ShotFeatures
from vem_plugin.parsing.surroundings import REACH, Surroundings, nothing_seen
from vem_plugin.rhythm.deserving import deserved_hits
from vem_plugin.rhythm.transition_features import (
    GROUPS,
    NUMBERS,
    EditOutline,
    TransitionFeatures,
    features_of,
    features_of_edit,
)
from vem_plugin.settings import Settings
from vem_timeline.storyboard import Storyboard, Transition

CUTS = [48, 96, 108, 120, 240]


class Told(Aligner):
    """Says what it is told to say."""

    def __init__(self, share: list[float], pull: dict[str, float]) -> None:
        self.said = Judgement(
            np.array(share, np.float32), np.array([[pull.get(group, 0.0) for group in GROUPS]] * len(share), np.float32)
        )

    def judge(self, features: TransitionFeatures) -> Judgement:
        assert len(features.numbers) == len(self.said.share)
        return self.said


def looked_at(edit: Storyboard) -> ParsedVideo:
    """The edit as if every shot had been seen, with a flash after the second cut."""
    rng = np.random.default_rng(2)
    count = len(edit.transitions)
    shots = tuple(
        ShotFeatures(shot.number, Cinematics(*rng.random(5).tolist()), "", np.zeros(TEXT_SIZE, np.float32))
        for shot in edit.shots
    )
    curves = np.full((count, 2 * REACH, 2), 0.2, np.float32)
    curves[1, REACH : REACH + 2, 0] = 0.8
    seen = Surroundings(
        curves,
        np.ones((count, 2 * REACH), np.float32),
        np.linspace(0.1, 0.9, count, dtype=np.float32),
        np.ones(count, np.float32),
    )
    return ParsedVideo(edit, "", np.zeros(TEXT_SIZE, np.float32), "", shots, (), surroundings=seen)


def test_an_edit_and_the_same_times_as_arrays_have_the_same_features(make_edit):
    edit: Storyboard = make_edit(CUTS, 300)
    parsed = looked_at(edit)
    edges = np.array([0, *CUTS, 300]) / 24
    outline = EditOutline(
        seconds=300 / 24,
        start=edges[:-1],
        end=edges[1:],
        looks=np.stack([shot.cinematics.as_array() for shot in parsed.shots]),
        looked=np.ones(len(edges) - 1, bool),
        black=np.zeros(len(edges) - 1, bool),
        time=edges[1:-1],
        length=np.zeros(len(CUTS)),
        kind=("cut",) * len(CUTS),
    )
    ours, theirs = features_of_edit(edit, parsed), features_of(outline, parsed.surroundings)
    for name in ("numbers", "curves", "known"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), atol=1e-6)
    assert ours.known.all()


def test_without_looking_the_pictures_are_unknown_and_the_times_are_not(make_edit):
    features = features_of_edit(make_edit(CUTS, 300))
    known = dict(zip(GROUPS, features.known.T.tolist(), strict=True))
    assert [group for group, values in known.items() if not any(values)] == ["picture", "around"]
    assert not features.curves.any()
    column = dict(zip(NUMBERS, features.numbers.T, strict=True))
    assert np.isfinite(features.numbers).all()
    assert column["cuts before"][3] == pytest.approx(np.log1p(3))
    assert column["shot before"][0] == pytest.approx(np.log1p(2))
    assert column["share"].tolist() == sorted(column["share"].tolist())


def test_fades_have_black_on_their_other_side(make_edit):
    edit: Storyboard = make_edit([48, 96], 144)
    fades = (
        Transition(Fraction(1, 2), "fade_in", Fraction(1), 1),
        *edit.transitions,
        Transition(Fraction(11, 2), "fade_out", Fraction(1), 3),
    )
    column = dict(zip(NUMBERS, features_of_edit(replace(edit, transitions=fades)).numbers.T.tolist(), strict=True))
    assert column["black before"] == [1, 0, 0, 0]
    assert column["black after"] == [0, 0, 0, 1]
    assert column["soft"] == [1, 0, 0, 1]


def test_reasons_are_plain_words_for_and_against(make_edit):
    edit: Storyboard = make_edit(CUTS, 300)
    aligner = Told([0.5] * 5, {"picture": 0.9, "around": 0.4, "pace": -0.5, "lengths": -0.1})
    said = deserved_hits(edit, looked_at(edit), aligner)
    assert said[1].why == "for it: the picture changes (0.30), a flash; against it: at the usual pace"
    assert said[4].why.startswith("for it: the picture changes a lot (0.90)")
    against = deserved_hits(edit, looked_at(edit), Told([0.5] * 5, {"picture": -0.9, "around": -0.4}))
    assert against[4].why == "against it: the picture changes no more than elsewhere (0.90), nothing strikes around it"
    assert deserved_hits(edit, None, Told([0.5] * 5, {}))[0].why == ""


def test_a_plan_says_what_each_cut_deserves(make_edit):
    plan = stages.plan_rhythm(make_edit(CUTS, 300, ((144, 1, "hit"),)), Settings(), style=None)
    wanted = {item.constraint.label: item.constraint for item in (*plan.landings, *plan.misses)}
    cuts = [item for item in wanted.values() if item.kind == "cut"]
    assert len(cuts) == len(CUTS)
    assert all(item.deserves is not None and "deserves a hit" in item.why for item in cuts)
    assert all(item.deserves is None for item in wanted.values() if item.kind in ("hit", "end"))


def test_nothing_seen_is_as_good_as_not_looking(make_edit):
    edit: Storyboard = make_edit(CUTS, 300)
    parsed = replace(looked_at(edit), surroundings=nothing_seen(5), shots=())
    ours, theirs = features_of_edit(edit, parsed), features_of_edit(edit)
    assert np.array_equal(ours.numbers, theirs.numbers)
    assert np.array_equal(ours.known, theirs.known)
