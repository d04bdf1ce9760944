"""onnxruntime sessions: the provider that runs is told, and everything that goes wrong is a ModelError."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, save_model

from vem_plugin.encoders.runtime import open_session, providers
from vem_plugin.errors import ModelError


@pytest.fixture
def doubler(tmp_path: Path) -> Path:
    """A model that doubles rows of three numbers."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "x"], ["y"])],
        "doubler",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
    )
    path = tmp_path / "doubler.onnx"
    save_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_the_session_tells_names_and_provider_and_computes(doubler: Path) -> None:
    session = open_session(doubler, "cpu")
    assert session.provider == "CPU"
    assert (session.inputs, session.outputs) == (("x",), ("y",))
    (doubled,) = session.run({"x": np.array([[1, 2, 3]], np.float32)}, ["y"])
    assert doubled.tolist() == [[2, 4, 6]]


def test_auto_runs_on_one_of_the_providers_that_are_offered(doubler: Path) -> None:
    assert open_session(doubler).provider in providers()


def test_the_cpu_is_always_offered() -> None:
    assert "CPU" in providers()


@pytest.mark.skipif("CUDA" in providers(), reason="this machine has the device")
def test_a_device_that_is_not_there_is_refused_not_replaced(doubler: Path) -> None:
    with pytest.raises(ModelError, match="no cuda device") as caught:
        open_session(doubler, "cuda")
    assert "--device auto" in caught.value.remedy


def test_an_unknown_device_a_missing_file_and_a_broken_file_are_model_errors(tmp_path: Path, doubler: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="unknown"):
        open_session(doubler, "abacus")
    with pytest.raises(ModelError, match="missing"):
        open_session(tmp_path / "nowhere.onnx")
    with pytest.raises(ModelError, match="cannot be opened"):
        open_session(broken)


def test_inputs_that_do_not_fit_are_a_model_error(doubler: Path) -> None:
    with pytest.raises(ModelError, match="while computing"):
        open_session(doubler, "cpu").run({"x": np.zeros((2, 5), np.float32)}, ["y"])


def test_bound_arrays_give_what_a_plain_run_gives(doubler: Path) -> None:
    """Also arrays that do not lie in one piece; and no output is overwritten by the next run."""
    session = open_session(doubler, "cpu")
    assert session.memory == "cpu"
    grid = np.arange(12, dtype=np.float32).reshape(3, 4).T
    (first,) = session.run({"x": grid}, ["y"])
    np.testing.assert_array_equal(first, session.engine.run(["y"], {"x": grid})[0])
    (second,) = session.run({"x": grid[:2] + 1}, ["y"])
    np.testing.assert_array_equal(first, 2 * grid)
    np.testing.assert_array_equal(second, 2 * grid[:2] + 2)


@pytest.mark.parametrize("provider", ["CUDA", "Tensorrt"])
def test_inputs_of_a_graphics_card_are_bound_to_its_memory(doubler: Path, provider: str) -> None:
    """Without the card onnxruntime says that it is missing, instead of computing elsewhere in silence."""
    session = replace(open_session(doubler, "cpu"), provider=provider)
    assert session.memory == "cuda"
    if "CUDA" not in providers():
        with pytest.raises(ModelError, match="while computing") as caught:
            session.run({"x": np.zeros((1, 3), np.float32)}, ["y"])
        assert "--device cpu" in caught.value.remedy
