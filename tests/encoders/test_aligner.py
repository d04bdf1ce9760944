"""The aligner that ships: what it says of plain cases, and what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.encoders.aligner import Aligner
from vem_plugin.encoders.manifest import FILE_NAME, SHIPPED
from vem_plugin.errors import ModelError
from vem_plugin.parsing.surroundings import Surroundings, nothing_seen
from vem_plugin.rhythm.transition_features import GROUPS, EditOutline, TransitionFeatures, features_of


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner()


def features(*, kinds: list[str] | None = None, differences: list[float] | None = None) -> TransitionFeatures:
    """Eleven cuts four seconds apart, seen or not."""
    edges = np.arange(0.0, 49.0, 4.0)
    count = len(edges) - 2
    kind = kinds or ["cut"] * count
    outline = EditOutline(
        seconds=48.0,
        start=edges[:-1],
        end=edges[1:],
        looks=np.zeros((count + 1, 5), np.float32),
        looked=np.zeros(count + 1, bool),
        black=np.zeros(count + 1, bool),
        time=edges[1:-1],
        length=np.array([0.0 if each == "cut" else 0.8 for each in kind]),
        kind=tuple(kind),  # type: ignore[arg-type]
    )
    seen = nothing_seen(count)
    if differences:
        known = np.ones(count, np.float32)
        seen = Surroundings(seen.curves, seen.seen, np.array(differences, np.float32), known)
    return features_of(outline, seen)


def test_every_share_is_a_chance_and_unknown_groups_pull_nowhere(aligner: Aligner) -> None:
    said = aligner.judge(features())
    assert said.share.shape == (11,)
    assert ((said.share > 0.02) & (said.share < 0.98)).all()
    assert said.pull.shape == (11, len(GROUPS))
    assert (said.pull[:, [GROUPS.index("picture"), GROUPS.index("around")]] == 0).all()
    assert np.abs(said.pull).sum() > 0


def test_a_great_change_of_picture_deserves_more(aligner: Aligner) -> None:
    said = aligner.judge(features(differences=[0.3, 0.8] * 5 + [0.3]))
    assert said.share[1::2].min() > said.share[0::2].max()
    assert (said.pull[1::2, GROUPS.index("picture")] > said.pull[0:-1:2, GROUPS.index("picture")]).all()


def test_a_dissolve_deserves_less(aligner: Aligner) -> None:
    straight, soft = aligner.judge(features()), aligner.judge(features(kinds=["cut"] * 5 + ["dissolve"] + ["cut"] * 5))
    assert soft.share[5] < straight.share[5] - 0.1


def test_an_edit_without_transitions_is_no_trouble(aligner: Aligner) -> None:
    nothing = TransitionFeatures(*(array[:0] for array in vars(features()).values()))
    assert aligner.judge(nothing).share.shape == (0,)


def test_one_that_was_taught_on_other_features_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "aligner", tmp_path / "other")
    file = tmp_path / "other" / FILE_NAME
    fields = json.loads(file.read_text())
    file.write_text(json.dumps(fields | {"numbers": fields["numbers"][1:]}))
    with pytest.raises(ModelError, match="taught on other numbers"):
        Aligner(tmp_path / "other")


def test_it_is_small_and_loads_no_torch() -> None:
    assert (SHIPPED / "aligner" / "model.onnx").stat().st_size < 400_000
    code = "import sys, vem_plugin.encoders.aligner as a; a.Aligner(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
