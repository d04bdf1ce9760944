"""Sound out of films: a stretch of it, at one rate, in time with the picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import MediaError
from vem_plugin.parsing.frames import reason_of

EARLY = Fraction(1)
"""Seconds before a stretch at which decoding begins, so that codecs that look back are settled."""


def has_sound(path: Path) -> bool:
    """Whether a file has a sound stream; False for what is no media at all."""
    import av
    import av.error

    try:
        with av.open(str(path)) as container:
            return bool(container.streams.audio)
    except (av.error.FFmpegError, OSError):
        return False


def sound_between(path: Path, start: Fraction, seconds: Fraction, *, rate: int) -> NDArray[np.float32]:
    """Decode a stretch of a file's first sound stream.

    Parameters
    ----------
    path : Path
        A video or a sound file. Times count from its first picture, or where there is none from its first sample.
    start, seconds : Fraction
    rate : int
        Samples a second wanted.

    Returns
    -------
    NDArray of float32, (S, 2)
        Exactly as long as asked for; where the file has no sound it is silent.

    Raises
    ------
    MediaError
        If the file has no sound or it does not decode.
    """
    import av
    import av.error

    samples = np.zeros((round(seconds * rate), 2), np.float32)
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise MediaError("The file has no sound.", where=str(path), remedy="Leave it out.")
            stream = container.streams.audio[0]
            first = _beginning(container)
            if start > EARLY:
                container.seek(int((first + start - EARLY) / Fraction(1, 1_000_000)))
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=rate)
            place: int | None = None
            for frame in container.decode(stream):
                if place is None:
                    if frame.pts is None or frame.time_base is None:
                        continue
                    place = round((frame.pts * Fraction(frame.time_base) - first - start) * rate)
                for part in resampler.resample(frame):
                    place = _lay(part, samples, place)
                if place >= len(samples):
                    break
            else:
                for part in resampler.resample(None):
                    place = _lay(part, samples, place or 0)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"The sound does not decode: {reason_of(error)}.",
            where=str(path),
            remedy="Play it in another program; if it plays, convert it and try again.",
        ) from error
    return samples


def _lay(part: Any, samples: NDArray[np.float32], place: int) -> int:
    """Write a decoded frame where it belongs and tell where the next one does."""
    heard = part.to_ndarray().reshape(-1, 2)
    first, last = max(0, place), min(len(samples), place + len(heard))
    if last > first:
        samples[first:last] = heard[first - place : last - place]
    return place + len(heard)


def _beginning(container: Any) -> Fraction:
    """When the first picture is shown, seconds on the file's own clock; without pictures, the first sample."""
    for stream in (*container.streams.video, *container.streams.audio):
        if stream.start_time is not None and stream.time_base is not None:
            return stream.start_time * Fraction(stream.time_base)
    return Fraction(0)
