"""Small edits without media, and a room of jobs with real worker processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest

from vem_server.jobs import JobRoom, Limits, Roots
from vem_server.protocol.messages import JobState

EXAMPLES = Path(__file__).parents[3] / "examples"


def write_edit(path: Path, seconds: tuple[float, ...] = (1.5, 2.0, 1.25)) -> Path:
    """An edit of shots whose media is not there, at 24 frames a second."""
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for number, length in enumerate(seconds):
        span = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(round(24 * length), 24)
        )
        reference = otio.schema.ExternalReference(target_url=f"media/shot{number}.mov", available_range=span)
        track.append(otio.schema.Clip(name=f"shot {number}", media_reference=reference, source_range=span))
    timeline = otio.schema.Timeline(name=path.stem)
    timeline.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    otio.adapters.write_to_file(timeline, str(path))
    return path


@pytest.fixture
def edit(tmp_path: Path) -> Path:
    """A small edit in a folder of its own."""
    return write_edit(tmp_path / "edits" / "walk.otio")


class Heard:
    """Every change of state a room has told, and waiting for one."""

    def __init__(self) -> None:
        self.states: list[JobState] = []

    def __call__(self, state: JobState) -> None:
        self.states.append(state)

    def until(self, job: str, wanted: Callable[[JobState], bool], seconds: float = 120.0) -> JobState:
        """The first state of a job that is as wanted."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for state in list(self.states):
                if state.id == job and wanted(state):
                    return state
            time.sleep(0.01)
        pytest.fail(f"job {job} never got there: {[state for state in self.states if state.id == job]}")

    def over(self, job: str) -> JobState:
        """The last state of a job."""
        return self.until(job, lambda state: state.state in ("done", "failed", "cancelled"))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def open_room(tmp_path: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch):
    """Opens rooms on one journal, with one desk and no studio; they are stopped at the end."""
    monkeypatch.setenv("VEM_HOME", str(tmp_path / "home"))
    rooms: list[JobRoom] = []

    def opened(**limits) -> JobRoom:
        bounds = Limits(**({"studios": 0, "desks": 1} | limits))
        room = JobRoom(tmp_path / "home" / "data", roots=Roots.of([tmp_path, EXAMPLES]), limits=bounds, on_change=heard)
        rooms.append(room)
        return room

    (tmp_path / "home" / "data").mkdir(parents=True)
    yield opened
    for room in rooms:
        room.stop()
