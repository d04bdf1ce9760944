"""A short edit with speech, scored by a small untrained model: everything but the weights is the real thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest
import torch

from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.sampler import flow_solver
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.publish import ScoredTake
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings

RATE = 24
LENGTHS = (48, 60, 36, 48, 72, 48, 60)
"""Frames of the shots: 15.5 seconds at 24 frames a second."""


def time(frames: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, RATE)


def write_edit(path: Path) -> Path:
    """Seven shots without media, and a voice in the sixth."""
    pictures = otio.schema.Track("V1", kind="Video")
    for number, length in enumerate(LENGTHS):
        window = otio.opentime.TimeRange(time(100 * number), time(length))
        pictures.append(otio.schema.Clip(f"street {number}", otio.schema.ExternalReference("gone.mov"), window))
    voice = otio.schema.Track("VO", kind="Audio")
    voice.append(otio.schema.Gap(duration=time(sum(LENGTHS[:5]) + 6)))
    voice.append(
        otio.schema.Clip(
            "narration", otio.schema.ExternalReference("voice.wav"), otio.opentime.TimeRange(time(0), time(30))
        )
    )
    timeline = otio.schema.Timeline(path.stem)
    timeline.tracks.extend([pictures, voice])
    otio.adapters.write_to_file(timeline, str(path))
    return path


@pytest.fixture(scope="session")
def new_edit() -> Callable[[Path], Path]:
    """Writes the edit, unscored, to a path."""
    return write_edit


@pytest.fixture(scope="session")
def composer() -> VeMComposer:
    """Small, untrained, and every weight alive, so that what it writes depends on all that it is told."""
    torch.set_num_threads(1)
    torch.manual_seed(3)
    codec = ScoreCodec(width=16)
    transformer = VeMTransformer(width=32, heads=2, layers=2, token_width=16, beat_width=8, picture_size=12)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for model, shake in ((codec, 0.1), (transformer, 0.05)):
            for weights in model.parameters():
                weights.add_(shake * torch.randn(weights.shape, generator=generator))
        codec.paint.bias.fill_(-2.0)
    return VeMComposer(VeMPipeline(transformer.eval(), codec.eval(), flow_solver()), steps=2)


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory, composer: VeMComposer) -> ScoredTake:
    """The edit, scored once."""
    edit = write_edit(tmp_path_factory.mktemp("edit") / "walk.otio")
    settings = Settings(brief="tense, driving", style="thriller", device="cpu", ducking=6)
    return score_edit(edit, settings=settings, composer=composer)[0]


@pytest.fixture
def desk(scored: ScoredTake, tmp_path: Path) -> Path:
    """A folder of its own with the edit and its first take, without later versions; the scored timeline in it."""
    work = tmp_path / "work"
    work.mkdir()
    edit = Path(scored.take.edit).name
    for name in (edit, scored.timeline.name):
        shutil.copy2(scored.folder.parent / name, work)
    shutil.copytree(scored.folder, work / scored.folder.name)
    timeline = work / scored.timeline.name
    timeline.write_text(timeline.read_text().replace(str(scored.folder.parent), str(work)))
    return timeline
