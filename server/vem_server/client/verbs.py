"""What can be asked for, as methods with typed parameters: the same for the blocking client and for asyncio.

Paths may be relative: they are made absolute here, since the daemon knows nothing of the caller's folder. Every
method takes two more things: ``key``, by which a request that is made twice is done once (a random one if left out),
and ``on_progress``, called with the `JobState` whenever the job has moved.
"""

from __future__ import annotations

import os
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from vem_plugin.models.shelf import model_told
from vem_server.protocol.messages import (
    Device,
    Inspect,
    JobState,
    Lock,
    Measure,
    Peaks,
    Plan,
    Reconform,
    Rescore,
    Score,
    Takes,
    Thumbnails,
    Work,
)

OnProgress = Callable[[JobState], None]
Place = str | os.PathLike[str]
Result = TypeVar("Result")
"""What a method gives: the result as JSON-ready values, or an awaitable of it."""


def new_id() -> str:
    """A name that nothing else has: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def absolute(place: Place) -> str:
    """A path as the daemon wants it; symlinks stay, so that results lie where the caller looks."""
    return str(Path(place).absolute())


@dataclass(frozen=True, slots=True)
class Asked:
    """A job request, and who hears of its progress."""

    request: Work
    on_progress: OnProgress | None


class Verbs(ABC, Generic[Result]):
    """One method for each job request. Results are the JSON objects of the command line's ``--json``."""

    @abstractmethod
    def _do(self, asked: Asked) -> Result:
        """Give the daemon a job, wait, and give its result."""

    def _job(
        self, kind: type[Work], edit: Place, key: str | None, on_progress: OnProgress | None, **fields: Any
    ) -> Result:
        return self._do(Asked(kind(id=new_id(), key=key or new_id(), edit=absolute(edit), **fields), on_progress))

    def inspect(
        self,
        edit: Place,
        *,
        timeline: str | None = None,
        rate: float | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """What is read from an edit: shots, transitions, markers, speech."""
        return self._job(Inspect, edit, key, on_progress, timeline=timeline, rate=rate)

    def plan(
        self,
        edit: Place,
        *,
        out: Place | None = None,
        tempo: tuple[float, float] | None = None,
        metre: Literal[3, 4, 6] | None = None,
        style: str | None = None,
        svg: bool = False,
        timeline: str | None = None,
        rate: float | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """Beats only: tempo map, what each cut landed on, a picture and a MIDI tempo map in folder ``out``."""
        return self._job(
            Plan,
            edit,
            key,
            on_progress,
            out=_path(out),
            tempo=tempo,
            metre=metre,
            style=style,
            svg=svg,
            timeline=timeline,
            rate=rate,
        )

    def score(
        self,
        edit: Place,
        *,
        out: Place | None = None,
        brief: str = "",
        style: str | None = None,
        tempo: tuple[float, float] | None = None,
        metre: Literal[3, 4, 6] | None = None,
        theme: str | None = None,
        palette: str | None = None,
        seed: int = 1,
        takes: int = 1,
        device: Device = "auto",
        memory: int | None = None,
        compiled: bool = False,
        model: Place | None = None,
        picture_encoder: Place | None = None,
        effects: bool = True,
        ducking: float = 7.0,
        loudness: float = -16.0,
        timecode: bool = True,
        otio_target: str | None = None,
        timeline: str | None = None,
        rate: float | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """The whole job. Parameters are those of `vem_plugin.settings.Settings`, with their units and ranges."""
        return self._job(
            Score,
            edit,
            key,
            on_progress,
            out=_path(out),
            brief=brief,
            style=style,
            tempo=tempo,
            metre=metre,
            theme=theme,
            palette=palette,
            seed=seed,
            takes=takes,
            device=device,
            memory=memory,
            compiled=compiled,
            model=_model(model),
            picture_encoder=_path(picture_encoder),
            effects=effects,
            ducking=ducking,
            loudness=loudness,
            timecode=timecode,
            otio_target=otio_target,
            timeline=timeline,
            rate=rate,
        )

    def rescore(
        self,
        scored: Place,
        *,
        shots: tuple[int, ...] = (),
        start: str | None = None,
        end: str | None = None,
        brief: str = "",
        style: str | None = None,
        roles: str = "",
        energy: float | None = None,
        seed: int | None = None,
        device: Device | None = None,
        memory: int | None = None,
        model: Place | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """One shot, a run of shots (first, last), or a span of time anew; ``energy`` 0 to 1."""
        return self._job(
            Rescore,
            scored,
            key,
            on_progress,
            shots=shots,
            start=start,
            end=end,
            brief=brief,
            style=style,
            roles=roles,
            energy=energy,
            seed=seed,
            device=device,
            memory=memory,
            model=_model(model),
        )

    def reconform(
        self,
        scored: Place,
        new_edit: Place,
        *,
        out: Place | None = None,
        device: Device | None = None,
        memory: int | None = None,
        model: Place | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """The same music, fitted to a changed edit."""
        fields = {"new_edit": absolute(new_edit), "out": _path(out), "device": device, "memory": memory}
        return self._job(Reconform, scored, key, on_progress, model=_model(model), **fields)

    def lock(
        self,
        scored: Place,
        shots: tuple[int, ...],
        *,
        locked: bool = True,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """Lock or unlock one shot, or a run of shots (first, last)."""
        return self._job(Lock, scored, key, on_progress, shots=shots, locked=locked)

    def takes(
        self,
        scored: Place,
        *,
        action: Literal["list", "show", "pick", "delete", "undo"] = "list",
        take: str | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """All takes of an edit; or one shown, picked, or deleted; or the last change undone."""
        return self._job(Takes, scored, key, on_progress, action=action, take=take)

    def thumbnails(
        self,
        edit: Place,
        *,
        width: int = 160,
        each: int = 1,
        timeline: str | None = None,
        rate: float | None = None,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """Small pictures, ``each`` of every shot; ``width`` in pixels."""
        return self._job(Thumbnails, edit, key, on_progress, width=width, each=each, timeline=timeline, rate=rate)

    def peaks(
        self,
        sound: Place,
        *,
        file: str = "mix",
        columns: int = 1024,
        key: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """A waveform to draw: of a sound file, or of a file of a take."""
        return self._job(Peaks, sound, key, on_progress, file=file, columns=columns)

    def measure(self, take: Place, *, key: str | None = None, on_progress: OnProgress | None = None) -> Result:
        """Sync, measured in the sound of a take."""
        return self._job(Measure, take, key, on_progress)


def _model(told: Place | None) -> str | None:
    """A model as the daemon wants it: one on the shelf may be told by its name."""
    return None if told is None else absolute(model_told(str(told)))


def _path(place: Place | None) -> str | None:
    return None if place is None else absolute(place)
