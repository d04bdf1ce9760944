"""The VeM composer: the learned engine behind the ``Composer`` contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vem_plugin.models.beat_features import features_of
from vem_plugin.models.conditioning import Conditions, conditions_of
from vem_plugin.models.finish import finish
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.raster import notes_of
from vem_plugin.models.seen_shots import sections_as_shots, shots_seen
from vem_plugin.models.storyboard_tokens import style_vector, tokens_of
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.progress import Report, silent
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import ROLES, CueSheet
from vem_plugin.score.notes import Chord, Score
from vem_plugin.score.theme import ThemeCards, card_features, draw_cards

STEPS = 25
GUIDANCE = 1.5
HIGHEST_KEY_UP = 6
"""Keys up to F sharp are reached upwards, the others downwards, so that no role leaves its register by far."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Latents to keep of an earlier take: ``latents`` (beats, latent size) where ``mask`` (beats,) is true."""

    latents: NDArray[np.float32]
    mask: NDArray[np.bool_]


class VeMComposer:
    """Writes music with the VeM pipeline.

    Parameters
    ----------
    pipeline : VeMPipeline
        From ``vem_plugin.models.model_folder.load_pipeline``.
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

    def compose(
        self, cue: CueSheet, parsed: ParsedVideo | None, plan: BeatPlan, *, seed: int, report: Report = silent
    ) -> Score:
        """Write a score; see ``vem_plugin.models.composer.Composer``."""
        return self.write(cue, parsed, plan, seed=seed, report=report)

    def write(
        self,
        cue: CueSheet,
        parsed: ParsedVideo | None,
        plan: BeatPlan,
        *,
        seed: int,
        cards: ThemeCards | None = None,
        kept: Kept | None = None,
        report: Report = silent,
    ) -> Score:
        """As ``compose``, with theme cards of one's own, and beats of an earlier take that must stay.

        Raises
        ------
        ValueError
            If cue sheet and beat plan differ in length, or ``kept`` does not fit them.
        """
        if cue.beats != plan.beats:
            raise ValueError(f"the cue sheet has {cue.beats} beats, the plan {plan.beats}")
        clock = np.array([float(time) for time in plan.beat_times])
        cards = cards or draw_cards(cue, np.random.default_rng(seed))
        latents = self.pipeline(
            conditions_for(cue, cards, parsed, clock),
            seed=seed,
            steps=self.steps,
            guidance=self.guidance,
            known=kept.latents if kept else None,
            known_mask=kept.mask if kept else None,
            report=report,
        )
        return self.score_of(latents, cue, seed=seed)

    def score_of(self, latents: NDArray[np.float32], cue: CueSheet, *, seed: int) -> Score:
        """Decode latents (beats, latent size) and finish the score in the cue sheet's key."""
        notes, chords = notes_of(self.pipeline.codec.probabilities_of(torch.from_numpy(latents)))
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
            notes=transposed(done.notes, cue.key),
            chords=tuple(transposed_chord(chord, cue.key) for chord in chords),
            latents=latents,
            facts=facts,
        )


def conditions_for(
    cue: CueSheet, cards: ThemeCards, parsed: ParsedVideo | None, clock: NDArray[np.float64]
) -> Conditions:
    """Everything the transformer is told about a piece.

    ``clock`` (beats + 1,) is the start of every beat and the end, seconds.
    """
    shots = shots_seen(parsed) if parsed is not None else sections_as_shots(cue, clock)
    caption = parsed.brief_text if parsed is not None and parsed.brief else None
    tokens = tokens_of(shots, clock[:-1], caption=caption, style=style_vector(cue))
    return conditions_of(features_of(cue, clock[:-1]), card_features(cue, cards), tokens)


def transposed(notes: NDArray[np.void], key: int) -> NDArray[np.void]:
    """Notes whose tonic C becomes ``key`` (0 = C ... 11 = B), by the shorter way; drums stay."""
    semitones = key if key <= HIGHEST_KEY_UP else key - 12
    moved = notes.copy()
    pitched = moved["role"] != ROLES.index("drums")
    moved["pitch"][pitched] = moved["pitch"][pitched].astype(int) + semitones
    return moved


def transposed_chord(chord: Chord, key: int) -> Chord:
    """A chord whose tonic C becomes ``key``."""
    return Chord((chord.root + key) % 12, tuple(sorted((tone + key) % 12 for tone in chord.tones)))
