"""IS, FAD, KLD and cosines: golden, perfect and ill-formed; scipy and scikit-learn agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.linalg import sqrtm
from scipy.stats import entropy
from sklearn.metrics.pairwise import cosine_similarity

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.clips.likeness import (
    cosine,
    divergence,
    frechet_distance,
    inception_score,
    mean_direction,
    weighted_by_time,
)

shares = arrays(np.float64, (6, 5), elements=st.floats(0.01, 1)).map(lambda a: a / a.sum(axis=1, keepdims=True))


def textbook_frechet(one: np.ndarray, other: np.ndarray) -> float:
    """The formula as it stands in the paper, with scipy's matrix root."""
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = np.asarray(sqrtm(first @ second))
    apart = one.mean(axis=0) - other.mean(axis=0)
    return float(apart @ apart + np.trace(first + second - 2 * root.real))


def test_sure_and_varied_music_scores_as_many_as_there_are_classes() -> None:
    assert inception_score(np.eye(7)) == pytest.approx(7)


def test_music_that_is_all_alike_scores_one() -> None:
    assert inception_score(np.tile([0.7, 0.2, 0.1], (9, 1))) == pytest.approx(1)
    assert inception_score(np.full((4, 5), 0.2)) == pytest.approx(1)


def test_a_golden_inception_score() -> None:
    # Two windows, (1, 0) and (1/2, 1/2): p(y) = (3/4, 1/4); KLs ln 4/3 and 1/2 ln 2/3 + 1/2 ln 2
    expected = math.exp((math.log(4 / 3) + 0.5 * math.log(2 / 3) + 0.5 * math.log(2)) / 2)
    assert inception_score([[1, 0], [0.5, 0.5]]) == pytest.approx(expected)


@settings(deadline=None)
@given(shares)
def test_the_inception_score_is_scipys_entropies(rows: np.ndarray) -> None:
    expected = np.exp(np.mean([entropy(row, rows.mean(axis=0)) for row in rows]))
    assert inception_score(rows) == pytest.approx(expected)


def test_the_same_distribution_does_not_diverge() -> None:
    assert divergence([0.5, 0.25, 0.25], [0.5, 0.25, 0.25]) == 0


def test_golden_divergences_in_the_direction_that_is_told() -> None:
    assert divergence([0.5, 0.5], [0.25, 0.75]) == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3))
    assert divergence([0.25, 0.75], [0.5, 0.5]) == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))


def test_what_is_never_heard_diverges_much_but_not_without_end() -> None:
    assert divergence([1, 0], [0, 1]) == pytest.approx(math.log(1e6), rel=1e-3)


@settings(deadline=None)
@given(shares)
def test_the_divergence_is_scipys(rows: np.ndarray) -> None:
    assert divergence(rows[0], rows[1]) == pytest.approx(entropy(rows[0], rows[1]), abs=1e-9)


def test_a_cloud_has_no_distance_from_itself() -> None:
    cloud = np.random.default_rng(1).normal(size=(40, 6))
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-9)


def test_a_moved_cloud_is_as_far_as_it_was_moved() -> None:
    cloud = np.random.default_rng(2).normal(size=(50, 4))
    assert frechet_distance(cloud, cloud + np.array([3, 0, 4, 0])) == pytest.approx(25)


def test_a_golden_distance_of_clouds_of_other_widths() -> None:
    # One dimension: (m1 - m2)^2 + (s1 - s2)^2, deviations 1 and 3
    one, other = np.array([[-1.0], [0.0], [1.0]]), np.array([[-1.0], [2.0], [5.0]])
    assert frechet_distance(one, other) == pytest.approx(2**2 + (1 - 3) ** 2)


@pytest.mark.parametrize(("few", "many", "size"), [(60, 80, 5), (300, 20, 16), (30, 30, 8)])
def test_the_distance_is_the_textbooks_with_scipys_root(few: int, many: int, size: int) -> None:
    rng = np.random.default_rng(few)
    one = rng.normal(size=(few, size)) @ rng.normal(size=(size, size))
    other = rng.normal(0.5, 2, size=(many, size))
    assert frechet_distance(one, other) == pytest.approx(textbook_frechet(one, other), rel=1e-6)


def test_fewer_rows_than_numbers_stay_real() -> None:
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=(7, 64)), rng.normal(size=(9, 64))
    assert frechet_distance(one, other) > 0
    # the same rows seen in fewer dimensions, in which all of their spread lies
    axes = np.linalg.qr(np.vstack([one, other]).T)[0]
    assert frechet_distance(one, other) == pytest.approx(frechet_distance(one @ axes, other @ axes))


def test_cosines_are_scikit_learns() -> None:
    rows = np.random.default_rng(3).normal(size=(2, 33))
    assert cosine(*rows) == pytest.approx(cosine_similarity(rows)[0, 1])
    assert cosine([2, 0], [5, 0]) == 1
    assert cosine([1, 0], [0, 1]) == 0
    assert cosine([0, 0], [0, 1]) == 0


def test_the_mean_direction_minds_no_lengths() -> None:
    np.testing.assert_allclose(mean_direction([[10, 0], [0, 0.1]]), [0.5, 0.5])


def test_long_shots_weigh_more() -> None:
    assert weighted_by_time([1.0, 0.0], [3.0, 1.0]) == 0.75


@pytest.mark.parametrize("bad", [[], [[]], [[0.5, 0.6]], [[-0.5, 1.5]], [[np.nan, 1]], [0.5, 0.5]], ids=str)
def test_what_is_no_distribution_is_refused(bad: Any) -> None:
    with pytest.raises(SettingsError):
        inception_score(bad)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(SettingsError, match="classes"):
        divergence([1.0], [0.5, 0.5])
    for one, other in (
        ([[1.0, 2]], [[1.0, 2], [2, 3]]),
        (np.ones((3, 2)), np.ones((3, 4))),
        ([[np.inf], [1]], [[1], [2]]),
    ):
        with pytest.raises(SettingsError):
            frechet_distance(one, other)
    with pytest.raises(SettingsError):
        cosine([1.0], [1.0, 2.0])
    with pytest.raises(SettingsError):
        weighted_by_time([1.0], [0.0])
