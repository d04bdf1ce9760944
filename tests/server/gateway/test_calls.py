"""What panels ask of the gateway, and get."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.sync.client import connect

from vem_plugin.take import TAKE_FILE
from vem_server.gateway import browse
from vem_server.gateway.app import PANEL

if TYPE_CHECKING:
    from tests.server.conftest import Service

BYTES = bytes(range(256)) * 40


def test_a_job_from_its_request_to_its_result(service: Service, edit: Path) -> None:
    with service.page() as page:
        asked = {"kind": "inspect", "id": "r1", "key": "look-1", "edit": str(edit)}
        told = page.post("/api/v1/requests", json=asked).json()
        assert (told["kind"], told["id"]) == ("job_reply", "r1")
        job = page.get(f"/api/v1/jobs/{told['job']['id']}", params={"wait": 60}).json()["job"]
        assert (job["state"], job["edit"], len(job["result"]["shots"])) == ("done", str(edit), 4)
        again = page.post("/api/v1/requests", json=asked | {"id": "r2"}).json()
        assert (again["id"], again["job"]["id"]) == ("r2", job["id"])
        assert job["id"] in [one["id"] for one in page.get("/api/v1/jobs").json()["jobs"]]


def test_id_and_key_may_be_left_out(service: Service, edit: Path) -> None:
    with service.page() as page:
        jobs = [page.post("/api/v1/requests", json={"kind": "inspect", "edit": str(edit)}).json() for _ in range(2)]
        assert len({told["job"]["id"] for told in jobs}) == 2
        empty = page.post("/api/v1/requests", content=b" { } ", headers={"Content-Type": "application/json"})
        assert empty.json()["code"] == "invalid"
        assert page.post("/api/v1/requests", json={"kind": "hello", "versions": ["1.0"]}).json()["session"] == ""
        assert page.post("/api/v1/requests", json={"kind": "hello", "versions": ["9.0"]}).status_code == 426


@pytest.mark.parametrize("wait", ["-1", "61", "soon", "nan"])
def test_nobody_waits_for_ever(service: Service, wait: str) -> None:
    with service.page() as page:
        assert page.get("/api/v1/jobs/none", params={"wait": wait}).json()["code"] == "invalid"
        assert page.get("/api/v1/jobs/none").json()["code"] == "no_such_job"


def test_ranges_of_a_file(service: Service, films: Path) -> None:
    sound = films / "take #1 ä.wav"
    sound.write_bytes(BYTES)
    with service.page() as page:
        ticket = page.post("/api/v1/files/tickets", json={"path": str(sound)}).json()
        by_ticket = {"url": ticket["url"], "headers": {"Authorization": "", "Sec-Fetch-Site": "cross-site"}}
        by_token = {"url": "/api/v1/files", "params": {"path": str(sound)}}
        for way in (by_ticket, by_token):
            headers: dict[str, str] = way.pop("headers", {})  # pyright: ignore[reportAssignmentType]
            whole = page.get(**way, headers=headers)  # pyright: ignore[reportArgumentType]
            assert (whole.content, whole.headers["content-type"]) == (BYTES, "audio/wav")
            assert whole.headers["content-security-policy"].startswith("sandbox")
            for asked, told in (("bytes=0-9", BYTES[:10]), ("bytes=10000-", BYTES[10000:]), ("bytes=-7", BYTES[-7:])):
                part = page.get(**way, headers=headers | {"Range": asked})  # pyright: ignore[reportArgumentType]
                assert (part.status_code, part.content) == (206, told)
            beyond = page.get(**way, headers=headers | {"Range": "bytes=99999999-"})  # pyright: ignore[reportArgumentType]
            assert beyond.status_code == 416
            assert page.head(**way, headers=headers).headers["content-length"] == str(len(BYTES))  # pyright: ignore[reportArgumentType]
        assert page.get("/api/v1/files", params={"path": str(films / "gone.wav")}).json()["code"] == "no_such_file"


def test_a_dropped_edit_becomes_a_path(service: Service, edit: Path) -> None:
    content = edit.read_bytes()
    with service.page() as page:
        paths = {
            page.post("/api/v1/edits", params={"name": name}, content=content).json()["path"]
            for name in ("walk.otio", "walk.otio", "../../walk.otio", "C:\\films\\walk.otio")
        }
        assert len(paths) == 1
        path = Path(paths.pop())
        assert (path.name, path.read_bytes()) == ("walk.otio", content)
        for name in ("walk.exe", ".otio", "", "walk", "..", "a/.otio", "walk.otiod"):
            answer = page.post("/api/v1/edits", params={"name": name}, content=content)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), name
        job = page.post("/api/v1/requests", json={"kind": "inspect", "edit": str(path)}).json()["job"]
        done = page.get(f"/api/v1/jobs/{job['id']}", params={"wait": 60}).json()["job"]
        assert len(done["result"]["shots"]) == 4


def test_a_folder_shows_what_may_be_opened(service: Service, edit: Path, tmp_path: Path) -> None:
    films = edit.parent
    for name in ("reels", "walk_v01", ".git"):
        (films / name).mkdir()
    (films / "walk_v01" / TAKE_FILE).write_text("{}")
    for name in ("walk_v01.otio", "notes.txt", "clip.mp4", ".secret.otio"):
        (films / name).write_text("x")
    (films / "out").symlink_to(tmp_path)
    with service.page() as page:
        top = page.get("/api/v1/folder").json()
        assert str(service.root) in [folder["path"] for folder in top["folders"]]
        here = page.get("/api/v1/folder", params={"path": str(films)}).json()
        assert (here["path"], here["parent"]) == (str(films), str(service.root))
        assert [folder["name"] for folder in here["folders"]] == ["reels"]
        assert [(one["name"], one["scored"]) for one in here["edits"]] == [
            ("clip.mp4", False), ("walk.otio", False), ("walk_v01.otio", True),
        ]  # fmt: skip
        assert page.get("/api/v1/folder", params={"path": str(service.root)}).json()["parent"] is None
    assert browse.TAKE_FILE == TAKE_FILE


def test_events_begin_with_the_states_and_go_on_with_what_happens(service: Service, edit: Path) -> None:
    with service.page() as page, connect(service.url.replace("http", "ws") + "/api/v1/events", proxy=None) as socket:
        socket.send(json.dumps({"token": service.token}))
        kinds = []
        while "welcome" not in kinds:
            kinds.append(json.loads(socket.recv(timeout=20))["kind"])
        assert "daemon_event" in kinds
        job = page.post("/api/v1/requests", json={"kind": "inspect", "edit": str(edit)}).json()["job"]["id"]
        states: list[dict[str, Any]] = []
        while not states or states[-1]["state"] != "done":
            event = json.loads(socket.recv(timeout=60))
            states += [event["job"]] if event.get("job", {}).get("id") == job else []
        assert all(state["result"] is None for state in states)
        revisions = [state["revision"] for state in states]
        assert revisions == sorted(set(revisions))


def test_the_description_names_every_address_and_every_message(service: Service) -> None:
    with service.page() as page:
        told = page.get("/api/v1/openapi.json", headers={"Authorization": ""}).json()
    source = (Path(browse.__file__).parent / "app.py").read_text()
    routes = set(re.findall(r"Route\(f\"\{API\}([\w./{}]+)\"", source)) - {"events"}
    assert {f"/api/v1/{route}".replace("{{", "{").replace("}}", "}") for route in routes} == set(told["paths"])
    references = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(told)))
    assert references <= set(told["components"]["schemas"])
    assert {"Score", "JobReply", "ErrorReply", "WelcomeEvent"} <= set(told["components"]["schemas"])


@pytest.mark.skipif(not PANEL.is_dir(), reason="the panel is not built")
def test_the_page_runs_no_script_but_its_own(service: Service) -> None:
    with service.page(Authorization="") as page:
        answer = page.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"\son\w+\s*=", answer.text)
