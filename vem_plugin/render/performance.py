"""How a note is played by an instrument: when exactly, how long, how its loudness moves while it sounds.

A written note becomes a played one in two steps. ``render.synth.played_notes`` gives it its time; here it is given to
an instrument, and every family of instruments has its ``Manner``: strings swell and fade, guitars strum, harps roll
their chords, pianos are pedalled, machines are exact.

Chance comes from a note's ``grain``, a number made of the seed, the role, the step and the pitch, and from the
instrument's name: never from other notes. So when one shot is scored again, the notes of the others are played as
before, to the sample. (A note's place in a chord that is struck at once counts as its own.) What falls on a hit is
never moved. Times are samples at 48 kHz, loudness is dB.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise
from statistics import NormalDist

from vem_plugin.render.voice import RATE
from vem_plugin.score.instruments import Family, Instrument

Points = tuple[tuple[int, float], ...]
"""Rising samples and the dB there, straight between, constant outside."""

_SCALE = 1 << 32
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note in samples, as the grid wants it.

    ``stop`` is the first sample of the next stop after it begins, where it is damped; ``pedal`` where the harmony
    changes after its end. ``hit`` is the strength of the hit that it falls on, ``exact`` that it falls on any, however
    weak. ``rank`` is its place in the chord struck at once, 0 lowest to 1 highest (0.5 alone), ``chord`` how many notes
    that has; ``upstroke`` that a guitar would strike from the highest down. ``phrase`` is how loud the phrase wants to
    be meanwhile: samples and dB.
    """

    start: int
    end: int
    stop: int
    key: int
    velocity: int
    hit: float
    energy: float
    exact: bool = False
    pedal: int = 0
    rank: float = 0.5
    chord: int = 1
    upstroke: bool = False
    grain: int = 0
    phrase: Points = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a family of instruments plays.

    ``looseness`` is the spread (standard deviation) of its timing in seconds, ``touch`` that of its velocity;
    ``overlap`` how much longer than written its notes are held, seconds (negative: detached); ``rings`` how long at
    most they ring on under the pedal, until the harmony changes; ``spread`` the seconds from the first to the last note
    of a chord; ``swell`` how far a long note falls below its peak at its beginning and its end, dB: (0, 0) for what
    cannot change once it is struck.
    """

    looseness: float = 0.004
    touch: float = 3.0
    overlap: float = 0.0
    rings: float = 0.0
    spread: float = 0.0
    swell: tuple[float, float] = (0.0, 0.0)

    def lead(self, speaks: float, *, exact: bool) -> tuple[float, float]:
        """How early a note begins so that it is heard on time, and how much of its beginning is left out, seconds.

        On a hit, and wherever a string is plucked or a bar is struck, it begins at most ``_CRISP`` early: what the
        sample has before that (fingers, a slow bow) would be heard as the onset, or blur it.
        """
        if exact or not self.sustains:
            early = min(speaks, _CRISP)
            return early, speaks - early
        return min(speaks, _LONGEST_LEAD), 0.0

    @property
    def sustains(self) -> bool:
        """Whether a note's loudness can move while it sounds."""
        return self.swell != (0.0, 0.0)


MANNERS: dict[Family, Manner] = {
    "bowed": Manner(overlap=0.03, swell=(4.0, 5.0)),
    "blown": Manner(overlap=0.015, swell=(3.0, 4.0)),
    "brass": Manner(overlap=0.01, swell=(2.0, 4.0)),
    "voice": Manner(overlap=0.05, swell=(4.0, 4.0)),
    "organ": Manner(looseness=0.003, swell=(1.0, 1.5)),
    "pad": Manner(looseness=0.0, touch=1.0, overlap=0.08, swell=(2.0, 2.0)),
    "synth": Manner(looseness=0.0, touch=2.0),
    "keys": Manner(looseness=0.004, rings=1.2),
    "mallet": Manner(looseness=0.004, overlap=0.4),
    "picked": Manner(looseness=0.004),
    "strummed": Manner(looseness=0.004, overlap=0.02, rings=0.4, spread=0.018),
    "rolled": Manner(looseness=0.004, rings=2.0, spread=0.05),
    "kit": Manner(looseness=0.003, touch=4.0),
    "machine": Manner(looseness=0.0, touch=2.0),
}
"""Seconds and dB by family. People are a few milliseconds apart; machines are not."""

_CRISP = 0.010
"""How early what must be heard exactly begins at most, seconds."""
_LONGEST_LEAD = 0.120
"""A slower swell is no onset any more; to begin it even earlier would only blur what comes before."""
_LONG = 0.35
"""A note shorter than this many seconds has no time to swell."""
_FULL_SWELL = 1.6
"""From this length on, seconds, a note swells all the way."""
_STABLE = 0.12
"""Shorter notes than this, seconds, are meant to be short: they are neither held over nor pedalled."""
_IN_CHORDS = 0.6
"""Players in a chord swell less than one who has the tune: their chords follow each other without a hole."""
_ACCENT_HIT = 0.5
_ACCENT, _AFTER_ACCENT, _ACCENT_SECONDS = 1.5, -2.5, 0.45
"""A long note on a hit begins louder by the first, dB, and falls back by the second within so many seconds."""
_FARTHEST = 2.5
"""Chance never goes farther than this many standard deviations."""


def perform(note: PlayedNote, instrument: Instrument, *, drums: bool = False) -> PlayedNote:
    """The note as an instrument plays it: moved, held, touched.

    Parameters
    ----------
    note : PlayedNote
        As the grid wants it.
    drums : bool
        Drums are neither held over nor strummed.

    Returns
    -------
    PlayedNote
        The same if it falls on a hit, but for its end.
    """
    manner = MANNERS[instrument.family]
    end = note.end if drums else _held(note, manner)
    if note.exact:
        return replace(note, end=end)
    moved = round(manner.looseness * _normal(note.grain, instrument.name, "time") * RATE)
    if note.chord > 1 and manner.spread and not drums:
        moved += round(_strum(note, manner, instrument.name) * RATE)
    start = max(0, note.start + moved)
    velocity = note.velocity + round(manner.touch * _normal(note.grain, instrument.name, "touch"))
    return replace(note, start=start, end=max(end, start + 1), velocity=min(127, max(1, velocity)))


def dynamics(note: PlayedNote, instrument: Instrument) -> Points:
    """How loud a note is while it sounds: rising samples and dB, straight between, constant outside.

    What cannot change once it is struck keeps the loudness that its phrase has when it begins; what is bowed, blown or
    sung follows the phrase, and swells and fades by itself the longer it is.
    """
    manner = MANNERS[instrument.family]
    phrase = note.phrase or ((note.start, 0.0),)
    if not manner.sustains:
        return ((note.start, phrase[0][1]),)
    own = _swell(note, manner, instrument.name)
    times = sorted({time for time, _ in (*own, *phrase) if note.start <= time <= note.end} | {note.start, note.end})
    return tuple((time, _at(own, time) + _at(phrase, time)) for time in times)


def grain_of(seed: int, role: int, step: int, pitch: int) -> int:
    """The number from which all chance of a note comes."""
    return _number(f"{seed}/{role}/{step}/{pitch}")


def _held(note: PlayedNote, manner: Manner) -> int:
    """Where a note is let go."""
    if note.end - note.start < _STABLE * RATE:
        return note.end
    end = note.end + round(manner.overlap * RATE)
    if manner.rings and note.pedal > end:
        end = max(end, min(note.pedal, note.end + round(manner.rings * RATE)))
    return max(end, note.start + 1)


def _strum(note: PlayedNote, manner: Manner, name: str) -> float:
    """Seconds by which a note of a chord comes before or after the beat: low to high, upstrokes high to low."""
    spread = manner.spread * (1 + 0.25 * _normal(note.grain, name, "spread") / _FARTHEST)
    rank = 1 - note.rank if note.upstroke else note.rank
    return (rank - 0.4) * spread


def _swell(note: PlayedNote, manner: Manner, name: str) -> Points:
    """A long note's own rise and fall; on a hit, an accent first."""
    length = note.end - note.start
    seconds = length / RATE
    if seconds < _LONG:
        return ((note.start, 0.0),)
    depth = min(1.0, (seconds - _LONG) / (_FULL_SWELL - _LONG) + 0.25) * (_IN_CHORDS if note.chord > 1 else 1)
    first, last = (-depth * fall for fall in manner.swell)
    peak = note.start + round(length * (0.5 + 0.08 * _normal(note.grain, name, "peak") / _FARTHEST))
    if note.hit < _ACCENT_HIT:
        return (note.start, first), (peak, 0.0), (note.end, last)
    after = note.start + min(round(_ACCENT_SECONDS * RATE), length // 3)
    return (note.start, _ACCENT), (after, _AFTER_ACCENT * depth), (peak, 0.0), (note.end, last)


def _at(points: Points, time: int) -> float:
    """The level at a time, straight between the points."""
    if time <= points[0][0]:
        return points[0][1]
    for (before, low), (after, high) in pairwise(points):
        if time <= after:
            return low + (high - low) * (time - before) / (after - before) if after > before else high
    return points[-1][1]


def _normal(grain: int, name: str, what: str) -> float:
    """A number from the normal distribution, always the same for the same note, instrument and purpose."""
    share = (_number(f"{grain}/{name}/{what}") + 0.5) / _SCALE
    return max(-_FARTHEST, min(_FARTHEST, _NORMAL.inv_cdf(share)))


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "little")
