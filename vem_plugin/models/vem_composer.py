"""The VeM composer: the learned engine behind the ``Composer`` contract."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from vem_plugin.models.beat_features import features_of
from vem_plugin.models.composer import Commission, Kept
from vem_plugin.models.conditioning import Conditions, conditions_of
from vem_plugin.models.finish import finish
from vem_plugin.models.pipeline import GUIDANCE, STEPS, VeMPipeline
from vem_plugin.models.raster import notes_of
from vem_plugin.models.seen_shots import sections_as_shots, shots_seen
from vem_plugin.models.storyboard_tokens import style_vector, tokens_of
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.progress import Report, silent
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.key import transposed, transposed_chords
from vem_plugin.score.notes import Chord, Score
from vem_plugin.score.theme import RealisedTheme, ThemeCards, card_features, draw_cards, realise


class VeMComposer:
    """Writes music with the VeM pipeline.

    Parameters
    ----------
    pipeline : VeMPipeline
        From ``vem_plugin.models.model_folder.load``.
    steps : int
        Steps of the sampler.
    guidance : float
        Classifier-free guidance; 1 is none.
    """

    name = "vem"

    def __init__(self, pipeline: VeMPipeline, *, steps: int = STEPS, guidance: float = GUIDANCE) -> None:
        self.pipeline = pipeline
        self.steps = steps
        self.guidance = guidance

    @property
    def digest(self) -> str | None:
        """What identifies the model's folder."""
        return None if self.pipeline.folder is None else self.pipeline.folder.digest

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
        """Write a score; see ``vem_plugin.models.composer.Composer``."""
        theme = None if cards is None else realise(cue, cards)
        return self.write(cue, parsed, plan, seed=seed, theme=theme, report=report)

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
        """As ``compose``, with a theme of one's own, and beats of an earlier take that must stay.

        Raises
        ------
        ValueError
            If cue sheet and beat plan differ in length, or ``kept`` does not fit them.
        """
        theme = theme or realise(cue, draw_cards(cue, np.random.default_rng(seed)))
        latents = self.pipeline(
            _conditions_under(plan, cue, theme, parsed),
            seed=seed,
            steps=self.steps,
            guidance=self.guidance,
            known=kept.latents if kept else None,
            known_mask=kept.mask if kept else None,
            report=report,
        )
        return self.score_of(latents, cue, seed=seed)

    @property
    def gains_together(self) -> bool:
        """On a card, where eight takes take as long as one.

        On a CPU a batch saves a fifth of a second of the five to seven that a take needs to be heard; there the first
        take is better played before the second is begun (``benchmarks/gpu.md``).
        """
        return self.pipeline.placement.device.type != "cpu"

    def compose_together(
        self, commissions: Sequence[Commission], plan: BeatPlan, *, report: Report = silent
    ) -> list[Score]:
        """Write several takes in one batch; see ``vem_plugin.models.composer.Prolific``."""
        latents = self.pipeline.together(
            [_conditions_under(plan, one.cue, realise(one.cue, one.cards), one.told) for one in commissions],
            seeds=[one.seed for one in commissions],
            steps=self.steps,
            guidance=self.guidance,
            report=report,
        )
        return [
            self.score_of(written, one.cue, seed=one.seed) for one, written in zip(commissions, latents, strict=True)
        ]

    def read(self, latents: NDArray[np.float32]) -> tuple[NDArray[np.void], tuple[Chord, ...]]:
        """Notes and chords as the network wrote them into latents: tonic-normalised, nothing repaired."""
        return notes_of(self.pipeline.codec.probabilities_of(torch.from_numpy(latents)))

    def score_of(self, latents: NDArray[np.float32], cue: CueSheet, *, seed: int) -> Score:
        """Decode latents (beats, latent size) and finish the score in the cue sheet's key."""
        notes, chords = self.read(latents)
        done = finish(notes, chords, cue, velocity_lines=self.pipeline.codec.config["velocity_lines"])
        facts: dict[str, object] = {
            "composer": self.name,
            "seed": seed,
            "steps": self.steps,
            "guidance": self.guidance,
            **done.repairs,
        }
        if (folder := self.pipeline.folder) is not None:
            index = folder.index
            facts |= {"model": index.name, "model_version": index.version, "model_sha256": folder.digest}
        return Score(
            cue=cue,
            notes=transposed(done.notes, cue),
            chords=transposed_chords(chords, cue),
            latents=latents,
            facts=facts,
        )


def _conditions_under(plan: BeatPlan, cue: CueSheet, theme: RealisedTheme, parsed: ParsedVideo | None) -> Conditions:
    if cue.beats != plan.beats:
        raise ValueError(f"the cue sheet has {cue.beats} beats, the plan {plan.beats}")
    return conditions_for(cue, theme, parsed, np.array([float(time) for time in plan.beat_times]))


def conditions_for(
    cue: CueSheet, theme: RealisedTheme, parsed: ParsedVideo | None, clock: NDArray[np.float64]
) -> Conditions:
    """Everything the transformer is told about a piece.

    ``clock`` (beats + 1,) is the start of every beat and the end, seconds.
    """
    shots = shots_seen(parsed) if parsed is not None else sections_as_shots(cue, clock)
    caption = parsed.brief_text if parsed is not None and parsed.brief else None
    tokens = tokens_of(shots, clock[:-1], caption=caption, style=style_vector(cue))
    return conditions_of(features_of(cue, clock[:-1]), card_features(cue, theme), tokens)
