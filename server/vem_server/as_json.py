"""Results as JSON-ready values. Exact times are fractions of a second written as "numerator/denominator"."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from vem_timeline.storyboard import Storyboard

if TYPE_CHECKING:
    from vem_plugin.measure.report import SyncReport
    from vem_plugin.publish import ScoredTake
    from vem_plugin.rhythm.beat_plan import BeatConstraint, BeatPlan, Landing, Miss
    from vem_plugin.take import Change, Take
    from vem_plugin.takes.find import FoundTake


def print_json(value: object) -> None:
    """Write one JSON value to standard output."""
    json.dump(value, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


def _seconds(time: Fraction) -> float:
    return round(float(time), 6)


def _exact(time: Fraction) -> str:
    return f"{time.numerator}/{time.denominator}"


def storyboard_as_json(board: Storyboard) -> dict[str, Any]:
    """What was read; exact times as fractions, with seconds and timecodes beside them."""
    timecode = board.clock.timecode_of
    return {
        "name": board.name,
        "rate": _exact(board.clock.rate),
        "drop_frame": board.clock.drop_frame,
        "start_timecode": timecode(Fraction(0)),
        "duration": _exact(board.duration),
        "duration_seconds": _seconds(board.duration),
        "shots": [
            {
                "number": shot.number,
                "name": shot.name,
                "kind": shot.kind,
                "start": _exact(shot.start),
                "start_timecode": timecode(shot.start),
                "duration": _exact(shot.duration),
                "speed": _exact(shot.speed),
                "media": None if shot.media is None else shot.media.url,
                "online": shot.media is not None and shot.media.online,
                "media_path": None if shot.media is None or shot.media.path is None else str(shot.media.path),
                "media_start": None if shot.media is None else _exact(shot.media.start),
                "still": shot.media is not None and shot.media.still,
            }
            for shot in board.shots
        ],
        "transitions": [
            {
                "time": _exact(change.time),
                "timecode": timecode(change.time),
                "kind": change.kind,
                "duration": _exact(change.duration),
                "into": change.into,
            }
            for change in board.transitions
        ],
        "markers": [
            {
                "time": _exact(marker.time),
                "timecode": timecode(marker.time),
                "duration": _exact(marker.duration),
                "name": marker.name,
                "comment": marker.comment,
                "text": marker.text,
                "color": marker.color,
                "on": marker.owner,
            }
            for marker in board.markers
        ],
        "speech": [
            {
                "start": _exact(spoken.start),
                "start_timecode": timecode(spoken.start),
                "end_timecode": timecode(spoken.start + spoken.duration),
                "duration": _exact(spoken.duration),
                "source": spoken.source,
            }
            for spoken in board.speech
        ],
        "ignored": [{"what": note.what, "where": note.where, "why": note.why} for note in board.remarks],
    }


def place_in_bars(plan: BeatPlan, beat: Fraction) -> str:
    """Where a position falls in the bars, as a musician says it: "bar 3 beat 2", "bar 3 beat 2 and"."""
    bar = max((bar for bar in plan.bars if bar.beat <= beat), key=lambda bar: bar.beat)
    within_bar = beat - bar.beat
    off = " and" if within_bar.denominator == 2 else ""
    return f"bar {bar.number} beat {int(within_bar) + 1}{off}"


def plan_as_json(board: Storyboard, plan: BeatPlan) -> dict[str, Any]:
    """Shots, tempo map, bars, landings and misses; exact times as fractions."""
    return {
        "duration": _exact(plan.duration),
        "shots": [
            {
                "number": shot.number,
                "name": shot.name,
                "kind": shot.kind,
                "start": _exact(shot.start),
                "start_timecode": board.clock.timecode_of(shot.start),
            }
            for shot in board.shots
        ],
        "base_bpm": _seconds(plan.base_bpm),
        "beats_a_pulse": plan.beats_a_pulse,
        "metre": f"{plan.metre}/{plan.beat_note}",
        "tempo_map": [
            {"start": _exact(s.start), "end": _exact(s.end), "eighths": s.eighths, "bpm": _seconds(s.bpm)}
            for s in plan.segments
        ],
        "bars": [{"number": bar.number, "beat": bar.beat, "beats": bar.beats} for bar in plan.bars],
        "beat_times": [_seconds(time) for time in plan.beat_times],
        "landings": [_landing_as_json(board, plan, landing) for landing in plan.landings],
        "misses": [_miss_as_json(board, miss) for miss in plan.misses],
        "remarks": list(plan.remarks),
    }


def _wanted_as_json(board: Storyboard, wanted: BeatConstraint) -> dict[str, Any]:
    return {
        "label": wanted.label,
        "kind": wanted.kind,
        "shot": wanted.shot,
        "time": _exact(wanted.time),
        "timecode": board.clock.timecode_of(wanted.time),
        "weight": wanted.weight,
        "deserves": None if wanted.deserves is None else round(wanted.deserves, 3),
        "why": wanted.why,
    }


def _landing_as_json(board: Storyboard, plan: BeatPlan, landing: Landing) -> dict[str, Any]:
    return _wanted_as_json(board, landing.constraint) | {
        "beat": float(landing.beat),
        "place": "the end" if landing.constraint.kind == "end" else place_in_bars(plan, landing.beat),
        "on": landing.on,
        "offset_ms": _seconds(landing.offset * 1000),
    }


def _miss_as_json(board: Storyboard, miss: Miss) -> dict[str, Any]:
    return _wanted_as_json(board, miss.constraint) | {
        "offset_ms": _seconds(miss.offset * 1000),
        "reason": miss.reason,
    }


def sync_of_json(told: dict[str, Any]) -> SyncReport:
    """The sync report that ``SyncReport.as_json`` told, to the digits that it told."""
    import msgspec

    from vem_plugin.measure.report import SyncReport

    return msgspec.convert(told, SyncReport, dec_hook=lambda kind, value: kind(value))


def scored_as_json(scored: ScoredTake) -> dict[str, Any]:
    """Paths, figures, markers and the plan of a finished take: everything an editing program needs to place it."""
    from vem_plugin.publish import music_markers

    take = scored.take
    path = {name: str(scored.folder / file) for name, file in take.files.items()}
    stems = {stem: path[f"stem_{stem}"] for stem in take.stems if f"stem_{stem}" in path}
    return {
        "take": take.take_id,
        "timeline": str(scored.timeline),
        "folder": str(scored.folder),
        "mix": path["mix"],
        "midi": path["midi"],
        "picture": path["picture"],
        "contact_sheet": None if scored.sheet is None else str(scored.sheet),
        "stems": stems,
        "ducked_mix": path.get("ducked_mix"),
        "ducking": path.get("ducking"),
        "style": take.style,
        "mode": take.cue.mode,
        "seed": take.seed,
        "engine": take.composer.get("composer"),
        "anchoring": take.composer.get("anchoring"),
        "lufs": take.loudness.lufs,
        "true_peak": take.loudness.true_peak,
        "samples": take.samples,
        "sample_rate": take.sample_rate,
        "time_reference": take.time_reference,
        "markers": [
            {
                "time": _exact(marker.time),
                "seconds": _seconds(marker.time),
                "name": marker.name,
                "color": marker.color,
                "comment": marker.comment,
            }
            for marker in music_markers(take.plan)
        ],
        "remarks": list(take.remarks),
        "plan": plan_as_json(take.storyboard, take.plan),
    }


def take_in_full_as_json(found: FoundTake) -> dict[str, Any]:
    """Everything there is to show of a take on disk: what `scored_as_json` tells, the shots, the sections, the locks.

    ``locks`` maps the number of each locked shot (as text, since JSON knows no other keys) to what locks it.

    Raises
    ------
    TimelineError
        If the timeline, whose markers may lock shots, cannot be read.
    """
    from vem_plugin.publish import ScoredTake
    from vem_plugin.takes.locks import locked_shots
    from vem_timeline import read

    take = found.take
    locks = locked_shots(take.locked, read(found.timeline))
    return scored_as_json(ScoredTake(take, found.folder, found.timeline)) | {
        "name": take.name,
        "edit": str(take.edit),
        "brief": take.settings.brief,
        "locks": {str(number): why for number, why in sorted(locks.items())},
        "change": None if take.change is None else change_as_json(take.change),
        "sections": _sections_as_json(take),
        "storyboard": storyboard_as_json(take.storyboard),
    }


def change_as_json(change: Change) -> dict[str, Any]:
    """How a take came from another one, as JSON-ready values."""
    return {
        "how": change.how,
        "words": change.words,
        "shots": list(change.shots),
        "beats": None if change.beats is None else list(change.beats),
        "seed": change.seed,
    }


def _sections_as_json(take: Take) -> list[dict[str, Any]]:
    """What the music was asked for, stretch by stretch; times in seconds, energy 0 to 1."""
    time_of = take.plan.time_of
    return [
        {
            "start": _seconds(time_of(Fraction(section.start))),
            "end": _seconds(time_of(Fraction(section.start + section.beats))),
            "energy": [round(level, 3) for level in section.energy],
            "roles": sorted(section.roles),
            "shots": list(section.shots),
            "caption": section.caption,
        }
        for section in take.cue.sections
    ]
