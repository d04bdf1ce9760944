"""What the editor asks for in words: the brief for the whole, and notes for spans of the timeline.

A brief is free text. A note is a marker with a duration; its name and its comment count together. What is understood in
both is told in ``vem_plugin.brief.wishes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from vem_plugin.brief.wishes import Wishes, read_wishes
from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import COMPOUND
from vem_timeline.storyboard import Marker

SHORTEST_SPAN = Fraction(1, 20)
"""Markers no longer than this are points (DaVinci Resolve writes points one frame long), seconds."""
_LOCK = re.compile(r"\block(?:ed)?\b", re.IGNORECASE)
SLOWEST, FASTEST = 30.0, 300.0
"""Tempi that can be asked for, beats a minute."""


@dataclass(frozen=True, slots=True)
class SpanNote:
    """A note for a span, ``start`` to ``end`` in timeline seconds (end excluded), and what it wishes there."""

    start: Fraction
    end: Fraction
    text: str
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked of the whole; ``style`` and ``tempo`` (slowest, fastest bpm) only where the user fixed them."""

    text: str = ""
    style: str | None = None
    tempo: tuple[float, float] | None = None
    spans: tuple[SpanNote, ...] = ()


def read_spans(markers: Iterable[Marker], *, shortest: Fraction = SHORTEST_SPAN) -> tuple[SpanNote, ...]:
    """Turn markers with a duration into notes for their spans, in order of time.

    Parameters
    ----------
    markers : iterable of Marker
        All markers of the edit; points and markers without words are passed over. The word "lock" is about later
        changes and says nothing about the music.
    shortest : Fraction
        Longest marker that is still a point, seconds; the length of a frame where it is known.
    """
    notes = []
    for marker in markers:
        text = _LOCK.sub("", marker.text).strip(" ,;")
        if marker.duration <= shortest or not text:
            continue
        notes.append(
            SpanNote(start=marker.time, end=marker.time + marker.duration, text=text, wishes=read_wishes(text))
        )
    return tuple(sorted(notes, key=lambda note: (note.start, note.end)))


def parse_metre(text: str) -> int:
    """Read a metre: "4/4", "3/4" or "6/8".

    Returns
    -------
    int
        One of ``vem_plugin.score.cue.METRES``.

    Raises
    ------
    SettingsError
        If it is another one.
    """
    metres = {"4/4": 4, "3/4": 3, "6/8": COMPOUND}
    if (found := metres.get(text.strip())) is None:
        raise SettingsError(
            f"'{text}' is no metre that can be played.", where="--metre", remedy="Choose 4/4, 3/4 or 6/8."
        )
    return found


def parse_tempo(text: str) -> tuple[float, float]:
    """Read a tempo range.

    Parameters
    ----------
    text : str
        "90-130", "90 to 130", or one tempo ("120"), which leaves 3 % on either side; beats a minute, 30 to
        300.

    Returns
    -------
    (float, float)
        Slowest and fastest tempo.

    Raises
    ------
    SettingsError
        If it is no tempo, out of bounds, or the wrong way round.
    """
    remedy = f"Write a range such as 90-130, between {SLOWEST:g} and {FASTEST:g} beats a minute."
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:(?:-|–|to|\.\.)\s*(\d+(?:\.\d+)?)\s*)?(?:bpm)?\s*", text.lower())
    if found is None:
        raise SettingsError(f"'{text}' is no tempo range.", where="--tempo", remedy=remedy)
    low = float(found[1])
    slow, fast = (low, float(found[2])) if found[2] else (0.97 * low, 1.03 * low)
    if slow > fast:
        raise SettingsError(f"The tempo range '{text}' runs from fast to slow.", where="--tempo", remedy=remedy)
    if low < SLOWEST or (found[2] and fast > FASTEST) or low > FASTEST:
        raise SettingsError(f"The tempo range '{text}' is out of bounds.", where="--tempo", remedy=remedy)
    return slow, fast
