"""The Premiere plug-in: its types, its own tests under Node, and what is packed, are in order."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from premiere_lab import PREMIERE, bundle, node, run_node

from vem_server.protocol.places import NAME

PLUGIN = PREMIERE / "plugin"


def manifest() -> dict:
    return json.loads((PLUGIN / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("project", ["src", "tests"])
def test_every_call_of_premiere_and_uxp_is_one_that_adobes_types_have(project: str) -> None:
    node()
    checked = run_node("node_modules/typescript/bin/tsc", "-p", project)
    assert checked.returncode == 0, checked.stdout


def test_the_tests_in_typescript_pass() -> None:
    tested = run_node("--test-reporter=tap", str(bundle("tests/all.ts")))
    assert tested.returncode == 0, tested.stdout[-4000:]
    ran = re.search(r"^# tests (\d+)$", tested.stdout, re.MULTILINE)
    assert ran is not None
    assert int(ran[1]) >= 60  # an empty run passes, too


@pytest.mark.parametrize("script", ["build", "signatures"])
def test_what_is_committed_is_what_the_sources_make(script: str) -> None:
    node()
    checked = run_node(f"scripts/{script}.mjs", "--check")
    assert checked.returncode == 0, checked.stderr


def test_the_manifest_is_one_that_premiere_takes() -> None:
    told = manifest()
    assert told["manifestVersion"] == 5
    assert told["host"] == {"app": "premierepro", "minVersion": "25.6.0"}  # one object: a list is for development
    assert (PLUGIN / told["main"]).is_file()
    assert [entry["type"] for entry in told["entrypoints"]] == ["panel"]
    for icon in (*told["icons"], *told["entrypoints"][0]["icons"]):
        name = Path(icon["path"])
        for scale in icon["scale"]:
            assert (PLUGIN / name.with_name(f"{name.stem}@{scale}x{name.suffix}")).is_file()


def test_the_plugin_may_reach_this_machine_and_nothing_else() -> None:
    allowed = manifest()["requiredPermissions"]
    ports = range(8765, 8775)  # those the gateway listens on
    pages = [f"http://127.0.0.1:{port}" for port in ports]
    assert allowed["webview"] == {"allow": "yes", "domains": pages, "enableMessageBridge": "localAndRemote"}
    assert allowed["network"]["domains"] == [*pages, *(f"ws://127.0.0.1:{port}" for port in ports)]
    assert set(allowed) == {"webview", "network", "localFileSystem"}
    assert "all" not in json.dumps(allowed["network"])  # inside of a list it would mean nothing, and deny everything


def test_the_page_holds_no_script_that_uxp_would_refuse() -> None:
    html = (PLUGIN / "index.html").read_text(encoding="utf-8")
    assert html.count("<script") == 1
    assert "onclick" not in html
    code = (PLUGIN / "main.js").read_text(encoding="utf-8")
    for missing in ("TextDecoder", "localhost", "SubtleCrypto", "eval(", "process."):
        assert missing not in code


def test_the_service_is_sought_where_it_says_it_is(tmp_path: Path) -> None:
    """UXP has no environment variables: the plug-in's places are those that the service's library gives by default."""
    probe = tmp_path / "probe.ts"
    homes = {"darwin": "/Users/ann", "win32": "C:\\Users\\Ann"}
    probe.write_text(
        f'import {{ connectionFiles }} from "{(PREMIERE / "src" / "daemon").as_posix()}";\n'
        f"const homes = {json.dumps(homes)};\n"
        "const found = Object.entries(homes).map(([platform, home]) => connectionFiles(platform, home));\n"
        "console.log(JSON.stringify(found));"
    )
    mac, windows = json.loads(run_node(str(bundle(str(probe)))).stdout)
    runtime = MacOS(NAME, appauthor=False).user_runtime_dir.replace(str(Path.home()), "/Users/ann")
    data = MacOS(NAME, appauthor=False).user_data_dir.replace(str(Path.home()), "/Users/ann")
    assert mac == [f"{runtime}/daemon.json", f"{data}/run/daemon.json"]
    local = "C:\\Users\\Ann\\AppData\\Local"
    assert windows == [f"{local}\\Temp\\{NAME}\\daemon.json", f"{local}\\{NAME}\\run\\daemon.json"]
