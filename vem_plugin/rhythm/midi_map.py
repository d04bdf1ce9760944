"""The tempo map as MIDI, so that any sequencer can play along.

MIDI counts a tempo in whole microseconds a quarter note, so a span's exact length has to be rounded. The
rounding is not left to add up: each tempo is chosen to bring the *next* change to the nearest point of its
exact time, and spans of more than 200 quarters are written in pieces. No instant of the map is then more than
0.1 ms off (half a microsecond for each of 200 quarters), over any length.

A beat of 6/8 is an eighth note, and so half a quarter's ticks; its time signatures say 6/8.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.rhythm.writing import write_whole

TICKS_PER_QUARTER = 480
LONGEST_PIECE = 200
"""Quarter notes after which a new tempo is written even in a steady span, to take up the rounding."""


def ticks_per_beat(plan: BeatPlan, ticks_per_quarter: int = TICKS_PER_QUARTER) -> int:
    """Ticks of a beat of the plan: a quarter's, or in 6/8 an eighth's."""
    return ticks_per_quarter * 4 // plan.beat_note


def tempo_changes(plan: BeatPlan, ticks_per_quarter: int = TICKS_PER_QUARTER) -> list[tuple[int, int]]:
    """Round the tempo map to MIDI.

    Parameters
    ----------
    plan : BeatPlan
        The plan.
    ticks_per_quarter : int
        Resolution of the file; a multiple of four, so that half a beat of any metre is a whole number of ticks.

    Returns
    -------
    list of (int, int)
        Tick, and microseconds a quarter note from there on. Errors do not add up; see the module.
    """
    if ticks_per_quarter < 4 or ticks_per_quarter % 4:
        raise ValueError(f"{ticks_per_quarter} ticks a quarter cannot be divided into eighths and sixteenths")
    half_beat = ticks_per_beat(plan, ticks_per_quarter) // 2
    half_beats_a_quarter = ticks_per_quarter // half_beat
    changes: list[tuple[int, int]] = []
    eighth = 0
    written = Fraction(0)  # microseconds up to here, as the file will play them
    for segment in plan.segments:
        end = eighth + segment.eighths
        while eighth < end:
            piece = min(end - eighth, half_beats_a_quarter * LONGEST_PIECE)
            exact = plan.time_of(Fraction(eighth + piece, 2)) * 1_000_000
            quarters = Fraction(piece, half_beats_a_quarter)
            microseconds = max(1, round((exact - written) / quarters))
            if not changes or changes[-1][1] != microseconds:
                changes.append((eighth * half_beat, microseconds))
            written += microseconds * quarters
            eighth += piece
    return changes


def time_signatures(plan: BeatPlan, ticks_per_quarter: int = TICKS_PER_QUARTER) -> list[tuple[int, int, int]]:
    """List where the metre changes: tick, numerator, denominator (4, or 8 in 6/8)."""
    found: list[tuple[int, int, int]] = []
    for bar in plan.bars:
        if not found or found[-1][1] != bar.beats:
            found.append((bar.beat * ticks_per_beat(plan, ticks_per_quarter), bar.beats, plan.beat_note))
    return found


def hit_markers(plan: BeatPlan, ticks_per_quarter: int = TICKS_PER_QUARTER) -> list[tuple[int, str]]:
    """List what landed, as MIDI markers: tick and label."""
    beat = ticks_per_beat(plan, ticks_per_quarter)
    return [(int(landing.beat * beat), landing.constraint.label) for landing in plan.landings]


def write_tempo_map(plan: BeatPlan, path: Path) -> Path:
    """Write a MIDI file (type 1) of tempi, time signatures and markers, without notes.

    Parameters
    ----------
    plan : BeatPlan
        The plan.
    path : Path
        File to write, whole or not at all.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    RenderError
        If the file cannot be written.
    """
    import symusic

    # Typed loosely: the stubs of symusic do not tell its three units of time apart.
    score: Any = symusic.Score(TICKS_PER_QUARTER)
    for tick, microseconds in tempo_changes(plan):
        score.tempos.append(symusic.Tempo(tick, mspq=microseconds))
    for tick, numerator, denominator in time_signatures(plan):
        score.time_signatures.append(symusic.TimeSignature(tick, numerator, denominator))
    for tick, label in hit_markers(plan):
        score.markers.append(symusic.TextMeta(tick, label))
    # Without a track symusic leaves the events unsorted, and a file whose times run backwards.
    score.tracks.append(symusic.Track("Tempo map", 0, False))
    write_whole(path, score.dumps_midi())
    return path
