"""What a text asks for that can be told without understanding all of it.

Understood in briefs and notes, anywhere in the text, upper or lower case alike:

    mood: tense                    a mood, up to the next comma or semicolon; mood words count without "mood:" too,
                                   and so do "darker", "brighter", "calmer"
    no drums, drums out            a role rests. Roles and their words: drums (percussion, beat), bass, harmony (chords,
                                   pads), counter (arpeggio, ostinato), melody (lead, tune, theme)
    with drums, bring in the bass  a role plays
    only piano and strings         these play, all others rest; instruments count for the role they mostly play
    everyone, full band, all in    all play
    drop out, breakdown            the chords stay, hardly there
    room for the voice             nothing speaks at the same time: no melody, no counter-line, little energy
    quiet, soft, sparse            little energy;  medium, moderate: some;  loud, big, full, intense: much
    bigger, smaller, half-time     more or less energy than there would be
    build, rising, crescendo       energy grows over the span (in a brief: over the whole)
    fade, settle, wind down        energy falls
    the same theme, another theme  which theme sounds
    waltz, 3/4, in three           metre, of a brief;  6/8, lilting: six;  swing, shuffle: uneven pairs
    anything else                  free words, which reach the music through the text encoder

Where wishes contradict each other, a note goes before the brief, and "no" before "with".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from vem_plugin.score.cue import COMPOUND, ROLES, Role

RISE = 0.4
"""Energy that "build" adds over a span."""
STEP = 0.22
"""Energy by which "bigger" is more, "smaller" less."""
HALF_TIME = 0.12
"""Energy by which "half-time" is less."""
GONE = 0.08
"""Energy where everything drops out."""

_ROLE_NAMES: dict[str, Role] = {
    **dict.fromkeys(("drum", "drums", "percussion", "beat", "beats", "rhythm"), "drums"),
    **dict.fromkeys(("bass", "low end"), "bass"),
    **dict.fromkeys(("harmony", "chord", "chords", "pad", "pads"), "harmony"),
    **dict.fromkeys(
        ("counter", "counter-line", "countermelody", "arpeggio", "arpeggios", "arp", "ostinato"), "counter"
    ),
    **dict.fromkeys(("melody", "lead", "tune", "theme"), "melody"),
}
_INSTRUMENTS: dict[str, Role] = {
    **dict.fromkeys(("kick", "snare", "taiko", "taikos", "timpani", "claps"), "drums"),
    **dict.fromkeys(("sub", "sub bass"), "bass"),
    **dict.fromkeys(
        ("string", "strings", "piano", "keys", "guitar", "guitars", "brass", "choir", "organ", "synth", "synths"),
        "harmony",
    ),
    **dict.fromkeys(("pizzicato", "marimba", "bells"), "counter"),
    **dict.fromkeys(("violin", "cello", "flute", "trumpet", "sax", "whistle", "solo"), "melody"),
}
"""Only heard in what shall play: "no brass" speaks of one instrument, and would silence all chords."""
ROLE_WORDS = _ROLE_NAMES | _INSTRUMENTS
ENERGY_WORDS: dict[str, float] = {
    **dict.fromkeys(("silent", "bare", "minimal", "very quiet"), 0.1),
    **dict.fromkeys(("quiet", "quietly", "soft", "softly", "calm", "sparse", "gentle", "low energy"), 0.22),
    **dict.fromkeys(("medium", "moderate", "steady"), 0.5),
    **dict.fromkeys(("loud", "big", "full", "intense", "energetic", "driving", "high energy"), 0.85),
}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_JOINT = r"(?:\s*[,/&+]\s*|\s+(?:and|or|nor)\s+)"


def _list_of(words: Iterable[str]) -> str:
    word = _any_of(words)
    return rf"((?:(?:the|any|a|an|some)\s+)?(?:{word})(?:{_JOINT}(?:the\s+)?(?:{word}))*)\b"


_NAMES, _WORDS = _list_of(_ROLE_NAMES), _list_of(ROLE_WORDS)
_OFF = re.compile(
    rf"\b(?:no|without|drop|lose|mute|minus|remove|take out)\s+{_NAMES}"
    rf"|\b{_NAMES}\s+(?:drops?\s+out|stops?|rests?|out|off)\b"
)
_ON = re.compile(
    rf"\b(?:with|add|plus|bring in|bring back)\s+{_WORDS}|\b{_WORDS}\s+(?:in|on|comes? in|enters?|returns?)\b"
)
_ONLY = re.compile(rf"\b(?:only|just|nothing but|solo)\s+{_WORDS}|\b{_WORDS}\s+(?:only|alone)\b")
_NAMED_ROLE = re.compile(rf"\b(?:{_any_of(ROLE_WORDS)})\b")
_ENERGY = re.compile(rf"\b({_any_of(ENERGY_WORDS)})\b")
_ALL = re.compile(
    r"\bevery(?:one|body)\b(?! (?:drops?|stops?|out))|\beverything (?:in|plays|playing)\b|\ball in\b|\btutti\b|"
    r"\bfull band\b"
)
_GONE = re.compile(
    r"(?<!drums )(?<!drum )(?<!bass )(?<!beat )(?<!melody )\bdrops? out\b|\beverything (?:stops?|out)\b|"
    r"\bbreakdown\b|\bmusic (?:out|stops?)\b"
)
_ROOM = re.compile(
    r"\b(?:room|space|place|way) for (?:the |a |her |his |their )?(?:voice|voice-?over|vo|dialog(?:ue)?|speech|speaker|"
    r"narrat(?:or|ion)|interview|words|talking)|\b(?:under|behind|below) (?:the |her |his )?(?:voice|voice-?over|vo|"
    r"dialog(?:ue)?|speech|narration|interview)\b"
)
_BIGGER = re.compile(
    r"\b(?:bigger|fuller|louder|stronger|more (?:energy|intense|power|drive)|lift(?:s|ed)?|opens? up)\b"
)
_SMALLER = re.compile(
    r"\b(?:smaller|quieter|softer|thinner|sparser|less (?:energy|intense|busy)|more (?:intimate|sparse|quiet)|"
    r"(?:pull|hold|strip)(?:ed|s)? (?:it )?(?:back|down))\b"
)
_HALF_TIME = re.compile(r"\bhalf[- ]?time\b")
_RISING = re.compile(
    r"\b(?:builds?(?: up)?|building (?:up|to|towards?)|ris(?:e|es|ing)|crescendo|grow(?:s|ing)?|swell(?:s|ing)?|"
    r"(?:gets?|getting) (?:bigger|louder|faster)|bigger and bigger|starts? (?:small|quiet|soft)|big finish)\b"
)
_FALLING = re.compile(
    r"\b(?:fad(?:e|es|ing)|settl(?:e|es|ing)|wind(?:s|ing)? down|calms? down|dies? away|diminuendo|"
    r"(?:gets?|getting) (?:smaller|quieter))\b"
)
_MOOD = re.compile(r"\bmood\s*[:=]\s*([^,;\n]+)")
_SAME = re.compile(
    r"\b(?:same|main|first|opening|that) (?:theme|tune|melody|motif)\b|\b(?:theme|tune|melody) (?:again|once more|"
    r"comes? back|returns?)\b|\breprise\b|\bbrings? (?:back the (?:theme|tune|melody)|the (?:theme|tune|melody) back)\b"
)
_OTHER = re.compile(
    r"\b(?:an?other|new|different|second|contrasting) (?:theme|tune|melody|motif|part)\b|\bsomething new\b"
)
_ENDS = r"(?=\s*(?:$|[,.;:!?)]|(?:time|please|with|and|not)\b))"
"""What follows where "in three" is a metre, and not "in three weeks"."""
_THREE = re.compile(rf"\bwaltz(?:es|ing)?\b|(?<!\d)3/4(?!\d)|\bin three\b{_ENDS}|\bthree[- ](?:four|to the bar)\b")
_SIX = re.compile(
    r"(?<!\d)6/8(?!\d)|\bsix[- ]eight\b|\bin six\b{_ENDS}|\blilt(?:ing)?\b|\bjig\b|\bbarcarolle\b|\bsea shanty\b"
)
_FOUR = re.compile(rf"(?<!\d)4/4(?!\d)|\bin four\b{_ENDS}|\bfour[- ](?:four|to the bar)\b")
_SWING = re.compile(r"\b(?:swing(?:s|ing)?|swung|shuffles?|shuffling)\b")
_STRAIGHT = re.compile(r"\b(?:no|not|without) (?:swing|swung|shuffle)\b|\bstraight (?:eighths?|feel|beat)\b")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a text asks for.

    ``mood`` are the words after "mood:"; ``energy`` 0 to 1 or None; ``more`` energy added (below 0: taken away);
    ``rise`` how much it grows (or falls, below 0); ``theme`` the one there was, or another; ``room`` whether a voice is
    heard; ``metre`` one of ``METRES`` or None; ``swing`` whether pairs are uneven, None if nothing is said.
    """

    mood: str = ""
    roles_off: frozenset[Role] = frozenset()
    roles_on: frozenset[Role] = frozenset()
    energy: float | None = None
    more: float = 0.0
    rise: float = 0.0
    theme: Literal["", "same", "other"] = ""
    room: bool = False
    metre: int | None = None
    swing: bool | None = None


def read_wishes(text: str) -> Wishes:
    """Read what a brief or a note asks for; see the module's grammar."""
    said = text.lower()
    mood = _MOOD.search(said)
    off, on = _roles_of(said)
    room, gone = bool(_ROOM.search(said)), bool(_GONE.search(said))
    if room:
        off |= frozenset[Role]({"melody", "counter"}) - on
    if gone:
        off |= frozenset(ROLES) - {"harmony"}
    level = _FALLING.sub(" ", _RISING.sub(" ", said))
    energies = [GONE] if gone else [ENERGY_WORDS[found] for found in _ENERGY.findall(level)]
    more = STEP * (bool(_BIGGER.search(level)) - bool(_SMALLER.search(level))) - HALF_TIME * bool(
        _HALF_TIME.search(said)
    )
    return Wishes(
        mood=mood[1].strip() if mood else "",
        roles_off=off,
        roles_on=on - off,
        energy=sum(energies) / len(energies) if energies else None,
        more=more,
        rise=RISE * (bool(_RISING.search(said)) - bool(_FALLING.search(said))),
        theme="other" if _OTHER.search(said) else "same" if _SAME.search(said) else "",
        room=room,
        metre=3 if _THREE.search(said) else COMPOUND if _SIX.search(said) else 4 if _FOUR.search(said) else None,
        swing=False if _STRAIGHT.search(said) else True if _SWING.search(said) else None,
    )


def _roles_of(said: str) -> tuple[frozenset[Role], frozenset[Role]]:
    """Roles that shall rest, and that shall play."""
    off, on, only = (_roles_in(pattern, said) for pattern in (_OFF, _ON, _ONLY))
    if only:
        return off | (frozenset(ROLES) - only - on), on | only
    return off, on | (frozenset(ROLES) - off if _ALL.search(said) else frozenset())


def _roles_in(pattern: re.Pattern[str], text: str) -> frozenset[Role]:
    named = (word for found in pattern.finditer(text) for word in _NAMED_ROLE.findall(found[0]))
    return frozenset(ROLE_WORDS[word] for word in named)
