"""Damaged files of every format: a storyboard or one of our own errors comes out, and nothing else is opened."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "timelines_fuzz.py"


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("timelines_fuzz", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_damaged_files_are_read_or_refused(fuzz: ModuleType, samples: Path) -> None:
    outcomes = [(seed, outcome) for seed, outcome, _ in fuzz.run(samples, 250, 1)]
    assert [(seed, outcome) for seed, outcome in outcomes if outcome.startswith("CRASH")] == []
    assert {outcome for _, outcome in outcomes} == {"read", "refused"}


def test_the_watch_sees_a_file_outside(fuzz: ModuleType, tmp_path: Path) -> None:
    watch = fuzz.Watch()
    watch.allowed = (str(tmp_path / "inside"),)
    (tmp_path / "outside").write_text("x")
    watch.active = True
    try:
        (tmp_path / "outside").read_text()
    finally:
        watch.active = False
    assert watch.strange == [str(tmp_path / "outside")]
