"""The three levels, parsed from real footage with the encoders that ship."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.encoders.picture import PictureEncoder
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.parsing import hierarchy
from vem_plugin.parsing.frames import glimpse_frames
from vem_plugin.parsing.hierarchy import parse
from vem_plugin.parsing.parsed_video import TEXT_SIZE, Cinematics, ParsedVideo
from vem_timeline.clock import Clock
from vem_timeline.storyboard import Marker, MediaUse, Shot, Storyboard, Transition

CUTS = (0, 30, 76, 137, 187, 242, 250)


@pytest.fixture(scope="module")
def text() -> TextEncoder:
    return TextEncoder(device="cpu")


@pytest.fixture(scope="module")
def picture() -> PictureEncoder:
    return PictureEncoder(device="cpu")


def board_of(path: Path, edges: tuple[int, ...] = CUTS, *, online: bool = True) -> Storyboard:
    shots = []
    for number, (first, last) in enumerate(pairwise(edges), start=1):
        start, length = Fraction(first, 25), Fraction(last - first, 25)
        media = MediaUse(path.as_uri(), path, start, length, online=online)
        shots.append(Shot(number, f"Shot {number}", start, length, "picture", media))
    transitions = tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:])
    return Storyboard(
        path.stem, Clock(Fraction(25)), Fraction(edges[-1], 25), tuple(shots), transitions, (), source=path
    )


@pytest.fixture(scope="module")
def parsed(text: TextEncoder, picture: PictureEncoder) -> ParsedVideo:
    path = Path(__file__).parents[1] / "samples" / "video" / "bikes.mp4"
    return parse(board_of(path), brief="restless, urban", text=text, picture=picture)


def test_every_shot_has_its_three_levels(parsed: ParsedVideo) -> None:
    assert [shot.shot for shot in parsed.shots] == [1, 2, 3, 4, 5, 6]
    for shot in parsed.shots:
        assert shot.text.shape == (TEXT_SIZE,)
        assert np.linalg.norm(shot.text) == pytest.approx(1, abs=1e-5)
        assert shot.picture is not None
        assert shot.picture.shape == (1280,)
        assert np.linalg.norm(shot.picture) == pytest.approx(1, abs=1e-5)
        assert shot.words
        look = shot.cinematics.as_array()
        assert ((look >= [0, -1, 0, 0, 0]) & (look <= 1)).all()
    assert parsed.remarks == ()


def test_transitions_keep_their_exact_times_and_real_cuts_are_strong(parsed: ParsedVideo) -> None:
    assert [seen.time for seen in parsed.transitions] == [Fraction(cut, 25) for cut in CUTS[1:-1]]
    assert all(0.4 < seen.strength <= 1 for seen in parsed.transitions)


def test_the_brief_is_embedded_and_the_summary_is_plain_words(parsed: ParsedVideo, text: TextEncoder) -> None:
    assert np.array_equal(parsed.brief_text, text.encode(["restless, urban"])[0])
    assert parsed.summary.startswith("6 shots in 10 seconds")
    assert parsed.encoders["text"].endswith("on CPU")
    assert parsed.encoders["picture"].endswith("on CPU")


def test_a_cut_within_one_shot_is_weaker_than_a_cut_to_another(
    bikes: Path, parsed: ParsedVideo, text: TextEncoder, picture: PictureEncoder
) -> None:
    inside = parse(board_of(bikes, (76, 100, 125)), brief="", text=text, picture=picture)
    assert inside.transitions[0].strength < 0.7 * min(seen.strength for seen in parsed.transitions)


def test_without_a_picture_encoder_light_and_motion_are_still_told(bikes: Path, text: TextEncoder) -> None:
    parsed = parse(board_of(bikes), brief="", text=text, picture=None)
    assert all(shot.picture is None for shot in parsed.shots)
    assert all(shot.labels == () for shot in parsed.shots)
    assert all(shot.cinematics != Cinematics() for shot in parsed.shots)
    assert "picture" not in parsed.encoders
    assert np.array_equal(parsed.brief_text, text.encode([parsed.summary])[0])


def test_markers_words_are_part_of_the_summary(bikes: Path, text: TextEncoder) -> None:
    marker = Marker(Fraction(2), Fraction(0), "mood: tense", "", "RED", "timeline")
    board = replace(board_of(bikes), markers=(marker,))
    assert "mood: tense" in parse(board, brief="", text=text, picture=None).summary


def test_broken_media_is_remarked_and_the_rest_is_parsed(bikes: Path, tmp_path: Path, text: TextEncoder) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("nothing to see")
    good = board_of(bikes)
    bad = [
        replace(shot, media=replace(shot.media, path=broken), words=("night chase",))
        for shot in good.shots[2:4]
        if shot.media is not None
    ]
    board = replace(good, shots=(*good.shots[:2], *bad, *good.shots[4:]))
    parsed = parse(board, brief="", text=text, picture=None)
    (remark,) = parsed.remarks
    assert remark.startswith("broken.mp4: The file does not decode")
    assert remark.endswith("(shots 3, 4)")
    assert parsed.shots[2].cinematics == Cinematics()
    assert parsed.shots[2].words == "night chase"
    assert parsed.transitions[1].strength == 1
    assert parsed.transitions[0].strength < 1


def test_an_edit_whose_media_is_offline_is_parsed_from_its_words(bikes: Path, text: TextEncoder) -> None:
    parsed = parse(board_of(bikes, online=False), brief="calm", text=text, picture=None)
    assert len(parsed.shots) == 6
    assert all(np.isfinite(shot.text).all() for shot in parsed.shots)
    assert all(seen.strength == 1 for seen in parsed.transitions)
    assert "offline" in parsed.remarks[0]


def test_a_gap_is_black_and_still(bikes: Path, text: TextEncoder) -> None:
    board = board_of(bikes)
    gap = replace(board.shots[1], kind="gap", media=None)
    parsed = parse(replace(board, shots=(board.shots[0], gap, *board.shots[2:])), brief="", text=text, picture=None)
    assert parsed.shots[1].cinematics == Cinematics(0, 0, 0, 0, 0)
    assert parsed.remarks == ()


def test_the_same_frame_is_decoded_once(bikes: Path, text: TextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(path: Path, glimpses: list):
        asked.append(len(glimpses))
        return glimpse_frames(path, glimpses)

    monkeypatch.setattr(hierarchy, "glimpse_frames", counted)
    board = board_of(bikes)
    twice = tuple(
        replace(shot, number=number, start=Fraction(number)) for number, shot in enumerate(board.shots * 3, start=1)
    )
    parsed = parse(replace(board, shots=twice, transitions=()), brief="", text=text, picture=None)
    looks = sum(1 + (shot.duration >= 2) for shot in board.shots)
    assert asked == [looks]
    assert parsed.shots[0].cinematics == parsed.shots[6].cinematics


def test_progress_rises_to_one(bikes: Path, text: TextEncoder) -> None:
    told: list[float] = []

    def report(stage: str, done: float, note: str = "") -> None:
        told.append(done)

    parse(board_of(bikes), brief="", text=text, picture=None, report=report)
    assert told == sorted(told)
    assert told[-1] == 1


def test_parsing_twice_gives_the_same_numbers(
    bikes: Path, parsed: ParsedVideo, text: TextEncoder, picture: PictureEncoder
) -> None:
    again = parse(board_of(bikes), brief="restless, urban", text=TextEncoder(device="cpu"), picture=picture)
    for one, other in zip(parsed.shots, again.shots, strict=True):
        assert np.array_equal(one.text, other.text)
        assert one.picture is not None
        assert other.picture is not None
        assert np.array_equal(one.picture, other.picture)
        assert one.cinematics == other.cinematics


def test_importing_the_parser_loads_nothing_heavy() -> None:
    heavy = ("av", "cv2", "onnxruntime", "scenedetect", "tokenizers", "torch")
    rooms = "vem_plugin.parsing.hierarchy, vem_plugin.parsing.shots"
    code = f"import sys, {rooms}; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
