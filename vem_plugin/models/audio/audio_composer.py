"""The audio composer: the second learned engine behind the ``Composer`` contract. It writes sound, not notes.

The network is told the words, the storyboard and the solved beat grid; what it made is then listened to. A hit that is
off by more than 40 ms is put right by stretching time between anchors (``render/anchoring.py``), stops are silenced,
and the figures before and after go into the take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.audio.audio_codec import OUT_RATE
from vem_plugin.models.audio.audio_pipeline import VeMAudioPipeline, Words
from vem_plugin.models.audio.frame_conditions import frame_conditions
from vem_plugin.models.audio.frame_features import beats_at, frame_clock
from vem_plugin.models.composer import Kept
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.progress import Report, silent
from vem_plugin.render.anchoring import Anchoring, anchored, stretched
from vem_plugin.render.synth import frames_of
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.notes import NOTE, Score
from vem_plugin.score.theme import RealisedTheme, ThemeCards, draw_cards, realise

DENOISING = 0.9
"""Share of the work, for reports, that is done when the latents are there."""
CLOSING, OPENING = 0.06, 0.005
"""Seconds in which the music falls silent where a stop begins, and is there again before the hit that ends it."""
MOST_CAPTIONS = 4
"""Sections that are told in words at once; text encoders have room for some hundred tokens."""

Anchors = tuple[tuple[float, float], ...]
"""Seconds before and after time was stretched (``anchoring.stretched``)."""


@dataclass(frozen=True, slots=True)
class Listened:
    """Sound (samples, 2) that was listened to: how its hits were put right, and every stretching it went through."""

    sound: NDArray[np.float32]
    put_right: Anchoring
    anchors: tuple[Anchors, ...]


class AudioComposer:
    """Writes music as sound with an audio pipeline.

    Parameters
    ----------
    pipeline : VeMAudioPipeline
        From ``vem_plugin.models.model_folder.load``.
    steps, guidance
        Of the sampler; None is what the pipeline's checkpoint recommends.
    """

    name = "audio"

    def __init__(self, pipeline: VeMAudioPipeline, *, steps: int | None = None, guidance: float | None = None) -> None:
        self.pipeline = pipeline
        self.steps = pipeline.steps if steps is None else steps
        self.guidance = pipeline.guidance if guidance is None else guidance

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
        """Write a score of sound; see ``vem_plugin.models.composer.Composer``."""
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

        With ``kept`` there is sound only from a beat before the first that is new to a beat after the last.

        Raises
        ------
        ValueError
            If cue sheet and beat plan differ in length, or ``kept`` does not fit them.
        """
        if cue.beats != plan.beats:
            raise ValueError(f"the cue sheet has {cue.beats} beats, the plan {plan.beats}")
        theme = theme or realise(cue, draw_cards(cue, np.random.default_rng(seed)))
        seconds, rate = float(plan.duration), float(self.pipeline.codec.frame_rate)
        beat_times = np.array([float(time) for time in plan.beat_times])
        clock = frame_clock(seconds, rate)
        fresh = np.ones(cue.beats, bool) if kept is None else ~kept.mask
        words = words_for(cue, parsed if kept is None else None, beat_times, fresh)
        latents = self.pipeline(
            frame_conditions(cue, theme, parsed, beat_times, clock),
            words,
            seconds=seconds,
            seed=seed,
            steps=self.steps,
            guidance=self.guidance,
            known=kept.latents if kept else None,
            known_mask=kept.mask[beats_at(clock, beat_times)] if kept else None,
            report=lambda stage, done, note="": report(stage, DENOISING * done, note),
        )
        report("compose", DENOISING, "listening to it")
        heard = self._heard(latents, cue, plan, kept)
        report("compose", 1.0, "listening to it")
        return self._score_of(latents, heard, cue, seed=seed, words=words(0.0, seconds))

    def _heard(self, latents: NDArray[np.float32], cue: CueSheet, plan: BeatPlan, kept: Kept | None) -> Listened:
        """The sound of the new beats, and of one more on both sides, its hits put right.

        Where time had been stretched around them before, it is again, so that old and new music meet in step.
        """
        samples = frames_of(plan.duration)
        first, last = new_beats(cue, kept)
        begin, end = (frames_of(plan.time_of(Fraction(beat))) for beat in (max(0, first - 1), min(cue.beats, last + 1)))
        sound = self.pipeline.decoded(latents, samples, begin / OUT_RATE, end / OUT_RATE)
        before = [] if kept is None else anchors_beside(kept.facts, begin / OUT_RATE, end / OUT_RATE)
        for anchors in before:
            sound = stretched(sound, OUT_RATE, anchors)
        start = begin / OUT_RATE
        beats = [float(time) - start for time in plan.beat_times if begin <= frames_of(time) < end]
        hits = [time - start for time in instants_of(cue, plan, first, last) if time * OUT_RATE < end]
        done = anchored(sound[begin:end], OUT_RATE, hits, beats=[max(0.0, beat) for beat in beats])
        sound[begin:end] = done.sound
        own = [(old + start, new + start) for old, new in done.anchors]
        whole = [(0.0, 0.0), *(pair for pair in own if 0 < pair[1] < samples / OUT_RATE), (samples / OUT_RATE,) * 2]
        return Listened(silenced(sound, plan, cue.stops), done, (*before, *([tuple(whole)] if done.moved else [])))

    def _score_of(
        self, latents: NDArray[np.float32], heard: Listened, cue: CueSheet, *, seed: int, words: str
    ) -> Score:
        facts: dict[str, object] = {
            "composer": self.name,
            "seed": seed,
            "steps": self.steps,
            "guidance": self.guidance,
            "words": words,
            "frames_a_second": str(self.pipeline.codec.frame_rate),
            "anchoring": heard.put_right.as_json(),
            "anchors": heard.anchors,
        }
        if (folder := self.pipeline.folder) is not None:
            index = folder.index
            facts |= {"model": index.name, "model_version": index.version, "model_sha256": folder.digest}
        return Score(cue, np.zeros(0, NOTE), (), latents, facts, heard.sound)


def new_beats(cue: CueSheet, kept: Kept | None) -> tuple[int, int]:
    """First beat that is not kept, and the one after the last."""
    if kept is None:
        return 0, cue.beats
    missing = np.flatnonzero(~kept.mask)
    return (int(missing[0]), int(missing[-1]) + 1) if len(missing) else (0, 0)


def anchors_beside(facts: Mapping[str, Any], begin: float, end: float) -> list[Anchors]:
    """Every stretching that a take's sound has gone through, without its anchors from ``begin`` to ``end``, seconds."""
    passes = [
        tuple((old, new) for old, new in anchors if max(old, new) <= begin or min(old, new) >= end)
        for anchors in facts.get("anchors", ())
    ]
    return [anchors for anchors in passes if any(old != new for old, new in anchors)]


def words_for(
    cue: CueSheet, parsed: ParsedVideo | None, beat_times: NDArray[np.float64], fresh: NDArray[np.bool_]
) -> Words:
    """What to say of the music between two moments: the brief, the sections that are new there, tempo and key.

    Parameters
    ----------
    parsed : ParsedVideo or None
        For the brief of the whole; None leaves it out.
    beat_times : (beats + 1,) seconds
    fresh : (beats,) bool
        Beats that are to be written.
    """
    brief = parsed.brief.strip() if parsed is not None else ""

    def words(first: float, last: float) -> str:
        """Of the music from second ``first`` to ``last``."""
        captions = [
            section.caption
            for section in cue.sections
            if beat_times[section.start] < last
            and beat_times[section.start + section.beats] > first
            and fresh[section.start : section.start + section.beats].any()
        ]
        told = list(dict.fromkeys(caption for caption in captions if caption))[:MOST_CAPTIONS]
        return ", ".join(filter(None, [brief, *told, f"{cue.bpm:.0f} BPM"]))

    return words


def instants_of(cue: CueSheet, plan: BeatPlan, first: int, last: int) -> Sequence[float]:
    """Seconds of the hits from beat ``first`` to beat ``last``, both included, but for those inside a stop."""
    places = (Fraction(eighth, 2) for eighth in sorted(cue.hits) if eighth // 2 not in cue.stops)
    return [float(plan.time_of(beat)) for beat in places if first <= beat <= min(last, plan.beats)]


def silenced(sound: NDArray[np.float32], plan: BeatPlan, stops: frozenset[int]) -> NDArray[np.float32]:
    """The sound, (samples, 2), with the beats of ``stops`` silent."""
    sound = sound.copy()
    for beat in sorted(stop for stop in stops if 0 <= stop < plan.beats):
        begin, end = (frames_of(plan.time_of(Fraction(edge))) for edge in (beat, beat + 1))
        gain = np.zeros(end - begin, np.float32)
        closing = np.linspace(1, 0, min(len(gain), round(CLOSING * OUT_RATE)), dtype=np.float32)
        opening = np.linspace(0, 1, min(len(gain), round(OPENING * OUT_RATE)), dtype=np.float32)
        if beat - 1 not in stops:
            gain[: len(closing)] = closing
        if beat + 1 not in stops:
            gain[-len(opening) :] = np.maximum(gain[-len(opening) :], opening)
        sound[begin:end] *= gain[: len(sound) - begin, None]
    return sound
