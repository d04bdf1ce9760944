"""Who goes first, and who waits for whom."""

from __future__ import annotations

import pytest

from vem_server.jobs.board import Board, Job
from vem_server.protocol.messages import (
    Inspect,
    JobState,
    Lock,
    Measure,
    Plan,
    Reconform,
    Rescore,
    Score,
    Takes,
    Thumbnails,
)

EDIT, OTHER = "/edits/harbour.otio", "/edits/market.otio"


@pytest.fixture
def board():
    return Board(lambda state: None, kept=3)


def _put(board: Board, kind, *, edit: str = EDIT, **fields) -> str:
    name = f"{kind.__name__.lower()}{len(board.jobs)}"
    request = kind(id="1", key=name, edit=edit, **fields)
    state = JobState(id=name, kind=kind.__name__.lower(), key=name, edit=edit, state="queued")
    board.add(Job(state, request))
    board.enqueue(name)
    return name


def _next(board: Board, lane, *, gpu: bool = True) -> str | None:
    job = board.next_for(lane, gpu=gpu)
    if job is None:
        return None
    board.change(job.state.id, state="running")
    return job.state.id


def test_short_jobs_go_before_long_ones_and_equals_in_their_order(board):
    long, first, second = (
        _put(board, Score, edit=OTHER),
        _put(board, Rescore, edit="/edits/a_v01.otio"),
        _put(board, Rescore, edit="/edits/b_v01.otio"),
    )
    assert [_next(board, "studio") for _ in range(4)] == [first, second, long, None]
    slow, pictures, plan = _put(board, Measure), _put(board, Thumbnails), _put(board, Plan)
    assert [_next(board, "desk") for _ in range(3)] == [plan, pictures, slow]


def test_jobs_that_number_the_same_versions_wait_for_each_other(board):
    first, second, other = _put(board, Score), _put(board, Score), _put(board, Score, edit=OTHER)
    assert [_next(board, "studio") for _ in range(3)] == [first, other, None]
    board.change(first, state="done")
    assert _next(board, "studio") == second


def test_a_plan_waits_for_no_score_and_a_lock_only_for_what_changes_its_take(board):
    _put(board, Score)
    assert _next(board, "studio") is not None
    lock = _put(board, Lock, edit="/edits/harbour_v01.otio", shots=(1,))
    plan = _put(board, Plan)
    assert {_next(board, "desk"), _next(board, "desk")} == {lock, plan}
    undo = _put(board, Takes, edit="/edits/harbour_v02.otio", action="undo")
    listing = _put(board, Takes, edit="/edits/harbour_v02.otio")
    assert [_next(board, "desk") for _ in range(2)] == [listing, None]
    board.change(lock, state="done")
    assert _next(board, "desk") == undo


def test_a_reconform_numbers_in_the_folder_of_the_new_edit(board):
    fit = _put(board, Reconform, edit="/edits/harbour_v01.otio", new_edit="/new/harbour.otio")
    _put(board, Score, edit="/new/harbour.otio")
    assert [_next(board, "studio") for _ in range(2)] == [fit, None]


def test_one_job_at_a_time_takes_the_graphics_card(board):
    _put(board, Score)
    on_processor = _put(board, Score, edit=OTHER, device="cpu")
    assert _next(board, "studio", gpu=False) == on_processor
    assert _next(board, "studio", gpu=False) is None
    reading = _put(board, Inspect)
    assert _next(board, "desk", gpu=False) == reading


def test_a_cancelled_job_is_passed_over_and_only_the_last_ended_ones_are_remembered(board):
    names = [_put(board, Inspect) for _ in range(5)]
    for name in names:
        board.change(name, state="cancelled")
    assert _next(board, "desk") is None
    assert list(board.ended) == names[2:]
