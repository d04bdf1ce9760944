"""The work of each kind gives what the command line prints, and the two kinds that no command has."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from vem_plugin.errors import MediaError, SettingsError
from vem_server.cli import app
from vem_server.jobs.pace import Pace
from vem_server.jobs.work import perform
from vem_server.protocol.messages import Inspect, Peaks, PeaksResult, Plan, Thumbnails, ThumbnailsResult

EXAMPLE = Path(__file__).parents[3] / "examples" / "rush_hour.otio"


def _printed(*arguments: str) -> dict:
    ran = CliRunner().invoke(app, [*arguments, "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_inspect_and_plan_are_those_of_the_command_line(tmp_path):
    assert perform(Inspect(id="1", key="k", edit=str(EXAMPLE))) == _printed("inspect", str(EXAMPLE))
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    plan = perform(Plan(id="1", key="k", edit=str(EXAMPLE), out=str(mine), tempo=(90, 130), metre=3))
    assert json.loads(json.dumps(plan).replace(str(mine), str(theirs))) == _printed(
        "plan", str(EXAMPLE), "-o", str(theirs), "--tempo", "90-130", "--metre", "3/4"
    )


def test_thumbnails_are_of_every_shot_and_come_from_the_cache_the_second_time(monkeypatch, tmp_path):
    from PIL import Image

    from vem_plugin.parsing import frames

    monkeypatch.setenv("VEM_HOME", str(tmp_path))
    request = Thumbnails(id="1", key="k", edit=str(EXAMPLE), width=96, each=2)
    heard = []
    first = perform(request, lambda stage, done, note="": heard.append((stage, done)))
    told = ThumbnailsResult(width=first["width"], thumbnails=tuple(first["thumbnails"]))
    assert told.width == 96
    assert heard[-1] == ("look", 1.0)
    shots = perform(Inspect(id="1", key="k", edit=str(EXAMPLE)))["shots"]
    assert [one["shot"] for one in first["thumbnails"]] == [shot["number"] for shot in shots for _ in range(2)]
    starts = [one["seconds"] for one in first["thumbnails"][::2]]
    for shot, seconds in zip(shots, starts, strict=True):
        quarter = float(Fraction(shot["start"]) + Fraction(shot["duration"]) / 4)
        assert seconds == pytest.approx(quarter)
    seen = [one["path"] for one in first["thumbnails"] if one["path"] is not None]
    assert len(seen) > len(shots)
    with Image.open(seen[0]) as picture:
        assert (picture.format, picture.width) == ("JPEG", 96)
    monkeypatch.setattr(frames, "glimpse_frames", lambda path, glimpses: pytest.fail("decoded again"))
    assert perform(request) == first


def test_thumbnails_of_media_that_is_not_there(monkeypatch, tmp_path, edit):
    monkeypatch.setenv("VEM_HOME", str(tmp_path))
    result = perform(Thumbnails(id="1", key="k", edit=str(edit)))
    assert [one["path"] for one in result["thumbnails"]] == [None, None, None]


@pytest.mark.parametrize("columns", [16, 100, 999])
def test_peaks_hold_every_peak(tmp_path, columns):
    rate, seconds = 8000, 2.5
    sound = np.zeros((int(rate * seconds), 2), np.float32)
    sound[12_345, 1], sound[501, 0], sound[-1, 0] = 0.75, -0.5, 0.25
    soundfile.write(tmp_path / "clicks.wav", sound, rate, subtype="PCM_24")
    result = PeaksResult(**perform(Peaks(id="1", key="k", edit=str(tmp_path / "clicks.wav"), columns=columns)))
    assert (result.rate, result.samples, len(result.low), len(result.high)) == (rate, len(sound), columns, columns)
    loud = int(np.argmax(result.high))
    assert result.high[loud] == pytest.approx(0.75, abs=1e-4)
    bucket = 64 / rate  # sound is gathered in these before it is in columns
    assert loud / columns * seconds - bucket <= 12_345 / rate <= (loud + 1) / columns * seconds + bucket
    assert min(result.low) == pytest.approx(-0.5, abs=1e-4)
    assert result.high[-1] == pytest.approx(0.25, abs=1e-4)


def test_peaks_of_the_sound_of_a_video(tmp_path):
    import av

    file = tmp_path / "tone.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="stereo")
        for start in range(0, 48000, 1024):
            tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(start, start + 1024) / 48000)
            frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]).astype(np.float32), "fltp", "stereo")
            frame.sample_rate, frame.pts = 48000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    result = perform(Peaks(id="1", key="k", edit=str(file), columns=20))
    assert result["samples"] / result["rate"] == pytest.approx(1.0, abs=0.1)
    assert np.median(result["high"]) == pytest.approx(0.5, abs=0.05)


def test_peaks_of_what_has_none(tmp_path, edit):
    (tmp_path / "words.wav").write_text("no sound")
    for path, error in (
        (tmp_path / "words.wav", MediaError),
        (tmp_path / "gone.wav", MediaError),
        (edit, SettingsError),
    ):
        with pytest.raises(error):
            perform(Peaks(id="1", key="k", edit=str(path)))


def test_progress_never_goes_back_and_the_time_left_is_honest():
    clock = [0.0]
    pace = Pace("score", takes=2, now=lambda: clock[0])
    told = []
    for stage in ("read", "look", "plan", *("compose", "play", "write") * 2):
        for done in (0.0, 0.5, 1.0):
            clock[0] += 1.0
            told.append(pace.heard(stage, done))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(0.999)
    assert told[8] == pytest.approx(0.13 / 1.87)  # all that is done once for both takes
    assert told[17] == pytest.approx(1.0 / 1.87)  # and the first of them
    early = Pace("score", now=lambda: clock[0])
    early.heard("read", 1.0)
    clock[0] += 5
    assert early.seconds_left() is None
    early.heard("look", 1.0)
    assert early.seconds_left() == pytest.approx(5 * 0.89 / 0.11)
