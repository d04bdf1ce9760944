"""Music: ``score``, ``rescore``, ``reconform``.

A job that was interrupted may have published takes before: they are taken over, so that nothing is made twice.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vem_server.jobs.work.bench import Bench
from vem_server.jobs.work.wishes import ask_of, place_of, settings_for_take, settings_of, times_of
from vem_server.protocol.messages import Reconform, Rescore, Score

if TYPE_CHECKING:
    from vem_plugin.publish import ScoredTake
    from vem_plugin.settings import Settings


def score(request: Score, bench: Bench) -> dict[str, Any]:
    """Score an edit; the result is that of ``vem score --json``."""
    from vem_plugin.scoring import score_edit
    from vem_server.as_json import scored_as_json

    settings, edit, out = settings_of(request), Path(request.edit), place_of(request.out)
    if made := _takes_before(bench):
        made = _go_on(made, edit, out, settings, bench)
    else:
        made = list(score_edit(edit, out, settings=settings, report=bench.report))
    return {"takes": [scored_as_json(take) for take in made]}


def rescore(request: Rescore, bench: Bench) -> dict[str, Any]:
    """Score a span anew; the result is that of ``vem rescore --json``."""
    from vem_plugin.rescoring import rescore as score_anew
    from vem_server.as_json import change_as_json, scored_as_json

    if made := _takes_before(bench):
        done = made[0]
    else:
        done = score_anew(
            Path(request.edit),
            ask_of(request),
            shots=request.shots,
            times=times_of(request),
            settings=settings_for_take(request),
            report=bench.report,
        )
    return scored_as_json(done) | {"change": done.take.change and change_as_json(done.take.change)}


def reconform(request: Reconform, bench: Bench) -> dict[str, Any]:
    """Fit the music to a changed edit; the result is that of ``vem reconform --json``."""
    from vem_plugin.reconforming import reconform as fit
    from vem_server.as_json import scored_as_json
    from vem_server.conform_cli import report_as_json

    for take in _takes_before(bench):  # what became of every shot is not in the take: it is made again
        bench.discard(take.folder)
    done = fit(
        Path(request.edit),
        Path(request.new_edit),
        place_of(request.out),
        settings=settings_for_take(request),
        report=bench.report,
    )
    return scored_as_json(done.scored) | report_as_json(done.report) | {"conform_picture": str(done.picture)}


def _takes_before(bench: Bench) -> list[ScoredTake]:
    """Takes that an earlier start of this job has published, in the order they were made."""
    batches = [batch for batch in bench.whole() if len(batch) == 2]
    if not batches:
        return []
    from vem_plugin.publish import ScoredTake
    from vem_plugin.take import read_take

    return [ScoredTake(read_take(folder), folder, timeline) for folder, timeline in batches]


def _go_on(made: list[ScoredTake], edit: Path, out: Path | None, settings: Settings, bench: Bench) -> list[ScoredTake]:
    """The takes that are still missing, and the sheet that shows all of them."""
    from vem_plugin.drafts import folder_for
    from vem_plugin.scoring import score_edit
    from vem_plugin.stages import on_one_sheet

    for seed in range(settings.seed + len(made), settings.seed + settings.takes):
        one = replace(settings, seed=seed, takes=1)
        made += score_edit(edit, out, settings=one, report=bench.report)
    if len(made) == 1:
        return made
    sheets = [batch[0] for batch in bench.whole() if len(batch) == 1]
    if sheets:
        return [replace(take, sheet=sheets[0]) for take in made]
    return on_one_sheet(made, folder_for(edit, out))
