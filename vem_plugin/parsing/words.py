"""Plain words of a shot and of an edit: what the editor wrote, what the picture shows, how it looks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from vem_plugin.parsing.parsed_video import Cinematics, ShotFeatures
from vem_timeline.storyboard import Shot, Storyboard

LEAST_PROBABLE = 0.4
"""Probability from which a label of the picture encoder is believed where the editor wrote nothing."""

LEAST_PROBABLE_BESIDE_WORDS = 0.7
"""The same beside the editor's own words, which a wrong label would only blur."""

MOST_LABELS = 3
"""Labels taken into a shot's words."""

MOST_WORDS = 40
"""Words kept of what the editor wrote about one shot."""

_EXTENSION = re.compile(
    r"\.(mov|mp4|m4v|mxf|avi|mkv|mts|m2ts|mpg|mpeg|webm|wmv|r3d|braw|ari|arx|dng|dpx|exr|tiff?|png|jpe?g|gif|wav|"
    r"aif?f|mp3|otio|otioz|xml|edl|aaf)\b",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\s_\-/\\|+~]+|\.(?=\w)")
_DECADE = re.compile(r"(1[89]|20)?\d0s")
_MACHINE_WORD = re.compile(
    r"img|dsc|dscf|dscn|mvi|mov|gopr|gp|gh|gx|dji|pxl|vid|clip|clips|shot|take|tk|proxy|prox|copy|"
    r"export|render|edit|sequence|seq|timeline|untitled|compound|nested|adjustment|layer|final|fin|"
    r"version|ver|prores|dnxhd|dnxhr|hevc|avc|uhd|fhd|hd|raw|log|cam|camera|reel|roll|bin|main|new|"
    r"fps|tc|mp|mxf|srgb|rec"
)
"""What cameras and programs write into names; it says nothing about the picture."""


LOOKS = (
    ("light", 0.25, "dark", 0.6, "bright"),
    ("warmth", -0.12, "cold", 0.2, "warm"),
    ("saturation", 0.1, "pale", 0.5, "colourful"),
    ("contrast", 0.2, "soft", 0.62, "dramatic"),
    ("motion", 0.12, "calm", 0.5, "lively"),
)
"""For each field of ``Cinematics``: below which value which word fits, above which which; from real footage."""

PLAIN = "plain"
"""Said of a look in which nothing stands out."""

_LOOKS = frozenset((PLAIN, *(word for _, _, low, _, high in LOOKS for word in (low, high))))


def words_of_shot(shot: Shot, labels: Sequence[tuple[str, float]], look: Cinematics | None) -> str:
    """What is known of a shot, in plain words: the editor's first, then the believed labels.

    Where there is neither, its look in words; "" if it has not been seen either.
    """
    said = [part for part in map(cleaned, shot.words or (shot.name,)) if part]
    least = LEAST_PROBABLE_BESIDE_WORDS if said else LEAST_PROBABLE
    seen = [word for word, probability in labels if probability >= least][:MOST_LABELS]
    parts = list(dict.fromkeys((*said, *seen)))
    if parts or look is None:
        return ", ".join(parts)
    return ", ".join(words_of_look(look)) or PLAIN


def cleaned(text: str) -> str:
    """A clip name or note without extension, camera codes, numbers and programs' words.

    ``A001C003_210412_R2VK.mov`` leaves nothing, ``drone_HarbourSunrise-v2.mp4`` leaves "drone Harbour
    Sunrise".
    """
    tokens = _SEPARATORS.split(_CAMEL.sub(" ", _EXTENSION.sub(" ", text)))
    kept = [token for token in tokens if _says_something(token)]
    return " ".join(kept[:MOST_WORDS])


def words_of_look(look: Cinematics) -> list[str]:
    """How a shot looks, in the words editors use for light, colour and movement; empty if nothing stands
    out."""
    found = []
    for name, low, low_word, high, high_word in LOOKS:
        value = getattr(look, name)
        if value < low:
            found.append(low_word)
        elif value > high:
            found.append(high_word)
    return found


def summary_of(storyboard: Storyboard, looks: Sequence[Cinematics | None], features: Sequence[ShotFeatures]) -> str:
    """The whole edit in a few plain words: pace, look, how it develops, what is seen, what markers say.

    Parameters
    ----------
    storyboard : Storyboard
    looks : sequence of Cinematics or None
        One a shot, None where it has not been seen.
    features : sequence of ShotFeatures
        One a shot.
    """
    parts = [_pace(storyboard)]
    seen = [(shot.duration, look) for shot, look in zip(storyboard.shots, looks, strict=True) if look]
    if seen:
        weights = np.array([float(duration) for duration, _ in seen])
        values = np.array([look.as_array() for _, look in seen])
        mean = np.average(values, axis=0, weights=np.maximum(weights, 1e-6))
        parts.append(" ".join(["mostly", ", ".join(words_of_look(Cinematics(*map(float, mean))) or [PLAIN])]))
        parts += _development(values[:, 4])
    parts += _most_seen(features)
    notes = list(dict.fromkeys(marker.text for marker in storyboard.markers if marker.text))
    if notes:
        parts.append("notes: " + ", ".join(notes[:8]))
    return "; ".join(parts)


def _pace(storyboard: Storyboard) -> str:
    count = sum(shot.kind == "picture" for shot in storyboard.shots)
    seconds = float(storyboard.duration)
    mean = seconds / max(1, len(storyboard.shots))
    pace = "fast cuts" if mean < 1.5 else "slow cuts" if mean > 5 else "medium pace"
    return f"{count} shot{'s' if count != 1 else ''} in {seconds:.0f} seconds, {pace}"


def _development(motion: np.ndarray) -> list[str]:
    """Whether the pictures get livelier or calmer, told by the first and last third."""
    if len(motion) < 6:
        return []
    first, *_, last = (float(part.mean()) for part in np.array_split(motion, 3))
    if last > first + 0.12:
        return ["gets livelier to the end"]
    return ["calms down to the end"] if last < first - 0.12 else []


def _most_seen(features: Iterable[ShotFeatures]) -> list[str]:
    counts = Counter(part for each in features for part in each.words.split(", ") if part and part not in _LOOKS)
    words = [word for word, _ in counts.most_common(6)]
    return ["seen: " + ", ".join(words)] if words else []


def _says_something(token: str) -> bool:
    bare = token.strip(".,;:!?()[]{}'\"").lower()
    if not bare or (len(bare) == 1 and bare not in {"a", "i"}):
        return False
    if any(sign.isdigit() for sign in bare):
        return _DECADE.fullmatch(bare) is not None
    return _MACHINE_WORD.fullmatch(bare) is None
