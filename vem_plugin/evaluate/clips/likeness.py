"""Measures of embeddings and scores: IS, FAD, KLD, CLAP and LanguageBind likeness. Pure functions of arrays.

An embedding is a row; n of them are (n, size). A distribution is a row of shares that add up to 1. What runs the
models is ``vem_plugin.encoders.sound``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vem_plugin.errors import SettingsError

SMALLEST_SHARE = 1e-6
"""Shares are taken to be at least this in a divergence, which a class that never occurs would make infinite."""


def inception_score(distributions: ArrayLike) -> float:
    """How sure each distribution is, and how unlike each other they are.

    Parameters
    ----------
    distributions : array_like
        (n, classes), one a window of sound.

    Returns
    -------
    float
        1 (all alike, or all unsure) to the number of classes.

    Raises
    ------
    SettingsError
        If a row is no distribution, or there is none.

    References
    ----------
    T. Salimans et al.: Improved techniques for training GANs, 2016, section 4: exp E KL(p(y|x) || p(y)).
    """
    rows = _distributions(distributions)
    mean = rows.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(rows > 0, rows * np.log(rows / mean), 0.0)
    return float(np.exp(terms.sum(axis=1).mean()))


def divergence(reference: ArrayLike, heard: ArrayLike) -> float:
    """Kullback-Leibler divergence of what is heard from the reference, KL(reference || heard), nats.

    Parameters
    ----------
    reference, heard : array_like
        (classes,) distributions; shares below ``SMALLEST_SHARE`` are lifted to it and the rest scaled to fit.

    Raises
    ------
    SettingsError
        If one is no distribution, or they differ in their classes.
    """
    known, found = (_distributions(np.asarray(row, float)[None])[0] for row in (reference, heard))
    if known.shape != found.shape:
        raise SettingsError(f"Distributions over {known.size} and {found.size} classes cannot be compared.")
    one, other = (np.maximum(row, SMALLEST_SHARE) / np.maximum(row, SMALLEST_SHARE).sum() for row in (known, found))
    return float(np.sum(one * np.log(one / other)))


def frechet_distance(one: ArrayLike, other: ArrayLike) -> float:
    """Distance of two clouds of embeddings, taken to be Gaussian: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)).

    The root is never formed: its trace is the sum of the singular values of X1 X2^T over sqrt((n - 1) (m - 1)), X
    being the centred rows. So it is exact for fewer rows than dimensions too, and never complex.

    Parameters
    ----------
    one, other : array_like
        (n, size) and (m, size), at least two rows each.

    Returns
    -------
    float
        At least 0. With few rows it is far too large (and equally so for all columns of a table): the spread of what
        was not drawn is missing from both.

    Raises
    ------
    SettingsError
        If there are too few rows, or they differ in size, or a number is not finite.

    References
    ----------
    K. Kilgour et al.: Fréchet Audio Distance, 2019; D. Dowson, B. Landau: The Fréchet distance between multivariate
    normal distributions, 1982.
    """
    first, second = _rows(one), _rows(other)
    if first.shape[1] != second.shape[1] or min(len(first), len(second)) < 2:
        raise SettingsError(
            f"No Frechet distance of {first.shape} and {second.shape}.",
            remedy="Give at least two rows of one size each.",
        )
    centred = [rows - rows.mean(axis=0) for rows in (first, second)]
    spread = sum(float(np.square(rows).sum()) / (len(rows) - 1) for rows in centred)
    product = _small_product(*centred) / np.sqrt((len(first) - 1) * (len(second) - 1))
    root = float(np.linalg.svd(product, compute_uv=False).sum())
    apart = float(np.square(first.mean(axis=0) - second.mean(axis=0)).sum())
    return max(0.0, apart + spread - 2 * root)


def _small_product(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """A matrix with the singular values of ``one @ other.T`` (zeros apart), no side longer than there are columns."""
    first, second = (
        np.asarray(np.linalg.qr(rows, mode="r")) if len(rows) > rows.shape[1] else rows for rows in (one, other)
    )
    return first @ second.T


def cosine(one: ArrayLike, other: ArrayLike) -> float:
    """Cosine of two embeddings, -1 to 1; 0 if one of them is all zeros.

    Raises
    ------
    SettingsError
        If they differ in size, or a number is not finite.
    """
    first, second = (_rows(np.asarray(row, float)[None])[0] for row in (one, other))
    if first.shape != second.shape:
        raise SettingsError(f"Embeddings of {first.size} and {second.size} numbers cannot be compared.")
    norms = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.clip(first @ second / norms, -1, 1)) if norms > 0 else 0.0


def mean_direction(rows: ArrayLike) -> NDArray[np.float64]:
    """The mean of embeddings (n, size) of which each is brought to norm 1 first, (size,)."""
    table = _rows(rows)
    return np.mean(table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-12), axis=0)


def weighted_by_time(values: ArrayLike, seconds: ArrayLike) -> float:
    """Mean of the values of shots, each weighing as long as it lasts: VeM's tw- measures (arXiv 2511.09585).

    Raises
    ------
    SettingsError
        If there are no shots, or a length is not greater than 0.
    """
    what, weights = np.asarray(values, float), np.asarray(seconds, float)
    if what.shape != weights.shape or what.ndim != 1 or not what.size or not (weights > 0).all():
        raise SettingsError("Values of shots need lengths greater than 0, one each.")
    return float(what @ weights / weights.sum())


def _rows(values: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(values, float)
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise SettingsError(f"These are no embeddings: shape {rows.shape}.", remedy="Give finite rows, at least one.")
    return rows


def _distributions(values: ArrayLike) -> NDArray[np.float64]:
    rows = _rows(values)
    if (rows < 0).any() or not np.allclose(rows.sum(axis=1), 1, atol=1e-3):
        raise SettingsError("A row is no distribution.", remedy="Give shares from 0 on that add up to 1.")
    return rows / rows.sum(axis=1, keepdims=True)
