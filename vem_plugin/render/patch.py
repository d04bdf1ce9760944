"""A copy of one of our WAV files with other samples in one stretch, and every other sample as it was.

The file is copied as bytes, so nothing outside the stretch passes through any arithmetic.
"""

from __future__ import annotations

import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import RenderError
from vem_plugin.render.wave import FRAME_BYTES, loudness_fields, packed

_DESCRIPTION, _LOUDNESS = 256, 412
"""In ``bext``: bytes of the description, with which it begins, and where the loudness stands."""


@dataclass(frozen=True, slots=True)
class WaveLayout:
    """Where things lie in a WAV file, bytes: its samples, its ``bext`` content or None; and how many samples there
    are."""

    samples: int
    frames: int
    bext: int | None


def layout_of(path: Path) -> WaveLayout:
    """Find the samples of one of our files: 48 kHz, 24 bit, stereo.

    Raises
    ------
    RenderError
        If it is missing, or another kind of file.
    """
    bext: int | None = None
    form = b""
    try:
        with path.open("rb") as file:
            if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
                raise _foreign(path)
            while len(head := file.read(8)) == 8:
                name, size = struct.unpack("<4sI", head)
                place = file.tell()
                if name == b"bext":
                    bext = place
                elif name == b"fmt ":
                    form = file.read(size)
                elif name == b"data":
                    if struct.unpack("<HHIIHH", form[:16])[1:3] != (2, 48000) or form[14:16] != b"\x18\0":
                        raise _foreign(path)
                    if path.stat().st_size < place + size:
                        raise _foreign(path)
                    return WaveLayout(place, size // FRAME_BYTES, bext)
                file.seek(place + size + size % 2)
    except (OSError, struct.error) as error:
        raise _foreign(path) from error
    raise _foreign(path)


def read_samples(path: Path, first: int, end: int) -> NDArray[np.int32]:
    """Samples ``first`` to ``end`` of one of our files, shape (2, n), 24-bit counts; raises as `layout_of`."""
    layout = layout_of(path)
    end = min(end, layout.frames)
    raw = np.fromfile(path, np.uint8, (end - first) * FRAME_BYTES, offset=layout.samples + first * FRAME_BYTES)
    words = np.zeros((end - first, 2, 4), np.uint8)
    words[:, :, 1:] = raw.reshape(-1, 2, 3)
    return np.ascontiguousarray(words.view("<i4")[:, :, 0].T >> 8)


def patched(
    source: Path,
    target: Path,
    first: int,
    block: NDArray[np.int32],
    *,
    description: str,
    loudness: tuple[float | None, float | None] | None = None,
) -> None:
    """Copy a file of ours and put other samples from ``first`` on.

    Parameters
    ----------
    block : ndarray of int32, shape (2, n)
        24-bit counts; may be empty.
    description : str
        For ``bext``; ASCII, 256 characters.
    loudness : (LUFS, dBTP), optional
        For ``bext``; without it what stands there stays.

    Raises
    ------
    RenderError
        As `layout_of`.
    OSError
        As the file system says it.
    """
    layout = layout_of(source)
    shutil.copyfile(source, target)
    with target.open("r+b") as file:
        if layout.bext is not None:
            file.seek(layout.bext)
            file.write(description.encode("ascii", "replace")[:_DESCRIPTION].ljust(_DESCRIPTION, b"\0"))
            if loudness is not None:
                file.seek(layout.bext + _LOUDNESS)
                file.write(loudness_fields(*loudness))
        file.seek(layout.samples + first * FRAME_BYTES)
        file.write(packed(block).data)


def _foreign(path: Path) -> RenderError:
    return RenderError(
        "This is not the sound that was rendered here, or it is incomplete.",
        where=str(path),
        remedy="Bring the file back from a backup, or score the edit again.",
    )
