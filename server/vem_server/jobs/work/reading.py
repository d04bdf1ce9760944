"""Work without music: ``inspect``, ``plan``, ``measure``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vem_server.jobs.work.bench import Bench
from vem_server.jobs.work.wishes import place_of, settings_of
from vem_server.protocol.messages import Inspect, Measure, Plan


def inspect(request: Inspect, bench: Bench) -> dict[str, Any]:
    """What is read from an edit; the result is that of ``vem inspect --json``."""
    from vem_plugin.stages import read_edit
    from vem_server.as_json import storyboard_as_json

    settings = settings_of(request)
    board = read_edit(Path(request.edit), timeline=settings.timeline, rate=settings.frame_rate, report=bench.report)
    return storyboard_as_json(board)


def plan(request: Plan, bench: Bench) -> dict[str, Any]:
    """Beats only; the result is that of ``vem plan --json``."""
    from vem_plugin.scoring import plan_edit
    from vem_plugin.stages import write_plan_files
    from vem_server.as_json import plan_as_json

    edit = Path(request.edit)
    board, beats = plan_edit(edit, settings=settings_of(request), report=bench.report)
    if made := bench.whole():  # written before the job was interrupted
        picture, midi = made[0]
    else:
        bench.report("write", 0.0)
        suffix = ".svg" if request.svg else ".png"
        picture, midi = write_plan_files(edit, place_of(request.out), board, beats, picture_suffix=suffix)
    return plan_as_json(board, beats) | {"picture": str(picture), "midi": str(midi)}


def measure(request: Measure, bench: Bench) -> dict[str, Any]:
    """Sync measured in the sound of a take; the result is that of ``vem measure --json``."""
    from vem_plugin.stages import measure_take_on_disk

    return measure_take_on_disk(Path(request.edit), report=bench.report).as_json()
