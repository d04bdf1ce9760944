"""An ear for styles: tells from the notes alone which style a piece is in. Trained on corpus pieces only.

Multinomial logistic regression on standardised features; no tempo, no words, nothing of the cue sheet but its bars.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.histograms import HISTOGRAMS
from vem_plugin.evaluate.places import DRUMS, PITCHED, check
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import DRUMS as SOUNDS
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece

STEPS_HEARD = 4 * STEPS_PER_BEAT
"""Places of a bar that are told apart."""
ROUNDS, RATE, DECAY = 400, 0.5, 1e-3


def features_of(piece: Piece) -> NDArray[np.float64]:
    """What is heard of a piece, (features,): where each drum and role strikes, registers, lengths, vocabulary."""
    check(piece)
    beats = max(1, piece.cue.beats)
    place = _places(piece)
    parts: list[NDArray[np.float64] | list[float]] = []
    drums = piece.notes["role"] == DRUMS
    parts += [_rhythm(place[drums & (piece.notes["pitch"] == sound)], beats) for sound in SOUNDS]
    for role in PITCHED:
        own = piece.notes["role"] == role
        notes = piece.notes[own]
        parts.append(_rhythm(place[own], beats))
        if len(notes):
            struck = len(np.unique(notes["start"]))
            lengths = np.log2(notes["length"])
            parts.append([notes["pitch"].mean() / 12, notes["pitch"].std() / 12, lengths.mean(), lengths.std()])
            parts.append([len(notes) / struck, notes["velocity"].mean() / 32, notes["velocity"].std() / 32])
        else:
            parts.append([0.0] * 7)
    for histogram in HISTOGRAMS.values():
        counts = histogram(piece)
        parts.append(np.sqrt(counts / max(1, counts.sum())))
    return np.concatenate([np.asarray(part, float) for part in parts])


def _places(piece: Piece) -> NDArray[np.int64]:
    """Step within its bar of every note."""
    starts = np.array([bar.step for bar in bars_of(piece.cue)])
    return piece.notes["start"] - starts[np.searchsorted(starts, piece.notes["start"], side="right") - 1]


def _rhythm(places: NDArray[np.int64], beats: int) -> NDArray[np.float64]:
    """How often each place is struck, a beat; square roots, so that rare places are heard."""
    return np.sqrt(np.bincount(np.minimum(places, STEPS_HEARD - 1), minlength=STEPS_HEARD) / beats)


class StyleEar:
    """Learns styles from pieces whose cue sheet names them.

    Parameters
    ----------
    pieces : sequence of Piece
        Corpus pieces; their ``cue.style`` is the truth.

    Raises
    ------
    SettingsError
        If they are fewer than two styles.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.styles = tuple(sorted({piece.cue.style for piece in pieces}))
        if len(self.styles) < 2:
            raise SettingsError(
                "An ear for styles needs two of them at least.", remedy="Give pieces of several styles."
            )
        table = np.stack([features_of(piece) for piece in pieces])
        self._mean, self._spread = table.mean(0), table.std(0) + 1e-2
        truth = np.eye(len(self.styles))[[self.styles.index(piece.cue.style) for piece in pieces]]
        self._weights = self._learn(self._standardised(table), truth)

    def _standardised(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features of unit spread with a column of ones, long rows shortened so that no piece outshouts the rest."""
        scaled = np.clip((table - self._mean) / self._spread, -4, 4) / np.sqrt(table.shape[1])
        return np.concatenate([scaled, np.ones((len(table), 1))], 1)

    @staticmethod
    def _learn(table: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gradient descent with momentum on the cross-entropy."""
        weights = np.zeros((table.shape[1], truth.shape[1]))
        moving = np.zeros_like(weights)
        for _ in range(ROUNDS):
            error = _softmax(table @ weights) - truth
            moving = 0.9 * moving + table.T @ error / len(table) + DECAY * weights
            weights -= RATE * moving
        return weights

    def chances(self, piece: Piece) -> NDArray[np.float64]:
        """Chance of each of ``styles``, (styles,)."""
        return _softmax(self._standardised(features_of(piece)[None]) @ self._weights)[0]

    def tell(self, piece: Piece) -> str:
        """The likeliest style."""
        return self.styles[int(self.chances(piece).argmax())]


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)
