"""``vem dataset build`` on small real films: what is found, what is left out and why, stopped and gone on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small_films import RATE, encoded_anew, write_small_film

from vem_plugin.dataset import open_set
from vem_plugin.dataset.build import Thresholds, Wishes, build_set
from vem_plugin.errors import MediaError, SettingsError

pytestmark = pytest.mark.timeout(900)  # two builds of five films; half a minute on an idle core


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    """A folder of two films with music, a copy of the first encoded anew, one film each of noise and of silence, and
    what is no film; and the stories of the first two."""
    folder = tmp_path_factory.mktemp("films")
    told = {name: write_small_film(folder / f"{name}.mp4", number) for number, name in enumerate(("first", "second"))}
    encoded_anew(folder / "first.mp4", folder / "first again.mp4")
    noise = 0.1 * np.random.default_rng(0).normal(size=(14 * RATE, 2)).astype(np.float32)
    write_small_film(folder / "noise.mp4", 2, sound=noise)
    write_small_film(folder / "silent.mp4", 3, sound=np.zeros((0, 2), np.float32))
    (folder / "broken.mp4").write_bytes(b"no film")
    (folder / "LICENSE").write_text("CC0-1.0")
    (folder / "second.mp4.licence").write_text("CC-BY-4.0")
    return folder, told


@pytest.fixture(scope="module")
def built(stories, tmp_path_factory):
    """The set of all these films, filtered by presence of music alone."""
    out = tmp_path_factory.mktemp("sets") / "set"
    wishes = Wishes(thresholds=Thresholds({"music": 0.5}), keep_work=True)
    return out, build_set(stories[0], out, wishes=wishes)


def test_what_is_kept_and_what_is_left_out(built):
    out, outcome = built
    assert [pair.origin.video for pair in outcome.pairs] == ["first.mp4", "second.mp4"]
    assert outcome.report.removed["duplicate"] == 1
    assert outcome.report.removed["music"] == 1
    assert set(outcome.report.wrong) == {"broken", "silent"}
    table = {row["film"]: row for row in json.loads((out / "report" / "report.json").read_text())["table"]}
    assert table["first again"]["removed_by"] == ["duplicate"]
    assert table["first again"]["repeats"] == table["first"]["key"]
    assert table["noise"]["removed_by"] == ["music"]
    assert {path.name for path in (out / "report").iterdir()} == {
        "report.json", "figures.png", "filters.png", "clips.png"
    }  # fmt: skip


def test_the_truth_is_found(stories, built):
    """Cuts within a frame, beats within 50 ms, and everything has its shape."""
    import mir_eval

    pairs = {pair.origin.video: pair for pair in built[1].pairs}
    for video, story in (("first.mp4", stories[1]["first"]), ("second.mp4", stories[1]["second"])):
        pair = pairs[video]
        true = np.array([cut.frame for cut in story.cuts]) / story.rate
        found = np.abs(pair.transitions.time[:, None] - true[None, :]) <= 1.01 / story.rate
        assert found.any(axis=0).mean() >= 0.6
        assert found.any(axis=1).all()
        assert pair.seconds == pytest.approx(story.frames / story.rate, abs=0.05)
        assert mir_eval.beat.f_measure(story.clock, pair.beats, f_measure_threshold=0.05) > 0.8
        count = len(pair.shots.start)
        assert pair.shots.picture.shape == (count, 1280)
        assert (pair.shots.told == 1).all()
        assert len(pair.words) == count == len(pair.transitions.kind) + 1 == len(pair.surroundings.difference) + 1
        assert len(pair.looks) == len(pair.music_energy) == round(pair.seconds * 16)
        assert np.isnan(pair.transitions.hit).all()
        assert np.isfinite(pair.transitions.accent).all()
        samples, rate = pair.sound()
        assert (rate, samples.shape) == (48_000, (round(pair.seconds * 48_000), 2))
        assert pair.caption
        assert np.linalg.norm(pair.caption_text) == pytest.approx(1, abs=1e-2)


def test_licences_and_card(built):
    out, outcome = built
    assert {pair.origin.video: pair.origin.licence for pair in outcome.pairs} == {
        "first.mp4": "CC0-1.0",
        "second.mp4": "CC-BY-4.0",
    }
    card = (out / "card.md").read_text()
    assert "CC-BY-4.0: 0.2 minutes" in card
    assert "| second | CC-BY-4.0 |" in card
    assert "no licence" not in card


def test_a_finished_set_is_left_alone_and_other_thresholds_reuse_the_work(stories, built, tmp_path):
    out, _ = built
    copy = tmp_path / "set"
    shutil.copytree(out, copy)
    again = build_set(stories[0], copy, wishes=Wishes(thresholds=Thresholds({"music": 0.5})))
    assert again.report is None
    assert again.told == 0
    stricter = build_set(stories[0], copy, wishes=Wishes(thresholds=Thresholds({"music": 0.5}, licences=("CC-BY",))))
    assert stricter.told == 0
    assert [pair.origin.licence for pair in stricter.pairs] == ["CC-BY-4.0"]
    assert not (copy / "work").exists()


def test_killed_in_the_middle_and_run_again(stories, built, tmp_path):
    """Killed after the first film and gone on with two processes: the same files, byte for byte."""
    out = tmp_path / "set"
    command = [sys.executable, "-m", "vem_server", "dataset", "build", str(stories[0]), "-o", str(out), "--json"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 200
    while not list((out / "work").glob("*.tar")) and running.poll() is None and time.monotonic() < ends:
        time.sleep(0.05)
    running.kill()
    running.wait()
    assert not (out / "set.json").exists()
    with pytest.raises(MediaError, match="no finished set"):
        open_set(out)
    before = len(list((out / "work").glob("*.tar")))
    assert before >= 1
    wishes = Wishes(thresholds=Thresholds({"music": 0.5}), processes=2)
    resumed = build_set(stories[0], out, wishes=wishes)
    assert resumed.told == 6 - before
    for path in sorted(path for path in built[0].rglob("*") if path.is_file()):
        name = path.relative_to(built[0])
        if name.parts[0] != "work":
            assert (out / name).read_bytes() == path.read_bytes(), name


def test_wishes_that_make_no_sense(stories, tmp_path):
    from vem_plugin.dataset.build.analysing import Settings

    with pytest.raises(SettingsError, match="no film to use"):
        build_set(tmp_path, tmp_path / "set")
    with pytest.raises(SettingsError, match="make no sense"):
        build_set(stories[0], tmp_path / "set", wishes=Wishes(settings=Settings(seconds=(20.0, 10.0))))
    only = Path(tmp_path / "only")
    only.mkdir()
    (only / "broken.mp4").write_bytes(b"no film")
    with pytest.raises(MediaError, match="Not one film"):
        build_set(only, tmp_path / "set")


def test_a_captioner_that_is_away_stops_the_build(stories, tmp_path):
    from vem_plugin.dataset.build.analysing import Settings
    from vem_plugin.dataset.build.captioner import Captioner

    (tmp_path / "films").mkdir()
    shutil.copy(stories[0] / "second.mp4", tmp_path / "films")
    settings = Settings(captioner=Captioner("http://127.0.0.1:9/v1"))
    with pytest.raises(MediaError, match="does not answer"):
        build_set(tmp_path / "films", tmp_path / "set", wishes=Wishes(settings=settings))
