"""Processes that share one machine without getting in each other's way."""

from __future__ import annotations

import os
from typing import Any


def settle(numbers: Any) -> None:
    """Keep this process to one of the cores it may use, told apart by numbers from a queue: libraries inside it then
    start one thread each. Called first in every process of a pool."""
    number = numbers.get()
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})
