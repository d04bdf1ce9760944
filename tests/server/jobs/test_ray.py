"""Scores on a Ray cluster of two nodes on this machine; with VEM_TEST_RAY=1, since a cluster takes its time to start.

The second node says it has a graphics card, so the work has to go there.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time

import pytest

from vem_server.jobs import JobRoom, Limits, Roots
from vem_server.protocol.messages import Score

pytestmark = [
    pytest.mark.skipif(os.environ.get("VEM_TEST_RAY") != "1", reason="asked for by VEM_TEST_RAY=1"),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(900),
]


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _ports_of_agents(ports: list[int]) -> dict[str, int]:
    """Told, so that a node need not wait until its agents have chosen them."""
    names = ("metrics_agent_port", "metrics_export_port", "runtime_env_agent_port", "dashboard_agent_listen_port")
    return dict(zip(names, ports, strict=True))


@pytest.fixture(scope="module")
def cluster():
    """Address of a cluster of a head and a node with one (said) graphics card."""
    ray = pytest.importorskip("ray")
    os.environ.setdefault("RAY_agent_register_timeout_ms", "240000")  # a busy machine takes longer than Ray expects
    from ray.cluster_utils import Cluster

    port, *agents = _free_ports(9)
    head = {"num_cpus": 1, "num_gpus": 0, "ray_client_server_port": port, "object_store_memory": 10**8}
    made = Cluster(initialize_head=True, head_node_args=head | _ports_of_agents(agents[:4]))
    made.add_node(num_cpus=1, num_gpus=1, object_store_memory=10**8, **_ports_of_agents(agents[4:]))
    yield f"ray://127.0.0.1:{port}"
    ray.shutdown()
    made.shutdown()


def test_a_score_on_a_cluster(cluster, tmp_path, heard, edit, monkeypatch):
    monkeypatch.setenv("VEM_HOME", str(tmp_path / "home"))
    data = tmp_path / "home" / "data"
    data.mkdir(parents=True)
    room = JobRoom(data, roots=Roots.of([tmp_path]), engine=cluster, limits=Limits(studios=1, desks=0), on_change=heard)
    room.start()
    try:
        job = room.submit(Score(id="1", key="one", edit=str(edit), style="folk", effects=False))
        heard.until(job.id, lambda state: state.state in ("done", "failed"), seconds=600)
        done = room.job(job.id)
        assert (done.state, done.error) == ("done", None)
        assert done.result is not None
        assert (edit.parent / "walk_v01.otio").is_file()
        assert {"look", "compose", "play", "write"} <= {state.stage for state in heard.states}
        assert room.status().engine == cluster

        unwanted = room.submit(Score(id="2", key="two", edit=str(edit), style="folk", takes=8))
        heard.until(unwanted.id, lambda state: state.stage in ("compose", "play"), seconds=600)
        asked = time.monotonic()
        room.cancel(unwanted.id)
        heard.until(unwanted.id, lambda state: state.state == "cancelled", seconds=30)
        seconds = time.monotonic() - asked
        assert seconds < 5.0
        assert [path.name for path in edit.parent.glob(".vem-*")] == []

        wrong = room.submit(Score(id="3", key="three", edit=str(tmp_path / "nowhere.otio")))
        failed = heard.until(wrong.id, lambda state: state.state == "failed", seconds=600)
        assert failed.error is not None
        assert failed.error.code == "unreadable_timeline"
    finally:
        room.stop()
