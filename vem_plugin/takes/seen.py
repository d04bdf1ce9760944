"""What the pictures said, kept beside a take, so that an edit is looked at once and not at every change."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.parsing.surroundings import Surroundings
from vem_timeline.storyboard import Storyboard

SEEN_FILE = "seen.npz"
AROUND = tuple(part.name for part in fields(Surroundings))
"""Arrays of what is seen around the transitions."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The words in a parsed video; numbers stand in arrays of their own. Times are "numerator/denominator"."""

    brief: str
    summary: str
    words: tuple[str, ...]
    labels: tuple[tuple[tuple[str, float], ...], ...]
    changes: tuple[tuple[str, float], ...]
    encoders: dict[str, str]
    remarks: tuple[str, ...]


def write_seen(parsed: ParsedVideo, folder: Path) -> Path:
    """Write all of a parsed video but its storyboard, which the take's record holds.

    Raises
    ------
    OSError
        As the file system says it.
    """
    told = _Told(
        parsed.brief,
        parsed.summary,
        tuple(shot.words for shot in parsed.shots),
        tuple(tuple((name, float(share)) for name, share in shot.labels) for shot in parsed.shots),
        tuple((str(change.time), change.strength) for change in parsed.transitions),
        parsed.encoders,
        parsed.remarks,
    )
    around = parsed.surroundings
    size = max((shot.picture.size for shot in parsed.shots if shot.picture is not None), default=0)
    blind = np.zeros(size, np.float32)
    path = folder / SEEN_FILE
    np.savez(
        path,
        told=np.frombuffer(msgspec.json.encode(told), np.uint8),
        numbers=np.array([shot.shot for shot in parsed.shots], np.int64),
        looks=np.array([shot.cinematics.as_array() for shot in parsed.shots], np.float32).reshape(-1, 5),
        texts=np.array([shot.text for shot in parsed.shots], np.float32),
        pictured=np.array([shot.picture is not None for shot in parsed.shots], bool),
        pictures=np.array([blind if shot.picture is None else shot.picture for shot in parsed.shots], np.float32),
        brief_text=parsed.brief_text,
        **{} if around is None else {name: getattr(around, name) for name in AROUND},
    )
    return path


def read_seen(folder: Path, storyboard: Storyboard) -> ParsedVideo | None:
    """What `write_seen` kept of the take in a folder, with the storyboard of its record; None if it kept nothing.

    A file that is damaged counts as missing: whoever needs it can look at the pictures again.
    """
    try:
        with np.load(folder / SEEN_FILE, allow_pickle=False) as arrays:
            told = msgspec.json.decode(arrays["told"].tobytes(), type=_Told)
            shots = tuple(
                ShotFeatures(int(number), Cinematics(*look.tolist()), words, text, picture if known else None, labels)
                for number, look, words, text, picture, known, labels in zip(
                    arrays["numbers"],
                    arrays["looks"],
                    told.words,
                    arrays["texts"],
                    arrays["pictures"],
                    arrays["pictured"],
                    told.labels,
                    strict=True,
                )
            )
            brief_text = arrays["brief_text"]
            around = Surroundings(*(arrays[name] for name in AROUND)) if AROUND[0] in arrays else None
    except (OSError, KeyError, ValueError, TypeError, msgspec.MsgspecError):
        return None
    changes = tuple(SeenTransition(Fraction(time), strength) for time, strength in told.changes)
    return ParsedVideo(
        storyboard, told.brief, brief_text, told.summary, shots, changes, told.encoders, told.remarks, around
    )
