"""Edits that show nothing in particular, to measure what a brief does alone; and scoring without files.

Edits that show something and say nothing are in ``made_up_edits``.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vem_plugin.brief.sights import Encode
from vem_plugin.evaluate.made_up_edits import FRAMES
from vem_plugin.evaluate.takes import Desk, Take
from vem_plugin.models.placement import Placement
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.settings import Settings
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Shot, Storyboard, Transition

SECONDS = 30.0
MEDIAN_SHOT, SHORTEST_SHOT, SPREAD = 2.2, 0.25, 0.5
"""Shots are log-normal around the median, seconds, and never shorter than the shortest."""


def plain_edit(brief: str, rng: np.random.Generator, encode: Encode) -> ParsedVideo:
    """An edit of about ``SECONDS`` whose shots all look middling and have no words, under a brief."""
    shots: list[Shot] = []
    start = Fraction(0)
    while start < SECONDS:
        length = max(SHORTEST_SHOT, MEDIAN_SHOT * float(np.exp(SPREAD * rng.standard_normal())))
        shots.append(Shot(len(shots) + 1, "", start, Fraction(round(FRAMES * length), FRAMES), "picture", None))
        start = shots[-1].end
    cuts = tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:])
    board = Storyboard("plain", Clock(Fraction(FRAMES)), start, tuple(shots), cuts, ())
    text = encode([brief])[0]
    features = tuple(ShotFeatures(shot.number, Cinematics(), "", np.zeros_like(text)) for shot in shots)
    return ParsedVideo(board, brief, text, "", features, tuple(SeenTransition(cut.time, 0.5) for cut in cuts))


def score_parsed(desk: Desk, parsed: ParsedVideo, *, seed: int, placement: Placement) -> Take:
    """Score an edit that has been looked at, by the steps of ``vem_plugin.scoring.score_edit``."""
    from vem_plugin import stages

    settings = Settings(brief=parsed.brief, seed=seed)
    brief, style = stages.interpret(parsed, settings)
    plan = stages.plan_rhythm(parsed.storyboard, settings, style=style, parsed=parsed)
    cue, told = stages.direct_music(parsed, plan, brief, style=style, seed=seed, placement=placement)
    return desk.write(cue, seed=seed, parsed=told, plan=plan)
