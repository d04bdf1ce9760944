"""The command line with a daemon and without: the same output, and the same bytes on disk."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from vem_plugin.models.model_folder import write_index
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.sampler import flow_solver
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.transformer import VeMTransformer
from vem_server.client import Client

if TYPE_CHECKING:
    from tests.server.conftest import Service


def jobs_of(service: Service) -> int:
    with Client(service.file) as vem:
        return len(vem.jobs(most=1000))


def both_ways(service: Service, *arguments: object, clean: Path | None = None) -> tuple[str, str]:
    """What a command prints by the daemon and in its own process; files it made are moved aside in between."""
    before = jobs_of(service)
    by_daemon = service.vem(*arguments)
    assert jobs_of(service) == before + 1, by_daemon.stderr
    if clean is not None:
        clean.rename(clean.with_name(f"{clean.name} by daemon"))
    here = service.vem(*arguments, "--no-daemon")
    assert jobs_of(service) == before + 1
    assert by_daemon.returncode == here.returncode, by_daemon.stderr + here.stderr
    return by_daemon.stdout, here.stdout


@pytest.mark.parametrize("json_wanted", [False, True])
def test_inspect_and_plan_say_the_same(service: Service, edit: Path, json_wanted: bool) -> None:
    options = ["--json"] if json_wanted else []
    one, other = both_ways(service, "inspect", edit, *options)
    assert one == other
    assert "street 3" in one
    out = edit.parent / "out"
    one, other = both_ways(service, "plan", edit, "-o", out, *options, clean=out)
    assert one == other
    assert ("tempo_map" if json_wanted else "cuts on the beat grid") in one
    made = {file.name: file.read_bytes() for file in out.iterdir()}
    assert {file.name: file.read_bytes() for file in out.with_name("out by daemon").iterdir()} == made


def test_errors_are_told_the_same_way(service: Service, edit: Path) -> None:
    one, other = both_ways(service, "inspect", edit.with_name("gone.otio"), "--json")
    assert one == other
    assert json.loads(one)["error"]["kind"] == "UnreadableTimeline"


def test_what_the_daemon_may_not_touch_is_done_here(service: Service, edit: Path, tmp_path: Path) -> None:
    outside = shutil.copy(edit, tmp_path)
    before = jobs_of(service)
    done = service.vem("inspect", outside)
    assert (done.returncode, jobs_of(service)) == (0, before), done.stderr
    assert "street 3" in done.stdout


@pytest.fixture
def model(films: Path) -> Path:
    """A folder of a small untrained model."""
    torch.manual_seed(3)
    codec = ScoreCodec(width=16)
    transformer = VeMTransformer(width=32, heads=2, layers=2, token_width=16, beat_width=8, picture_size=12)
    with torch.no_grad():
        for weights in (*codec.parameters(), *transformer.parameters()):
            weights.add_(0.05 * torch.randn(weights.shape))
        codec.paint.bias.fill_(-2.0)
    folder = films / "model"
    VeMPipeline(transformer.eval(), codec.eval(), flow_solver()).save_pretrained(folder)
    write_index(folder, name="small", version="0", licence="none", trained_on="nothing")
    return folder


def test_a_score_through_the_daemon_is_the_same_to_the_byte(service: Service, edit: Path, model: Path) -> None:
    out = edit.parent / "out"
    out.mkdir()
    asked = (
        "score",
        edit,
        "-o",
        out,
        "--model",
        model,
        "--device",
        "cpu",
        "--style",
        "thriller",
        "--seed",
        5,
        "--json",
    )
    one, other = both_ways(service, *asked, clean=out)
    assert one == other
    assert json.loads(one)["takes"][0]["seed"] == 5
    by_daemon = out.with_name("out by daemon")
    files = sorted(file.relative_to(out) for file in out.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(by_daemon) for file in by_daemon.rglob("*") if file.is_file())
    sounds = [file for file in files if file.suffix in (".wav", ".mid")]
    assert len(sounds) >= 7
    differing = [str(file) for file in files if (out / file).read_bytes() != (by_daemon / file).read_bytes()]
    assert not differing


def test_the_panel_is_opened_with_a_code_and_not_the_token(service: Service, edit: Path) -> None:
    done = service.vem("panel", edit, "--no-browser")
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(re.escape(service.url) + r"/#code=([\w-]{43})&edit=(\S+)\n", done.stdout)
    assert found
    assert service.token not in done.stdout
    with service.page(Authorization="") as page:
        assert page.post("/api/v1/token", json={"code": found[1]}).json()["token"] == service.token
