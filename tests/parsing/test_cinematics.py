"""Light, warmth, saturation, contrast and motion on pictures whose look is known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vem_plugin.parsing.cinematics import (
    cinematics_of_looks,
    difference_of_pictures,
    histogram_of,
    look_of_frame,
)
from vem_plugin.parsing.frames import SeenFrame
from vem_plugin.parsing.parsed_video import Cinematics


def plain(red: int, green: int, blue: int) -> np.ndarray:
    return np.full((72, 128, 3), (red, green, blue), np.uint8)


def look(picture: np.ndarray, later: np.ndarray | None = None, speed: float = 1.0) -> Cinematics:
    frame = SeenFrame(Fraction(0), picture, later, Fraction(1, 8) if later is not None else Fraction(0))
    return cinematics_of_looks([look_of_frame(frame)], speed=speed)


def textured(seed: int = 1) -> np.ndarray:
    """Soft-edged grey squares, like a scene rather than like noise."""
    squares = np.random.default_rng(seed).integers(40, 216, (9, 16))
    return np.repeat(np.kron(squares, np.ones((20, 20)))[..., None], 3, axis=2).astype(np.uint8)


def test_black_white_and_grey_have_their_light_and_no_contrast() -> None:
    assert look(plain(0, 0, 0)).light == 0
    assert look(plain(255, 255, 255)).light == pytest.approx(1, abs=1e-5)
    assert look(plain(128, 128, 128)).light == pytest.approx(128 / 255, abs=1e-3)
    assert look(plain(128, 128, 128)).contrast == pytest.approx(0, abs=1e-4)


def test_half_black_half_white_is_the_largest_contrast() -> None:
    picture = plain(0, 0, 0)
    picture[:, 64:] = 255
    assert look(picture).contrast == pytest.approx(1, abs=1e-4)


def test_orange_is_warm_blue_is_cold_grey_is_neither() -> None:
    assert look(plain(230, 150, 60)).warmth > 0.8
    assert look(plain(60, 110, 230)).warmth < -0.8
    assert look(plain(90, 90, 90)).warmth == pytest.approx(0, abs=1e-5)


def test_pure_colour_is_saturated_grey_is_not_and_black_does_not_divide_by_zero() -> None:
    assert look(plain(255, 0, 0)).saturation == pytest.approx(1, abs=1e-4)
    assert look(plain(77, 77, 77)).saturation == pytest.approx(0, abs=1e-5)
    assert look(plain(0, 0, 0)).saturation == 0


def test_a_still_shot_does_not_move_and_a_faster_pan_moves_more() -> None:
    scene = textured()
    motions = [look(scene, np.roll(scene, shift, axis=1)).motion for shift in (0, 1, 8, 40)]
    assert motions[0] == 0
    assert motions == sorted(motions)
    assert motions[1] < motions[2] < motions[3] <= 1
    assert motions[3] > 0.6


def test_grain_is_not_motion() -> None:
    rng = np.random.default_rng(0)
    scene = textured().astype(float)
    noisy = [np.clip(scene + rng.normal(0, 6, scene.shape), 0, 255).astype(np.uint8) for _ in range(2)]
    assert look(noisy[0], noisy[1]).motion < 0.05


def test_a_dark_scene_moves_as_much_as_the_same_scene_bright() -> None:
    bright, dark = textured(), (textured() / 2).astype(np.uint8)
    one, other = (look(scene, np.roll(scene, 12, axis=1)).motion for scene in (bright, dark))
    assert other == pytest.approx(one, abs=0.12)


def test_double_speed_moves_more_and_a_freeze_not_at_all() -> None:
    scene = textured()
    later = np.roll(scene, 4, axis=1)
    assert look(scene, later, speed=2).motion > look(scene, later).motion > look(scene, later, speed=-0.5).motion
    assert look(scene, later, speed=0).motion == 0


def test_motion_is_its_default_where_no_pair_was_seen() -> None:
    assert look(textured()).motion == Cinematics().motion


def test_the_look_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        cinematics_of_looks([])


def test_equal_pictures_do_not_differ_and_black_against_white_differs_most() -> None:
    black, white, scene = (histogram_of(picture) for picture in (plain(0, 0, 0), plain(255, 255, 255), textured()))
    assert black.sum() == pytest.approx(1)
    assert difference_of_pictures((scene, None), (scene, None)) == pytest.approx(0, abs=1e-6)
    assert difference_of_pictures((black, None), (white, None)) == pytest.approx(1)


def test_embeddings_count_half() -> None:
    histogram = histogram_of(textured())
    one, other = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    assert difference_of_pictures((histogram, one), (histogram, one)) == pytest.approx(0, abs=1e-6)
    assert 0.4 < difference_of_pictures((histogram, one), (histogram, other)) <= 1
