"""A project that holds several timelines, of which one is scored, scored anew, and fitted to a new edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio

from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.reconforming import reconform
from vem_plugin.rescoring import rescore
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.takes import lineage
from vem_timeline import read


def test_one_of_several_all_the_way(tmp_path: Path, new_edit: Callable[[Path], Path], composer: VeMComposer) -> None:
    edits = [otio.adapters.read_from_file(str(new_edit(tmp_path / f"{name}.otio"))) for name in ("long", "short")]
    del edits[1].tracks[0][4:], edits[1].tracks[1]
    project = tmp_path / "project.otio"
    otio.adapters.write_to_file(otio.schema.SerializableCollection("project", edits), str(project))
    settings = Settings(brief="tense, driving", device="cpu", timeline="short")

    scored = score_edit(project, settings=settings, composer=composer)[0]
    assert len(scored.take.storyboard.shots) == 4
    again = rescore(scored.timeline, shots=[2], composer=composer)
    lineage.lock_shots(again.timeline, (3,), locked=True)
    assert lineage.pick_take(again.timeline, "1").held
    assert read(again.timeline, timeline="long").shots == read(project, timeline="long").shots

    fitted = reconform(again.timeline, project, tmp_path / "out", composer=composer)
    assert fitted.report.share_kept == 1
    edits[1].name = "cut of tuesday"
    alone = tmp_path / "cut of tuesday.otio"
    otio.adapters.write_to_file(edits[1], str(alone))
    assert reconform(again.timeline, alone, tmp_path / "out", composer=composer).scored.take.settings.timeline is None
