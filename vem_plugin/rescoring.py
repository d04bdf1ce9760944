"""One span of a scored edit anew: the music changes there, and not one sample elsewhere.

The path of a re-score, beside that of a score (``vem_plugin.scoring``). Plan, key, themes, instruments and loudness
gain are the take's; latents outside the span are given to the network at every step, notes outside stay as they were
stored, and sound outside the span, widened by a beat at most, is copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from vem_plugin.progress import Report, silent, within
from vem_plugin.takes.sections import Ask

if TYPE_CHECKING:
    from vem_plugin.models.composer import Composer
    from vem_plugin.publish import ScoredTake
    from vem_plugin.settings import Settings

STAGES: Mapping[str, str] = {
    "read": "Reading the take",
    "compose": "Writing the music",
    "play": "Playing it",
    "write": "Writing it back",
}
"""The stages that ``rescore`` reports, in order, with plain words for people."""


def rescore(
    scored: Path,
    ask: Ask | None = None,
    *,
    shots: Sequence[int] = (),
    times: tuple[Fraction, Fraction] | None = None,
    settings: Settings | None = None,
    composer: Composer | None = None,
    report: Report = silent,
) -> ScoredTake:
    """Score a run of shots, or a span of time, anew.

    Parameters
    ----------
    scored : Path
        The timeline that ``vem score`` wrote, or a later version of it.
    ask : Ask, optional
        What the music there should be; without it, another take of the same.
    shots : sequence of int
        First and last shot of the run (one number is a run of one).
    times : (start, end), optional
        Seconds from the first frame, in place of shots.
    settings : Settings, optional
        Where the models run, and which; the default is what the take was made with.
    composer : Composer, optional
        Who writes; the default is the model of the settings.
    report : Report
        Called with the stages of ``STAGES``.

    Returns
    -------
    ScoredTake
        A new version beside the one before, which stays.

    Raises
    ------
    VemError
        One of its children; nothing has changed on disk then.
    """
    from vem_plugin import stages
    from vem_plugin.takes import steps
    from vem_plugin.takes.version import new_version

    ask = ask or Ask()
    report("read", 0.0, scored.name)
    opened = steps.open_take(scored, settings, report=within(report, "read"))
    span = steps.choose_span(opened, shots, times)
    settings = settings or opened.take.settings
    composer = composer or stages.open_composer(settings, report=within(report, "compose"))
    with new_version(opened.found) as draft:
        change = steps.change_of(opened, span, ask, draft)
        joined = steps.write_anew(opened, span, ask, settings, composer, change, report=within(report, "compose"))
        effects = steps.effects_anew(opened, joined.written, span, change)
        report("play", 0.0)
        patch = steps.play_anew(opened, joined, effects, span)
        report("write", 0.0)
        done = steps.publish_anew(opened, joined, effects, patch, change, draft, span=span)
    report("write", 1.0, done.timeline.name)
    return done
