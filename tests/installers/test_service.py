"""The service files hold together in the eyes of the systems that read them."""

import os
import plistlib
import shlex
import shutil
import subprocess

import pytest

from vem_installers import PutFile, Run, plan_for

STRANGE = ('/home/ada/a "b" $HOME 100% \\x/python', "-m", "vem_server")


def file_of(plan):
    return next(step for step in plan.steps if isinstance(step, PutFile))


@pytest.fixture
def with_systemd(draw):
    files = {"/run/systemd/system/x": b"", "/run/user/7/systemd/private": b""}
    return draw("linux", files, environment={"XDG_RUNTIME_DIR": "/run/user/7", "XDG_CONFIG_HOME": "/home/ada/cfg"})


def test_systemd_unit_is_one_that_systemd_accepts(with_systemd, tmp_path):
    put = file_of(plan_for("daemon", with_systemd, vem=("/bin/true",)))
    assert str(put.path) == "/home/ada/cfg/systemd/user/vem.service"
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = tmp_path / "vem.service"
    unit.write_bytes(put.content)
    told = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert "vem.service" not in told.stderr, told.stderr


def test_systemd_takes_the_words_of_a_strange_path_literally(with_systemd):
    unit = file_of(plan_for("daemon", with_systemd, vem=STRANGE)).content.decode()
    command = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(command.removeprefix("ExecStart=").replace("$$", "$").replace("%%", "%"))
    assert tuple(words) == (*STRANGE, "daemon", "run", "--idle", "0")


def test_without_systemd_an_autostart_entry(draw):
    plan = plan_for("daemon", draw("linux"), vem=STRANGE)
    put = file_of(plan)
    assert str(put.path) == "/home/ada/.config/autostart/org.vem-plugin.daemon.desktop"
    line = next(one for one in put.content.decode().splitlines() if one.startswith("Exec="))
    words = shlex.split(line.removeprefix("Exec=").replace("\\\\", "\\").replace(r"\$", "$").replace("%%", "%"))
    assert tuple(words) == (*STRANGE, "daemon", "run", "--idle", "0")


def test_launch_agent_is_a_property_list(draw):
    plan = plan_for("daemon", draw("macos"), vem=STRANGE)
    _, put, run = plan.steps
    agent = plistlib.loads(put.content)
    assert put.path.name == f"{agent['Label']}.plist"
    assert agent["ProgramArguments"] == [*STRANGE, "daemon", "run", "--idle", "0"]
    assert run.do == ("launchctl", "bootstrap", "gui/501", str(put.path))
    assert run.undo == ("launchctl", "bootout", f"gui/501/{agent['Label']}")


def test_windows_entry_is_the_user_s_and_quotes_spaces(draw):
    vem = (r"C:\Users\Ada L\vem\pythonw.exe", "-m", "vem_server")
    _, entry, now = plan_for("daemon", draw("windows"), vem=vem).steps
    assert isinstance(entry, Run)
    assert entry.do[2].startswith("HKCU\\")
    assert entry.do[entry.do.index("/d") + 1] == r'"C:\Users\Ada L\vem\pythonw.exe" -m vem_server daemon run --idle 0'
    assert entry.undo[:2] == ("reg", "delete")
    assert now.undo == (*vem, "daemon", "stop")
