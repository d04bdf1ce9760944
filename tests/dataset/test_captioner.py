"""The captioner speaks chat completions with image parts, to a small server on this machine."""

from __future__ import annotations

import base64
import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from vem_plugin.dataset.build.captioner import MOST_PICTURES, Captioner
from vem_plugin.errors import MediaError, SettingsError


class Server:
    """Answers every request with ``status`` and ``answer``, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict]] = []
        self.status = 200
        self.answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": " A dog\nruns. "}}]})
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append((self.path, dict(self.headers), body))
                self.send_response(server.status)
                self.end_headers()
                self.wfile.write(server.answer.encode())

            def log_message(self, format, *args):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server():
    made = Server()
    yield made
    made.stop()


def _frames(count: int) -> list[np.ndarray]:
    return [np.full((90, 160, 3), 10 * number, np.uint8) for number in range(count)]


def test_what_is_asked_and_what_is_understood(server):
    captioner = Captioner(server.url, "some-vlm", "secret")
    assert captioner.caption(_frames(20)) == "A dog runs."
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert body["model"] == "some-vlm"
    parts = body["messages"][0]["content"]
    assert [part["type"] for part in parts] == ["text", *["image_url"] * MOST_PICTURES]
    kind, data = parts[-1]["image_url"]["url"].split(",")
    assert kind == "data:image/jpeg;base64"
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert picture.shape == (90, 160, 3)
    assert abs(int(picture.mean()) - 190) < 4


def test_few_frames_and_whole_addresses(server):
    Captioner(f"{server.url}/chat/completions").caption(_frames(2))
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers
    assert len(body["messages"][0]["content"]) == 3


@pytest.mark.parametrize(
    ("status", "answer", "says"),
    [
        (500, "{}", "refuses: 500"),
        (200, "no json", "not chat completions"),
        (200, '{"choices": []}', "not chat completions"),
        (200, '{"choices": [{"message": {"content": " "}}]}', "says nothing"),
    ],
)
def test_what_goes_wrong_is_said(server, status, answer, says):
    server.status, server.answer = status, answer
    with pytest.raises(MediaError, match=says):
        Captioner(server.url).caption(_frames(1))


def test_nobody_there_and_no_address():
    with pytest.raises(MediaError, match="does not answer"):
        Captioner("http://127.0.0.1:9/v1").caption(_frames(1))
    with pytest.raises(SettingsError):
        Captioner("localhost:8000")
