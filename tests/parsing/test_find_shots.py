"""A plain video becomes a storyboard: known cuts on their frames, exact times, clear errors."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.errors import MediaError
from vem_plugin.parsing.shots import STAGE, storyboard_of_video

BIKES_CUTS = [30, 76, 137, 187, 242]


def test_the_cuts_of_real_footage_lie_on_their_very_frames(bikes: Path) -> None:
    board = storyboard_of_video(bikes)
    assert board.clock.rate == 25
    assert [transition.time * 25 for transition in board.transitions] == BIKES_CUTS
    assert board.duration == 10
    assert board.source == bikes
    assert board.remarks == ()


def test_shots_follow_each_other_without_holes_and_show_their_own_media(bikes: Path) -> None:
    board = storyboard_of_video(bikes)
    clock = Fraction(0)
    for number, shot in enumerate(board.shots, start=1):
        assert shot.number == number
        assert shot.start == clock
        assert shot.media is not None
        assert (shot.media.start, shot.media.duration) == (shot.start, shot.duration)
        assert shot.media.path == bikes
        clock = shot.end
    assert clock == board.duration
    assert [transition.into for transition in board.transitions] == [shot.number for shot in board.shots[1:]]


def test_a_film_without_a_cut_is_one_shot_at_its_exact_rate(carphone: Path) -> None:
    board = storyboard_of_video(carphone)
    assert board.clock.rate == Fraction(30000, 1001)
    assert len(board.shots) == 1
    assert board.duration == 120 * Fraction(1001, 30000)


def test_cuts_between_synthetic_scenes_at_an_ntsc_rate_are_exact(write_video) -> None:
    rng = np.random.default_rng(3)
    scenes = [rng.integers(0, 255, (6, 8, 3)) for _ in range(4)]
    lengths, pictures = [24, 31, 12, 40], []
    for scene, length in zip(scenes, lengths, strict=True):
        picture = np.kron(scene, np.ones((16, 16, 1))).astype(np.uint8)
        pictures += [np.roll(picture, shift // 4, axis=1) for shift in range(length)]
    board = storyboard_of_video(write_video("scenes.mp4", pictures, rate=Fraction(24000, 1001), key_every=250))
    frames = [transition.time * Fraction(24000, 1001) for transition in board.transitions]
    assert frames == [24, 55, 67]
    assert board.duration == 107 * Fraction(1001, 24000)


def test_progress_rises_to_one(bikes: Path) -> None:
    told: list[float] = []

    def report(stage: str, done: float, note: str = "") -> None:
        assert stage == STAGE
        told.append(done)

    storyboard_of_video(bikes, report=report)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 5


def test_a_missing_file_is_a_media_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="missing"):
        storyboard_of_video(tmp_path / "nowhere.mp4")


def test_text_is_a_media_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no film at all")
    with pytest.raises(MediaError, match="does not decode") as caught:
        storyboard_of_video(path)
    assert caught.value.exit_code == 4
    assert caught.value.remedy


def test_sound_alone_is_a_media_error(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(bytes(96000))
    with pytest.raises(MediaError, match="sound only"):
        storyboard_of_video(path)


def test_a_file_whose_pictures_are_destroyed_is_a_media_error(carphone: Path, tmp_path: Path) -> None:
    whole = bytearray(carphone.read_bytes())
    place = whole.find(b"mdat") + 4
    index = whole.find(b"moov")
    end = index - 4 if index > place else len(whole)
    whole[place:end] = bytes(end - place)
    path = tmp_path / "destroyed.mp4"
    path.write_bytes(whole)
    with pytest.raises(MediaError):
        storyboard_of_video(path)
