"""The lines of a CMX 3600 edit list.

Lines are read from their right end, because that is where they are regular: four timecodes, before them the kind of
edit with its length, before it the channels, and what is left is number and reel (which may be long, and hold spaces).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from vem_timeline.errors import UnreadableTimeline

_TIMECODE = r"\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3}"
_EVENT = re.compile(
    rf"^\s*(?P<number>\d{{1,8}}[A-Z]?)\s+(?P<reel>\S.*?)\s+(?P<channels>[A-Z0-9/+,\-]+)\s+"
    rf"(?P<kind>C|D|W\d{{1,3}}|K|KB|KO)(?:\s+(?P<frames>\d{{1,5}})(?:\s*F)?)?"
    rf"\s+(?P<times>{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE})\s*$",
    re.IGNORECASE,
)
_LOOKS_LIKE_EVENT = re.compile(rf"^\s*\d{{1,8}}\s.*{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE}\s+{_TIMECODE}")
_CHANNEL = re.compile(r"AA|[AV]\d{0,3}|B|NONE", re.IGNORECASE)
_CLIP_NAME = re.compile(r"^\s*\*?\s*(FROM|TO) CLIP NAME\s*(?::|IS)\s*(.*)$", re.IGNORECASE)
_FILE = re.compile(r"^\s*\*\s*(?:FROM CLIP|FROM FILE|SOURCE FILE|FROM CLIP PATH)\s*:\s*(.*)$", re.IGNORECASE)
_LOC = re.compile(rf"^\s*\*\s*LOC\s*:\s*({_TIMECODE})\s*([A-Za-z]+)?\s*(.*)$", re.IGNORECASE)
_MOTION = re.compile(r"^\s*M2\s+(?P<reel>\S.*?)\s+(?P<speed>[+-]?\d{1,4}(?:\.\d{1,6})?)\s+\S+\s*$", re.IGNORECASE)
_RESOLVE_MARK = re.compile(r"\|C:ResolveColor(\w+)\s*(?:\|M:(.*?))?\s*(?:\|D:(\d+))?\s*$")
_NOTE = re.compile(r"^\s*\*\s*(?:COMMENT|NOTE|SCENE|DESCRIPTION)\s*:?\s*(.*)$", re.IGNORECASE)
_LONGEST_LINE = 2000


@dataclass(slots=True)
class Event:
    """One line of an event, with what its comments say. Timecodes are as written.

    ``speeds`` are the motion effects (M2) by reel, frames per second. ``frames`` is the length of a transition.
    """

    number: str
    reel: str
    channels: str
    transition: str
    frames: int
    source_in: str
    source_out: str
    record_in: str
    record_out: str
    line: int
    from_clip: str = ""
    to_clip: str = ""
    file: str = ""
    speeds: list[tuple[str, Fraction]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_marker: bool = False

    @property
    def clip(self) -> str:
        """Name of the clip it shows: of a transition, the one that it leads to."""
        return self.to_clip if self.transition != "C" and self.to_clip else self.from_clip

    @property
    def speed(self) -> Fraction | None:
        """Frames per second of its motion effect; None without one."""
        named = [speed for reel, speed in self.speeds if self.reel.startswith(reel) or reel.startswith(self.reel)]
        return named[-1] if named else self.speeds[-1][1] if len(self.speeds) == 1 else None

    @property
    def pictures(self) -> tuple[int, ...]:
        """Picture tracks the event lies on, from 1."""
        if self.is_marker:
            return ()
        return tuple(sorted({int(token[1:] or 1) for token in self._tokens if token[0] == "V"} | self._both))

    @property
    def sounds(self) -> tuple[int, ...]:
        """Sound tracks, from 1. ``AA`` is the first two, ``B`` picture and the first sound."""
        if self.is_marker:
            return ()
        numbers = {int(token[1:] or 1) for token in self._tokens if token[0] == "A" and token != "AA"} | self._both
        return tuple(sorted(numbers | ({1, 2} if "AA" in self._tokens else set())))

    @property
    def is_black(self) -> bool:
        """Whether it shows black."""
        return self.reel.upper() in ("BL", "BLACK", "SLUG") or self.clip.upper() in ("BLACK VIDEO", "SLUG", "BL")

    @property
    def _both(self) -> set[int]:
        return {1} if "B" in self._tokens else set()

    @property
    def _tokens(self) -> list[str]:
        return [token.upper() for token in _CHANNEL.findall(self.channels)]


@dataclass(frozen=True, slots=True)
class Loc:
    """A locator: a marker at a record timecode. ``frames`` is its length, 0 or 1 for a point."""

    at: str
    name: str
    comment: str
    color: str
    line: int
    frames: int = 0


@dataclass(slots=True)
class EditList:
    """What an edit list says. ``drop_frame`` is None where no FCM line tells."""

    title: str = ""
    drop_frame: bool | None = None
    events: list[Event] = field(default_factory=list)
    locs: list[Loc] = field(default_factory=list)


def list_of_text(text: str) -> EditList:
    """The events and locators of an edit list.

    Raises
    ------
    UnreadableTimeline
        If a line that looks like an event is none; nothing is left out in silence.
    """
    told = EditList()
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.rstrip()
        if len(line) > _LONGEST_LINE:
            raise UnreadableTimeline(
                "A line is longer than any in an edit list.", where=f"line {number}", remedy="Export it again."
            )
        event = _EVENT.match(line)
        if event is not None:
            told.events.append(_event_of(event, number))
        elif _LOOKS_LIKE_EVENT.match(line):
            raise UnreadableTimeline(
                f"An event cannot be understood: '{line.strip()[:70]}'.",
                where=f"line {number}",
                remedy="Export the list as CMX 3600.",
            )
        elif line.strip():
            _comment(line, number, told)
    return told


def _event_of(found: re.Match[str], line: int) -> Event:
    source_in, source_out, record_in, record_out = found["times"].split()
    frames, kind = int(found["frames"] or 0), found["kind"].upper()
    # A transition of no frames is a cut, and so is a key, which lays a picture over another.
    cuts = frames == 0 or kind.startswith("K")
    return Event(
        found["number"], found["reel"].strip(), found["channels"].upper(), "C" if cuts else kind, frames,
        source_in, source_out, record_in, record_out, line,
    )  # fmt: skip


def _comment(line: str, number: int, told: EditList) -> None:
    upper = line.strip().upper()
    if upper.startswith("TITLE:"):
        told.title = told.title or line.split(":", 1)[1].strip()
        return
    if upper.startswith("FCM:"):
        told.drop_frame = bool(told.drop_frame) or "NON" not in upper
        return
    if (loc := _LOC.match(line)) is not None:
        told.locs.append(Loc(loc[1], (loc[3] or "").strip(), "", (loc[2] or "").upper(), number))
        return
    if not told.events:
        return
    event = told.events[-1]
    if (mark := _RESOLVE_MARK.search(line)) is not None:
        # DaVinci Resolve exports markers as events of their own, named behind bars.
        comment = line[: mark.start()].strip(" *")
        name, color, frames = (mark[2] or "").strip(), mark[1].upper(), int(mark[3] or 1)
        told.locs.append(Loc(event.record_in, name, comment, color, number, frames))
        event.is_marker = True
    elif (name := _CLIP_NAME.match(line)) is not None:
        if name[1].upper() == "TO":
            event.to_clip = name[2].strip()
        else:
            event.from_clip = name[2].strip()
    elif (motion := _MOTION.match(line)) is not None:
        event.speeds.append((motion["reel"].strip(), Fraction(motion["speed"])))
    elif (file := _FILE.match(line)) is not None:
        event.file = event.file or file[1].strip()
    elif (note := _NOTE.match(line)) is not None and note[1].strip():
        event.notes.append(note[1].strip())
