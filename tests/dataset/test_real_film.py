"""Real footage: a video with a sound file of its name, and a timeline that uses the video, with another."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_films import RATE, small_music

from vem_plugin.dataset.build import Thresholds, Wishes, build_set
from vem_plugin.dataset.build.analysing import Settings
from vem_timeline import Clock, MediaUse, Shot, Storyboard, Transition
from vem_timeline.new_timeline import write_timeline_of

BIKES = Path(__file__).parents[1] / "samples" / "video" / "bikes.mp4"
CUTS = (1.2, 3.04, 5.48, 7.48, 9.68)
"""Seconds of the cuts in it, found by eye."""
PARTS = ((Fraction(76, 25), Fraction(61, 25)), (Fraction(0), Fraction(30, 25)), (Fraction(137, 25), Fraction(50, 25)))
"""Start and length, in the video, of the shots of the timeline."""


def _timeline(video: Path) -> Storyboard:
    """Three shots out of the video, the last one twice as slow and dissolved into."""
    shots, start = [], Fraction(0)
    for number, (first, length) in enumerate(PARTS, start=1):
        speed = Fraction(1, 2) if number == 3 else Fraction(1)
        media = MediaUse(video.as_uri(), video, first, length, online=True)
        shots.append(Shot(number, f"Shot {number}", start, length / speed, "picture", media, speed))
        start += length / speed
    changes = (
        Transition(shots[1].start, "cut", Fraction(0), 2),
        Transition(shots[2].start, "dissolve", Fraction(12, 25), 3),
    )
    return Storyboard("cut", Clock(Fraction(25)), start, tuple(shots), changes, ())


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """The pairs of both films, by name."""
    folder = tmp_path_factory.mktemp("films")
    shutil.copy(BIKES, folder / "bikes.mp4")
    soundfile.write(folder / "bikes.wav", small_music(10.0), RATE)
    soundfile.write(folder / "cut.flac", small_music(8.0, beat=0.4, seed=3), RATE)
    write_timeline_of(_timeline(folder / "bikes.mp4"), folder / "cut.otio")
    (folder / "INDEX.tsv").write_text("path\tlicence\nbikes.mp4\tBSD-3-Clause\n")
    wishes = Wishes(settings=Settings(seconds=(5.0, 60.0), rate=32_000), thresholds=Thresholds({}))
    built = build_set(folder, tmp_path_factory.mktemp("sets"), wishes=wishes)
    return {pair.origin.video: pair for pair in built.pairs}


def test_a_video_with_a_sound_file(pairs):
    pair = pairs["bikes.mp4"]
    assert pair.transitions.time == pytest.approx(CUTS, abs=0.001)
    assert pair.origin.licence == "BSD-3-Clause"
    assert pair.sound()[1] == 32_000
    assert pair.surroundings.compared.all()
    assert pair.looks[:, 0].min() > 0.05
    peaks = [pair.around(number, seconds=0.125)[:, 5].max() for number in range(len(CUTS))]
    within = np.delete(pair.looks[:, 5], [round(cut * 16) + side for cut in CUTS for side in (-1, 0, 1)])
    assert min(peaks) > np.median(within) * 3


def test_a_timeline_tells_its_own_cuts(pairs):
    pair = pairs["cut.otio"]
    assert pair.transitions.kind == ("cut", "dissolve")
    assert pair.transitions.time == pytest.approx((2.44, 3.64), abs=0.001)
    assert pair.transitions.duration == pytest.approx((0, 0.48), abs=0.001)
    assert pair.shots.fade_out[1] == pytest.approx(0.48, abs=0.001)
    assert pair.seconds == pytest.approx(7.64, abs=0.001)
    assert (pair.shots.told == 1).all()
    assert (pair.looks[:-2, 0] > 0).all()
    assert pair.origin.licence == "unknown"
