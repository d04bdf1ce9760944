"""Where a chord's notes sit: close positions that move little from one chord to the next."""

from __future__ import annotations

from functools import lru_cache

from vem_plugin.score.progressions import LoopChord

LOWEST_BASE, HIGHEST_BASE, HIGHEST_TOP = 47, 60, 74
BASS_LOW, BASS_HIGH = 24, 59
COUNTER_SPAN = 6
"""How many chord tones the counter's hand holds."""
_NEAREST_FIRST = (0, -1, 1, -2, 2, -3, 3, -4, 4, 5, -5, 6)


def nearest_tone(pitch: int, tones: tuple[int, ...]) -> int:
    """The pitch nearest to ``pitch`` whose class is in ``tones``; of two equally near ones the lower."""
    for distance in _NEAREST_FIRST:
        if (pitch + distance) % 12 in tones:
            return pitch + distance
    return pitch


@lru_cache(maxsize=65536)
def voice_chord(chord: LoopChord, previous: tuple[int, ...], centre: int) -> tuple[int, ...]:
    """Choose the close position of a chord that lies near ``centre`` and moves least from ``previous``.

    Parameters
    ----------
    chord : LoopChord
    previous : tuple of int
        MIDI pitches of the chord before; empty at the start.
    centre : int
        MIDI pitch around which the hand stays.

    Returns
    -------
    tuple of int
        Ascending MIDI pitches, 47 to 74.
    """
    positions = [
        position
        for base in range(LOWEST_BASE, HIGHEST_BASE + 1)
        if (position := _position(chord, base)) and position[-1] <= HIGHEST_TOP
    ]

    def cost(position: tuple[int, ...]) -> float:
        travel = sum(min(abs(pitch - before) for before in previous) for pitch in position) if previous else 0
        return 0.5 * abs(sum(position) / len(position) - centre) + travel

    return min(positions, key=cost)


def _position(chord: LoopChord, base: int) -> tuple[int, ...]:
    """The inversion that begins on ``base``, or nothing if that is no tone of the chord, or its ninth."""
    classes = [(chord.root + interval) % 12 for interval in chord.intervals]
    turn = next((place for place, tone in enumerate(classes) if tone == base % 12), None)
    if turn is None or chord.intervals[turn] >= 12:
        return ()
    pitches = [base]
    for wanted in classes[turn + 1 :] + classes[:turn]:
        step = (wanted - pitches[-1]) % 12
        pitches.append(pitches[-1] + (step or 12))
    return tuple(pitches)


def bass_root(root: int) -> int:
    """MIDI pitch of a root in the bass: 30 (F sharp) to 41 (F)."""
    return 36 + root if root <= 5 else 24 + root


@lru_cache(maxsize=4096)
def hand_of(chord: LoopChord, lowest: int) -> tuple[int, ...]:
    """Six neighbouring chord tones from ``lowest`` upwards, as MIDI pitches."""
    tones = chord.tones
    found: list[int] = []
    pitch = lowest
    while len(found) < COUNTER_SPAN:
        if pitch % 12 in tones:
            found.append(pitch)
        pitch += 1
    return tuple(found)


@lru_cache(maxsize=4096)
def scale_under(scale: tuple[int, ...], tones: tuple[int, ...]) -> tuple[int, ...]:
    """The scale with the degrees bent that rub against a chord (a raised seventh over the dominant, say)."""
    bent = list(scale)
    for tone in tones:
        if tone in bent:
            continue
        clashing = [d for d in bent if min((d - tone) % 12, (tone - d) % 12) == 1 and d not in tones]
        if clashing:
            bent[bent.index(clashing[0])] = tone
        else:
            bent.append(tone)
    return tuple(sorted(set(bent)))
