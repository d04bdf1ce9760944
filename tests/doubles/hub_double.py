"""A hub of models on 127.0.0.1: the four calls of the real one that a download makes, over folders on disk."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlparse

COMMIT = "a" * 40


class HubDouble:
    """``repositories`` maps OWNER/NAME to a folder; ``gated`` names those it refuses; ``given`` lists what it sent."""

    def __init__(self) -> None:
        self.repositories: dict[str, Path] = {}
        self.gated: set[str] = set()
        self.given: list[str] = []
        self.endpoint = ""

    def files_of(self, repository: str) -> list[str]:
        """All files of a repository, relative."""
        folder = self.repositories[repository]
        return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


@contextmanager
def hub_running() -> Iterator[HubDouble]:
    """A hub that answers until the context ends; its address is ``endpoint``."""
    hub = HubDouble()

    class Answers(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, *, body: bool) -> None:
            parts = unquote(urlparse(self.path).path).strip("/").split("/")
            asks_api = parts[:2] == ["api", "models"]
            parts = parts[2:] if asks_api else parts
            repository, rest = "/".join(parts[:2]), parts[2:]
            if repository in hub.gated:
                self._refuse(403, "GatedRepo")
            elif repository not in hub.repositories:
                self._refuse(404, "RepoNotFound")
            elif asks_api and rest[:1] == ["tree"]:
                self._send(json.dumps([self._entry(repository, name) for name in hub.files_of(repository)]), body=body)
            elif asks_api:
                siblings = [{"rfilename": name} for name in hub.files_of(repository)]
                self._send(json.dumps({"id": repository, "sha": COMMIT, "siblings": siblings}), body=body)
            else:
                self._send_file(repository, "/".join(rest[2:]), body=body)

        def _entry(self, repository: str, name: str) -> dict[str, object]:
            size = (hub.repositories[repository] / name).stat().st_size
            return {"type": "file", "path": name, "size": size, "oid": COMMIT}

        def _send_file(self, repository: str, name: str, *, body: bool) -> None:
            file = hub.repositories[repository] / name
            if not file.is_file():
                self._refuse(404, "EntryNotFound")
                return
            content = file.read_bytes()
            if body:
                hub.given.append(name)
            self._send(content, body=body, tag=hashlib.sha256(content).hexdigest())

        def _send(self, content: str | bytes, *, body: bool, tag: str = "") -> None:
            sent = content.encode() if isinstance(content, str) else content
            self.send_response(200)
            self.send_header("Content-Length", str(len(sent)))
            self.send_header("X-Repo-Commit", COMMIT)
            if tag:
                self.send_header("ETag", f'"{tag}"')
            self.end_headers()
            if body:
                self.wfile.write(sent)

        def _refuse(self, status: int, code: str) -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
