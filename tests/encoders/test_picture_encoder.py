"""The picture encoder that ships, on real frames and on odd ones."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from vem_plugin.encoders.picture import BATCH, MOST_LABELS, PictureEncoder, resized

SAMPLES = Path(__file__).parents[1] / "samples" / "video"


@pytest.fixture(scope="module")
def encoder() -> PictureEncoder:
    return PictureEncoder(device="cpu")


def frames_of(name: str, *numbers: int) -> np.ndarray:
    with av.open(SAMPLES / name) as container:
        return np.stack(
            [
                frame.to_ndarray(format="rgb24")
                for number, frame in enumerate(container.decode(video=0))
                if number in numbers
            ]
        )


def test_embeddings_are_unit_rows_and_labels_are_ranked_probabilities(encoder: PictureEncoder) -> None:
    result = encoder.encode(frames_of("carphone.mp4", 0, 60))
    assert result.embeddings.shape == (2, 1280) == (2, encoder.size)
    assert result.embeddings.dtype == np.float32
    assert np.linalg.norm(result.embeddings, axis=1) == pytest.approx(1, abs=1e-5)
    for labels in result.labels:
        shares = [share for _, share in labels]
        assert len(labels) == MOST_LABELS
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1


def test_a_man_in_a_car_wears_a_tie(encoder: PictureEncoder) -> None:
    (labels,) = encoder.encode(frames_of("carphone.mp4", 10)).labels
    assert {word for word, _ in labels} & {"Windsor tie", "bow tie", "suit", "seat belt"}


def test_frames_of_one_shot_are_more_alike_than_frames_of_two(encoder: PictureEncoder) -> None:
    one, same, other = encoder.encode(frames_of("bikes.mp4", 80, 130, 200)).embeddings
    assert one @ same > one @ other + 0.1


def test_a_frame_is_the_same_alone_and_in_company(encoder: PictureEncoder) -> None:
    frames = frames_of("carphone.mp4", *range(BATCH + 3))
    together = encoder.encode(frames).embeddings
    assert len(together) == BATCH + 3
    assert np.abs(encoder.encode(frames[-1:]).embeddings[0] - together[-1]).max() < 1e-5


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (500, 3), (224, 224), (1080, 1920)])
def test_any_size_of_frame_will_do(encoder: PictureEncoder, shape: tuple[int, int]) -> None:
    result = encoder.encode(np.full((1, *shape, 3), 90, np.uint8))
    assert np.isfinite(result.embeddings).all()


def test_no_frames_give_no_rows(encoder: PictureEncoder) -> None:
    result = encoder.encode(np.empty((0, 20, 30, 3), np.uint8))
    assert result.embeddings.shape == (0, 1280)
    assert result.labels == ()


def test_grey_frames_are_refused(encoder: PictureEncoder) -> None:
    with pytest.raises(ValueError, match="shape"):
        encoder.encode(np.zeros((1, 20, 30), np.uint8))


def test_resizing_keeps_a_ramp_a_ramp_and_its_mean() -> None:
    ramp = np.arange(60, dtype=np.float32).reshape(1, 60, 1, 1) * np.ones((1, 1, 1, 3), np.float32)
    for length in (10, 60, 90):
        line = resized(ramp, length, axis=1)[0, :, 0, 0]
        assert len(line) == length
        assert line.mean() == pytest.approx(29.5, abs=0.2)
        assert np.diff(line[2:-2]) == pytest.approx(60 / length, abs=1e-3)
    assert np.array_equal(resized(ramp, 60, axis=1), ramp)
