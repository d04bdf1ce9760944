"""The whole path on files: a small untrained model writes, everything else is the real thing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
import soundfile
import torch
from typer.testing import CliRunner

from vem_plugin.errors import ModelError, SettingsError, VemError
from vem_plugin.models.click import ClickComposer
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.sampler import flow_solver
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.publish import ScoredTake
from vem_plugin.reconforming import STAGES, reconform
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_plugin.take import read_score, read_take
from vem_server.cli import app

RATE = 24
LENGTHS = (48, 60, 36, 48, 72)
"""Frames of the shots: 11 seconds at 24 frames a second."""


def time(frames: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, RATE)


def clip(number: int, length: int, *, media: str = "") -> otio.schema.Clip:
    window = otio.opentime.TimeRange(time(100 * number), time(length))
    return otio.schema.Clip(f"street {number}", otio.schema.ExternalReference(media or f"street_{number}.mov"), window)


def write_edit(path: Path, clips: list[otio.schema.Clip]) -> Path:
    track = otio.schema.Track("V1", kind="Video")
    track.extend(clips)
    timeline = otio.schema.Timeline(path.stem)
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def shots() -> list[otio.schema.Clip]:
    return [clip(number, length) for number, length in enumerate(LENGTHS)]


@pytest.fixture(scope="module")
def composer() -> VeMComposer:
    """Small and untrained, but what it writes depends on what it is told."""
    torch.manual_seed(3)
    codec = ScoreCodec(width=16)
    transformer = VeMTransformer(width=32, heads=2, layers=2, token_width=16, beat_width=8, picture_size=12)
    with torch.no_grad():
        for model, shake in ((codec, 0.1), (transformer, 0.05)):
            for weights in model.parameters():
                weights.add_(shake * torch.randn(weights.shape))
        codec.paint.bias.fill_(-2.0)
    return VeMComposer(VeMPipeline(transformer.eval(), codec.eval(), flow_solver()), steps=2)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, composer: VeMComposer) -> ScoredTake:
    edit = write_edit(tmp_path_factory.mktemp("edit") / "walk.otio", shots())
    settings = Settings(brief="tense, driving", style="thriller", device="cpu")
    return score_edit(edit, settings=settings, composer=composer)[0]


def sound(take: ScoredTake, name: str) -> np.ndarray:
    return soundfile.read(take.folder / take.take.files[name], dtype="int32")[0]


def test_nothing_changed_changes_not_one_sample(scored: ScoredTake, tmp_path: Path) -> None:
    stages: list[str] = []
    same = write_edit(tmp_path / "same.otio", shots())
    done = reconform(scored.timeline, same, report=lambda stage, share, note="": stages.append(stage))
    take = done.scored.take
    assert take.take_id != scored.take.take_id
    for name, file in scored.take.files.items():
        if file.endswith(".wav"):
            assert np.array_equal(sound(done.scored, name), sound(scored, name)), name
    assert take.plan == scored.take.plan
    assert take.cue == scored.take.cue
    assert done.report.share_kept == 1
    assert {fate.music for fate in done.report.fates} == {"kept"}
    assert done.picture.stat().st_size > 10_000
    assert not set(take.files.values()) & {f for f in scored.take.files.values() if f.endswith(".wav")}
    assert set(stages) <= set(STAGES)


@pytest.fixture(scope="module")
def changed(scored: ScoredTake, composer: VeMComposer, tmp_path_factory: pytest.TempPathFactory):
    """The second shot is two frames shorter, a new shot comes after the third."""
    clips = shots()
    clips[1] = clip(1, LENGTHS[1] - 2)
    clips.insert(3, clip(9, 48, media="pickup.mov"))
    new = write_edit(tmp_path_factory.mktemp("new") / "walk_recut.otio", clips)
    return reconform(scored.timeline, new, composer=composer)


def test_what_was_not_touched_keeps_its_notes_and_latents(scored: ScoredTake, changed) -> None:
    take = changed.scored.take
    old, new = read_score(scored.folder, scored.take.cue), read_score(changed.scored.folder, take.cue)
    assert old.latents is not None
    assert new.latents is not None
    assert len(new.notes)
    assert take.change is not None
    assert (take.change.how, take.change.parent) == ("reconformed", scored.take.take_id)
    first = scored.take.plan.beat_near(scored.take.storyboard.shots[1].end)
    assert np.array_equal(new.latents[:first], old.latents[:first])
    before, now = (score.notes[score.notes["start"] < 4 * first - 4] for score in (old, new))
    assert np.array_equal(before[["role", "start", "pitch"]], now[["role", "start", "pitch"]])


def test_the_report_says_what_became_of_every_shot(changed) -> None:
    told = changed.report
    assert [fate.change for fate in told.fates] == ["kept", "trimmed", "kept", "inserted", "kept", "kept"]
    assert told.fates[3].music == "new"
    assert told.fates[3].kept == 0
    assert told.fates[1].music in ("bent", "kept")
    assert 0.5 < told.share_kept < 1
    assert told.kept == sum(fate.kept for fate in told.fates)


def test_the_new_take_is_as_long_as_the_new_edit(changed) -> None:
    take = changed.scored.take
    assert take.samples == round(float(take.storyboard.duration) * 48000)
    assert len(sound(changed.scored, "mix")) == take.samples
    assert read_take(changed.scored.folder) == take
    tracks = json.loads(changed.scored.timeline.read_text())["tracks"]["children"]
    assert [track["name"] for track in tracks].count("VEM Music") == 1
    assert changed.scored.timeline.name == "walk_recut_v01.otio"


def test_a_re_edited_scored_timeline_is_the_next_version(scored: ScoredTake, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(scored.folder.parent, work)
    done = reconform(scored.timeline, work / scored.timeline.name)
    assert done.scored.timeline == work / "walk_v02.otio"


def test_the_command_tells_it_to_people_and_machines(scored: ScoredTake, tmp_path: Path) -> None:
    same = write_edit(tmp_path / "same.otio", shots())
    shown = CliRunner().invoke(app, ["reconform", str(scored.timeline), str(same)])
    assert shown.exit_code == 0
    assert "100 % of the music kept" in shown.stdout
    told = CliRunner().invoke(app, ["reconform", str(scored.timeline), str(same), "--json"])
    facts = json.loads(told.stdout)
    assert facts["share_kept"] == 1
    assert [shot["edit"] for shot in facts["shots"]] == ["kept"] * len(LENGTHS)
    assert Path(facts["conform_picture"]).is_file()
    assert facts["broken_locks"] == []


def refuse(error: type[VemError], call: Callable[[], object], folder: Path) -> VemError:
    """Expect an error, and nothing changed in a folder."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(error) as caught:
        call()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert caught.value.what
    assert caught.value.remedy
    return caught.value


@pytest.fixture
def desk(scored: ScoredTake, tmp_path: Path) -> Path:
    """A folder of its own with the scored edit."""
    work = tmp_path / "work"
    shutil.copytree(scored.folder.parent, work)
    timeline = work / scored.timeline.name
    timeline.write_text(timeline.read_text().replace(str(scored.folder.parent), str(work)))
    return timeline


def test_an_edit_without_a_common_shot(desk: Path) -> None:
    other = write_edit(desk.parent / "other.otio", [clip(50, 60), clip(51, 60)])
    error = refuse(SettingsError, lambda: reconform(desk, other), desk.parent)
    assert "no shot in common" in error.what


def test_a_timeline_without_our_track(desk: Path) -> None:
    refuse(SettingsError, lambda: reconform(desk.parent / "walk.otio", desk.parent / "walk.otio"), desk.parent)


def test_a_take_that_moved_or_lost_files(desk: Path) -> None:
    folder = desk.with_suffix("")
    (folder / "score.npz").unlink()
    error = refuse(SettingsError, lambda: reconform(desk, desk.parent / "walk.otio"), desk.parent)
    assert "score.npz" in error.what
    shutil.move(folder, desk.parent.parent / "elsewhere")
    refuse(SettingsError, lambda: reconform(desk, desk.parent / "walk.otio"), desk.parent)


def test_another_model(desk: Path) -> None:
    new = write_edit(desk.parent / "longer.otio", [*shots(), clip(60, 96)])
    error = refuse(ModelError, lambda: reconform(desk, new, composer=ClickComposer()), desk.parent)
    assert "another model" in error.what
