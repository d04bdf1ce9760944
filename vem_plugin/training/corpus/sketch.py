"""The teacher's manuscript: notes that can still be cut, split and accented."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import ROLES
from vem_plugin.score.notes import NOTE

DRUMS_ROLE, BASS, HARMONY, COUNTER, MELODY = range(len(ROLES))
SINGLE_LINES = (BASS, MELODY)
"""Roles that sound one note at a time."""


@dataclass(slots=True)
class SketchNote:
    """A note that may still change: first step, length in sixteenths, MIDI pitch, unrounded velocity."""

    start: int
    length: int
    pitch: int
    velocity: float

    @property
    def end(self) -> int:
        """First step after the note."""
        return self.start + self.length


@dataclass(slots=True)
class Sketch:
    """Notes of a piece by role, in no particular order; nothing reaches beyond ``steps``."""

    steps: int
    roles: tuple[list[SketchNote], ...] = field(default_factory=lambda: tuple([] for _ in ROLES))

    def add(self, role: int, start: int, length: int, pitch: int, velocity: float) -> None:
        """Write a note, cut at the end of the piece; one without length is left out."""
        if start + length > self.steps:
            length = self.steps - start
        if length > 0:
            self.roles[role].append(SketchNote(start, length, pitch, velocity))

    def starting_at(self, step: int) -> list[SketchNote]:
        """Notes of all roles that begin on a step."""
        return [note for notes in self.roles for note in notes if note.start == step]

    def strike(self, role: int, step: int, pitches: tuple[int, ...], velocity: float, *, longest: int) -> None:
        """Make sure that a pitched role begins a note on a step.

        A note that begins there already is accented, one that sounds is split and struck again, and where the
        role is silent ``pitches`` are struck for at most ``longest`` steps, or until its next note.
        """
        notes = self.roles[role]
        struck = [note for note in notes if note.start == step]
        if not struck:
            struck = self._split(role, step, velocity)
        if not struck:
            following = min((note.start for note in notes if note.start > step), default=self.steps)
            for pitch in pitches:
                self.add(role, step, min(longest, following - step), pitch, velocity)
        for note in struck:
            note.velocity = max(note.velocity, velocity)

    def strike_drum(self, step: int, drum: int, velocity: float) -> None:
        """Make sure that a drum is struck on a step, at least this loud."""
        for note in self.roles[DRUMS_ROLE]:
            if note.start == step and note.pitch == drum:
                note.velocity = max(note.velocity, velocity)
                return
        self.add(DRUMS_ROLE, step, 1, drum, velocity)

    def _split(self, role: int, step: int, velocity: float) -> list[SketchNote]:
        """Cut the notes of a role that sound across a step in two there; the second halves."""
        halves = []
        for note in [note for note in self.roles[role] if note.start < step < note.end]:
            halves.append(SketchNote(step, note.end - step, note.pitch, velocity))
            note.length = step - note.start
        self.roles[role].extend(halves)
        return halves

    def silence(self, start: int, end: int) -> None:
        """Clear a stretch: notes that begin in it go, notes that reach into it end at its start."""
        for role in range(len(self.roles)):
            self.silence_role(role, start, end)

    def silence_role(self, role: int, start: int, end: int) -> None:
        """Clear a stretch of one role."""
        notes = self.roles[role]
        notes[:] = [note for note in notes if not start <= note.start < end]
        for note in notes:
            if note.start < start < note.end:
                note.length = start - note.start

    def fair_copy(self, rng: np.random.Generator) -> NDArray[np.void]:
        """The finished notes: no doubled or overlapping notes of one pitch, single lines single, sorted by
        start.

        Velocities vary by up to three, as a player's do, and lie between 20 and 127.
        """
        rows: list[tuple[int, int, int, int, float]] = []
        for role, notes in enumerate(self.roles):
            clean = _without_overlaps(notes, single=role in SINGLE_LINES, drums=role == DRUMS_ROLE)
            rows.extend((role, note.start, note.length, note.pitch, note.velocity) for note in clean)
        if not rows:
            return np.zeros(0, NOTE)
        table = np.array(rows)
        touch = rng.integers(-3, 4, len(table))
        copy = np.zeros(len(table), NOTE)
        for column, name in enumerate(("role", "start", "length", "pitch")):
            copy[name] = table[:, column]
        copy["velocity"] = np.clip(np.rint(table[:, 4]) + touch, 20, 127)
        return copy[np.lexsort((copy["pitch"], copy["role"], copy["start"]))]


def _without_overlaps(notes: list[SketchNote], *, single: bool, drums: bool) -> list[SketchNote]:
    """Merge notes of one pitch that begin together; end a note where its pitch (or line) begins anew."""
    last: dict[int, SketchNote] = {}
    kept: list[SketchNote] = []
    for note in sorted(notes, key=lambda note: (note.start, -note.length, -note.velocity)):
        before = last.get(0 if single else note.pitch)
        if before is not None and before.start == note.start:
            before.velocity = max(before.velocity, note.velocity)
            continue
        if before is not None and before.end > note.start and not drums:
            before.length = note.start - before.start
        last[0 if single else note.pitch] = note
        kept.append(note)
    return kept
