"""What the editor asks for in words: the brief for the whole, and notes for spans of the timeline.

A brief is free text. A note is a marker with a duration; its name and its comment count together, upper or
lower case alike. What is understood in both, anywhere in the text:

    mood: tense                    a mood, up to the next comma or semicolon; mood words count without "mood:" too
    no drums, without percussion   a role rests. Roles and their words: drums (percussion, beat), bass, harmony (chords,
                                   pads, strings, piano, keys, guitar), counter (arpeggio, ostinato), melody (lead,
                                   tune, theme)
    with drums, drums in           a role plays
    only piano and strings         these roles play, all others rest
    quiet, soft, calm, sparse      little energy;  medium, moderate: some;  loud, big, full, intense: much
    build, rising, crescendo       energy grows over the span (in the brief: over the whole)
    fade, settle, wind down        energy falls
    anything else                  free words, which reach the music through the text encoder

Where wishes contradict each other, a note goes before the brief, and "no" before "with".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import ROLES, Role
from vem_plugin.style_choice import choose_style
from vem_timeline.storyboard import Marker

SHORTEST_SPAN = Fraction(1, 20)
"""Markers no longer than this are points (DaVinci Resolve writes points one frame long), seconds."""
SLOWEST, FASTEST = 30.0, 300.0
"""Tempi that can be asked for, beats a minute."""
RISE = 0.4
"""Energy that "build" adds over a span."""

ROLE_WORDS: dict[str, Role] = {
    **dict.fromkeys(("drum", "drums", "percussion", "beat", "beats", "rhythm"), "drums"),
    **dict.fromkeys(("bass", "low end"), "bass"),
    **dict.fromkeys(
        (
            "harmony",
            "chord",
            "chords",
            "pad",
            "pads",
            "string",
            "strings",
            "piano",
            "keys",
            "guitar",
            "guitars",
        ),
        "harmony",
    ),
    **dict.fromkeys(("counter", "arpeggio", "arpeggios", "arp", "ostinato"), "counter"),
    **dict.fromkeys(("melody", "lead", "tune", "theme", "solo"), "melody"),
}
ENERGY_WORDS: dict[str, float] = {
    **dict.fromkeys(("silent", "bare", "minimal", "very quiet"), 0.1),
    **dict.fromkeys(("quiet", "quietly", "soft", "softly", "calm", "sparse", "gentle", "low energy"), 0.22),
    **dict.fromkeys(("medium", "moderate", "steady"), 0.5),
    **dict.fromkeys(("loud", "big", "full", "intense", "energetic", "driving", "high energy"), 0.85),
}
_RISING = re.compile(
    r"\b(?:builds?|building (?:up|to|towards?)|ris(?:e|es|ing)|crescendo|grow(?:s|ing)?|bigger|big finish)\b"
)
_FALLING = re.compile(r"\b(?:fad(?:e|es|ing)|settl(?:e|es|ing)|wind(?:s|ing)? down|calms? down|diminuendo)\b")
_MOOD = re.compile(r"\bmood\s*[:=]\s*([^,;\n]+)")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_ROLE = _any_of(ROLE_WORDS)
_JOINT = r"(?:\s*[,/&+]\s*|\s+(?:and|or|nor)\s+)"
_LIST = rf"((?:(?:the|any|a|an)\s+)?(?:{_ROLE})(?:{_JOINT}(?:{_ROLE}))*)\b"
_OFF = re.compile(rf"\b(?:no|without|drop|lose|mute|minus)\s+{_LIST}")
_ON = re.compile(rf"\b(?:with|add|plus|bring in)\s+{_LIST}|\b({_ROLE})\s+(?:in|on|come in)\b")
_ONLY = re.compile(rf"\b(?:only|just|solo)\s+{_LIST}|\b{_LIST}\s+only\b")
_ENERGY = re.compile(rf"\b({_any_of(ENERGY_WORDS)})\b")
_NAMED_ROLE = re.compile(rf"\b(?:{_ROLE})\b")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a text asks for that can be told without understanding all of it.

    ``mood`` are the words after "mood:"; ``energy`` 0 to 1 or None; ``rise`` how much it grows (or falls,
    below 0).
    """

    mood: str = ""
    roles_off: frozenset[Role] = frozenset()
    roles_on: frozenset[Role] = frozenset()
    energy: float | None = None
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class SpanNote:
    """A note for a span, ``start`` to ``end`` in timeline seconds (end excluded), and what it wishes there."""

    start: Fraction
    end: Fraction
    text: str
    wishes: Wishes = Wishes()


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked of the whole; ``style`` and ``tempo`` (slowest, fastest bpm) only where the user fixed them."""

    text: str = ""
    style: str | None = None
    tempo: tuple[float, float] | None = None
    spans: tuple[SpanNote, ...] = ()


def read_wishes(text: str) -> Wishes:
    """Read what a brief or a note asks for; see the module's grammar."""
    said = text.lower()
    mood = _MOOD.search(said)
    off, on = _roles_in(_OFF, said), _roles_in(_ON, said)
    only = _roles_in(_ONLY, said)
    if only:
        on, off = on | only, off | (frozenset(ROLES) - only - on)
    level = _FALLING.sub(" ", _RISING.sub(" ", said))
    energies = [ENERGY_WORDS[found] for found in _ENERGY.findall(level)]
    rise = (RISE if _RISING.search(said) else 0.0) - (RISE if _FALLING.search(said) else 0.0)
    return Wishes(
        mood=mood[1].strip() if mood else "",
        roles_off=off,
        roles_on=on - off,
        energy=sum(energies) / len(energies) if energies else None,
        rise=rise,
    )


def read_spans(markers: Iterable[Marker], *, shortest: Fraction = SHORTEST_SPAN) -> tuple[SpanNote, ...]:
    """Turn markers with a duration into notes for their spans, in order of time.

    Parameters
    ----------
    markers : iterable of Marker
        All markers of the edit; points and markers without words are passed over.
    shortest : Fraction
        Longest marker that is still a point, seconds; the length of a frame where it is known.
    """
    notes = []
    for marker in markers:
        if marker.duration <= shortest or not marker.text:
            continue
        wishes = read_wishes(marker.text)
        notes.append(
            SpanNote(
                start=marker.time,
                end=marker.time + marker.duration,
                text=marker.text,
                wishes=wishes,
            )
        )
    return tuple(sorted(notes, key=lambda note: (note.start, note.end)))


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


def _roles_in(pattern: re.Pattern[str], text: str) -> frozenset[Role]:
    named = (word for found in pattern.finditer(text) for word in _NAMED_ROLE.findall(found[0]))
    return frozenset(ROLE_WORDS[word] for word in named)


__all__ = ["Brief", "SpanNote", "Wishes", "choose_style", "parse_tempo", "read_spans", "read_wishes"]
