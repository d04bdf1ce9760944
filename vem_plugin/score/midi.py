"""Writes a score as a Standard MIDI File: tempo map, metre, markers at what landed, one track per role and instrument.

Ticks count beats, so notes are exact on the grid; the tempo map (``rhythm.midi_map``) turns them back into time. Layers
that only join in loud places or on accents are left out: whoever opens the file in a sequencer wants the part once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.rhythm.midi_map import TICKS_PER_QUARTER, hit_markers, tempo_changes, ticks_per_beat, time_signatures
from vem_plugin.score.cue import ROLES
from vem_plugin.score.instruments import instruments
from vem_plugin.score.layers import Layer, Palette
from vem_plugin.score.notes import STEPS_PER_BEAT, Score

_BANK_SELECT, _PAN = 0, 10


def score_to_midi(score: Score, plan: BeatPlan, *, palette: Palette, path: Path) -> None:
    """Writes the file; of a score without notes the tempo map, metre and markers alone.

    Parameters
    ----------
    score : Score
    plan : BeatPlan
        Tempo map and bars; the end of the last track is the end of the plan.
    palette : Palette
        Names the programs of the tracks.
    path : Path
        Replaced if it exists.

    Raises
    ------
    OSError
        As the file system says it.
    """
    import symusic

    # Typed loosely: the stubs of symusic do not tell its three units of time apart.
    file: Any = symusic.Score(TICKS_PER_QUARTER)
    for tick, microseconds in tempo_changes(plan, TICKS_PER_QUARTER):
        file.tempos.append(symusic.Tempo(tick, mspq=microseconds))
    for tick, numerator, denominator in time_signatures(plan, TICKS_PER_QUARTER):
        file.time_signatures.append(symusic.TimeSignature(tick, numerator, denominator))
    for tick, label in hit_markers(plan):
        file.markers.append(symusic.TextMeta(tick, label))
    notes = score.notes.tolist()
    for index, role in enumerate(ROLES if notes else ()):
        mine = [note for note in notes if note[0] == index and note[1] < plan.beats * STEPS_PER_BEAT]
        layers = [layer for layer in palette.parts[role].layers if layer.plays == "always"]
        if role == "drums":
            layers = [layer for layer in layers if layer.sounds is None][:1]
        for layer in layers:
            track = _track_of(layer, f"{role.upper()} {layer.instrument.replace('_', ' ')}", mine, plan)
            file.tracks.append(track)
    path.write_bytes(file.dumps_midi())


def _track_of(layer: Layer, name: str, notes: list[tuple[int, ...]], plan: BeatPlan) -> Any:
    import symusic

    instrument = instruments()[layer.instrument]
    track: Any = symusic.Track(name, instrument.program, instrument.is_kit)
    if instrument.bank and not instrument.is_kit:
        track.controls.append(symusic.ControlChange(0, _BANK_SELECT, instrument.bank))
    track.controls.append(symusic.ControlChange(0, _PAN, round(64 + 63 * layer.pan)))
    last, step = plan.beats * STEPS_PER_BEAT, ticks_per_beat(plan) // STEPS_PER_BEAT
    for _, first, length, pitch, velocity in notes:
        key = pitch if instrument.is_kit else instrument.fold(pitch + 12 * layer.octave)
        steps = min(length, last - first)
        track.notes.append(symusic.Note(first * step, steps * step, key, velocity))
    return track
