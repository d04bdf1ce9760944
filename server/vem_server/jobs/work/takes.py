"""What is done to finished takes: ``takes`` (list, show, pick, delete, undo) and ``lock``.

Each changes one file in place, in one step. What a request means is settled at its first start and remembered, so that
a job that is started again does not, say, go back by two takes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from vem_plugin.errors import SettingsError
from vem_plugin.take import TAKE_FILE
from vem_plugin.takes import lineage
from vem_plugin.takes.find import take_in
from vem_server.as_json import take_in_full_as_json
from vem_server.jobs.work.bench import Bench
from vem_server.protocol.messages import Lock, Takes
from vem_server.takes_cli import take_as_json


def takes(request: Takes, bench: Bench) -> dict[str, Any]:
    """The takes of an edit, or what was done to one; the result is that of ``vem takes --json``."""
    scored = Path(request.edit)
    bench.report("takes", 0.0, request.action)
    if request.action == "list":
        return {"takes": [take_as_json(one) for one in lineage.list_takes(scored)]}
    if request.action == "show":
        return _show(scored, request.take)
    if request.action == "undo":
        return _pick(scored, bench.once("undo", lambda: lineage.take_before(scored)), bench)
    if request.take is None:
        raise SettingsError("Which take?", remedy="Name one of those that `vem takes` lists.")
    if request.action == "pick":
        return _pick(scored, request.take, bench)
    return _delete(scored, request.take, bench)


def lock(request: Lock, bench: Bench) -> dict[str, Any]:
    """Lock or unlock shots; the result is that of ``vem lock --json``."""
    scored = Path(request.edit)
    bench.touching(take_in(scored).folder / TAKE_FILE)
    shots = tuple(range(min(request.shots), max(request.shots) + 1))
    return {"locked": list(lineage.lock_shots(scored, shots, locked=request.locked))}


def _show(scored: Path, name: str | None) -> dict[str, Any]:
    found = take_in(scored)
    if name is not None:
        listed = lineage.take_named(scored, name)
        found = replace(found, take=listed.take, folder=listed.folder)
    return take_in_full_as_json(found)


def _pick(scored: Path, name: str, bench: Bench) -> dict[str, Any]:
    bench.touching(scored, lineage.take_named(scored, name).folder / TAKE_FILE)
    return {"timeline": str(scored)} | take_as_json(lineage.pick_take(scored, name))


def _delete(scored: Path, name: str, bench: Bench) -> dict[str, Any]:
    def named() -> str:
        chosen = lineage.take_named(scored, name)
        return json.dumps([chosen.take.take_id, str(chosen.folder)])

    take_id, folder = json.loads(bench.once("delete", named))
    if (Path(folder) / TAKE_FILE).exists():
        lineage.delete_take(scored, take_id)
    return {"deleted": folder}
