"""Writes Broadcast WAV: 24-bit PCM, stereo, 48 kHz, with a ``bext`` chunk and, where a timecode is known, iXML.

The size of a file is known before its first sample, so the header is written once and nothing is patched later.

References
----------
EBU Tech 3285 version 2 (``bext``); the iXML specification 3.01 (``SPEED``).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import RenderError
from vem_plugin.render.voice import RATE

FULL_SCALE = 1 << 23
FRAME_BYTES = 6
_BEXT_BYTES = 602
_UNKNOWN = 0x7FFF  # "no value" of the loudness fields
_LARGEST = (1 << 32) - (1 << 16)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where the first sample lies in the day: ``samples`` since midnight, and the timecode it was counted in."""

    samples: int
    rate: Fraction
    drop_frame: bool = False


def stamp_of(frames: int, rate: Fraction, *, drop_frame: bool = False) -> Stamp | None:
    """The stamp of a timecode.

    Parameters
    ----------
    frames : int
        Frames since 00:00:00:00, as the timecode counts them (drop-frame numbers already resolved).
    rate : Fraction
        Exact frames a second (24000/1001, not 23.976).
    drop_frame : bool
        Only told to readers; ``frames`` must already be the true count.

    Returns
    -------
    Stamp or None
        Samples at 48 kHz, rounded half up (01:00:00;00 at 29.97 drop-frame is not whole: 172 799 827.2). None for a
        timecode before midnight or beyond what ``bext`` can count, which no day has.
    """
    samples = int(frames / rate * RATE + Fraction(1, 2))
    return Stamp(samples, rate, drop_frame) if frames >= 0 and samples < 1 << 63 else None


@dataclass(frozen=True, slots=True)
class Origin:
    """What ``bext`` says: a description (256 bytes at most), date and time of making, the stamp, and loudness.

    ``date`` is yyyy-mm-dd and ``time`` hh:mm:ss; empty means unsaid, which keeps two renders of a take identical.
    """

    description: str
    date: str = ""
    time: str = ""
    stamp: Stamp | None = None
    loudness: float | None = None
    true_peak: float | None = None


class WaveWriter:
    """A file being written, as a context manager.

    Parameters
    ----------
    path : Path
        Must not exist yet.
    frames : int
        How many samples a channel will follow, exactly.
    origin : Origin

    Raises
    ------
    RenderError
        The file would pass the 4 GiB that RIFF can count.
    OSError
        As the file system says it; translated by the caller, who knows what was being made.
    """

    def __init__(self, path: Path, *, frames: int, origin: Origin) -> None:
        extra = _chunk(b"bext", _bext(origin))
        if origin.stamp is not None:
            extra += _chunk(b"iXML", _ixml(origin.stamp).encode("utf-8"))
        form = struct.pack("<HHIIHH", 1, 2, RATE, RATE * FRAME_BYTES, FRAME_BYTES, 24)
        head = b"WAVE" + extra + _chunk(b"fmt ", form)
        size = len(head) + 8 + frames * FRAME_BYTES
        if size > _LARGEST:
            raise RenderError(
                f"{frames / RATE / 3600:.1f} hours do not fit into one WAV file.",
                where=path.name,
                remedy="Score the timeline in parts.",
            )
        self._left = frames
        self._file = path.open("xb")
        self._file.write(struct.pack("<4sI", b"RIFF", size) + head)
        self._file.write(struct.pack("<4sI", b"data", frames * FRAME_BYTES))

    def write(self, block: NDArray[np.int32]) -> None:
        """Writes the next samples, shape (2, n), whole numbers of 24 bits."""
        self._left -= block.shape[1]
        if self._left < 0:
            raise ValueError("more samples than announced")
        self._file.write(packed(block).data)

    def close(self) -> None:
        """Closes the file; every announced sample must have been written."""
        self._file.close()
        if self._left:
            raise ValueError(f"{self._left} samples are missing")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()


def packed(block: NDArray[np.int32]) -> NDArray[np.uint8]:
    """24-bit counts, shape (2, n), as the bytes of a file, shape (n, 2, 3)."""
    counts = np.ascontiguousarray(block, "<i4").view(np.uint8).reshape(2, -1, 4)
    frames = np.empty((block.shape[1], 2, 3), np.uint8)
    for side, byte in np.ndindex(2, 3):  # six long strided copies are faster than many of three bytes
        frames[:, side, byte] = counts[side, :, byte]
    return frames


def loudness_fields(loudness: float | None, true_peak: float | None) -> bytes:
    """The last fields of ``bext``: loudness (LUFS), range, true peak (dBTP), momentary, short-term, in hundredths."""
    return struct.pack("<5h", _hundredths(loudness), _UNKNOWN, _hundredths(true_peak), _UNKNOWN, _UNKNOWN)


def quantised(block: NDArray[np.floating]) -> NDArray[np.int32]:
    """Sound of -1 to 1 as whole numbers of 24 bits, rounded half to even; louder sound is clipped."""
    return np.clip(np.rint(block * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int32)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


def _hundredths(value: float | None) -> int:
    return _UNKNOWN if value is None else round(value * 100)


def _bext(origin: Origin) -> bytes:
    samples = origin.stamp.samples if origin.stamp else 0
    content = struct.pack(
        "<256s32s32s10s8sIIH64s10s180x",
        origin.description.encode("ascii", "replace")[:256],
        b"vem-plugin",
        b"",
        origin.date.encode("ascii"),
        origin.time.encode("ascii"),
        samples & 0xFFFFFFFF,
        samples >> 32,
        2,
        b"",
        loudness_fields(origin.loudness, origin.true_peak),
    )
    assert len(content) == _BEXT_BYTES
    return content


def _ixml(stamp: Stamp) -> str:
    rate = f"{stamp.rate.numerator}/{stamp.rate.denominator}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<BWFXML>\n<IXML_VERSION>3.01</IXML_VERSION>\n<SPEED>\n'
        f"<TIMECODE_RATE>{rate}</TIMECODE_RATE>\n"
        f"<TIMECODE_FLAG>{'DF' if stamp.drop_frame else 'NDF'}</TIMECODE_FLAG>\n"
        f"<FILE_SAMPLE_RATE>{RATE}</FILE_SAMPLE_RATE>\n<AUDIO_BIT_DEPTH>24</AUDIO_BIT_DEPTH>\n"
        f"<TIMESTAMP_SAMPLE_RATE>{RATE}</TIMESTAMP_SAMPLE_RATE>\n"
        f"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>{stamp.samples >> 32}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>\n"
        f"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>{stamp.samples & 0xFFFFFFFF}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>\n"
        "</SPEED>\n</BWFXML>\n"
    )
