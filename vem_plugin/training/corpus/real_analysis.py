"""Listening to real music: its key, its chords, and where its bars change.

Pitches are MIDI numbers as sounding until a key is found; from then on 0 is the tonic. Steps are sixteenths of a piece
(four a beat). Weights are durations in steps, the bass counted double: it decides what a chord is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.chords import LoopChord
from vem_plugin.score.cue import MODES, SCALES
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.sketch import BASS, DRUMS_ROLE

ROLE_WEIGHTS = (0.0, 2.0, 1.0, 0.7, 0.7)
"""How much drums, bass, harmony, counter and melody say about the harmony."""
MODE_PRIORS = {"major": 0.04, "minor": 0.04, "lydian": -0.04}
TONIC_PULL, FIFTH_PULL, THIRD_PULL, BASS_PULL, END_PULL = 0.5, 0.2, 0.1, 0.4, 0.05
QUALITY_PRIORS = {
    "maj": 0.0,
    "min": 0.0,
    "dim": -0.1,
    "sus4": -0.2,
    "sus2": -0.22,
    "dom7": -0.12,
    "min7": -0.12,
    "maj7": -0.14,
}
"""How much less likely a quality is than a plain triad; the rest of the qualities are not looked for."""
ROOT_IN_BASS, IN_SCALE = 0.4, 0.15
CHANGE_ON_BEAT, CHANGE_ON_HALF, CHANGE_ON_BAR = 0.6, 0.35, 0.15
"""What a change of chord costs on an ordinary beat, in the middle of a bar and on a downbeat."""


class Key(NamedTuple):
    """A tonic (pitch class), a mode of ``MODES``, and how much of the music lies in its scale (0 to 1)."""

    tonic: int
    mode: str
    diatonic: float


def chroma_of(notes: NDArray[np.void], beats: int) -> NDArray[np.float64]:
    """Weight of every pitch class in every beat, shape (beats, 12); drums are left out."""
    return _sounding(notes, beats).reshape(beats, STEPS_PER_BEAT, 12).sum(1)


def _sounding(notes: NDArray[np.void], beats: int) -> NDArray[np.float64]:
    """Weight of every pitch class on every step: what begins less what ends, added up."""
    notes = notes[notes["role"] != DRUMS_ROLE]
    steps = beats * STEPS_PER_BEAT
    turns = np.zeros((steps + 1, 12))
    weight, pitch = np.array(ROLE_WEIGHTS)[notes["role"]], notes["pitch"] % 12
    np.add.at(turns, (notes["start"], pitch), weight)
    np.add.at(turns, (np.minimum(notes["start"] + notes["length"], steps), pitch), -weight)
    return turns.cumsum(0)[:steps]


def bass_of(notes: NDArray[np.void], beats: int) -> NDArray[np.int64]:
    """Pitch class of the bass note that sounds longest in each beat, -1 where none does."""
    heard = (_sounding(notes[notes["role"] == BASS], beats) > 0.5).reshape(beats, STEPS_PER_BEAT, 12).sum(1)
    return np.where(heard.any(1), heard.argmax(1), -1)


def find_key(notes: NDArray[np.void], beats: int, end_beat: int) -> Key:
    """The tonic and mode that explain the notes best.

    A scale is judged by how much of the music it holds, and by the weight of its tonic, fifth and third, of its
    tonic in the bass, and under the last chord.
    """
    chroma = chroma_of(notes, beats)
    histogram = chroma.sum(0) / max(1.0, chroma.sum())
    bass = bass_of(notes, beats)
    low = np.bincount(bass[bass >= 0], minlength=12) / max(1, (bass >= 0).sum())
    last = chroma[end_beat] / max(1.0, chroma[end_beat].sum())
    best = max(
        ((_fit(histogram, low, last, tonic, mode), tonic, mode) for tonic in range(12) for mode in MODES),
        key=lambda candidate: candidate[0],
    )
    _, tonic, mode = best
    return Key(tonic, mode, float(np.roll(histogram, -tonic)[list(SCALES[mode])].sum()))


def _fit(
    histogram: NDArray[np.float64], low: NDArray[np.float64], last: NDArray[np.float64], tonic: int, mode: str
) -> float:
    heard = np.roll(histogram, -tonic)
    third = SCALES[mode][2]
    pull = TONIC_PULL * heard[0] + FIFTH_PULL * heard[7] + THIRD_PULL * heard[third]
    pull += BASS_PULL * low[tonic] + END_PULL * last[tonic]
    return float(heard[list(SCALES[mode])].sum() + pull) + MODE_PRIORS.get(mode, 0.0)


def find_chords(notes: NDArray[np.void], beats: int, metre: int, mode: str) -> tuple[LoopChord, ...]:
    """One chord a beat, the likeliest path through the sounding pitch classes (Viterbi).

    Parameters
    ----------
    notes : structured array of dtype ``NOTE``, tonic-normalised, from a downbeat on
    beats : int
    metre : int
        Beats of a bar: chords change most easily on its first beat, then in its middle.
    mode : str
        Where a chord's third is not heard, the scale says it.
    """
    states = [(root, quality) for root in range(12) for quality in QUALITY_PRIORS]
    tones = np.array([[pitch in LoopChord(*state).tones for pitch in range(12)] for state in states])
    roots = np.array([root for root, _ in states])
    outside = ~np.isin(np.arange(12), SCALES[mode])
    prior = np.array([QUALITY_PRIORS[quality] for _, quality in states])
    prior = prior + np.where((tones & outside).any(1), 0.0, IN_SCALE)
    chroma, bass = chroma_of(notes, beats), bass_of(notes, beats)
    weight = chroma / np.maximum(1e-9, chroma.sum(1, keepdims=True))
    fit = weight @ np.where(tones, 1.0, -1.0).T + prior + ROOT_IN_BASS * (bass[:, None] == roots)
    fit[chroma.sum(1) == 0] = 0
    path = _best_path(fit, metre)
    return tuple(_over(LoopChord(*states[state]), int(low)) for state, low in zip(path, bass, strict=True))


def _best_path(fit: NDArray[np.float64], metre: int) -> list[int]:
    total = fit[0]
    before: list[NDArray[np.int64]] = []
    for beat in range(1, len(fit)):
        best = int(total.argmax())
        moved = total[best] - _cost_of_change(beat, metre)
        before.append(np.where(total >= moved, np.arange(len(total)), best))
        total = np.maximum(total, moved) + fit[beat]
    path = [int(total.argmax())]
    for came_from in reversed(before):
        path.append(int(came_from[path[-1]]))
    return path[::-1]


def _cost_of_change(beat: int, metre: int) -> float:
    place = beat % metre
    if place == 0:
        return CHANGE_ON_BAR
    return CHANGE_ON_HALF if metre % 2 == 0 and place == metre // 2 else CHANGE_ON_BEAT


def _over(chord: LoopChord, low: int) -> LoopChord:
    """The chord with its inversion told: another of its tones in the bass."""
    return chord._replace(over=low) if low != chord.root and low in chord.tones else chord


def novelty_of_bars(notes: NDArray[np.void], bars: int, metre: int) -> NDArray[np.float64]:
    """How much each bar differs from the two before it, 0 to 1: by who plays, how busily, and what is struck."""
    steps = metre * STEPS_PER_BEAT
    profile = np.zeros((bars, 5, steps))
    for note in notes:
        bar, step = divmod(int(note["start"]), steps)
        if bar < bars:
            profile[bar, note["role"], step] = 1
    busy = profile.sum(2)
    novelty = np.zeros(bars)
    for bar in range(1, bars):
        earlier = range(max(0, bar - 2), bar)
        novelty[bar] = min(_distance(profile[bar], profile[other], busy[bar], busy[other]) for other in earlier)
    return novelty


def _distance(
    here: NDArray[np.float64], there: NDArray[np.float64], busy: NDArray[np.float64], before: NDArray[np.float64]
) -> float:
    union = np.maximum(here, there).sum()
    unlike = 1 - np.minimum(here, there).sum() / union if union else 0.0
    return float(0.5 * unlike + 0.5 * np.mean((busy > 0) != (before > 0)))
