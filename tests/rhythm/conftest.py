"""Edits for the tests of the rhythm room, made with the tools of the benchmark that measures it."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from vem_timeline.clock import Clock
from vem_timeline.storyboard import Marker, Storyboard

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def benchmark_plan() -> ModuleType:
    """The benchmark's own module, so that what is accepted is what is published."""
    spec = importlib.util.spec_from_file_location("benchmark_plan", ROOT / "benchmarks" / "plan.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class MakeEdit(Protocol):
    """Cuts and duration in frames of 24 a second; markers as (frame, length in frames, words)."""

    def __call__(
        self, cuts: list[int], duration: int, markers: tuple[tuple[int, int, str], ...] = (), start: int = 0
    ) -> Storyboard: ...


@pytest.fixture(scope="session")
def make_edit(benchmark_plan: ModuleType) -> MakeEdit:
    def make(
        cuts: list[int], duration: int, markers: tuple[tuple[int, int, str], ...] = (), start: int = 0
    ) -> Storyboard:
        edit = benchmark_plan.edit_of_frames("test edit", cuts, duration, Fraction(24))
        marks = tuple(
            Marker(Fraction(frame, 24), Fraction(length, 24), words, "", "RED", "timeline")
            for frame, length, words in markers
        )
        return replace(edit, markers=marks, clock=Clock(Fraction(24), start_frame=start))

    return make
