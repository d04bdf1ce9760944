"""Re-scoring single shots: what changes outside, how old and new meet, and how long it takes.

    python benchmarks/rescore.py [EDIT ...] [--shots N] [--takes K] [--model FOLDER] [--picture FILE] [--json]

Each edit (the example and three real ones by default) is scored once; then N of its shots, spread over it, are scored
anew, with different wishes in turn. Joints are compared with the other places of the same take where a section begins:

in key   share of notes inside the scale (key, mode and shift of their section) in the two bars around the place
drums    likeness (Jaccard of place in the bar and sound) of the bars before and after the place
step     greatest step between two samples of the mix within a twentieth of a second of a seam, over the greatest of
         the take before
flux     greatest rise of the spectrum there (windows of 21 ms), over the greatest of the take before

At the end, K takes of the first edit are compared: the notes that each pair shares (Jaccard of role, step and pitch).
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.publish import ScoredTake
from vem_plugin.render.patch import read_samples
from vem_plugin.render.stems import STEMS
from vem_plugin.rescoring import STAGES, rescore
from vem_plugin.score.cue import SCALES, CueSheet
from vem_plugin.score.notes import STEPS_PER_BEAT, Score
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.take import read_score
from vem_plugin.takes.contact_sheet import notes_shared
from vem_plugin.takes.rolls import Roll, draw_change
from vem_plugin.takes.sections import Ask

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "samples" / "timelines"
EDITS = (
    ROOT / "examples" / "rush_hour.otio",
    SAMPLES / "OpenTimelineIO__premiere_example.otio",
    SAMPLES / "pipeline-neo__TimelineSample.fcpxml",
    SAMPLES / "kdenlive-otio__kdenlive_example_v240770.kdenlive",
)
ASKS = (Ask(), Ask("darker, no drums"), Ask("bigger, driving"), Ask("calm", energy=0.2))
NEAR = 2400
"""Samples around a seam."""


@dataclass(frozen=True)
class Figures:
    """One re-score. Shares are of (joint, other places); ``seconds`` and ``work`` (of the processor) by stage."""

    edit: str
    shot: int
    wish: str
    outside: int
    in_key: tuple[float, float]
    drums: tuple[float, float]
    step: float
    flux: float
    seconds: dict[str, float]
    work: dict[str, float]


class StageTimes:
    """A ``Report`` that keeps the time of the clock and of the processor; each belongs to the stage under way."""

    def __init__(self) -> None:
        self._last = time.perf_counter(), time.process_time()
        self._stage = next(iter(STAGES))
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.work = dict.fromkeys(STAGES, 0.0)

    def __call__(self, stage: str, done: float, note: str = "") -> None:
        now = time.perf_counter(), time.process_time()
        self.seconds[self._stage] += now[0] - self._last[0]
        self.work[self._stage] += now[1] - self._last[1]
        self._last, self._stage = now, stage


def measure(before: ScoredTake, shot: int, ask: Ask, settings: Settings) -> tuple[Figures, ScoredTake]:
    """Score a shot anew and measure what came of it."""
    clock = StageTimes()
    after = rescore(before.timeline, ask, shots=[shot], settings=settings, report=clock)
    clock("write", 1.0)
    take, change = before.take, after.take.change
    assert change is not None
    assert change.beats is not None
    seen = take.storyboard.shots[shot - 1]
    low = take.plan.time_of(max(Fraction(0), take.plan.beat_of(seen.start) - 1))
    high = take.plan.time_of(min(Fraction(take.plan.beats), take.plan.beat_of(seen.end) + 1))
    old, new = (read_samples(one.folder / one.take.files["mix"], 0, take.samples) for one in (before, after))
    step, flux = seams(new, old, [int(low * 48000), int(high * 48000)])
    score = read_score(after.folder, after.take.cue)
    joints = [beat for beat in change.beats if 0 < beat < take.plan.beats]
    others = [section.start for section in take.cue.sections[1:] if all(abs(section.start - one) > 4 for one in joints)]
    figures = Figures(
        edit=take.name.rpartition("_v")[0],
        shot=shot,
        wish=ask.words or "another take",
        outside=changed_outside(before, after, int(low * 48000), int(high * 48000) + 1),
        in_key=(in_key(score, joints), in_key(score, others)),
        drums=(drums_alike(score, joints), drums_alike(score, others)),
        step=step,
        flux=flux,
        seconds=clock.seconds,
        work=clock.work,
    )
    return figures, after


def changed_outside(before: ScoredTake, after: ScoredTake, low: int, high: int) -> int:
    """Samples of mix and stems that differ outside the widened shot."""
    count = 0
    for name in ("mix", *(f"stem_{stem}" for stem in STEMS)):
        old, new = (read_samples(one.folder / one.take.files[name], 0, one.take.samples) for one in (before, after))
        differ = (old != new).any(axis=0)
        count += int(differ[:low].sum() + differ[high:].sum())
    return count


def in_key(score: Score, beats: list[int]) -> float:
    """Share of pitched notes in the scale within a bar before and after some beats; not a number if there are none."""
    good = of = 0
    for beat in beats:
        near = _notes_between(score, beat - score.cue.metre, beat + score.cue.metre)
        for role, start, _, pitch, _ in near.tolist():
            if role:
                tonic = score.cue.key + _shift_at(score.cue, start // STEPS_PER_BEAT)
                good += (pitch - tonic) % 12 in SCALES[score.cue.mode]
                of += 1
    return good / of if of else float("nan")


def drums_alike(score: Score, beats: list[int]) -> float:
    """Mean likeness of the drums in the bars before and after some beats."""
    shares = []
    for beat in beats:
        one, other = (
            {(start - first * STEPS_PER_BEAT, pitch) for role, start, _, pitch, _ in bar.tolist() if not role}
            for first in (beat - score.cue.metre, beat)
            for bar in [_notes_between(score, first, first + score.cue.metre)]
        )
        if one | other:
            shares.append(len(one & other) / len(one | other))
    return float(np.mean(shares)) if shares else float("nan")


def seams(new: NDArray[np.int32], old: NDArray[np.int32], places: list[int]) -> tuple[float, float]:
    """Greatest step and greatest rise of the spectrum of the new mix near the seams, over the greatest of the old."""
    steps, flux = np.abs(np.diff(new, axis=1)).max(axis=0), _flux(new)
    windows = [(max(0, place - NEAR), place + NEAR) for place in places]
    near = max(int(steps[low:high].max(initial=0)) for low, high in windows)
    rise = max(float(flux[low // 512 : high // 512].max(initial=0.0)) for low, high in windows)
    return near / max(1, int(np.abs(np.diff(old, axis=1)).max())), rise / float(_flux(old).max())


def _flux(mix: NDArray[np.int32]) -> NDArray[np.float64]:
    mono = mix.sum(axis=0) / (1 << 24)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::512] * np.hanning(1024)
    return np.maximum(np.diff(np.abs(np.fft.rfft(frames, axis=1)), axis=0), 0).sum(axis=1)


def _notes_between(score: Score, first: int, last: int) -> NDArray[np.void]:
    steps = score.notes["start"]
    return score.notes[(steps >= first * STEPS_PER_BEAT) & (steps < last * STEPS_PER_BEAT)]


def _shift_at(cue: CueSheet, beat: int) -> int:
    return next((section.shift for section in reversed(cue.sections) if section.start <= beat), 0)


def run(edits: list[Path], shots: int, settings: Settings, picture: Path | None) -> list[Figures]:
    """Score every edit into a folder that is thrown away, and measure re-scores of some of its shots."""
    found: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="vem-benchmark-") as place:
        for edit in edits:
            before = score_edit(edit, Path(place), settings=settings)[0]
            count = len(before.take.storyboard.shots)
            chosen = sorted({1 + round(number) for number in np.linspace(0, count - 1, shots + 2)[1:-1]})
            rescore(before.timeline, shots=[chosen[0]], settings=settings)  # cold: not measured
            for place_of, shot in enumerate(chosen):
                figures, after = measure(before, shot, ASKS[(place_of + 1) % len(ASKS)], settings)
                found.append(figures)
                if picture is not None and len(found) == 1:
                    _draw(before, after, shot, picture)
    return found


def _draw(before: ScoredTake, after: ScoredTake, shot: int, picture: Path) -> None:
    old, new = (read_score(one.folder, one.take.cue) for one in (before, after))
    assert after.take.change is not None
    words = f'vem rescore {before.timeline.name} --shot {shot} --brief "{after.take.change.words}"'
    draw_change(
        Roll(before.take.name, before.take, old),
        Roll(f"{after.take.name}: {words}", after.take, new, after.take.change.beats),
        picture,
    )


def shared_by_takes(edit: Path, takes: int, settings: Settings) -> list[float]:
    """Share of notes that each pair of several takes has in common."""
    with tempfile.TemporaryDirectory(prefix="vem-benchmark-") as place:
        scored = score_edit(edit, Path(place), settings=replace(settings, takes=takes))
        scores = [read_score(one.folder, one.take.cue) for one in scored]
    return [notes_shared(one, other) for one, other in combinations(scores, 2)]


def table(found: list[Figures]) -> str:
    """The figures as a page of Markdown."""
    lines = [
        "| edit | shot | wish | samples changed outside | in key: joint / others | drums alike: joint / others "
        "| step | flux |",
        "|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        key, drums = (f"{here:.2f} / {there:.2f}" for here, there in (one.in_key, one.drums))
        lines.append(
            f"| {one.edit} | {one.shot} | {one.wish} | {one.outside} | {key} | {drums} "
            f"| {one.step:.2f} | {one.flux:.2f} |"
        )
    key, drums = ([np.nanmean(side) for side in zip(*(getattr(one, name) for one in found), strict=True)]
                  for name in ("in_key", "drums"))  # fmt: skip
    lines.append(
        f"| **all** | | | {sum(one.outside for one in found)} | {key[0]:.2f} / {key[1]:.2f} | {drums[0]:.2f} / "
        f"{drums[1]:.2f} | {max(one.step for one in found):.2f} | {max(one.flux for one in found):.2f} |"
    )
    lines += ["", "| stage | warm, s | processor, s |", "|---|---:|---:|"]
    for stage, words in STAGES.items():
        seconds, work = (median(getattr(one, name)[stage] for one in found) for name in ("seconds", "work"))
        lines.append(f"| {words} | {seconds:.2f} | {work:.2f} |")
    whole = [median(sum(getattr(one, name).values()) for one in found) for name in ("seconds", "work")]
    lines.append(f"| **whole** | **{whole[0]:.2f}** | **{whole[1]:.2f}** |")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("edits", nargs="*", type=Path, default=list(EDITS))
    parser.add_argument("--shots", type=int, default=4)
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    settings = Settings(brief="warm, hopeful, builds to the end", device="cpu", model=asked.model)
    found = run(asked.edits, asked.shots, settings, asked.picture)
    if asked.json:
        rows: list[dict[str, Any]] = [
            {name: getattr(one, name) for name in Figures.__dataclass_fields__} for one in found
        ]
        print(json.dumps(rows, indent=1))
    else:
        print(table(found))
        if asked.takes > 1:
            shared = shared_by_takes(asked.edits[0], asked.takes, settings)
            print(
                f"\n{asked.takes} takes of {asked.edits[0].name} share {min(shared):.1%} to {max(shared):.1%} of notes."
            )
        print(f"\n{platform.machine()}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
