"""A counter-melody of long notes: it moves against the tune, mostly by step, and answers where the tune rests."""

from __future__ import annotations

from dataclasses import dataclass

from vem_plugin.score.cue import COMPOUND
from vem_plugin.score.progressions import LoopChord
from vem_plugin.score.theme import ThemeNote
from vem_plugin.training.corpus.voicing import scale_under

REACH = 15
"""Semitones above its lowest note in which the line stays."""
SLOTS: dict[int, tuple[int, ...]] = {4: (8, 8), 3: (12,), COMPOUND: (12, 12)}
"""Lengths in steps of the notes of an ordinary bar."""


@dataclass(slots=True)
class CounterLine:
    """A line in the making: where it stands, and where the tune stood when it last moved."""

    lowest: int
    last: int = 0
    tune_before: int = 0

    def bar(
        self,
        spans: tuple[tuple[int, int, LoopChord], ...],
        tune: list[ThemeNote],
        scale: tuple[int, ...],
        metre: int,
        *,
        sparse: bool,
    ) -> list[tuple[int, int, int]]:
        """Write a bar.

        Parameters
        ----------
        spans : tuple of (first step, step after the last, chord), from the bar's downbeat
        tune : list of ThemeNote
            The tune's notes in this bar, their starts counted from the bar's downbeat.
        scale : tuple of int
        metre : int
        sparse : bool
            One note a chord, unless the tune rests.

        Returns
        -------
        list of (start, length, pitch), starts from the downbeat.
        """
        written: list[tuple[int, int, int]] = []
        for start, end, chord in spans:
            step = start
            while step < end:
                length = end - step if sparse and tune else min(_slot_at(step, metre), end - step)
                sung = [note for note in tune if step <= note.start < step + length]
                pitch = self._next(chord, sung[0].pitch if sung else None)
                written += (
                    self._answer(step, length, pitch, chord, scale)
                    if not sung and length >= 8
                    else [(step, length, pitch)]
                )
                self.last = written[-1][2]
                step += length
        return written

    def _next(self, chord: LoopChord, sung: int | None) -> int:
        """The chord tone the line goes to, while the tune begins ``sung`` (or rests)."""
        last = self.last or self.lowest + REACH // 2
        tune_moves = (sung > self.tune_before) - (sung < self.tune_before) if sung and self.tune_before else 0

        def cost(pitch: int) -> float:
            """What it costs to go to a pitch: leaps, following the tune, its octaves, and straying."""
            leap = abs(pitch - last)
            price = 1.2 if leap == 0 else 0.3 * leap if leap <= 4 else leap - 2.5
            if tune_moves and (pitch - last) * tune_moves < 0:
                price -= 1.5
            if sung is not None:
                price += 3 * (pitch % 12 == sung % 12) + 8 * (pitch > sung - 3)
            return price + 0.12 * abs(pitch - self.lowest - REACH // 2)

        tones = [pitch for pitch in range(self.lowest, self.lowest + REACH + 1) if pitch % 12 in chord.tones]
        self.tune_before = sung or self.tune_before
        return min(tones, key=cost)

    def _answer(
        self, step: int, length: int, pitch: int, chord: LoopChord, scale: tuple[int, ...]
    ) -> list[tuple[int, int, int]]:
        """Fill a rest of the tune: the note, its upper or lower neighbour, and the note again."""
        up = pitch < self.lowest + REACH // 2
        bent = scale_under(scale, chord.tones)
        reach = range(pitch + 1, pitch + 4) if up else range(pitch - 1, pitch - 4, -1)
        neighbour = next((tone for tone in reach if tone % 12 in bent), pitch)
        half = 4 * max(1, length // 8)
        return [(step, half, pitch), (step + half, 2, neighbour), (step + half + 2, length - half - 2, pitch)]


def _slot_at(step: int, metre: int) -> int:
    """Steps from ``step`` to where the next note of an even line begins."""
    slot = SLOTS[metre][0]
    return slot - step % slot
