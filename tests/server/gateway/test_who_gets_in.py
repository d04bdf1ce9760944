"""Everybody whom the gateway refuses, each in the way that PROTOCOL.md says; and the few it lets in."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

if TYPE_CHECKING:
    from tests.server.conftest import Service

JOBS = "/api/v1/jobs"
PANELS = ("null", "file://", "uxp://com.github.vem-plugin.premiere", "app://panel")
WEB = (
    "http://evil.example",
    "https://127.0.0.1:8765",
    "http://localhost:1",
    "chrome-extension://abc",
    "http://127.0.0.1.evil",
)


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert (told["kind"], told["code"]) == ("error", code)
    assert "access-control-allow-origin" not in answer.headers or answer.request.headers.get("origin") in PANELS


def test_whoever_has_the_token_gets_in(service: Service) -> None:
    with service.page() as page:
        assert page.get(JOBS).json()["kind"] == "jobs_reply"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1:1", "127.0.0.1", "0.0.0.0:8765", "[::1]:8765", ""]
)
def test_a_name_that_points_here_is_no_way_in(service: Service, host: str) -> None:
    for path in (JOBS, "/", "/api/v1/hello"):
        with service.page(Host=host) as page:
            refused(page.get(path), 403, "foreign_host")


@pytest.mark.parametrize("origin", WEB)
def test_pages_of_the_web_are_refused_with_and_without_a_token(service: Service, origin: str) -> None:
    with service.page(Origin=origin) as page:
        refused(page.get(JOBS), 403, "foreign_origin")
        refused(page.get("/api/v1/hello"), 403, "foreign_origin")
        refused(page.post("/api/v1/requests", json={"kind": "status"}), 403, "foreign_origin")
        asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        refused(page.options("/api/v1/requests", headers=asking), 403, "foreign_origin")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_asks_for_is_refused_though_it_names_no_origin(service: Service, site: str) -> None:
    with service.page(**{"Sec-Fetch-Site": site}) as page:
        for path in (JOBS, "/api/v1/hello", "/", "/panel.js"):
            refused(page.get(path), 403, "foreign_origin")


def test_a_window_may_be_opened_on_the_page_and_a_frame_may_not(service: Service) -> None:
    opened = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    with service.page(**opened) as page:
        assert page.get("/", headers={"Sec-Fetch-Dest": "document"}).status_code in (200, 404)
        refused(page.get("/", headers={"Sec-Fetch-Dest": "iframe"}), 403, "foreign_origin")
        refused(page.get(JOBS, headers={"Sec-Fetch-Dest": "document"}), 403, "foreign_origin")


@pytest.mark.parametrize("origin", PANELS)
def test_panels_of_editing_programs_get_in_with_the_token_alone(service: Service, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    with service.page(**headers) as page:
        answer = page.get(JOBS)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in answer.headers
        asked = page.options(JOBS, headers={"Access-Control-Request-Method": "GET"})
        assert asked.status_code == 204
        assert "authorization" in asked.headers["access-control-allow-headers"]
    refused(httpx.get(service.url + JOBS, headers=headers, trust_env=False), 401, "no_token")


def test_the_own_page_gets_in_under_both_names(service: Service) -> None:
    port = service.url.rpartition(":")[2]
    for name in ("127.0.0.1", "localhost"):
        with service.page(
            Host=f"{name}:{port}", Origin=f"http://{name}:{port}", **{"Sec-Fetch-Site": "same-origin"}
        ) as page:
            assert page.get(JOBS).status_code == 200


def test_no_token_and_wrong_tokens(service: Service) -> None:
    refused(httpx.get(service.url + JOBS, trust_env=False), 401, "no_token")
    for wrong in (
        "Bearer wrong",
        f"Bearer {service.token}x",
        "Bearer \xfcml\xe4ut",
        f"Basic {service.token}",
        service.token,
    ):
        headers = {"Authorization": wrong.encode("latin-1")}
        answer = httpx.get(service.url + JOBS, headers=headers, trust_env=False)
        assert answer.status_code == 401, wrong
        assert answer.json()["code"] in ("no_token", "wrong_token")


def test_a_token_in_an_address_is_refused_even_beside_a_right_one(service: Service) -> None:
    with service.page() as page:
        refused(page.get(JOBS, params={"token": service.token}), 401, "wrong_token")
        refused(page.get("/", params={"token": service.token}), 401, "wrong_token")


def test_a_cookie_opens_nothing_and_none_is_ever_set(service: Service) -> None:
    answer = httpx.get(service.url + JOBS, headers={"Cookie": f"token={service.token}"}, trust_env=False)
    refused(answer, 401, "no_token")
    with service.page() as page:
        assert "set-cookie" not in page.get(JOBS).headers


def test_a_body_that_is_too_long_or_no_json_is_not_read(service: Service) -> None:
    with service.page() as page:
        long = b'{"kind":"score","edit":"' + b"x" * 300_000 + b'"}'
        kind = {"Content-Type": "application/json"}
        refused(page.post("/api/v1/requests", content=long, headers=kind), 413, "too_large")
        refused(page.post("/api/v1/requests", content=iter([long]), headers=kind), 413, "too_large")
        for other in ("text/plain", "application/x-www-form-urlencoded", ""):
            answer = page.post("/api/v1/requests", content=b'{"kind":"status"}', headers={"Content-Type": other})
            refused(answer, 415, "not_json")


@pytest.fixture
def secrets(films: Path, tmp_path: Path) -> dict[str, Path]:
    """Files that nobody may read, and ways to them."""
    outside = tmp_path / "outside.wav"
    outside.write_bytes(b"RIFF")
    (films / ".hidden").mkdir()
    (films / ".hidden" / "a.wav").write_bytes(b"RIFF")
    (films / "key.pem").write_bytes(b"secret")
    (films / "link.wav").symlink_to(outside)
    (films / "door").symlink_to(tmp_path)
    return {
        "outside": outside,
        "by the way of a parent": films / ".." / ".." / outside.relative_to(outside.anchor),
        "a link out": films / "link.wav",
        "a folder that is a link out": films / "door" / "outside.wav",
        "hidden": films / ".hidden" / "a.wav",
        "of another kind": films / "key.pem",
        "a link to another kind": _linked(films / "nice.wav", films / "key.pem"),
        "passwords": Path("/etc/passwd"),
        "not absolute": Path("walk.wav"),
    }


def _linked(link: Path, target: Path) -> Path:
    link.symlink_to(target)
    return link


def test_no_path_leads_out_of_the_roots(service: Service, secrets: dict[str, Path]) -> None:
    with service.page() as page:
        for name, path in secrets.items():
            refused(page.get("/api/v1/files", params={"path": str(path)}), 403, "path_refused")
            refused(page.post("/api/v1/files/tickets", json={"path": str(path)}), 403, "path_refused")
            asked = {"kind": "inspect", "edit": str(path)}
            told = page.post("/api/v1/requests", json=asked).json()
            assert name in ("of another kind", "a link to another kind") or told["code"] == "path_refused", name
        refused(page.get("/api/v1/folder", params={"path": "/etc"}), 403, "path_refused")
        for path in ("/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd"):
            assert page.get(path).status_code in (403, 404)


def test_a_file_that_turned_into_a_link_after_its_ticket(service: Service, films: Path, tmp_path: Path) -> None:
    sound = films / "a.wav"
    sound.write_bytes(b"RIFF")
    with service.page() as page:
        url = page.post("/api/v1/files/tickets", json={"path": str(sound)}).json()["url"]
        assert page.get(url).content == b"RIFF"
        (tmp_path / "secret.wav").write_bytes(b"secret")
        sound.unlink()
        os.symlink(tmp_path / "secret.wav", sound)
        refused(page.get(url), 403, "path_refused")


def events_of(service: Service, **options: str) -> str:
    return service.url.replace("http", "ws") + "/api/v1/events"


@pytest.mark.parametrize("origin", [*WEB, None])
def test_a_websocket_of_a_foreign_page_is_refused_before_the_handshake(service: Service, origin: str | None) -> None:
    headers = {} if origin else {"Sec-Fetch-Site": "cross-site"}
    with (
        pytest.raises(InvalidStatus) as refusal,
        connect(
            events_of(service),
            origin=origin,
            additional_headers=headers,
            proxy=None,  # pyright: ignore[reportArgumentType]
        ),
    ):
        pass
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize(
    "first", ["{}", "junk", '{"token": "wrong"}', '{"token": 5}', '{"token": "a", "more": 1}', "[" * 5000]
)
def test_a_websocket_without_the_token_is_closed(service: Service, first: str) -> None:
    with connect(events_of(service), proxy=None) as socket:
        socket.send(first)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)
        assert socket.close_code == 4401


def test_a_websocket_takes_no_token_from_its_address(service: Service) -> None:
    with connect(f"{events_of(service)}?token={service.token}", proxy=None) as socket:
        socket.send(json.dumps({"token": "wrong"}))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)
        assert socket.close_code == 4401


def test_a_code_gives_the_token_once(service: Service) -> None:
    with service.page() as page:
        code = page.post("/api/v1/codes").json()["code"]
    with httpx.Client(base_url=service.url, trust_env=False) as stranger:
        assert stranger.post("/api/v1/token", json={"code": code}).json() == {"token": service.token}
        refused(stranger.post("/api/v1/token", json={"code": code}), 401, "wrong_token")
        refused(stranger.post("/api/v1/token", json={"code": "guessed"}), 401, "wrong_token")
        refused(stranger.post("/api/v1/codes"), 401, "no_token")
