"""The one path: an edit in, music on its cuts out. CLI, daemon and panels all reach ``score_edit``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vem_plugin.progress import Report, silent, within
from vem_plugin.settings import Settings

if TYPE_CHECKING:
    from vem_plugin.models.composer import Composer
    from vem_plugin.publish import ScoredTake
    from vem_plugin.rhythm.beat_plan import BeatPlan
    from vem_timeline.storyboard import Storyboard

STAGES: Mapping[str, str] = {
    "read": "Reading the edit",
    "look": "Looking at the pictures",
    "plan": "Fitting the beat to the cuts",
    "compose": "Writing the music",
    "play": "Playing it",
    "write": "Writing it back",
}
"""The stages that ``score_edit`` reports, in order, with plain words for people."""


def score_edit(
    edit: Path,
    out: Path | None = None,
    *,
    settings: Settings | None = None,
    composer: Composer | None = None,
    report: Report = silent,
) -> tuple[ScoredTake, ...]:
    """Score an edit: one take, or as many as the settings ask for.

    Parameters
    ----------
    edit : Path
        A timeline of any format in ``stages.TIMELINES``, or a plain video file.
    out : Path, optional
        Folder for what is made; the default is the edit's own. Nothing in it is overwritten: every take gets the
        next free version number.
    settings : Settings, optional
        The request; the defaults just work.
    composer : Composer, optional
        Who writes the music; the default is the VeM model of the settings.
    report : Report
        Called with the stages of ``STAGES``.

    Returns
    -------
    tuple of ScoredTake
        In order of their seeds.

    Raises
    ------
    VemError
        One of its children (``vem_plugin.errors``); nothing half-written stays behind.
    """
    from vem_plugin import drafts, stages
    from vem_plugin.publish import Making, write_back

    settings = settings or Settings()
    folder = drafts.folder_for(edit, out)
    given = stages.given_theme(settings)
    storyboard = stages.read_edit(
        edit, timeline=settings.timeline, rate=settings.frame_rate, report=within(report, "read")
    )
    stages.check_length(storyboard)
    with stages.media_of(storyboard) as seen:
        parsed = stages.look(seen, settings, report=within(report, "look"))
    brief, style = stages.interpret(parsed, settings)
    metre = stages.metre_of(settings, given)
    plan = stages.plan_rhythm(
        storyboard, settings, style=style, metre=metre, parsed=parsed, report=within(report, "plan")
    )
    composer = composer or stages.open_composer(settings, report=within(report, "compose"))
    scored: list[ScoredTake] = []
    seeds = range(settings.seed, settings.seed + settings.takes)
    tasks = [
        stages.commission(parsed, plan, brief, style=style, seed=seed, placement=settings.placement, theme=given)
        for seed in seeds
    ]
    for task, score in stages.compose_takes(composer, tasks, plan, report=within(report, "compose")):
        with drafts.new_take(edit, folder) as draft:
            rendered = stages.play(
                score,
                plan,
                draft,
                settings,
                seed=task.seed,
                brief=brief,
                clock=storyboard.clock,
                speech=storyboard.speech,
                report=within(report, "play"),
            )
            report("write", 0.0)
            making = Making(edit, storyboard, parsed, plan, score, rendered, settings, task.seed, style, task.cards)
            scored.append(write_back(making, draft))
        report("write", 1.0, scored[-1].timeline.name)
    if len(scored) > 1:
        scored = stages.on_one_sheet(scored, folder)
    return tuple(scored)


def plan_edit(edit: Path, *, settings: Settings | None = None, report: Report = silent) -> tuple[Storyboard, BeatPlan]:
    """Beats only, no music: read the edit and solve its tempo map.

    Raises
    ------
    VemError
        If the edit cannot be read, or no tempo map fits.
    """
    from vem_plugin import stages

    settings = settings or Settings()
    storyboard = stages.read_edit(
        edit, timeline=settings.timeline, rate=settings.frame_rate, report=within(report, "read")
    )
    metre = stages.metre_of(settings)
    plan = stages.plan_rhythm(storyboard, settings, style=settings.style, metre=metre, report=within(report, "plan"))
    return storyboard, plan
