"""The desk on a small untrained model: takes in the form that measures read, made-up edits, pictures, the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.baselines import Task, held_out_tasks
from vem_plugin.evaluate.comparisons import rows_of_codec, rows_of_memory, rows_of_swaps, rows_of_vocabulary
from vem_plugin.evaluate.counting import Count, figure_of
from vem_plugin.evaluate.edits import plain_edit
from vem_plugin.evaluate.evaluation import evaluate
from vem_plugin.evaluate.form import Library
from vem_plugin.evaluate.pictures import draw_rolls
from vem_plugin.evaluate.sound import loudness_follows
from vem_plugin.evaluate.table import MODEL, TEACHER, Evaluation, Row, at_least
from vem_plugin.evaluate.takes import Desk, Take, steady_plan, with_tune_of
from vem_plugin.evaluate.written import rows_of_pieces
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.score.notes import Score


@pytest.fixture(scope="module")
def desk() -> Desk:
    import torch

    from vem_plugin.models.pipeline import VeMPipeline
    from vem_plugin.models.sampler import flow_solver
    from vem_plugin.models.score_codec import ScoreCodec
    from vem_plugin.models.transformer import VeMTransformer
    from vem_plugin.models.vem_composer import VeMComposer

    torch.set_num_threads(1)
    torch.manual_seed(1)
    codec = ScoreCodec(width=16)
    torch.nn.init.constant_(codec.paint.bias, -1.4)  # untrained, but not silent
    transformer = VeMTransformer(width=32, heads=2, layers=2, token_width=16, beat_width=8, picture_size=12)
    pipeline = VeMPipeline(transformer.eval(), codec.eval(), flow_solver())
    return Desk(VeMComposer(pipeline, steps=2))


@pytest.fixture(scope="module")
def tasks() -> tuple[Task, ...]:
    return held_out_tasks(2)


def test_a_take_is_what_sounds_without_its_key(desk: Desk, tasks) -> None:
    from vem_plugin.score.key import transposed

    take = desk.write(tasks[0].cue, seed=3, theme=tasks[0].theme)
    np.testing.assert_array_equal(transposed(take.piece.notes, tasks[0].cue), take.score.notes)
    again = desk.write(tasks[0].cue, seed=3, theme=tasks[0].theme)
    np.testing.assert_array_equal(again.network.notes, take.network.notes)
    assert take.minutes == pytest.approx(tasks[0].cue.beats / tasks[0].cue.bpm, rel=1e-3)
    assert len(take.network.notes) > 0


def test_rows_stand_beside_their_baselines(desk: Desk, tasks) -> None:
    takes = [desk.write(task.cue, seed=task.number, theme=task.theme) for task in tasks]
    taught = [task.taught() for task in tasks]
    columns = {MODEL: [take.piece for take in takes], TEACHER: taught}
    rows = rows_of_pieces(columns) + rows_of_codec(desk, taught, taught) + rows_of_swaps(desk, tasks, takes)
    rows += rows_of_memory(columns, Library(taught)) + rows_of_vocabulary(columns, taught)
    found = {row.name: row for row in rows}
    assert len(found) == len(rows)
    assert found["notes in key"].figures[TEACHER].value > found["notes in key"].figures[MODEL].value
    assert found["velocity, overlap with the corpus"].figures[TEACHER].value == pytest.approx(1)
    assert found["drums, synthetic held-out"].met is False
    json.dumps(Evaluation(tuple(rows), {}).as_json())


def test_swapping_a_tune_leaves_the_chords(tasks) -> None:
    one, other = tasks[0].theme, tasks[0].with_theme(5).theme
    mixed = with_tune_of(one, other)
    assert mixed.chords == one.chords
    assert mixed.melody == other.melody


def test_a_plain_edit_shows_nothing() -> None:
    def encode(texts: list[str]) -> np.ndarray:
        return np.full((len(texts), TEXT_SIZE), TEXT_SIZE**-0.5, np.float32)

    parsed = plain_edit("quiet, please", np.random.default_rng(1), encode)
    board = parsed.storyboard
    assert sum(shot.duration for shot in board.shots) == board.duration >= 30
    assert len({shot.cinematics for shot in parsed.shots}) == 1
    assert not any(shot.words for shot in parsed.shots)
    assert parsed.brief == "quiet, please"


def test_loudness_that_follows_the_energy(make_piece) -> None:
    piece = make_piece([])
    plan = steady_plan(piece.cue)
    take = Take(piece, piece, Score(piece.cue, piece.notes, piece.chords), plan, 1.0, 1.0)
    ramp = np.linspace(0.1, 0.9, int(float(plan.duration) * 1000), dtype=np.float32)
    assert loudness_follows(take, ramp, 1000) == Count(pytest.approx(1), 1)
    assert loudness_follows(take, ramp[::-1], 1000).good == pytest.approx(-1)


def test_piano_rolls_are_drawn(tasks, tmp_path: Path) -> None:
    path = draw_rolls([("teacher", task.taught()) for task in tasks], tmp_path / "rolls.png")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_too_few_pieces_are_refused() -> None:
    with pytest.raises(SettingsError):
        evaluate(pieces=1)


def test_the_command_explains_itself() -> None:
    command = [sys.executable, "-c", "from vem_server.cli import main; main()", "evaluate", "--pieces", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "SettingsError"


def test_the_table_names_target_and_answer() -> None:
    from vem_server.show_evaluation import as_markdown

    rows = (
        Row("tune", "kept", {MODEL: figure_of([Count(1, 1), Count(0, 1)]), TEACHER: figure_of([Count(1, 1)])}),
        Row("brief", "heard", {MODEL: figure_of([Count(3, 4)])}, at_least(0.7)),
    )
    lines = as_markdown(Evaluation(rows, {})).splitlines()
    assert lines[3].startswith("| kept | 0.500 (")
    assert "| at least 0.7 | yes |" in lines[5]
