"""The contract of every engine that writes music: a ``Composer`` turns a cue sheet into a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.progress import Report, silent
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import Score
from vem_plugin.score.theme import RealisedTheme, ThemeCards


class Composer(Protocol):
    """Writes a score.

    The same arguments give the same score on one machine. An engine that writes notes promises that every hit of the
    cue sheet has an onset exactly on its eighth, no note reaches beyond the last beat, and roles that a section leaves
    out do not start a note in it (hits and the ending apart). One that writes sound gives all of it, to the sample, is
    silent in the stops, and tells in ``facts`` under "anchoring" how well its hits were met, measured.
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


@dataclass(frozen=True, slots=True)
class Commission:
    """One take to write: what the music does, the storyboard told in words of music, the seed, and the themes."""

    seed: int
    cue: CueSheet
    told: ParsedVideo
    cards: ThemeCards


@runtime_checkable
class Prolific(Composer, Protocol):
    """A composer that can write several takes of one plan at once."""

    @property
    def gains_together(self) -> bool:
        """Whether that is faster where it computes."""
        ...

    def compose_together(
        self, commissions: Sequence[Commission], plan: BeatPlan, *, report: Report = silent
    ) -> list[Score]:
        """The scores that ``compose`` gives one by one, within what rounding does."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What to keep of an earlier take.

    Its ``latents``, as its score has them, in the beats where ``mask`` (beats,) is true; ``facts`` are what its
    composer recorded.
    """

    latents: NDArray[np.float32]
    mask: NDArray[np.bool_]
    facts: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Rewriter(Composer, Protocol):
    """A composer that can go on with a take: it gives latents, and is given them where they shall stay."""

    @property
    def digest(self) -> str | None:
        """What identifies its model; latents are the language of one."""
        ...

    def write(
        self,
        cue: CueSheet,
        parsed: ParsedVideo | None,
        plan: BeatPlan,
        *,
        seed: int,
        theme: RealisedTheme | None = None,
        kept: Kept | None = None,
        report: Report = silent,
    ) -> Score:
        """As ``compose``, with a theme of one's own, and beats of an earlier take that must stay."""
        ...
