"""What the rule-based composer writes for an edit: the baseline that needs no training at all."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from vem_plugin.evaluate.clips.clip import Music, Times
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.theme import ThemeCards, draw_cards

if TYPE_CHECKING:
    from vem_plugin.parsing.parsed_video import ParsedVideo


def music_by_rule(cue: CueSheet, plan: BeatPlan, *, seed: int, cards: ThemeCards | None = None) -> Music:
    """Write a cue sheet by rule and play it; without cards the seed draws the themes."""
    from vem_plugin.render.rendering import render
    from vem_plugin.score.key import transposed, transposed_chords
    from vem_plugin.score.notes import Score
    from vem_plugin.training.corpus.teacher import compose_by_rule

    cards = cards or draw_cards(cue, np.random.default_rng(seed))
    notes, chords = compose_by_rule(cue, cards, np.random.default_rng(seed))
    score = Score(cue, transposed(notes, cue), transposed_chords(chords, cue))
    with TemporaryDirectory(prefix="vem-by-rule-") as folder:
        return music_of_file(render(score, plan, folder=Path(folder), name="by_rule", seed=seed).mix, plan)


def music_for(parsed: ParsedVideo, *, seed: int) -> Music:
    """The same for an edit that has been looked at, by the steps of ``vem_plugin.scoring.score_edit``."""
    from vem_plugin import stages
    from vem_plugin.settings import Settings

    settings = Settings(brief=parsed.brief, seed=seed)
    brief, style = stages.interpret(parsed, settings)
    metre = stages.metre_of(settings)
    plan = stages.plan_rhythm(parsed.storyboard, settings, style=style, metre=metre, parsed=parsed)
    cue, _ = stages.direct_music(parsed, plan, brief, style=style, seed=seed, placement=settings.placement)
    return music_by_rule(cue, plan, seed=seed)


def music_of_file(path: Path, plan: BeatPlan | None = None) -> Music:
    """A sound file with the beats of its plan.

    Raises
    ------
    MediaError
        If it cannot be read.
    """
    import soundfile

    from vem_plugin.errors import MediaError

    try:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise MediaError(
            f"The sound cannot be read: {error}.", where=str(path), remedy="Give a WAV or FLAC file that plays."
        ) from error
    beats, downbeats = ((), ()) if plan is None else beats_of(plan)
    return Music(np.asarray(samples, np.float32), int(rate), beats, downbeats)


def beats_of(plan: BeatPlan) -> tuple[Times, Times]:
    """Beats as people tap them (dotted quarters in 6/8) and downbeats of a plan, seconds; the end is none."""
    pulses = [beat for bar in plan.bars for beat in range(bar.beat, bar.beat + bar.beats, plan.beats_a_pulse)]
    times = plan.beat_times
    beats = tuple(float(times[beat]) for beat in pulses if beat < plan.beats)
    return beats, tuple(float(times[bar.beat]) for bar in plan.bars if bar.beat < plan.beats)
