"""How much each transition deserves a hit, with the reason in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vem_plugin.parsing.surroundings import CURVES, REACH
from vem_plugin.rhythm.transition_features import GROUPS, NUMBERS, TransitionFeatures, features_of_edit
from vem_timeline.storyboard import Storyboard

if TYPE_CHECKING:
    from vem_plugin.encoders.aligner import Aligner
    from vem_plugin.parsing.parsed_video import ParsedVideo

WORTH_SAYING = 0.25
"""Log odds from which what a group says is told."""
MOST_SAID = 2
"""Reasons told at most, on each side."""


@dataclass(frozen=True, slots=True)
class Deserved:
    """How much a transition deserves a hit: ``share`` 0 to 1, the aligner's chance that the music would hit it;
    ``why`` what speaks for and against it, most important first; empty if nothing stands out."""

    share: float
    why: str = ""


def deserved_hits(storyboard: Storyboard, parsed: ParsedVideo | None, aligner: Aligner) -> tuple[Deserved, ...]:
    """Judge every transition of an edit, in the storyboard's order; without ``parsed`` from the edit's times alone."""
    features = features_of_edit(storyboard, parsed)
    judgement = aligner.judge(features)
    return tuple(
        Deserved(float(share), _reasons(features, index, dict(zip(GROUPS, pull.tolist(), strict=True))))
        for index, (share, pull) in enumerate(zip(judgement.share, judgement.pull, strict=True))
    )


def _reasons(features: TransitionFeatures, index: int, pulls: dict[str, float]) -> str:
    """What the groups that count most say of one transition."""
    fact = dict(zip(NUMBERS, features.numbers[index].tolist(), strict=True))
    fact |= _peaks(features, index)
    sides = []
    for name, sign in (("for it", 1), ("against it", -1)):
        ranked = sorted(_WORDS, key=lambda group: -sign * pulls[group])
        fact["speaks for it"] = sign
        said = [_WORDS[group](fact) for group in ranked if sign * pulls[group] >= WORTH_SAYING]
        if said:
            sides.append(f"{name}: {', '.join(said[:MOST_SAID])}")
    return "; ".join(sides)


def _peaks(features: TransitionFeatures, index: int) -> dict[str, float]:
    """How far motion and light rise above their mean around one transition."""
    curves, seen = features.curves[index, :, : len(CURVES)], features.curves[index, :, len(CURVES)] > 0
    if not seen.any():
        return {"flash": 0.0, "burst": 0.0}
    near = slice(REACH - 3, REACH + 3)
    typical = np.median(curves[seen], axis=0)
    peak = np.where(seen[near, None], curves[near] - typical, 0).max(axis=0)
    return {"flash": float(peak[CURVES.index("light")]), "burst": float(peak[CURVES.index("motion")])}


def _kind(fact: dict[str, float]) -> str:
    return "it is soft" if fact["soft"] else "it is sharp"


def _lengths(fact: dict[str, float]) -> str:
    before, after = fact["shot before to typical"], fact["shot after to typical"]
    if min(before, after) > 0.2:
        return "between long shots"
    if max(before, after) < -0.2:
        return "between short shots"
    if max(before, after) <= 0.35:
        return "between shots of the usual length"
    return "after a long shot" if before > after else "before a long shot"


def _pace(fact: dict[str, float]) -> str:
    before, after = fact["cuts before to average"], fact["cuts after to average"]
    if min(before, after) > 0.25:
        return "in a flurry"
    if max(before, after) < -0.25:
        return "cuts are rare here"
    if max(before, after) <= 0.25:
        return "at the usual pace"
    return "a flurry ends" if before > after else "a flurry begins"


def _place(fact: dict[str, float]) -> str:
    if fact["share"] < 0.1:
        return "near the start"
    return "near the end" if fact["share"] > 0.9 else "by its place in the edit"


def _picture(fact: dict[str, float]) -> str:
    if not fact["compared"]:
        return "by how its shots look"
    difference = fact["difference"]
    if fact["speaks for it"] > 0:
        much = "changes a lot" if difference > 0.6 else "changes"
    else:
        much = "changes no more than elsewhere" if difference > 0.4 else "changes little"
    return f"the picture {much} ({difference:.2f})"


def _around(fact: dict[str, float]) -> str:
    if fact["speaks for it"] < 0:
        return "nothing strikes around it"
    if fact["flash"] > 0.2:
        return "a flash"
    return "a burst of motion" if fact["burst"] > 0.15 else "by how it moves around it"


_WORDS: dict[str, Callable[[dict[str, float]], str]] = {
    "kind": _kind,
    "lengths": _lengths,
    "pace": _pace,
    "place": _place,
    "picture": _picture,
    "around": _around,
}
