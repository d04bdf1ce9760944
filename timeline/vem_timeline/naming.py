"""What names tell: editors and their programs say by name which track speaks and which clip hides nothing."""

from __future__ import annotations

import re
from itertools import pairwise

from vem_timeline.tree import Node

_WORDS = re.compile(r"[a-z]+")
_SPEECH = frozenset(
    [
        "dx",
        "dia",
        "dialog",
        "dialogs",
        "dialogue",
        "dialogues",
        "vo",
        "voiceover",
        "narration",
        "narrator",
        "interview",
        "interviews",
        "speech",
        "voice",
    ]
)
_SPEECH_PAIRS = (("voice", "over"), ("off", "text"))
_NO_SPEECH = frozenset(
    [
        "mx",
        "music",
        "musik",
        "song",
        "score",
        "soundtrack",
        "sfx",
        "fx",
        "foley",
        "amb",
        "ambience",
        "ambient",
        "atmo",
        "atmos",
    ]
)
_MUSIC = frozenset(["mx", "music", "musik", "song", "score", "soundtrack"])
_TITLES = frozenset(
    [
        "title",
        "titles",
        "titler",
        "text",
        "caption",
        "captions",
        "subtitle",
        "subtitles",
        "scroll",
        "callout",
        "overlay",
        "watermark",
        "letterbox",
    ]
)
_TITLE_PAIRS = (("lower", "third"), ("lower", "thirds"), ("burn", "in"))
_BLACK = frozenset({"black", "black video", "blackvideo", "bl", "slug"})


def words_of_name(name: str) -> list[str]:
    """Lower-case words of a name: ``"VO_take3.wav"`` gives vo, take, wav."""
    return _WORDS.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())


def says_speech(name: str) -> bool:
    """Whether a name says that somebody speaks (DX, VO, dialogue, narration, interview, speech)."""
    words = words_of_name(name)
    return not _NO_SPEECH.intersection(words) and (
        bool(_SPEECH.intersection(words)) or any(pair in pairwise(words) for pair in _SPEECH_PAIRS)
    )


def denies_speech(name: str) -> bool:
    """Whether a name says that this is music, effects or atmosphere."""
    return bool(_NO_SPEECH.intersection(words_of_name(name)))


def says_music(name: str) -> bool:
    """Whether a track or clip name says music (MX, music, song)."""
    return bool(_MUSIC.intersection(words_of_name(name)))


def is_adjustment(clip: Node) -> bool:
    """Whether a clip only changes the look of what lies below (adjustment clip or layer)."""
    if clip.media is not None and clip.media.kind in ("file", "sequence"):
        return False
    return words_of_name(clip.name)[:1] == ["adjustment"]


def is_title(clip: Node) -> bool:
    """Whether a clip is a title or graphic that lets the picture below show through.

    Only generators, stills and clips without media can be: a film file named "title sequence" is a picture.
    """
    if clip.overlay:
        return True
    if clip.media is not None and clip.media.kind in ("file", "sequence") and not clip.media.still:
        return False
    words = words_of_name(clip.name)
    return bool(_TITLES.intersection(words)) or any(pair in pairwise(words) for pair in _TITLE_PAIRS)


def is_black(clip: Node) -> bool:
    """Whether a generator or missing clip is plain black, which is no picture."""
    return (clip.media is None or clip.media.kind in ("generator", "missing")) and clip.name.strip().lower() in _BLACK
