"""Whether words and music suggest the same moods, by a model of both that the user brings (CLAP and its like)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vem_plugin.encoders.sound import SoundEncoder

MOODS = (
    "happy", "sad", "tense", "calm", "romantic", "dark", "epic", "playful",
    "angry", "dreamy", "hopeful", "nostalgic", "mysterious", "energetic",
)  # fmt: skip
SENTENCE = "{} music"


def mood_agreement(
    encoder: SoundEncoder,
    samples: NDArray[np.float32],
    rate: int,
    words: Sequence[str],
    *,
    moods: Sequence[str] = MOODS,
) -> float | None:
    """Correlation, over some moods, of how near the music and how near the words of a clip are to each.

    Parameters
    ----------
    encoder : SoundEncoder
        With a text tower in the same space.
    samples : (S, channels)
    rate : int
    words : sequence of str
        Caption and words of the shots; empty ones are left out.
    moods : sequence of str

    Returns
    -------
    float or None
        -1 to 1; None where there are no words or the encoder gives no embeddings.
    """
    said = [text for text in words if text.strip()]
    heard = encoder.hear(samples, rate).embeddings
    if not said or heard is None:
        return None
    tower = encoder.text_tower
    if tower is None:
        return None
    asked = tower.encode([SENTENCE.format(mood) for mood in moods])
    music, picture = (_mean_direction(rows) @ asked.T for rows in (heard, tower.encode(said)))
    if music.std() < 1e-9 or picture.std() < 1e-9:
        return None
    return float(np.corrcoef(music, picture)[0, 1])


def _mean_direction(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    mean = unit.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-12)
