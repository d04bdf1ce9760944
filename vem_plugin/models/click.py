"""The click composer: a metronome that knows the cuts.

The second implementation of the ``Composer`` contract and the baseline of the tests: it needs no weights, no
torch and no chance, and what it plays is exactly on the grid.
"""

from __future__ import annotations

import numpy as np

from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.progress import Report, silent
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import ROLES, SCALES, CueSheet, Role, Section
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import NOTE, STEPS_PER_BEAT, Chord, Score
from vem_plugin.score.strengths import MARKED, STRONG
from vem_plugin.score.theme import ThemeCards

KICK, CLOSED_HAT, CRASH = 36, 42, 49
STEPS_PER_EIGHTH = 2
Row = tuple[int, int, int, int, int]
"""A note in the order of ``NOTE``."""


class ClickComposer:
    """Clicks every beat, accents every downbeat and hit, and rings the tonic out at the end.

    Drums click where a section lets them; elsewhere a short tonic note of a role that may play stands in for
    a hit.
    """

    name = "click"

    def compose(
        self,
        cue: CueSheet,
        parsed: ParsedVideo | None,
        plan: BeatPlan,
        *,
        seed: int,
        cards: ThemeCards | None = None,
        report: Report = silent,
    ) -> Score:
        """Write the clicks of a cue sheet; picture, plan, seed and themes make no difference to a metronome."""
        report("compose", 0.0, "clicks")
        rows = [row for section in cue.sections for row in _clicks_of(cue, section)]
        rows += [row for eighth, strength in cue.hits.items() for row in _accent_of(cue, eighth, strength)]
        rows += _last_chord_of(cue)
        chord = _tonic_of(cue)
        report("compose", 1.0, "clicks")
        facts: dict[str, object] = {"composer": self.name, "seed": seed}
        return Score(cue, _tidied(rows), (chord,) * cue.beats, facts=facts)


def _clicks_of(cue: CueSheet, section: Section) -> list[Row]:
    """A click on every beat where drums may play, else a tonic note on the downbeats; none in stops."""
    downbeats = {bar.beat for bar in bars_of(cue) if bar.section is section}
    rows: list[Row] = []
    for beat in range(section.start, section.start + section.beats):
        if beat in cue.stops or beat > cue.end_beat:
            continue
        step = beat * STEPS_PER_BEAT
        if "drums" in section.roles:
            strong = beat in downbeats
            rows.append((0, step, 1, KICK if strong else CLOSED_HAT, 96 if strong else 72))
        elif beat in downbeats:
            rows.append(_tonic_note(cue, section, step, 64))
    return rows


def _accent_of(cue: CueSheet, eighth: int, strength: float) -> list[Row]:
    """A hit: crash, kick and bass if it is marked, else one accented note of a role that may play."""
    beat, step = eighth // 2, eighth * STEPS_PER_EIGHTH
    if beat in cue.stops:
        return []
    velocity = round(90 + 35 * strength)
    section = next(s for s in cue.sections if s.start <= beat < s.start + s.beats)
    if strength >= MARKED or ("drums" in section.roles and strength >= STRONG):
        drums: list[Row] = [(0, step, 1, CRASH, velocity), (0, step, 1, KICK, velocity)]
        return [*drums, (1, step, STEPS_PER_EIGHTH, _bass_of(cue), velocity)] if strength >= MARKED else drums
    if "drums" in section.roles:
        return [(0, step, 1, KICK, velocity)]
    return [_tonic_note(cue, section, step, velocity)]


def _tonic_note(cue: CueSheet, section: Section, step: int, velocity: int) -> Row:
    """A short tonic note of the first pitched role that may play; of the bass where none may."""
    pitched: tuple[Role, ...] = ("bass", "harmony", "counter", "melody")
    role = next((role for role in pitched if role in section.roles), "bass")
    octaves = pitched.index(role)
    return ROLES.index(role), step, STEPS_PER_EIGHTH, _bass_of(cue) + 12 * octaves, velocity


def _last_chord_of(cue: CueSheet) -> list[Row]:
    start = cue.end_beat * STEPS_PER_BEAT
    length = cue.beats * STEPS_PER_BEAT - start
    bass = _bass_of(cue)
    third = 4 if 4 in SCALES[cue.mode] else 3
    return [(1, start, length, bass, 90), *((2, start, length, bass + 12 + up, 80) for up in (0, third, 7))]


def _tonic_of(cue: CueSheet) -> Chord:
    third = 4 if 4 in SCALES[cue.mode] else 3
    return Chord(cue.key, tuple(sorted((cue.key + up) % 12 for up in (0, third, 7))))


def _bass_of(cue: CueSheet) -> int:
    return 36 + cue.key


def _tidied(rows: list[Row]) -> np.ndarray:
    """Sorted notes; of two on the same step, role and pitch the louder, lasting as long as the longer."""
    best: dict[tuple[int, int, int], Row] = {}
    for row in rows:
        role, start, length, pitch, velocity = row
        _, _, held, _, loud = best.get((role, start, pitch), row)
        best[role, start, pitch] = (role, start, max(length, held), pitch, max(velocity, loud))
    notes = np.array(list(best.values()), NOTE)
    return notes[np.lexsort((notes["pitch"], notes["role"], notes["start"]))]
