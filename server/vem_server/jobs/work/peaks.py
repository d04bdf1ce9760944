"""A waveform to draw: the lowest and highest sample of each column of a picture.

Sound is read in pieces, so an hour of it takes no more memory than a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_server.jobs.work.bench import Bench
from vem_server.protocol.messages import Peaks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUCKET = 64
"""Samples that are taken together before the length of the file is known, 1.3 ms at 48 kHz."""
PIECE = 1 << 16


def peaks(request: Peaks, bench: Bench) -> dict[str, Any]:
    """Lowest and highest sample by column; the result is ``vem_server.protocol.messages.PeaksResult``.

    Raises
    ------
    MediaError
        If the file holds no sound that decodes.
    SettingsError
        If the take has no such file.
    """
    sound = _sound_of(Path(request.edit), request.file)
    bench.report("listen", 0.0, sound.name)
    low, high, samples, rate = _envelope(sound)
    low, high = _columns(low, high, samples, request.columns)
    bench.report("listen", 1.0)
    return {
        "path": str(sound),
        "rate": rate,
        "samples": samples,
        "low": [round(float(value), 4) for value in low],
        "high": [round(float(value), 4) for value in high],
    }


def _sound_of(path: Path, file: str) -> Path:
    """The sound file itself, or that of a take named by its folder or its scored timeline."""
    from vem_plugin.errors import MediaError, SettingsError
    from vem_plugin.stages import TIMELINES
    from vem_plugin.take import read_take
    from vem_plugin.takes.find import take_in

    if not path.exists():
        raise MediaError("There is no such file.", where=str(path), remedy="Check the path.")
    if path.is_dir():
        take, folder = read_take(path), path
    elif path.suffix.lower() in TIMELINES:
        found = take_in(path)
        take, folder = found.take, found.folder
    else:
        return path
    if file not in take.files:
        raise SettingsError(
            f"The take has no file '{file}'.", where=str(folder), remedy=f"It has: {', '.join(take.files)}."
        )
    return folder / take.files[file]


def _envelope(sound: Path) -> tuple[NDArray[np.float32], NDArray[np.float32], int, int]:
    """Lowest and highest sample of every bucket, all channels together; samples a channel, and rate in Hz."""
    import numpy as np

    from vem_plugin.errors import MediaError

    low: list[NDArray[np.float32]] = []
    high: list[NDArray[np.float32]] = []
    rest = np.zeros((0, 1), np.float32)
    samples, rate = 0, 0
    for piece, hertz in _pieces(sound):
        samples, rate = samples + len(piece), hertz
        rest = piece if not len(rest) else np.concatenate([rest, piece])
        full = len(rest) // BUCKET * BUCKET
        buckets = rest[:full].reshape(-1, BUCKET * rest.shape[1])
        low.append(buckets.min(axis=1))
        high.append(buckets.max(axis=1))
        rest = rest[full:]
    if len(rest):
        low.append(rest.min(keepdims=True).ravel())
        high.append(rest.max(keepdims=True).ravel())
    if not samples:
        raise MediaError("The file holds no sound.", where=str(sound), remedy="Name a sound file or a take.")
    return np.concatenate(low), np.concatenate(high), samples, rate


def _columns(
    low: NDArray[np.float32], high: NDArray[np.float32], samples: int, columns: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Buckets gathered into columns; each bucket is in the columns it touches, so no peak is lost."""
    import numpy as np

    edges = np.linspace(0, samples / BUCKET, columns + 1)
    spans = [slice(int(first), max(int(np.ceil(last)), int(first) + 1)) for first, last in pairwise(edges)]
    return np.array([low[span].min() for span in spans]), np.array([high[span].max() for span in spans])


def _pieces(sound: Path) -> Iterator[tuple[NDArray[np.float32], int]]:
    """The samples (n, channels) from -1 to 1, piece by piece, with their rate; by libsndfile, else by FFmpeg."""
    import numpy as np
    import soundfile

    try:
        with soundfile.SoundFile(sound) as file:
            for piece in file.blocks(PIECE, dtype="float32", always_2d=True):
                yield np.asarray(piece, np.float32), file.samplerate
            return
    except soundfile.LibsndfileError:
        pass
    yield from _pieces_of_video(sound)


def _pieces_of_video(sound: Path) -> Iterator[tuple[NDArray[np.float32], int]]:
    import av
    import av.error
    import numpy as np

    from vem_plugin.errors import MediaError
    from vem_plugin.parsing.frames import reason_of

    try:
        with av.open(sound) as container:
            if not container.streams.audio:
                return
            stream = container.streams.audio[0]
            flat = av.AudioResampler(format="fltp")
            for frame in container.decode(stream):
                for part in flat.resample(frame):
                    yield np.ascontiguousarray(part.to_ndarray().T, np.float32), part.sample_rate
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"The sound does not decode: {reason_of(error)}.", where=str(sound), remedy="Convert it to WAV."
        ) from error
