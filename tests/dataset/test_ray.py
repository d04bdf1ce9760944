"""Builds on a Ray cluster of two nodes on this machine; with VEM_TEST_RAY=1, as a cluster takes its time to start."""

from __future__ import annotations

import contextlib
import os
import socket

import pytest
from small_films import write_small_film

from vem_plugin.dataset.build import Thresholds, Wishes, build_set

pytestmark = [
    pytest.mark.skipif(os.environ.get("VEM_TEST_RAY") != "1", reason="asked for by VEM_TEST_RAY=1"),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(1500),
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
    """Address of a cluster of two nodes with a core each."""
    ray = pytest.importorskip("ray")
    pytest.importorskip("pyarrow")
    os.environ.setdefault("RAY_agent_register_timeout_ms", "240000")  # a busy machine takes longer than Ray expects
    from ray.cluster_utils import Cluster

    ports = _free_ports(8)
    node = {"num_cpus": 1, "num_gpus": 0, "object_store_memory": 10**8}
    made = Cluster(initialize_head=True, head_node_args=node | _ports_of_agents(ports[:4]))
    made.add_node(**node, **_ports_of_agents(ports[4:]))
    yield made.address
    ray.shutdown()
    made.shutdown()


def test_a_cluster_builds_the_same_set(cluster, tmp_path):
    """Three films shared out over both nodes give the set that this process makes alone, byte for byte."""
    import ray

    films = tmp_path / "films"
    films.mkdir()
    for number in range(2):
        write_small_film(films / f"film {number}.mp4", number)
    (films / "broken.mp4").write_bytes(b"no film")
    thresholds = Thresholds({"music": 0.5})
    alone = build_set(films, tmp_path / "alone", wishes=Wishes(thresholds=thresholds))
    shared = build_set(films, tmp_path / "shared", wishes=Wishes(thresholds=thresholds, ray=cluster))
    assert len(ray.nodes()) == 2
    assert shared.told == 3
    assert shared.report is not None
    assert set(shared.report.wrong) == {"broken"}
    assert shared.pairs.keys == alone.pairs.keys
    for path in sorted(path for path in (tmp_path / "alone").rglob("*") if path.is_file()):
        name = path.relative_to(tmp_path / "alone")
        assert (tmp_path / "shared" / name).read_bytes() == path.read_bytes(), name
