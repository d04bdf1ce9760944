"""Edits that cannot be scored: one clear error each, nothing written, the input untouched. Or it just works."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from vem_plugin.errors import ModelError, PlanError, RenderError, VemError
from vem_plugin.models.click import ClickComposer
from vem_plugin.models.model_folder import SHIPPED
from vem_plugin.scoring import plan_edit, score_edit
from vem_plugin.settings import Settings
from vem_timeline.errors import EmptyTimeline, UnreadableTimeline

EXAMPLE = Path(__file__).parents[2] / "examples" / "rush_hour.otio"


def edit_of(path: Path, frames: list[int], *, kind: str = "Video", media: str = "gone.mov") -> Path:
    """An edit at 24 fps with one track of shots, as long as told."""

    def time(count: int) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(count, 24)

    track = otio.schema.Track("track 1", kind=kind)
    for number, length in enumerate(frames):
        window = otio.opentime.TimeRange(time(100 * number), time(length))
        track.append(otio.schema.Clip(f"shot {number}", otio.schema.ExternalReference(media), window))
    timeline = otio.schema.Timeline(path.stem)
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def refuse(error: type[VemError], edit: Path, *, settings: Settings | None = None) -> VemError:
    """Score it, expect the error, and check that the folder holds nothing but the untouched edit."""
    before = {path: path.read_bytes() for path in edit.parent.rglob("*") if path.is_file()}
    with pytest.raises(error) as caught:
        score_edit(edit, settings=settings)
    after = {path: path.read_bytes() for path in edit.parent.rglob("*") if path.is_file()}
    assert after == before
    assert caught.value.what
    assert caught.value.remedy
    assert caught.value.exit_code
    return caught.value


def test_an_empty_timeline(tmp_path: Path) -> None:
    refuse(EmptyTimeline, edit_of(tmp_path / "empty.otio", []))


def test_a_timeline_with_sound_only(tmp_path: Path) -> None:
    refuse(EmptyTimeline, edit_of(tmp_path / "radio.otio", [48, 48], kind="Audio"))


@pytest.mark.parametrize("length", [0, -24])
def test_a_shot_without_length(tmp_path: Path, length: int) -> None:
    error = refuse(UnreadableTimeline, edit_of(tmp_path / "broken.otio", [48, length, 48]))
    assert "shot 1" in str(error)


def test_a_timeline_of_one_frame(tmp_path: Path) -> None:
    error = refuse(PlanError, edit_of(tmp_path / "blink.otio", [1]))
    assert "beat" in str(error)


def test_three_hours_are_planned_but_not_played(tmp_path: Path) -> None:
    edit = edit_of(tmp_path / "film.otio", [24 * 5400, 24 * 5400])
    error = refuse(RenderError, edit)
    assert "180 minutes" in error.what
    _, plan = plan_edit(edit)
    assert plan.beat_times[-1] == 10800


def test_five_thousand_cuts_are_planned(tmp_path: Path) -> None:
    edit = edit_of(tmp_path / "montage.otio", [37 + 11 * (number % 5) for number in range(5001)])
    storyboard, plan = plan_edit(edit)
    assert len(storyboard.shots) == 5001
    landed = [entry for entry in plan.landings if entry.constraint.kind == "cut"]
    assert len(landed) > 0.8 * 5000


def test_media_that_does_not_decode_is_a_remark(tmp_path: Path) -> None:
    (tmp_path / "noise.mov").write_bytes(b"this is no film " * 100)
    edit = edit_of(tmp_path / "noise.otio", [48, 60, 72], media="noise.mov")
    done = score_edit(edit, composer=ClickComposer())[0]
    assert [remark for remark in done.take.remarks if "noise.mov" in remark]
    assert done.take.plan.duration == Fraction(180, 24)


def test_media_that_is_offline_is_scored_by_its_names(tmp_path: Path) -> None:
    done = score_edit(edit_of(tmp_path / "offline.otio", [48, 60, 72]), composer=ClickComposer())[0]
    assert done.timeline.exists()


def test_a_model_folder_that_was_tampered_with(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(SHIPPED, model)
    index = json.loads((model / "model.json").read_text())
    name = next(iter(index["files"]))
    (model / name).write_bytes((model / name).read_bytes() + b" ")
    edit = tmp_path / "edit" / "short.otio"
    edit.parent.mkdir()
    edit_of(edit, [48, 60])
    error = refuse(ModelError, edit, settings=Settings(model=model))
    assert name in error.where


def test_a_picture_encoder_that_is_none(tmp_path: Path) -> None:
    edit = tmp_path / "edit" / "short.otio"
    edit.parent.mkdir()
    edit_of(edit, [48, 60])
    error = refuse(ModelError, edit, settings=Settings(picture_encoder=tmp_path / "nowhere"))
    assert "nowhere" in error.where


def test_a_model_folder_that_is_none(tmp_path: Path) -> None:
    edit = tmp_path / "edit" / "short.otio"
    edit.parent.mkdir()
    edit_of(edit, [48, 60])
    refuse(ModelError, edit, settings=Settings(model=tmp_path / "nowhere"))
