"""Plans on three systems, as they are read; and what they promise: the user's own folders, and no administrator."""

from pathlib import Path, PureWindowsPath

import pytest

from vem_installers import Advice, InstallError, PutFile, Run, foreseen, parts_of, plan_for
from vem_installers.machine import ListedProgram

PLANS = Path(__file__).parent / "plans"
VEM = {
    "linux": ("/home/ada/.local/share/vem-plugin/python/bin/python", "-m", "vem_adapters"),
    "macos": ("/Users/ada/Library/Application Support/vem-plugin/python/bin/python", "-m", "vem_adapters"),
    "windows": (r"C:\Users\ada\AppData\Local\vem-plugin\python\Scripts\python.exe", "-m", "vem_adapters"),
}
SDK = "Developer/Workflow Integrations/Examples/SamplePlugin/WorkflowIntegration.node"
MAC_SHARED = "/Library/Application Support/Blackmagic Design/DaVinci Resolve"
AGENT = (
    "/Library/Application Support/Adobe/Adobe Desktop Common/RemoteComponents/UPI/UnifiedPluginInstallerAgent/"
    "UnifiedPluginInstallerAgent.app/Contents/MacOS/UnifiedPluginInstallerAgent"
)


@pytest.fixture
def full(draw, property_list):
    """Machines that have everything, one of each system."""
    windows_shared = r"C:\ProgramData\Blackmagic Design\DaVinci Resolve\Support"
    return {
        "linux": draw(
            "linux",
            {"/opt/resolve/bin/resolve": b"", "/run/systemd/system/x": b"", "/run/user/1000/systemd/private": b""},
            environment={"XDG_RUNTIME_DIR": "/run/user/1000"},
        ),
        "macos": draw(
            "macos",
            {
                "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Info.plist": property_list("21.1.2"),
                "/Applications/Adobe Premiere 2026/Adobe Premiere 2026.app/Contents/Info.plist": property_list(
                    "26.0.1"
                ),
                f"{MAC_SHARED}/{SDK}": b"node",
                AGENT: b"",
            },
            closed=(MAC_SHARED,),
        ),
        "windows": draw(
            "windows",
            {
                r"C:\Program Files\Blackmagic Design\DaVinci Resolve\Resolve.exe": b"",
                r"C:\Program Files\Adobe\Adobe Premiere 2026\Adobe Premiere.exe": b"",
                rf"{windows_shared}\{PureWindowsPath(SDK)}": b"node",
                VEM["windows"][0].replace("python.exe", "pythonw.exe"): b"",
            },
            listed=(ListedProgram("DaVinci Resolve Studio", "21.1.2"),),
        ),
    }


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_plans_read_as_written_down(system, full, small_payload):
    """`vem install all --dry-run` on each system. A change here is a change of what happens on people's machines."""
    machine, lines = full[system], []
    for part in parts_of("all"):
        plan = plan_for(part, machine, vem=VEM[system])
        lines += [part, *(f"  found {one}" for one in plan.found)]
        lines += [f"  {outcome.fate}: {outcome.words}" for outcome in foreseen(plan, machine)]
    assert "\n".join(lines) + "\n" == (PLANS / f"{system}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("system", ["linux", "macos"])
def test_only_the_user_s_own_folders_are_written_to(system, full, small_payload):
    machine = full[system]
    for part in parts_of("all"):
        for step in plan_for(part, machine, vem=VEM[system]).steps:
            assert not isinstance(step, PutFile) or machine.home in step.path.parents
            assert not isinstance(step, Run) or not {"sudo", "runas"} & set(step.do)


def test_workflow_integration_goes_where_it_may_be_written_with_the_maker_s_bridge(full, small_payload):
    steps = plan_for("resolve", full["windows"], vem=VEM["windows"]).steps
    put = {step.path.name: step for step in steps if isinstance(step, PutFile)}
    assert put["WorkflowIntegration.node"].content == b"node"
    assert put["WorkflowIntegration.node"].path.parent == put["manifest.xml"].path.parent
    assert not put["manifest.xml"].needed


def test_without_the_program_nothing_is_planned_unless_asked(draw, small_payload):
    for system in ("linux", "macos", "windows"):
        machine = draw(system)
        assert not plan_for("resolve", machine, vem=VEM[system]).does_something
        anyway = plan_for("resolve", machine, vem=VEM[system], anyway=True)
        assert [step.path.name for step in anyway.steps if isinstance(step, PutFile)] == [
            "VEM Music Studio.py",
            "VEM Music.lua",
            "command.json",
        ]


def test_an_old_premiere_is_told_apart(draw, small_payload, property_list):
    def steps(version):
        path = "/Applications/Adobe Premiere Pro 2025/Adobe Premiere Pro 2025.app/Contents/Info.plist"
        return plan_for("premiere", draw("macos", {path: property_list(version)}), vem=VEM["macos"]).steps

    (told,) = steps("25.5.1")
    assert "25.6 or newer" in str(told)
    assert any("double-click" in str(step).lower() for step in steps("25.6.0"))
    assert "cannot export OpenTimelineIO" in str(steps("25.6.0")[-1])
    assert not any("cannot export" in str(step) for step in steps("26.2.0"))


def test_premiere_on_linux_is_no_error(draw):
    plan = plan_for("premiere", draw("linux"), vem=VEM["linux"])
    assert [type(step) for step in plan.steps] == [Advice]


def test_words_that_name_nothing(draw):
    with pytest.raises(InstallError, match="avid"):
        parts_of("avid")


def test_a_payload_that_is_missing_is_said(draw, monkeypatch):
    from vem_installers import payload

    monkeypatch.setattr(payload, "ROOTS", ())
    with pytest.raises(InstallError, match="lacks"):
        plan_for("resolve", draw("linux"), vem=VEM["linux"], anyway=True)
