"""What is seen around a transition: half a second on each side, at 16 frames a second, and never dear."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.parsing import around
from vem_plugin.parsing.around import follow_runs, look_around, run_of_side, shots_beside
from vem_plugin.parsing.surroundings import REACH, Surroundings, curves_of_frames, nothing_seen
from vem_timeline.clock import Clock
from vem_timeline.storyboard import MediaUse, Shot, Storyboard, Transition

RATE = Fraction(24000, 1001)


def number_on(picture: np.ndarray) -> int:
    """Frame number told by the greys of the counting video, scaled down."""
    half = picture.shape[1] // 2
    return round(float(picture[:, : half - 2].mean()) / 20) * 10 + round(float(picture[:, half + 2 :].mean()) / 20)


def shot_of(path: Path, number: int, start: Fraction, media: tuple[int, int], speed: int = 1) -> Shot:
    first, last = (Fraction(frame) / RATE for frame in media)
    use = MediaUse(path.as_uri(), path, first, last - first, online=True)
    return Shot(number, f"Shot {number}", start, (last - first) / abs(speed or 1), "picture", use, Fraction(speed))


def edit_of(shots: list[Shot], kind: str = "cut") -> Storyboard:
    changes = tuple(Transition(shot.start, kind, Fraction(0), shot.number) for shot in shots[1:])  # type: ignore[arg-type]
    return Storyboard("edit", Clock(RATE), shots[-1].end, tuple(shots), changes, ())


def test_runs_end_and_begin_on_the_very_frames_beside_the_cut(counting_video: Path) -> None:
    frame = 1 / RATE
    first = shot_of(counting_video, 1, Fraction(0), (0, 40))
    second = shot_of(counting_video, 2, first.end, (90, 120))
    runs = [run_of_side(0, "before", first, frame), run_of_side(0, "after", second, frame)]
    seen, decoded = follow_runs(counting_video, [run for run in runs if run is not None], most=1000)
    numbers = {run.side: [number_on(picture) for picture in frames.pictures] for run, frames in seen}
    assert (numbers["before"][-1], numbers["after"][0]) == (39, 90)
    assert len(numbers["before"]) == len(numbers["after"]) == REACH + 1
    assert all(1 <= later - earlier <= 2 for side in numbers.values() for earlier, later in zip(side, side[1:]))  # noqa: B905, RUF007
    assert decoded < 80


def test_a_reversed_shot_shows_its_frames_backwards(counting_video: Path) -> None:
    shot = shot_of(counting_video, 1, Fraction(0), (30, 70), speed=-1)
    run = run_of_side(0, "before", shot, 1 / RATE)
    assert run is not None
    ((_, frames),), _ = follow_runs(counting_video, [run], most=1000)
    numbers = [number_on(picture) for picture in frames.pictures]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 30


def test_a_freeze_frame_does_not_move(bikes: Path) -> None:
    shots = [shot_of(bikes, 1, Fraction(0), (0, 25)), shot_of(bikes, 2, Fraction(25) / RATE, (40, 80), speed=0)]
    seen = look_around(edit_of(shots))
    assert seen.seen.all()
    assert (seen.curves[0, REACH:, 1] == 0).all()
    assert (seen.curves[0, REACH:, 0] > 0).all()
    assert (seen.curves[0, :REACH, 1] > 0).all()


def test_short_shots_are_told_as_far_as_they_go(bikes: Path) -> None:
    shots = [shot_of(bikes, 1, Fraction(0), (0, 30)), shot_of(bikes, 2, Fraction(30) / RATE, (76, 82))]
    seen = look_around(edit_of(shots))
    assert seen.seen[0].tolist() == [1] * REACH + [1, 1, 1] + [0] * 5
    assert (seen.curves[0][seen.seen[0] == 0] == 0).all()


def test_black_is_known_without_looking_and_a_fade_has_black_on_one_side(bikes: Path) -> None:
    gap = Shot(1, "", Fraction(0), Fraction(1), "gap", None)
    picture = replace(shot_of(bikes, 2, Fraction(1), (0, 40)), media=None)
    seen = look_around(edit_of([gap, picture]))
    assert seen.seen[0].tolist() == [1] * REACH + [0] * REACH
    fade = Transition(Fraction(1), "fade_in", Fraction(1), 2)
    assert shots_beside(fade, (gap, picture)) == (None, picture)


def test_what_is_dear_stays_unknown(bikes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shots = [shot_of(bikes, 1, Fraction(0), (0, 70)), shot_of(bikes, 2, Fraction(70) / RATE, (200, 240))]
    assert not look_around(edit_of(shots), most=0).seen.any()
    monkeypatch.setattr(around, "MOST_TRAVELLED", 1)
    assert not look_around(edit_of(shots)).seen[0, :REACH].any()


def test_a_broken_file_brings_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("nothing to see")
    shots = [shot_of(broken, 1, Fraction(0), (0, 30)), shot_of(broken, 2, Fraction(30) / RATE, (30, 60))]
    assert not look_around(edit_of(shots)).seen.any()


def test_curves_tell_light_beside_the_cut_and_motion_a_second() -> None:
    grey = [np.full((27, 48, 3), level, np.uint8) for level in (100, 100, 200)]
    before, after = curves_of_frames(grey, "before"), curves_of_frames(grey, "after")
    assert before[:, 0] == pytest.approx([100 / 255, 200 / 255], abs=1e-3)
    assert after[:, 0] == pytest.approx([100 / 255, 100 / 255], abs=1e-3)
    assert before[0, 1] == 0
    assert before[1, 1] > 0.9
    assert curves_of_frames(grey, "before", gaps=[0.1, 10.0])[1, 1] < before[1, 1]
    held = curves_of_frames([grey[0], grey[2], grey[2]], "before", gaps=[0.1, 0.0])
    assert held[0, 1] == held[1, 1]
    with pytest.raises(ValueError, match="2 to 9 frames"):
        curves_of_frames(grey[:1], "before")


def test_surroundings_of_another_shape_are_refused() -> None:
    good = nothing_seen(2)
    with pytest.raises(ValueError, match="seen must have the shape"):
        Surroundings(good.curves, good.seen[:1], good.difference, good.compared)
