"""Requests dropped as files: what a script sees, and what it may get wrong."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lupa
import pytest

from vem_server.client import AsyncClient
from vem_server.mailbox import Mailbox
from vem_server.protocol.codec import LARGEST_REQUEST

if TYPE_CHECKING:
    from tests.server.conftest import Service

PATIENCE = 60.0


def drop(service: Service, name: str, content: Any) -> Path:
    """As a careful script does it: under another name first. Returns the place of the request."""
    place = service.mailbox / "requests" / f"{name}.json"
    draft = place.with_suffix(".part")
    draft.write_text(content if isinstance(content, str) else json.dumps(content))
    return draft.rename(place)


def read_lua(file: Path) -> Any:
    """As a script does it, with nothing but Lua's own means."""
    return lupa.LuaRuntime(unpack_returned_tuples=True).execute(f"return dofile({json.dumps(str(file))})")


def wait_for(service: Service, name: str, until: Callable[[Any], bool] = bool) -> Any:
    file = service.mailbox / "answers" / f"{name}.lua"
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        if file.exists() and until(told := read_lua(file)):
            return told
        time.sleep(0.05)
    raise AssertionError(f"no answer to {name}")


def over(answer: Any) -> bool:
    return answer["kind"] == "error" or answer["job"]["state"] in ("done", "failed", "cancelled")


def test_a_script_asks_and_reads_with_nothing_but_lua(service: Service, edit: Path) -> None:
    place = drop(service, "lua-1", {"kind": "inspect", "edit": str(edit)})
    answer = wait_for(service, "lua-1", over)
    assert (answer["id"], answer["job"]["key"], answer["job"]["state"]) == ("lua-1", "lua-1", "done")
    assert [shot["name"] for shot in answer["job"]["result"]["shots"].values()] == [f"street {n}" for n in range(4)]
    assert not place.exists()
    told = json.loads((service.mailbox / "answers" / "lua-1.json").read_bytes())
    assert told["job"]["result"]["shots"][0]["number"] == answer["job"]["result"]["shots"][1]["number"] == 1


def test_everything_in_it_is_the_owners_alone(service: Service) -> None:
    drop(service, "modes", {"kind": "status"})
    wait_for(service, "modes")
    for folder in (service.mailbox, service.mailbox / "requests", service.mailbox / "answers"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in (service.mailbox / "answers").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
        assert not file.name.startswith(".")


def test_the_same_file_dropped_again_is_done_once(service: Service, edit: Path) -> None:
    asked = {"kind": "plan", "edit": str(edit)}
    drop(service, "twice", asked)
    first = wait_for(service, "twice", over)
    (service.mailbox / "answers" / "twice.lua").unlink()
    drop(service, "twice", asked)
    second = wait_for(service, "twice", over)
    assert second["job"]["id"] == first["job"]["id"]
    assert len(list(edit.parent.glob("walk_plan_*.mid"))) == 1
    (service.mailbox / "answers" / "twice.lua").unlink()
    drop(service, "twice", asked | {"svg": True})
    assert wait_for(service, "twice")["code"] == "key_reused"


def test_a_request_that_is_still_being_written_is_left_alone(service: Service, edit: Path) -> None:
    place = service.mailbox / "requests" / "slow.json"
    text = json.dumps({"kind": "inspect", "edit": str(edit)})
    with place.open("w") as file:
        for part in (text[:10], text[10:20], text[20:]):
            file.write(part)
            file.flush()
            time.sleep(0.4)
            assert part == text[20:] or place.exists()
    assert wait_for(service, "slow", over)["job"]["state"] == "done"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("no-json", '{"kind": "status"', "malformed"),
        ("no-kind", {"kind": "dance"}, "unknown_kind"),
        ("no-field", {"kind": "status", "colour": 1}, "invalid"),
        ("outside", {"kind": "inspect", "edit": "/etc/passwd"}, "path_refused"),
        ("no-job", {"kind": "job", "job": "none"}, "no_such_job"),
        ("long", '"' + "x" * LARGEST_REQUEST + '"', "too_large"),
        ("deep", "[" * 100_000, "invalid"),
    ],
)
def test_a_wrong_request_is_answered_by_an_error(service: Service, name: str, content: Any, code: str) -> None:
    place = drop(service, name, content)
    answer = wait_for(service, name)
    assert (answer["kind"], answer["code"], answer["id"]) == ("error", code, name)
    assert answer["message"]
    assert not place.exists()


def test_a_link_is_not_followed(service: Service, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"kind": "status"}')
    (service.mailbox / "requests" / "link.json").symlink_to(secret)
    assert wait_for(service, "link")["code"] == "forbidden"
    assert secret.exists()


def test_files_that_are_no_requests_stay_where_they_are(service: Service) -> None:
    names = ["a b.json", "ä.json", f"{'x' * 65}.json", "notes.txt", ".json", "half.part"]
    for name in names:
        (service.mailbox / "requests" / name).write_text('{"kind": "status"}')
    drop(service, "after-them", {"kind": "status"})
    wait_for(service, "after-them")
    for name in names:
        (service.mailbox / "requests" / name).unlink()


def within(service: Service, work: Callable[[AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with AsyncClient(service.file) as client:
            await work(client)

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(run())


def test_what_was_dropped_while_nobody_watched_is_answered(service: Service, edit: Path, tmp_path: Path) -> None:
    async def work(client: AsyncClient) -> None:
        box = Mailbox(client, tmp_path / "box")
        (box.requests / "early.json").write_text(json.dumps({"kind": "inspect", "edit": str(edit)}))
        stop = asyncio.Event()
        watching = asyncio.create_task(box.watch(stop))
        answer = box.answers / "early.json"
        async with asyncio.timeout(PATIENCE):
            while not answer.exists() or json.loads(answer.read_bytes())["job"]["state"] != "done":
                await asyncio.sleep(0.05)
        stop.set()
        await watching
        # A watch that was cut off in the middle left a state that is not the last one: the next watch goes on.
        told = json.loads(answer.read_bytes())
        told["job"] |= {"state": "running", "result": None}
        answer.write_text(json.dumps(told))
        stop.clear()
        watching = asyncio.create_task(Mailbox(client, tmp_path / "box").watch(stop))
        async with asyncio.timeout(PATIENCE):
            while json.loads(answer.read_bytes())["job"]["state"] != "done":
                await asyncio.sleep(0.05)
        stop.set()
        await watching

    within(service, work)
