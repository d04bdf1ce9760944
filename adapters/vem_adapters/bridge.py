"""Between the panel and a host in Python: the panel's messages in, a host's answers out, one JSON object a line.

The messages are those of ``adapters/panel/src/host.ts``, the same that the Premiere plug-in speaks: the page asks with
``vem`` and perhaps an ``id``, which comes back. Between two messages the playhead is looked at, and told if it moved.
The window that shows the panel starts this as a process of its own (``adapters/resolve/workflow_integration``).
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import soundfile

from vem_adapters.errors import HostError, HostRefused
from vem_adapters.host import Host, Selection
from vem_timeline import MusicClip, MusicMarker, VemError

Message = dict[str, Any]
LOOK = 1.0
"""Seconds between two looks at the playhead."""


class Bridge:
    """Carries out what the page asks of one host.

    Parameters
    ----------
    find : callable
        Gives the host; called again whenever the program was lost.
    folder : callable
        Where the exports of a host lie.
    page : callable
        Gives the URL of the panel.
    """

    def __init__(self, find: Callable[[], Host], *, folder: Callable[[Host], Path], page: Callable[[], str]) -> None:
        self._find = find
        self._folder = folder
        self._page = page
        self._host: Host | None = None
        self._seen = Selection()
        self._tasks: Mapping[str, Callable[[Host, Message], Message]] = {
            "ready": self._ready,
            "export": self._export,
            "place": _place,
            "mark": _mark,
            "marks": _marks,
            "move_mark": _move_mark,
            "unmark": lambda host, _: {"vem": "marked", "written": 0, "removed": host.remove_markers()},
            "music": _music,
            "where": lambda host, _: {"vem": "where"} | _as_where(host.selection()),
            "seek": _seek,
            "tell": _tell,
        }

    def answer(self, message: Message) -> Message:
        """The answer to one message of the page; an error is one, too."""
        asked = {"id": message["id"]} if isinstance(message.get("id"), str) else {}
        try:
            if message.get("vem") == "open":  # the window around the page asks: it needs no editor
                return {"vem": "open", "url": self._page()} | asked
            task = self._tasks.get(str(message.get("vem")))
            if task is None:
                raise HostRefused(f"The page asked for {message.get('vem')!r}, which is unknown.", remedy="Update VEM.")
            self._host = self._host or self._find()
            return task(self._host, message) | asked
        except VemError as error:
            if isinstance(error, HostError):
                self._host = None  # it may have been closed: look for it again next time
            return _failure(error) | asked
        except (KeyError, TypeError, ValueError) as error:
            return _failure(HostRefused(f"The page's message is malformed: {error!r}.", remedy="Update VEM.")) | asked

    def look(self) -> list[Message]:
        """What the editor did since the last look."""
        if self._host is None:
            return []
        try:
            now = self._host.selection()
        except VemError:
            self._host = None
            return []
        news: list[Message] = []
        if now.playhead != self._seen.playhead and now.playhead is not None:
            news.append({"vem": "playhead", "seconds": float(now.playhead)})
        if now.shot != self._seen.shot and now.shot is not None:
            news.append({"vem": "shot", "seconds": float((now.shot[0] + now.shot[1]) / 2)})
        self._seen = now
        return news

    def _ready(self, host: Host, _: Message) -> Message:
        return {"vem": "host", "program": host.name, "export": "otio", "sequence": host.timeline().name}

    def _export(self, host: Host, _: Message) -> Message:
        path = host.export(self._folder(host))
        return {"vem": "edit", "path": str(path), "name": host.timeline().name, "way": "otio"}


def serve(bridge: Bridge, lines: Iterable[str], write: Callable[[str], None]) -> None:
    """Answer messages, one a line, until there are no more; tell of the playhead in between."""
    inbox: queue.Queue[str | None] = queue.Queue()

    def receive() -> None:
        for line in lines:
            inbox.put(line)
        inbox.put(None)

    threading.Thread(target=receive, name="messages of the page", daemon=True).start()
    while True:
        try:
            line = inbox.get(timeout=LOOK)
        except queue.Empty:
            answers = bridge.look()
        else:
            if line is None:
                return
            answers = [_answer_line(bridge, line)] if line.strip() else []
        for answer in answers:
            write(json.dumps(answer, ensure_ascii=False))


def _answer_line(bridge: Bridge, line: str) -> Message:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    return bridge.answer(message if isinstance(message, dict) else {})


def _place(host: Host, message: Message) -> Message:
    mix = Path(message["mix"])
    try:
        sound = soundfile.info(str(mix))
    except (OSError, RuntimeError) as error:
        raise HostRefused("The music is not there.", where=str(mix), remedy="Score the edit again.") from error
    music = MusicClip(
        audio=mix,
        duration=Fraction(sound.frames, sound.samplerate),
        name=str(message.get("name") or f"{mix.parent.name} music"),
        take_id=str(message["take"]),
        markers=tuple(_marker_of(entry) for entry in message.get("markers") or ()),
        sample_rate=sound.samplerate,
    )
    placed = host.place(music)
    written = host.write_markers(music.markers, music.take_id)
    return {
        "vem": "placed",
        "take": music.take_id,
        "replaced": placed.replaced,
        "written": written,
        "remarks": list(placed.remarks),
    }


def _mark(host: Host, message: Message) -> Message:
    written = host.write_markers([_marker_of(entry) for entry in message["markers"]], str(message["take"]))
    return {"vem": "marked", "written": written}


def _marks(host: Host, _: Message) -> Message:
    return {
        "vem": "marks",
        "markers": [
            {
                "key": own.key,
                "time": _exact(own.marker.time),
                "seconds": float(own.marker.time),
                "name": own.marker.name,
                "color": own.marker.color,
                "comment": own.marker.comment,
            }
            for own in host.markers()
        ],
    }


def _move_mark(host: Host, message: Message) -> Message:
    host.move_marker(str(message["key"]), _time_of(message))
    return {"vem": "done"}


def _music(host: Host, _: Message) -> Message:
    held = host.music()
    if held is None:
        return {"vem": "music", "music": None}
    told = {"audio": str(held.audio), "take": held.take, "start": _exact(held.start), "duration": _exact(held.duration)}
    return {"vem": "music", "music": told}


def _seek(host: Host, message: Message) -> Message:
    host.seek(_time_of(message))
    return {"vem": "done"}


def _tell(host: Host, message: Message) -> Message:
    host.tell(str(message["message"]))
    return {"vem": "done"}


def _as_where(chosen: Selection) -> Message:
    shot = None if chosen.shot is None else {"start": float(chosen.shot[0]), "end": float(chosen.shot[1]), "name": ""}
    return {"playhead": float(chosen.playhead or 0), "shot": shot}


def _marker_of(entry: Mapping[str, Any]) -> MusicMarker:
    color = entry.get("color") or ("RED" if entry.get("kind") == "hit" else "BLUE")
    return MusicMarker(_time_of(entry), str(entry["name"]), str(color), str(entry.get("comment") or ""))


def _time_of(entry: Mapping[str, Any]) -> Fraction:
    """``time``, exact ("n/d"), or else ``seconds``."""
    return Fraction(str(entry["time"])) if "time" in entry else Fraction(float(entry["seconds"]))


def _exact(time: Fraction) -> str:
    return f"{time.numerator}/{time.denominator}"


def _failure(error: VemError) -> Message:
    message = f"{error.what} ({error.where})" if error.where else error.what
    return {"vem": "failed", "kind": type(error).__name__, "message": message, "remedy": error.remedy}
