"""From OpenTimelineIO's media references to `vem_timeline.tree.MediaSource`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from vem_timeline.clock import exact_rate
from vem_timeline.exact_time import seconds_of_time
from vem_timeline.tree import ImageSequence, MediaSource

STILLS = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".tif",
        ".tiff",
        ".exr",
        ".dpx",
        ".bmp",
        ".psd",
        ".webp",
        ".svg",
        ".tga",
        ".heic",
        ".heif",
    ]
)


def source_of_clip(clip: otio.schema.Clip) -> MediaSource:
    """What a clip refers to: its active media, or another one of its media where that is missing."""
    reference = clip.media_reference
    if reference is None or reference.is_missing_reference:
        others = clip.media_references().values()
        reference = next((other for other in others if other is not None and not other.is_missing_reference), reference)
    if reference is None:
        return MediaSource("missing")
    start, duration = _available(reference)
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return _sequence(reference, start, duration)
    if isinstance(reference, otio.schema.ExternalReference) and reference.target_url:
        url = reference.target_url
        suffix = PurePosixPath(url.replace("\\", "/").lower()).suffix
        # Some applications say that a still lasts one frame, however long it is shown.
        one_frame = reference.available_range is not None and reference.available_range.duration.value == 1
        return MediaSource("file", url, start, duration, still=suffix in STILLS or one_frame)
    if isinstance(reference, otio.schema.GeneratorReference):
        return MediaSource("generator", available_start=start, available_duration=duration, still=True)
    return MediaSource("missing", available_start=start, available_duration=duration)


def _sequence(
    reference: otio.schema.ImageSequenceReference, start: Fraction | None, duration: Fraction | None
) -> MediaSource:
    padding = f"%0{reference.frame_zero_padding}d" if reference.frame_zero_padding else "%d"
    frames = ImageSequence(
        base=reference.target_url_base,
        prefix=reference.name_prefix,
        suffix=reference.name_suffix,
        first=reference.start_frame,
        step=reference.frame_step,
        padding=reference.frame_zero_padding,
        rate=exact_rate(reference.rate) if reference.rate > 0 else Fraction(24),
    )
    url = f"{_as_folder(frames.base)}{frames.prefix}{padding}{frames.suffix}"
    return MediaSource("sequence", url, start, duration, frames=frames)


def _as_folder(base: str) -> str:
    return base if not base or base.endswith(("/", "\\")) else base + "/"


def _available(reference: Any) -> tuple[Fraction | None, Fraction | None]:
    available = reference.available_range
    if available is None:
        return None, None
    return seconds_of_time(available.start_time), seconds_of_time(available.duration)
