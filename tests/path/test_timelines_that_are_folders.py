"""An ``.otiod`` or ``.fcpxmld`` all the way: scored, found again by it, another take put in, one thrown away."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from vem_plugin.models.click import ClickComposer
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.take import read_take
from vem_plugin.takes.lineage import delete_take, list_takes, pick_take
from vem_timeline import read

SAMPLES = Path(__file__).parents[1] / "samples" / "timelines"


def made(kind: str, folder: Path) -> Path:
    edit = folder / f"bikes{kind}"
    edit.mkdir()
    if kind == ".fcpxmld":
        shutil.copyfile(SAMPLES / "scenedetect-gen__bikes.fcpxml", edit / "Info.fcpxml")
    else:
        with zipfile.ZipFile(SAMPLES / "derived__multiple_track_allmissing.otioz") as bundle:
            bundle.extractall(edit)
    return edit


@pytest.mark.parametrize("kind", [".otiod", ".fcpxmld"])
def test_all_the_way(tmp_path: Path, kind: str) -> None:
    edit = made(kind, tmp_path)
    settings = Settings(brief="calm", takes=2, timecode=False)
    first, second = score_edit(edit, settings=settings, composer=ClickComposer())
    for scored in (first, second):
        assert scored.timeline.name == f"{scored.take.name}{kind}"
        assert scored.timeline.is_dir()
        assert scored.take.time_reference == 0
        assert read_take(scored.timeline) == scored.take
        assert read(scored.timeline).shots[0].name == read(edit).shots[0].name
    assert [listed.held for listed in list_takes(second.timeline)] == [False, True]
    assert pick_take(second.timeline, "1").held
    assert [listed.held for listed in list_takes(second.timeline)] == [True, False]
    assert not delete_take(second.timeline, "2").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == sorted(
        [edit.name, first.take.name, first.timeline.name, second.timeline.name]
    )
