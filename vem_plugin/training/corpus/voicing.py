"""Where a chord's notes sit: close or open positions that lead from one chord to the next.

A position is chosen by what a choirmaster listens for: little movement and common tones held, no fifths or octaves in
parallel between the outer voices and the bass, sevenths and suspended fourths that fall by step.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from vem_plugin.score.progressions import LoopChord

LOWEST_BASE, HIGHEST_BASE, HIGHEST_TOP = 47, 64, 78
BASS_LOW, BASS_HIGH = 24, 59
COUNTER_SPAN = 6
"""How many chord tones the counter's hand holds."""
PARALLEL, UNRESOLVED, INNER_PARALLEL = 60.0, 5.0, 3.0
"""What a parallel with the bass, a seventh left hanging, and a parallel among the hand's voices cost, in semitones."""
HAND, ROOT, FIFTH = 4, 0, 7
"""A chord of more notes than the hand has fingers does without its root, which the bass plays, or without its fifth."""
RUB = 4.0
"""What a semitone at the top of the hand costs."""
FALLING = frozenset({10, 11})
_NEAREST_FIRST = (0, -1, 1, -2, 2, -3, 3, -4, 4, 5, -5, 6)


def nearest_tone(pitch: int, tones: tuple[int, ...]) -> int:
    """The pitch nearest to ``pitch`` whose class is in ``tones``; of two equally near ones the lower."""
    for distance in _NEAREST_FIRST:
        if (pitch + distance) % 12 in tones:
            return pitch + distance
    return pitch


@lru_cache(maxsize=65536)
def voice_chord(
    chord: LoopChord,
    previous: tuple[int, ...] = (),
    centre: int = 58,
    *,
    before: LoopChord | None = None,
    open_hand: bool = False,
) -> tuple[int, ...]:
    """Choose the position of a chord that leads best from the one before.

    Parameters
    ----------
    chord : LoopChord
    previous : tuple of int
        MIDI pitches of the chord before; empty at the start.
    centre : int
        MIDI pitch around which the hand stays.
    before : LoopChord, optional
        The chord that ``previous`` voices.
    open_hand : bool
        Allow positions wider than an octave, as strings and choirs sing them.

    Returns
    -------
    tuple of int
        Ascending MIDI pitches, 47 to 78.
    """

    def cost(position: tuple[int, ...]) -> float:
        off_centre = 0.8 * abs(sum(position) / len(position) - centre) + RUB * (position[-1] - position[-2] == 1)
        if before is None or not previous:
            return off_centre
        return off_centre + _leading_cost(position, chord, previous, before)

    return min(_positions(chord, open_hand), key=cost)


@lru_cache(maxsize=4096)
def _positions(chord: LoopChord, open_hand: bool) -> tuple[tuple[int, ...], ...]:
    """Close positions of a chord that lie in the hand's reach, and open ones where they are allowed."""
    close = [position for base in range(LOWEST_BASE, HIGHEST_BASE + 1) if (position := _position(chord, base))]
    positions = close + [_opened(position) for position in close] if open_hand else close
    return tuple(p for p in positions if p[0] >= LOWEST_BASE and p[-1] <= HIGHEST_TOP)


def _leading_cost(position: tuple[int, ...], chord: LoopChord, previous: tuple[int, ...], before: LoopChord) -> float:
    cost = float(sum(min(abs(pitch - old) for old in previous) for pitch in position))
    if len(position) == len(previous):
        cost = 0.5 * (cost + sum(abs(pitch - old) for pitch, old in zip(position, previous, strict=True)))
    if chord.bass != before.bass:
        for old, new in ((previous[0], position[0]), (previous[-1], position[-1])):
            if old != new and (old - before.bass) % 12 == (new - chord.bass) % 12 in (0, 7):
                cost += PARALLEL
    if len(position) == len(previous):
        for low, high in combinations(range(len(position)), 2):
            interval = (position[high] - position[low]) % 12
            moved = position[low] != previous[low]
            if moved and interval in (0, 7) and (previous[high] - previous[low]) % 12 == interval:
                cost += INNER_PARALLEL
    for pitch in previous:
        if pitch % 12 in falling_tones(before) and not {pitch, pitch - 1, pitch - 2} & set(position):
            cost += UNRESOLVED
    return cost


@lru_cache(maxsize=4096)
def falling_tones(chord: LoopChord) -> frozenset[int]:
    """Pitch classes of a chord that want to fall by step: its seventh, or its suspended fourth."""
    suspended = {5} if chord.quality.startswith("sus4") else set()
    return frozenset((chord.root + step) % 12 for step in chord.intervals if step in FALLING | suspended)


def _opened(position: tuple[int, ...]) -> tuple[int, ...]:
    """The second voice from above an octave lower."""
    return tuple(sorted((*position[:-2], position[-2] - 12, position[-1])))


def _position(chord: LoopChord, base: int) -> tuple[int, ...]:
    """The inversion that begins on ``base``, or nothing if that is no tone of the chord, or its ninth."""
    intervals = chord.intervals
    if len(intervals) > HAND:
        spared = ROOT if chord.over is None else FIFTH
        intervals = tuple(interval for interval in intervals if interval != spared)
    classes = [(chord.root + interval) % 12 for interval in intervals]
    turn = next((place for place, tone in enumerate(classes) if tone == base % 12), None)
    if turn is None or intervals[turn] >= 12:
        return ()
    pitches = [base]
    for wanted in classes[turn + 1 :] + classes[:turn]:
        step = (wanted - pitches[-1]) % 12
        pitches.append(pitches[-1] + (step or 12))
    return tuple(pitches)


@lru_cache(maxsize=65536)
def coloured(position: tuple[int, ...], chord: LoopChord, scale: tuple[int, ...], *, bright: bool) -> tuple[int, ...]:
    """Add a colour to a position: a ninth to a bright major chord, a rubbing second or sixth to a dark minor one.

    The colour is a tone of the scale inside the hand or just above it; a chord that has none stays as it is.
    """
    third = chord.intervals[1]
    if bright and third == 4:
        wanted = [(chord.root + 2) % 12]
    elif not bright and third == 3:
        wanted = [(chord.root + step) % 12 for step in (8, 1, 2)]
    else:
        return position
    colour = next((tone for tone in wanted if tone in scale and tone not in chord.tones), None)
    if colour is None:
        return position
    lowest = position[0] + 1 + (colour - position[0] - 1) % 12
    return tuple(sorted({*position, lowest}))


def bass_root(root: int) -> int:
    """MIDI pitch of a pitch class in the bass: 30 (F sharp) to 41 (F)."""
    return 36 + root if root <= 5 else 24 + root


@lru_cache(maxsize=4096)
def bass_degrees(chord: LoopChord) -> dict[str, int]:
    """MIDI pitches of a chord's bass (R), the octave, fifth and third above it; a pedal has but its octave."""
    low = bass_root(chord.bass)
    above = [low + step for step in range(1, 12) if (low + step) % 12 in chord.tones]
    if chord.bass not in chord.tones or not above:
        return {"R": low, "O": low + 12, "5": low + 12, "3": low}
    fifth = low + 7 if low + 7 in above else above[-1]
    return {"R": low, "O": low + 12, "5": fifth, "3": above[0] if above[0] - low > 2 else above[min(1, len(above) - 1)]}


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
    if len(tones) < 3:  # bare fifths would climb three octaves: the upper fingers come back down
        found[4:] = found[2:0:-1]
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
