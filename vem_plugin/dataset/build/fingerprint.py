"""Tells the same sound and the same picture again after they were encoded anew.

Sound: the 32-bit words of Haitsma and Kalker ("A Highly Robust Audio Fingerprinting System", ISMIR 2002): signs of the
change, over time and pitch, of the energy in 33 bands from 300 to 2000 Hz. Two sounds are the same where, laid over
each other at some shift, less than ``SAME_BITS`` of the bits differ; words that both share tell which shifts to try.
Picture: the 64-bit difference hash of a frame a second (brighter or darker than its right neighbour, nine by eight
squares), compared at the same shift.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 5_512
WINDOW, HOP = 2048, 64
"""Samples of a window and from word to word: 370 ms and 11.6 ms, as in the paper."""
BANDS = 33
LOWEST, HIGHEST = 300.0, 2000.0
EVERY = 4
"""Of all words, one in so many is kept: 46 ms apart, which the long windows allow."""
SAME_BITS = 0.35
"""Share of differing bits below which sounds are the same (the paper's threshold)."""
SAME_PICTURE = 0.2
SHORTEST_MATCH = 5.0
"""Seconds that two clips must have in common."""
SHIFTS_TRIED, FEWEST_VOTES = 5, 3
"""Shifts compared at most for two clips, and words that must agree at one to have it compared."""
MOST_ALIKE = 16
"""Neighbours among equal words that are compared; a word of many clips says little."""
LONGEST = 1 << 20
"""Words in a clip at most: thirteen hours."""
QUIET_WORDS = np.array([0, 2**32 - 1], np.uint32)
"""Words of silence, which say nothing."""


@dataclass(frozen=True)
class Fingerprint:
    """Of a clip: ``sound`` (words,) uint32, ``WORDS_A_SECOND`` a second; ``picture`` (seconds,) uint64."""

    sound: NDArray[np.uint32]
    picture: NDArray[np.uint64]


WORDS_A_SECOND = RATE / HOP / EVERY


def sound_words(samples: NDArray[np.floating]) -> NDArray[np.uint32]:
    """Words of sound of one channel, (S,), at ``RATE`` samples a second."""
    if len(samples) < WINDOW + HOP * EVERY:
        return np.zeros(0, np.uint32)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), WINDOW)[:: HOP * EVERY]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    edges = np.round(np.geomspace(LOWEST, HIGHEST, BANDS + 1) / RATE * WINDOW).astype(int)
    sums = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1)], axis=1)
    bands = sums[:, edges[1:]] - sums[:, edges[:-1]]
    slope = bands[:, :-1] - bands[:, 1:]
    bits = (slope[1:] - slope[:-1]) > 0
    return bits @ (np.uint32(1) << np.arange(BANDS - 1, dtype=np.uint32))


def picture_words(frames: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint64]:
    """One word for each frame, RGB (h, w, 3)."""
    return np.array([_difference_hash(frame) for frame in frames], np.uint64)


def _difference_hash(frame: NDArray[np.uint8]) -> int:
    from PIL import Image

    small = np.asarray(Image.fromarray(frame).convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two clips that share music, picture, or both, for at least ``SHORTEST_MATCH`` seconds."""

    first: int
    second: int
    sound: bool
    picture: bool


def likenesses(prints: Sequence[Fingerprint]) -> Iterator[Likeness]:
    """All pairs of clips that share their sound, and whether their pictures are the same there, too; and clips of
    which only the pictures are the same, beginning together."""
    found: set[tuple[int, int]] = set()
    for first, second, shift in _candidates(prints):
        if (first, second) not in found and _same_sound(prints[first].sound, prints[second].sound, shift):
            found.add((first, second))
            seconds = round(shift / WORDS_A_SECOND)
            yield Likeness(first, second, True, _same_picture(prints[first].picture, prints[second].picture, seconds))
    for first, second in _same_beginnings(prints):
        if (first, second) not in found and _same_picture(prints[first].picture, prints[second].picture, 0):
            yield Likeness(first, second, False, True)


def _candidates(prints: Sequence[Fingerprint]) -> list[tuple[int, int, int]]:
    """Pairs of clips and shifts (words of the first ahead of the second) at which words agree in three bytes of four.

    Whole words seldom survive encoding; of those that agree by chance few do so at one shift.
    """
    words = np.concatenate([np.zeros(0, np.uint32), *(item.sound for item in prints)])
    clips = np.repeat(np.arange(len(prints)), [len(item.sound) for item in prints])
    places = np.concatenate([np.zeros(0, np.int64), *(np.arange(len(item.sound)) for item in prints)])
    telling = ~np.isin(words, QUIET_WORDS)
    words, clips, places = words[telling], clips[telling], places[telling]
    votes = [np.zeros(0, np.int64)]
    for left_out in range(4):
        keys = words & ~(np.uint32(0xFF) << np.uint32(8 * left_out))
        order = np.argsort(keys, kind="stable")  # clips stay in order among equal keys
        key, clip, place = keys[order], clips[order], places[order]
        for apart in range(1, MOST_ALIKE + 1):
            same = (key[apart:] == key[:-apart]) & (clip[apart:] != clip[:-apart])
            first, second = clip[:-apart][same], clip[apart:][same]
            shift = place[:-apart][same] - place[apart:][same]
            votes.append((first * len(prints) + second) * 2 * LONGEST + shift + LONGEST)
    return _elected(np.concatenate(votes), len(prints))


def _elected(votes: NDArray[np.int64], clips: int) -> list[tuple[int, int, int]]:
    """The shifts with the most votes for each pair of clips, the best first."""
    ballots, counts = np.unique(votes, return_counts=True)
    tried: Counter[int] = Counter()
    elected: list[tuple[int, int, int]] = []
    for number in np.lexsort((ballots, -counts)):
        if counts[number] < FEWEST_VOTES:
            break
        pair, shift = divmod(int(ballots[number]), 2 * LONGEST)
        tried[pair] += 1
        if tried[pair] <= SHIFTS_TRIED:
            elected.append((*divmod(pair, clips), shift - LONGEST))
    return elected


def _same_sound(first: NDArray[np.uint32], second: NDArray[np.uint32], shift: int) -> bool:
    one, other = _overlap(first, second, shift)
    if len(one) < SHORTEST_MATCH * WORDS_A_SECOND:
        return False
    return float(np.bitwise_count(one ^ other).mean()) < SAME_BITS * 32


def _same_picture(first: NDArray[np.uint64], second: NDArray[np.uint64], shift: int) -> bool:
    one, other = _overlap(first, second, shift)
    if len(one) < SHORTEST_MATCH:
        return False
    return float(np.median(np.bitwise_count(one ^ other))) < SAME_PICTURE * 64


def _overlap(first: NDArray, second: NDArray, shift: int) -> tuple[NDArray, NDArray]:
    """The parts of two rows that lie over each other if the second begins ``shift`` places into the first."""
    one, other = first[max(0, shift) :], second[max(0, -shift) :]
    length = min(len(one), len(other))
    return one[:length], other[:length]


def _same_beginnings(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int]]:
    """Pairs of clips among whose first pictures are equal ones."""
    seen: dict[int, set[int]] = defaultdict(set)
    for number, item in enumerate(prints):
        words = {word for word in item.picture[:3].tolist() if word}
        for other in sorted(set().union(*(seen[word] for word in words))):
            yield other, number
        for word in words:
            seen[word].add(number)
