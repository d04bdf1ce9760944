"""The contract of every engine that writes music: a ``Composer`` turns a cue sheet into a score."""

from __future__ import annotations

from typing import Protocol

from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.progress import Report, silent
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import Score
from vem_plugin.score.theme import ThemeCards


class Composer(Protocol):
    """Writes a score.

    The same arguments give the same score on one machine. Every hit of the cue sheet has an onset exactly on its
    eighth; no note reaches beyond the last beat; roles that a section leaves out do not start a note in it (hits and
    the ending apart).
    """

    name: str

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
        """Write a score; without ``cards`` the seed draws the themes."""
        ...
