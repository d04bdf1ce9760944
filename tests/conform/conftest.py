"""Edits for the tests of re-conforming, and the benchmark's own scripts: what is accepted is what is published."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from vem_timeline.clock import Clock
from vem_timeline.storyboard import MediaUse, Shot, Storyboard, Transition

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
FPS = 24


@dataclass(frozen=True)
class Cut:
    """A shot in an edit of the tests: its media, first frame of it, frames on the timeline, and speed."""

    media: str
    first: int
    frames: int
    speed: Fraction = Fraction(1)


def edit_of(cuts: Sequence[Cut], *, fps: int = FPS) -> Storyboard:
    """An edit of straight cuts."""
    shots: list[Shot] = []
    at = Fraction(0)
    for number, cut in enumerate(cuts, start=1):
        length = Fraction(cut.frames, fps)
        media = MediaUse(f"file:///media/{cut.media}", None, Fraction(cut.first, fps), length * abs(cut.speed), False)
        shots.append(Shot(number, cut.media, at, length, "picture", media, cut.speed))
        at += length
    changes = tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:])
    return Storyboard("test edit", Clock(Fraction(fps)), at, tuple(shots), changes, ())


def plain_cuts(lengths: Sequence[int]) -> list[Cut]:
    """Shots of media of their own."""
    return [Cut(f"shot_{number:02d}.mov", 100, length) for number, length in enumerate(lengths)]


def trimmed(cut: Cut, frames: int, *, at_head: bool = False) -> Cut:
    """A shot with some frames fewer; a negative number lengthens it."""
    return replace(cut, first=cut.first + (frames if at_head else 0), frames=cut.frames - frames)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The tools above: ``make.edit(cuts)``, ``make.cuts(lengths)``, ``make.trimmed(cut, frames)``, ``make.Cut``."""
    return SimpleNamespace(edit=edit_of, cuts=plain_cuts, trimmed=trimmed, Cut=Cut)


def _module(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def reedits() -> ModuleType:
    return _module("reedits")


@pytest.fixture(scope="session")
def benchmark(reedits: ModuleType) -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_reconform", BENCHMARKS / "reconform.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
