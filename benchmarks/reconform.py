"""How well music survives a re-edit, and whether the beats still fall on the cuts.

    python benchmarks/reconform.py [TIMELINE ...] [--seeds N]

Real edits are planned and scored, re-edited by script (``benchmarks/reedits.py``), and conformed; beside that the new
edit is planned anew, as if it had never been scored. The notes are those of the teacher (``training.corpus.teacher``),
which are there at once and need no model: what is kept depends on plan and cue sheet alone.

*Survive*: of the notes of shots whose length changed by less than 5 %, the share that has the same role, pitch and
place (bar counted from the shot's first, step in it). *On the grid*: cuts within half a frame of an eighth. Edit lists,
which do not tell their frame rate, are read at 24 a second.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from reedits import REEDITS, Reedit, flat_timeline, write_reedit

from vem_plugin.brief import Brief
from vem_plugin.conform.fates import report_of
from vem_plugin.conform.joining import joined
from vem_plugin.conform.matching import ShotPair, match_shots
from vem_plugin.conform.sheet import kept_beats, sheet_of_both
from vem_plugin.conform.steps import survivors_of
from vem_plugin.direct import direct
from vem_plugin.parsing.parsed_video import TEXT_SIZE, Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.rhythm.former import FormerBeats
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.key import transposed, transposed_chords
from vem_plugin.score.notes import STEPS_PER_BEAT, Score
from vem_plugin.score.theme import draw_cards
from vem_plugin.settings import Settings
from vem_plugin.stages import plan_rhythm
from vem_plugin.training.corpus.teacher import compose_by_rule
from vem_timeline import read
from vem_timeline.storyboard import Shot, Storyboard

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "samples" / "timelines"
EDITS = (
    "pipeline-neo__TimelineSample.fcpxml",
    "otio-fcp-adapter__empty_name_tags.xml",
    "pycmx__ISSUE_14_conform_edl_issue_03.edl",
    "raven__Meridian_UHD4k5994_HDR_P3PQ.otio",
    "OpenTimelineIO__premiere_example.otio",
    "kdenlive-otio__kdenlive_example_v240770.kdenlive",
)
STYLE, SEED = "documentary", 1
LITTLE = Fraction(1, 20)
"""A shot whose length changed by less than this share should keep its notes."""


@dataclass(frozen=True)
class Scored:
    """An edit with its plan and music."""

    parsed: ParsedVideo
    plan: BeatPlan
    score: Score


@dataclass(frozen=True, slots=True)
class Row:
    """Sums over one or several re-edits: cuts, those on the grid (conformed, and planned anew), notes of hardly changed
    shots and those of them that survive, beats and those kept, bars and odd ones (conformed, and anew)."""

    cuts: int = 0
    again: int = 0
    anew: int = 0
    notes: int = 0
    survive: int = 0
    beats: int = 0
    kept: int = 0
    bars: int = 0
    odd: int = 0
    odd_anew: int = 0

    def __add__(self, other: Row) -> Row:
        return Row(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def parsed_of(edit: Storyboard) -> ParsedVideo:
    """An edit of which only the cuts are known."""
    blank = np.zeros(TEXT_SIZE, np.float32)
    shots = tuple(ShotFeatures(shot.number, Cinematics(), shot.name, blank) for shot in edit.shots)
    return ParsedVideo(edit, "", blank, "", shots, tuple(SeenTransition(cut.time, 0.5) for cut in edit.transitions))


def score_of(cue: CueSheet) -> Score:
    """The teacher's music for a cue sheet."""
    chance = np.random.default_rng(SEED)
    notes, chords = compose_by_rule(cue, draw_cards(cue, chance), chance)
    return Score(cue, transposed(notes, cue), transposed_chords(chords, cue))


def scored(edit: Storyboard) -> Scored:
    """Plan and score an edit."""
    parsed = parsed_of(edit)
    plan = plan_rhythm(edit, Settings(), style=STYLE)
    return Scored(parsed, plan, score_of(direct(parsed, plan, Brief(), style=STYLE, seed=SEED)))


def conformed(old: Scored, edit: Storyboard) -> tuple[Scored, tuple[ShotPair, ...], tuple[int | None, ...]]:
    """Fit the music of an edit to another one, as ``vem_plugin.reconforming`` does."""
    parsed, before = parsed_of(edit), old.parsed.storyboard
    pairs = match_shots(before, edit)
    former = FormerBeats(old.plan, survivors_of(pairs), before.clock.frame_duration)
    plan = plan_rhythm(edit, Settings(), style=STYLE, metre=old.plan.metre, former=former)
    cue = old.score.cue
    directed = direct(parsed, plan, Brief(), style=STYLE, seed=SEED, mode=cue.mode)
    beats = kept_beats(former, plan, cue, directed)
    sheet = sheet_of_both(cue, directed, plan, beats, pairs)
    return Scored(parsed, plan, joined(old.score, beats, score_of(sheet), sheet)), pairs, beats


def surviving(old: Scored, new: Scored, pairs: Sequence[ShotPair], *, within: Fraction = LITTLE) -> tuple[int, int]:
    """Notes of shots whose length changed by less than ``within``, and how many of them survive."""
    notes = survive = 0
    for pair in pairs:
        if pair.old is None or pair.new is None or abs(pair.new.duration / pair.old.duration - 1) >= within:
            continue
        then, now = placed_notes(old, pair.old), placed_notes(new, pair.new)
        notes += then.total()
        survive += (then & now).total()
    return notes, survive


def placed_notes(take: Scored, shot: Shot) -> Counter[tuple[int, int, int, int]]:
    """Notes that start in a shot: role, pitch, bar from the shot's first, step in the bar."""
    first, last = take.plan.beat_near(shot.start), take.plan.beat_near(shot.end)
    steps = {
        STEPS_PER_BEAT * bar.beat + step: (bar.number, step)
        for bar in take.plan.bars
        for step in range(STEPS_PER_BEAT * bar.beats)
    }
    notes = take.score.notes
    inside = notes[(notes["start"] >= STEPS_PER_BEAT * first) & (notes["start"] < STEPS_PER_BEAT * last)]
    opening = steps[STEPS_PER_BEAT * first][0] if first < take.plan.beats else 0
    rows = ((int(n["role"]), int(n["pitch"]), *steps[int(n["start"])]) for n in inside)
    return Counter((role, pitch, bar - opening, step) for role, pitch, bar, step in rows)


def measure(old: Scored, edit: Storyboard) -> Row:
    """Conform the music to a re-edit and count."""
    new, pairs, beats = conformed(old, edit)
    anew = plan_rhythm(edit, Settings(), style=STYLE, metre=old.plan.metre)
    told = report_of(pairs, old.plan, new.plan, beats)
    fresh = report_of(pairs, old.plan, anew, (None,) * anew.beats)
    notes, survive = surviving(old, new, pairs)
    metre = old.plan.metre
    odd, odd_anew = (sum(bar.beats != metre for bar in plan.bars) for plan in (new.plan, anew))
    return Row(
        told.cuts[1], told.landed[1], fresh.landed[1], notes, survive, told.beats, told.kept, len(new.plan.bars), odd,
        odd_anew,
    )  # fmt: skip


def measured(path: Path, *, seeds: int = 1) -> Iterator[tuple[str, Row]]:
    """The rows of one real edit: the name of each re-edit, and its figures summed over the seeds."""
    timeline = flat_timeline(read(path, rate=Fraction(24) if path.suffix == ".edl" else None))
    with tempfile.TemporaryDirectory(prefix="vem-benchmark-") as place:
        old = scored(read(write_reedit(timeline, None, Path(place) / "edit.otio")))
        for name, reedit in REEDITS.items():
            yield name, sum((measure(old, _edited(timeline, reedit, place, seed)) for seed in range(seeds)), Row())


def _edited(timeline: object, reedit: Reedit, place: str, seed: int) -> Storyboard:
    return read(write_reedit(timeline, reedit, Path(place) / f"{reedit.__name__}.otio", seed=seed))


def main() -> None:
    """Print one table over re-edits and one over edits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timelines", nargs="*", type=Path, metavar="TIMELINE")
    parser.add_argument("--seeds", type=int, default=3, help="how often every re-edit is drawn")
    asked = parser.parse_args()
    by_edit: dict[str, Row] = {}
    by_reedit: dict[str, Row] = {}
    for path in asked.timelines or [SAMPLES / name for name in EDITS]:
        for name, row in measured(path, seeds=asked.seeds):
            by_edit[path.stem] = by_edit.get(path.stem, Row()) + row
            by_reedit[name] = by_reedit.get(name, Row()) + row
    for title, rows in (("re-edit", by_reedit), ("edit", by_edit)):
        print(f"| {title} | cuts | on the grid | planned anew | notes survive | beats kept | odd bars | anew |")
        print("|---|---|---|---|---|---|---|---|")
        for name, row in [*rows.items(), ("all", sum(rows.values(), Row()))]:
            print(
                f"| {name} | {row.cuts} | {row.again / row.cuts:.3f} | {row.anew / row.cuts:.3f} "
                f"| {row.survive / max(1, row.notes):.3f} of {row.notes} | {row.kept / row.beats:.2f} "
                f"| {row.odd / row.bars:.2f} | {row.odd_anew / row.bars:.2f} |"
            )
        print()


if __name__ == "__main__":
    main()
