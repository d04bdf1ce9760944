"""The edit has changed, and the same music is to fit it.

The path of a re-conform, beside that of a score (``vem_plugin.scoring``). Shots are found again, the tempo map is
solved once more with the earlier one in mind, surviving shots keep their notes on the same places of the bar, and only
what is left is written anew, with its neighbours given. Key, themes, instruments and seed are the take's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vem_plugin.progress import Report, silent, within

if TYPE_CHECKING:
    from vem_plugin.conform.fates import ConformReport
    from vem_plugin.models.composer import Composer
    from vem_plugin.publish import ScoredTake
    from vem_plugin.settings import Settings

STAGES: Mapping[str, str] = {
    "read": "Reading take and edit",
    "look": "Looking at the pictures",
    "plan": "Fitting the beat to the cuts",
    "compose": "Writing what is new",
    "play": "Playing it",
    "write": "Writing it back",
}
"""The stages that ``reconform`` reports, in order, with plain words for people."""


@dataclass(frozen=True)
class Reconformed:
    """The new take, what became of every shot, and the picture of it, which lies in the take's folder."""

    scored: ScoredTake
    report: ConformReport
    picture: Path


def reconform(
    scored: Path,
    new_edit: Path,
    out: Path | None = None,
    *,
    settings: Settings | None = None,
    composer: Composer | None = None,
    report: Report = silent,
) -> Reconformed:
    """Make the music of a scored timeline fit a changed edit.

    Parameters
    ----------
    scored : Path
        The timeline that ``vem score`` wrote, or a later version of it.
    new_edit : Path
        The edit as it is now; a scored timeline that was re-edited will do, its music track is replaced.
    out : Path, optional
        Folder for the new take; the default is the new edit's own. Nothing in it is overwritten.
    settings : Settings, optional
        Where the models run, and which, and the new edit's timeline and rate where its file does not tell; the default
        is what the take was made with.
    composer : Composer, optional
        Who writes what is new; the default is the model of the settings.
    report : Report
        Called with the stages of ``STAGES``.

    Returns
    -------
    Reconformed
        If nothing has changed for the music, its sound is the earlier take's, to the sample.

    Raises
    ------
    VemError
        If the take has moved or lost files, another model made it, the edits have no shot in common, or as in
        ``score_edit``; nothing has changed on disk then.
    """
    from vem_plugin import drafts
    from vem_plugin.conform import steps

    folder = drafts.folder_for(new_edit, out)
    given = steps.open_given(scored, new_edit, settings)
    edit = steps.read_edit(given, new_edit, report=within(report, "read"))
    pairs = steps.match(given, edit)
    parsed = steps.look(given, edit, report=within(report, "look"))
    fitted = steps.plan_again(given, parsed, pairs, report=within(report, "plan"))
    score, cards = steps.write_what_is_new(given, fitted, composer, report=within(report, "compose"))
    told = steps.tell(given, fitted)
    with drafts.new_take(steps.name_of(given, new_edit), folder) as draft:
        rendered = steps.play(given, fitted, score, draft, report=within(report, "play"))
        report("write", 0.0)
        picture = steps.draw(given, fitted, score, told, draft)
        done = steps.publish(given, fitted, score, cards, rendered, new_edit, draft)
    report("write", 1.0, done.timeline.name)
    return Reconformed(done, told, done.folder / picture.name)
