"""The benchmark's clock gives every second to one stage, and the right one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

STAGES = Path(__file__).resolve().parents[2] / "benchmarks" / "stages.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_stages", STAGES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_time_goes_to_the_stage_under_way_and_to_the_next_when_one_is_done(benchmark: ModuleType) -> None:
    instants = iter([0.0, 1.0, 3.0, 7.0, 15.0, 31.0])
    clock = benchmark.StageClock(lambda: next(instants))
    clock("read", 0.0)
    clock("read", 1.0)
    clock("plan", 0.5)
    clock("play", 0.1)
    assert clock.stop() == 31.0
    assert clock.seconds == {"read": 3.0, "plan": 4.0 + 8.0, "play": 16.0}


def test_the_warm_figures_are_the_median_of_all_runs_but_the_first(benchmark: ModuleType) -> None:
    runs = [{"read": 9.0}, {"read": 1.0}, {"read": 2.0}, {"read": 6.0}]
    assert benchmark.warm_of(runs) == {"read": 2.0}
