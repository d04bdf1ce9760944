"""An edit desk: builds timelines in frames, saves them, and reads them back as storyboards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import settings

from vem_timeline import Storyboard, read

settings.register_profile("timeline", deadline=None)  # a machine that is busy elsewhere fails no test
settings.load_profile("timeline")

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "timelines"


@dataclass(slots=True)
class EditDesk:
    """Lengths and times are frames at ``rate`` unless a rate is given."""

    folder: Path
    rate: float = 24.0

    def time(self, frames: float, rate: float | None = None) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(frames, rate or self.rate)

    def span(self, start: float, length: float, rate: float | None = None) -> otio.opentime.TimeRange:
        return otio.opentime.TimeRange(self.time(start, rate), self.time(length, rate))

    def marker(
        self, name: str, at: float, length: float = 0, *, comment: str = "", color: str = "RED", **metadata: Any
    ) -> otio.schema.Marker:
        return otio.schema.Marker(
            name=name, marked_range=self.span(at, length), color=color, comment=comment, metadata=metadata
        )

    def clip(
        self,
        name: str,
        length: float | None,
        start: float = 0,
        *,
        url: str | None = None,
        available: tuple[float, float] | None = None,
        speed: float | None = None,
        enabled: bool = True,
        markers: Sequence[otio.schema.Marker] = (),
        reference: otio.core.MediaReference | None = None,
        rate: float | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> otio.schema.Clip:
        if reference is None:
            room = self.span(*available, rate) if available is not None else None
            reference = otio.schema.ExternalReference(target_url=url or f"{name}.mov", available_range=room)
        effects = []
        if speed == 0:
            effects = [otio.schema.FreezeFrame()]
        elif speed is not None:
            effects = [otio.schema.LinearTimeWarp(time_scalar=speed)]
        made = otio.schema.Clip(
            name=name,
            media_reference=reference,
            source_range=None if length is None else self.span(start, length, rate),
            effects=effects,
            markers=list(markers),
            metadata=metadata or {},
        )
        made.enabled = enabled
        return made

    def gap(self, length: float) -> otio.schema.Gap:
        return otio.schema.Gap(source_range=self.span(0, length))

    def dissolve(self, before: float, after: float, *, name: str = "", kind: str = "SMPTE_Dissolve") -> Any:
        return otio.schema.Transition(
            name=name, transition_type=kind, in_offset=self.time(before), out_offset=self.time(after)
        )

    def track(self, *items: Any, kind: str = "Video", name: str = "", **options: Any) -> otio.schema.Track:
        window = options.get("window")
        made = otio.schema.Track(name=name, kind=kind, source_range=None if window is None else self.span(*window))
        made.extend(items)
        made.markers.extend(options.get("markers", ()))
        return made

    def stack(self, *layers: Any, name: str = "nest", window: Any = None, speed: float | None = None) -> Any:
        effects = [] if speed is None else [otio.schema.LinearTimeWarp(time_scalar=speed)]
        made = otio.schema.Stack(
            name=name, source_range=None if window is None else self.span(*window), effects=effects
        )
        made.extend(layers)
        return made

    def save(
        self, *tracks: Any, start: float | None = None, markers: Sequence[Any] = (), name: str = "edit", **extra: Any
    ) -> Path:
        timeline = otio.schema.Timeline(name, metadata=extra.get("metadata", {}))
        timeline.tracks.extend(tracks)
        timeline.tracks.markers.extend(markers)
        timeline.tracks.metadata.update(extra.get("stack_metadata", {}))
        if start is not None:
            timeline.global_start_time = self.time(start)
        path = self.folder / f"{name}.otio"
        otio.adapters.write_to_file(timeline, str(path))
        return path

    def read(self, *tracks: Any, **options: Any) -> Storyboard:
        return read(self.save(*tracks, **options))

    def shots(self, *tracks: Any) -> list[tuple[str, Fraction, Fraction]]:
        """Name, first frame and length in frames of every shot."""
        storyboard = self.read(*tracks)
        rate = storyboard.clock.rate
        return [(shot.name, shot.start * rate, shot.duration * rate) for shot in storyboard.shots]


@pytest.fixture
def desk(tmp_path: Path) -> EditDesk:
    return EditDesk(tmp_path)


@pytest.fixture(scope="session")
def samples() -> Path:
    return SAMPLES
