"""Planned hits and beats, and where they are heard: for sound that a model made and nobody can look up.

Times are float seconds from the first sample; offsets are heard minus planned, so a late sound is positive. Sound is
float32, (S, channels).

A *hit* is an accent: its onset is the one that is strong and near. All onsets within ``REACH`` compete with their
strength, weighted by a bell of ``SPREAD`` seconds about the instant; the winner's share of the total is its
*confidence*. A faint onset at the right place so does not excuse a loud one beside it, and where two are as likely
nobody is believed.

A *beat* is what a listener taps: librosa's tracker (Ellis, "Beat Tracking by Dynamic Programming", JNMR 2007) follows
the tempo of the plan as it changes, but not its phase, and each tapped beat is moved to the attack beneath it, if
there is one. Planned beats are compared with the nearest tap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError
from vem_plugin.measure.onsets import FLUX_LATENCY, FLUX_RATE, OnsetTrack, hear_samples
from vem_plugin.measure.sync import ascending_times_of, chance_of, offsets_to_nearest, spread_of, times_of

IN_TIME = 0.040
"""Seconds within which sound and picture are taken for simultaneous."""
NEARLY = 0.070
"""Seconds of the second share in the figures; evaluations of beat trackers use it (mir_eval)."""
REACH = 0.25
"""Seconds on either side of a hit within which an onset may be its own."""
SPREAD = 0.08
"""Seconds; width of the bell by which nearer onsets are believed more."""

_BENEATH = 0.03  # seconds around a tapped beat in which the attack that was meant is looked for


@dataclass(frozen=True, slots=True)
class HeardPlace:
    """What is heard at a planned instant.

    Parameters
    ----------
    time : float
        The instant, seconds.
    offset : float or None
        Heard minus planned, seconds; None if nothing is heard within reach.
    confidence : float
        0 to 1: how plainly what is heard there belongs to the instant.
    """

    time: float
    offset: float | None
    confidence: float

    @property
    def in_time(self) -> bool:
        """Whether it is heard within ``IN_TIME``."""
        return self.offset is not None and abs(self.offset) <= IN_TIME


@dataclass(frozen=True, slots=True)
class Heard:
    """Hits and beats as they are heard, in the order of the plan, and the onsets they were found among."""

    hits: tuple[HeardPlace, ...]
    beats: tuple[HeardPlace, ...]
    onsets: OnsetTrack

    def figures(self) -> dict[str, Any]:
        """JSON-ready: count, offsets in milliseconds and shares of hits and of beats.

        ``chance_40_ms`` is the share of the sound that lies within 40 ms of any onset: what instants strewn at random
        would score if every onset counted. Here only an instant's own does, so it is an upper limit.
        """
        chance = chance_of(self.onsets.times, IN_TIME, self.onsets.duration)
        return {"hits": _figures(self.hits), "beats": _figures(self.beats), "chance_40_ms": round(chance, 4)}


def listen(sound: NDArray[np.float32], rate: int, *, hits: Sequence[float] = (), beats: Sequence[float] = ()) -> Heard:
    """Find planned hits and beats in sound.

    Parameters
    ----------
    sound : ndarray, shape (S, channels)
        S > 0; 1 is full scale.
    rate : int
        Samples a second.
    hits : sequence of float
        Planned hits, ascending seconds.
    beats : sequence of float
        Planned beats, ascending seconds: the solved tempo map.

    Raises
    ------
    SettingsError
        If there is no sound, or times are not finite, below 0, or do not ascend.
    """
    if sound.ndim != 2 or not len(sound):
        raise SettingsError(f"Sound of shape {sound.shape} cannot be listened to.", remedy="Give (samples, channels).")
    wanted, planned = ascending_times_of(hits, "hits"), ascending_times_of(beats, "beats")
    onsets = hear_samples(sound, rate)
    taps = tapped_beats(onsets, planned)
    return Heard(
        hits=tuple(heard_hit(onsets, float(time)) for time in wanted),
        beats=_heard_beats(onsets, taps, planned),
        onsets=onsets,
    )


def heard_hit(onsets: OnsetTrack, time: float) -> HeardPlace:
    """The onset that a hit at ``time`` seconds most likely is; see the module."""
    offsets = onsets.times - time
    belief = onsets.strengths * np.exp(-0.5 * np.square(offsets / SPREAD)) * (np.abs(offsets) <= REACH)
    if not belief.any():
        return HeardPlace(time, None, 0.0)
    best = int(belief.argmax())
    return HeardPlace(time, float(offsets[best]), float(belief[best] / belief.sum()))


def tapped_beats(onsets: OnsetTrack, planned: NDArray[np.float64]) -> NDArray[np.float64]:
    """Beats that a listener would tap, ascending seconds.

    Parameters
    ----------
    onsets : OnsetTrack
    planned : ndarray, shape (beats,)
        Seconds; only the distances between them are used. With fewer than two the tempo is estimated.
    """
    import librosa

    if not onsets.flux.any():
        return np.zeros(0)
    tempo = None
    if len(planned) > 1:
        middles, lengths = (planned[1:] + planned[:-1]) / 2, np.diff(planned)
        if not lengths.all():
            raise SettingsError("Two planned beats fall together.", remedy="Give every beat once.")
        tempo = 60 / np.interp(np.arange(len(onsets.flux)) / FLUX_RATE, middles, lengths)
    _, taps = librosa.beat.beat_track(
        onset_envelope=onsets.flux, sr=FLUX_RATE, hop_length=1, bpm=tempo, trim=False, units="time"
    )
    taps = np.maximum(np.asarray(taps, np.float64) - FLUX_LATENCY, 0.0)
    beneath = offsets_to_nearest(taps, onsets.times)
    return np.unique(np.where(np.abs(beneath) <= _BENEATH, taps + beneath, taps))


def _heard_beats(onsets: OnsetTrack, taps: NDArray[np.float64], planned: NDArray[np.float64]) -> tuple[HeardPlace, ...]:
    """The tap nearest to every planned beat; it is believed as far as the attack beneath it stands out."""
    places = []
    for time, offset in zip(times_of(planned, "beats"), offsets_to_nearest(planned, taps), strict=True):
        if not np.isfinite(offset):
            places.append(HeardPlace(float(time), None, 0.0))
            continue
        beneath = heard_hit(onsets, float(time + offset))
        believed = beneath.confidence if beneath.offset is not None and abs(beneath.offset) <= _BENEATH else 0.0
        places.append(HeardPlace(float(time), float(offset), believed))
    return tuple(places)


def _figures(places: Sequence[HeardPlace]) -> dict[str, Any]:
    offsets = np.array([place.offset for place in places if place.offset is not None])
    spread = spread_of(offsets)
    median, p95, worst = (None, None, None) if spread is None else (round(1000 * value, 1) for value in spread)

    def share(tolerance: float) -> float | None:
        return round(float(np.sum(np.abs(offsets) <= tolerance)) / len(places), 4) if places else None

    return {
        "count": len(places),
        "heard": len(offsets),
        "median_ms": median,
        "p95_ms": p95,
        "worst_ms": worst,
        "within_40_ms": share(IN_TIME),
        "within_70_ms": share(NEARLY),
    }
