"""Asks a vision-language model of the user's, on this machine or near it, what is seen in a clip.

Any server that speaks the chat-completions form of OpenAI's interface will do (vLLM, llama.cpp, LM Studio, Ollama): one
message with a text part and image parts, the images as data URLs. Nothing is asked unless a URL is given.
"""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import MediaError, SettingsError

PROMPT = (
    "These pictures are frames of one film clip, in order. Say in one sentence what is seen, and in what mood, so that "
    "a composer could write music for it. Answer with that sentence only."
)
MOST_PICTURES = 6
JPEG_QUALITY = 85
PATIENCE = 120.0
"""Seconds to wait for an answer."""
ANSWER_TOKENS = 120


@dataclass(frozen=True, slots=True)
class Captioner:
    """Where to ask.

    ``url`` is the interface's root (``http://127.0.0.1:8000/v1``), with or without ``/chat/completions``; ``model`` the
    name the server knows its model by; ``key`` is sent as a bearer token where it is not empty.
    """

    url: str
    model: str = "default"
    key: str = ""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise SettingsError(
                f"'{self.url}' is no address of a captioner.", where="--captioner", remedy="Give http://HOST:PORT/v1."
            )

    def caption(self, frames: Sequence[NDArray[np.uint8]]) -> str:
        """One sentence about some frames, RGB (h, w, 3).

        Raises
        ------
        MediaError
            If the server is not there, refuses, or answers in another form.
        """
        request = urllib.request.Request(self._address, self._body(frames), headers=self._headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                said = json.loads(answer.read())["choices"][0]["message"]["content"]
        except urllib.error.HTTPError as error:
            raise self._fault(f"The captioner refuses: {error.code} {error.reason}") from error
        except (urllib.error.URLError, OSError) as error:
            raise self._fault(f"The captioner does not answer: {getattr(error, 'reason', error)}") from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise self._fault("The captioner answers in a form that is not chat completions") from error
        if not isinstance(said, str) or not said.strip():
            raise self._fault("The captioner says nothing")
        return " ".join(said.split())

    @property
    def _address(self) -> str:
        root = self.url.rstrip("/")
        return root if root.endswith("/chat/completions") else f"{root}/chat/completions"

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})

    def _body(self, frames: Sequence[NDArray[np.uint8]]) -> bytes:
        chosen = [frames[index] for index in np.unique(np.linspace(0, len(frames) - 1, MOST_PICTURES).astype(int))]
        parts = [{"type": "image_url", "image_url": {"url": _data_url(frame)}} for frame in chosen]
        content = [{"type": "text", "text": PROMPT}, *parts]
        message = {"role": "user", "content": content}
        # Temperature 0: the same clip gets the same words when a build goes on after a stop.
        asked = {"model": self.model, "messages": [message], "max_tokens": ANSWER_TOKENS, "temperature": 0}
        return json.dumps(asked).encode()

    def _fault(self, what: str) -> MediaError:
        return MediaError(f"{what}.", where=self.url, remedy="Start it, or leave --captioner out; then run again.")


def _data_url(frame: NDArray[np.uint8]) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg_of(frame)).decode()


def jpeg_of(frame: NDArray[np.uint8], *, longest: int | None = None) -> bytes:
    """A frame as JPEG, no larger than ``longest`` pixels on a side where that is given."""
    from PIL import Image

    picture = Image.fromarray(frame)
    if longest is not None:
        picture.thumbnail((longest, longest))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=JPEG_QUALITY)
    return target.getvalue()
