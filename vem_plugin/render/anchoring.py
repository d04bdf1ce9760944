"""Generated sound pulled onto its hits: time is stretched between anchors until the onsets fall where they should.

Sound is float32, (S, channels); times are seconds. An *anchor* is an instant of the sound as it is (``source``) and
where it belongs (``target``); they come from `vem_plugin.measure.beats`:

- a hit that is heard more than 40 ms off, and plainly itself, is moved onto its instant;
- a hit or a beat that is in time holds its place, as do both ends of the sound.

Not every wish can be met: no piece is made longer or shorter than ``LIMITS`` allow. Of all chains of anchors that keep
to them the one with the most hits is taken, and of those the one that holds most beats (a longest path; beats near a
hit that moves give way). What stays off is reported with its reason.

About every anchor a short *island* of sound, its attack, is moved as it is, so that no attack is smeared; only what
lies between islands is stretched, by Signalsmith Stretch (python-stretch, MIT). Islands and what is stretched meet in
short cross-fades. Where the anchors on both sides have not moved, samples are copied and stay what they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.measure.beats import Heard, HeardPlace, listen

Sound = NDArray[np.float32]

LIMITS = (0.8, 1.25)
"""Shortest and longest that a piece may become, as a share of its length."""
PLAIN = 0.55
"""Confidence from which an onset is taken for the hit's own: it outweighs all others around."""
LEAD, TAIL = 0.010, 0.060
"""Seconds of an island before and after its anchor: an attack and what makes it recognised."""
FADE = 0.020
"""Seconds of a cross-fade between an island and what is stretched."""
SHORTEST = 0.080
"""Seconds between two islands, at least, for sound to be stretched there."""

_SAME_INSTANT = 0.1  # seconds; a beat this close to a hit is the hit
_CONTEXT = 0.15  # seconds that the stretcher hears on either side of a piece
_BEAT_WORTH = 0.02  # of a hit; even the beats of 10 s do not outweigh one


@dataclass(frozen=True, slots=True)
class LeftHit:
    """A hit that stays off: its instant and offset (None if it is not heard), seconds, and why."""

    time: float
    offset: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Sound whose hits were put right.

    Parameters
    ----------
    sound : ndarray, shape (S, channels)
        Exactly as long as it was.
    before, after : Heard
        What was heard in the sound that was given, and in this one.
    moved : tuple of HeardPlace
        Hits that were moved, as they were before.
    left : tuple of LeftHit
        Hits that are off, or not heard, and were left so.
    anchors : tuple of (float, float)
        What `stretched` was told: seconds before and after of every anchor, both increasing, ends of the sound too.
    """

    sound: Sound
    before: Heard
    after: Heard
    moved: tuple[HeardPlace, ...]
    left: tuple[LeftHit, ...]
    anchors: tuple[tuple[float, float], ...]

    def places_of(self, times: ArrayLike) -> NDArray[np.float64]:
        """Where instants of the sound that was given lie now, (n,) seconds."""
        inner = self.anchors[1:-1]
        edges = [(old + away, new + away) for old, new in inner for away in (-LEAD, TAIL)]
        before, after = np.array([self.anchors[0], *edges, self.anchors[-1]]).T
        return np.interp(np.asarray(times, np.float64), before, after)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready: the figures before and after; offsets in milliseconds."""
        return {
            "before": self.before.figures(),
            "after": self.after.figures(),
            "moved": [{"time": round(hit.time, 6), "offset_ms": _ms(hit.offset)} for hit in self.moved],
            "left": [
                {"time": round(hit.time, 6), "offset_ms": _ms(hit.offset), "reason": hit.reason} for hit in self.left
            ],
        }


@dataclass(frozen=True, slots=True)
class _Anchor:
    """``source`` and ``target`` in samples; what it is worth; the hit it belongs to, if any."""

    source: int
    target: int
    worth: float
    hit: HeardPlace | None = None


def anchored(
    sound: Sound,
    rate: int,
    hits: Sequence[float],
    *,
    beats: Sequence[float] = (),
    span: tuple[float, float] | None = None,
) -> Anchoring:
    """Stretch sound between anchors until its onsets fall on the hits.

    Parameters
    ----------
    sound : ndarray, shape (S, channels)
        What a model made, meant to hit.
    rate : int
        Samples a second.
    hits : sequence of float
        Where accents belong, ascending seconds within the sound.
    beats : sequence of float
        The planned beats, ascending seconds. Those that are heard in time hold their places, so that between two of
        them nothing changes; without any, everything between two hits moves along.
    span : (float, float), optional
        Seconds before and after which not one sample may change; the whole if not given.

    Raises
    ------
    SettingsError
        If there is no sound, or times are not finite, do not ascend, or lie outside it.
    RenderError
        If something has to be stretched and python-stretch is not installed.
    """
    first, last = (0, len(sound)) if span is None else (round(span[0] * rate), round(span[1] * rate))
    if (len(hits) and max(hits) * rate > len(sound)) or not 0 <= first < last <= len(sound):
        raise SettingsError("A hit or the span lies beyond the sound.", remedy="Give times within the sound.")
    before = listen(sound, rate, hits=hits, beats=beats)
    chain = chain_of(_anchors_between(first, last, before, rate), rate)
    moved = tuple(place.hit for place in chain if place.hit is not None and not place.hit.in_time)
    left = tuple(_left(hit, inside=first < hit.time * rate < last) for hit in before.hits if not hit.in_time)
    left = tuple(hit for hit in left if hit.time not in {other.time for other in moved})
    ends = {0, len(sound)} - {first, last}
    pairs = sorted([*((place.source, place.target) for place in chain), *((end, end) for end in ends)])
    anchors = tuple((old / rate, new / rate) for old, new in pairs)
    if not moved:
        return Anchoring(sound, before, before, moved, left, anchors)
    fitted = stretched(sound, rate, anchors)
    return Anchoring(fitted, before, listen(fitted, rate, hits=hits, beats=beats), moved, left, anchors)


def stretched(sound: Sound, rate: int, anchors: Sequence[tuple[float, float]]) -> Sound:
    """Sound with every anchor where it belongs; the same again from `Anchoring.anchors`.

    Parameters
    ----------
    sound : ndarray, shape (S, channels)
    rate : int
        Samples a second.
    anchors : sequence of (float, float)
        Seconds before and after, both increasing; first and last the ends of the sound, which stay.

    Returns
    -------
    ndarray, shape (S, channels)
    """
    lead, tail, fade = (round(seconds * rate) for seconds in (LEAD, TAIL, FADE))
    fitted = sound.copy()
    places = [(round(old * rate), round(new * rate)) for old, new in anchors]
    for (old, new), (next_old, next_new) in pairwise(places):
        # An anchor's island reaches from `lead` before it, where the piece before ends, to `tail` after it.
        start, end = max(new - lead, 0), next_new - lead if next_new < len(sound) else len(sound)
        shift, next_shift = old - new, next_old - next_new
        if next_shift == shift:
            fitted[start:end] = sound[start + shift : end + shift]
            continue
        inner, outer = new + tail, next_new - lead
        piece = _longer(sound, rate, inner + shift, outer + next_shift, outer - inner)
        piece[:fade] = _cross_faded(sound[inner + shift :][:fade], piece[:fade])
        piece[-fade:] = _cross_faded(piece[-fade:], sound[outer + next_shift - fade :][:fade])
        fitted[start:inner] = sound[start + shift : inner + shift]
        fitted[inner:outer] = piece
        fitted[outer:end] = sound[outer + next_shift : end + next_shift]
    return fitted


def _anchors_between(first: int, last: int, heard: Heard, rate: int) -> list[_Anchor]:
    """Everything that could be an anchor between two samples, which are the first and the last, by target."""
    inner = []
    for hit in heard.hits:
        if hit.offset is None or (hit.confidence < PLAIN and not hit.in_time):
            continue
        source = round((hit.time + hit.offset) * rate)
        inner.append(_Anchor(source, source if hit.in_time else round(hit.time * rate), 1.0, hit))
    for beat in heard.beats:
        own = all(abs(beat.time - hit.time) > _SAME_INSTANT for hit in heard.hits)
        if own and beat.offset is not None and beat.in_time and beat.confidence >= PLAIN:
            place = round((beat.time + beat.offset) * rate)
            inner.append(_Anchor(place, place, _BEAT_WORTH))
    inner = [anchor for anchor in inner if first < min(anchor.source, anchor.target)]
    inner = [anchor for anchor in inner if max(anchor.source, anchor.target) < last]
    ends = _Anchor(first, first, 0.0), _Anchor(last, last, 0.0)
    return [ends[0], *sorted(inner, key=lambda anchor: anchor.target), ends[1]]


def chain_of(anchors: Sequence[_Anchor], rate: int) -> list[_Anchor]:
    """The chain of anchors, from the first to the last, that is worth most among those within the limits.

    Parameters
    ----------
    anchors : sequence
        By target; the first and the last, the ends of the sound, have not moved, so that there is always a chain.
    rate : int
        Samples a second.
    """
    source = np.array([anchor.source for anchor in anchors])
    target = np.array([anchor.target for anchor in anchors])
    total, previous = np.full(len(anchors), -np.inf), np.zeros(len(anchors), np.int64)
    total[0] = 0.0
    for last in range(1, len(anchors)):
        old, new = source[last] - source[:last], target[last] - target[:last]
        reached = np.where(_may_become(old, new, rate), total[:last], -np.inf)
        previous[last] = int(reached.argmax())
        total[last] = reached[previous[last]] + anchors[last].worth
    chain = [len(anchors) - 1]
    while chain[-1]:
        chain.append(int(previous[chain[-1]]))
    return [anchors[index] for index in reversed(chain)]


def _may_become(old: NDArray[np.int64], new: NDArray[np.int64], rate: int) -> NDArray[np.bool_]:
    """Whether distances between anchors, in samples, may be changed so: what lies between islands is stretched."""
    island = round((LEAD + TAIL) * rate)
    between, wanted = old - island, new - island
    roomy = np.minimum(between, wanted) >= round(SHORTEST * rate)
    within = (wanted >= LIMITS[0] * between) & (wanted <= LIMITS[1] * between)
    return ((old == new) & (old > 0)) | (roomy & within)


def _longer(sound: Sound, rate: int, first: int, last: int, samples: int) -> Sound:
    """Samples ``first`` to ``last`` of the sound made exactly ``samples`` long, at their pitch."""
    try:
        from python_stretch.Signalsmith import Stretch
    except ImportError as error:
        raise RenderError(
            "Hits cannot be put right: the library that stretches sound is not installed.",
            remedy="pip install 'vem-plugin[audio]' (on Linux on ARM: pip install python-stretch, which builds it).",
        ) from error
    context = round(_CONTEXT * rate)
    before, after = min(context, first), min(context, len(sound) - last)
    heard = np.pad(sound[first - before : last + after], ((context - before, context - after), (0, 0)))
    speed = (last - first) / samples
    stretcher = Stretch(0)  # the seed: the same sound gives the same sound
    stretcher.preset(sound.shape[1], rate)
    stretcher.setTimeFactor(speed)
    # A little silence behind, because the library rounds its length down.
    longer = np.asarray(stretcher.process(np.ascontiguousarray(np.pad(heard, ((0, 64), (0, 0))).T)))
    start = round(context / speed)
    return np.ascontiguousarray(longer[:, start : start + samples].T)


def _cross_faded(going: Sound, coming: Sound) -> Sound:
    """From one to the other at an even level, however alike the two are (their correlation decides the curve)."""
    rise = np.linspace(0, 1, len(going), dtype=np.float32)[:, None]
    power = float(np.sqrt(np.square(going).sum() * np.square(coming).sum()))
    alike = float(np.clip((going * coming).sum() / power, 0, 1)) if power > 0 else 1.0
    level = np.sqrt(rise**2 + (1 - rise) ** 2 + np.float32(2 * alike) * rise * (1 - rise))
    return np.asarray(((1 - rise) * going + rise * coming) / level, np.float32)


def _left(hit: HeardPlace, *, inside: bool) -> LeftHit:
    if not inside:
        reason = "it lies where nothing may change"
    elif hit.offset is None:
        reason = "no onset is heard near it"
    elif hit.confidence < PLAIN:
        reason = "what is heard near it is not plainly the hit"
    else:
        reason = f"what lies around it would be stretched beyond {LIMITS[0]:g} to {LIMITS[1]:g}"
    return LeftHit(hit.time, hit.offset, reason)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)
