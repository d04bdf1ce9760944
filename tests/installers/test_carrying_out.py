"""Plans carried out for real below a temporary home: what is put, kept, left, and exactly undone."""

from dataclasses import replace
from pathlib import Path

import pytest

from vem_installers import InstallError, Machine, Plan, PutFile, Run, carry_out, plan_for, undo
from vem_installers.carrying_out import run_command
from vem_installers.machine import RealDisk
from vem_installers.receipt import read_receipt, receipt_path

VEM = ("/usr/bin/true",)
BARE = {Path(".local"): None, Path(".local/share"): None}


@pytest.fixture
def home(tmp_path):
    """A home as every Linux user has one: our data folder's parent is there."""
    (tmp_path / "home" / ".local" / "share").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def machine(home):
    return Machine("linux", home, {}, RealDisk())


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def fates(outcomes):
    return [outcome.fate for outcome in outcomes]


def a_plan(home, *, text=b"one", name="script.lua", more=()):
    return Plan("resolve", (), (PutFile(home / "deep" / "down" / name, text, "a test"), *more))


def test_resolve_s_scripts_come_and_go_without_a_trace(home, machine, small_payload):
    (home / "mine.txt").write_text("mine")
    (home / ".local/share/DaVinciResolve").mkdir()
    before = tree(home)
    plan = plan_for("resolve", machine, vem=VEM, anyway=True)
    assert fates(carry_out(plan, machine)) == ["done", "done", "done", "know"]
    script = home / ".local/share/DaVinciResolve/Fusion/Scripts/Utility/VEM Music.lua"
    assert script.read_bytes() == (small_payload / "resolve/scripts/Utility/VEM Music.lua").read_bytes()
    assert set(fates(undo("resolve", machine))) == {"done"}
    assert tree(home) == before


def test_a_second_installation_changes_nothing(home, machine):
    list(carry_out(a_plan(home), machine))
    before = tree(home)
    assert fates(carry_out(a_plan(home), machine)) == ["same"]
    assert tree(home) == before


def test_a_newer_version_replaces_ours_and_takes_away_what_it_no_longer_has(home, machine):
    list(carry_out(a_plan(home, name="old.lua"), machine))
    list(carry_out(a_plan(home, text=b"two", name="new.lua"), machine))
    assert [path.name for path in (home / "deep/down").iterdir()] == ["new.lua"]
    list(undo("resolve", machine))
    assert tree(home) == BARE


def test_a_file_that_the_user_has_changed_is_left_and_said_so(home, machine):
    list(carry_out(a_plan(home), machine))
    script = home / "deep/down/script.lua"
    script.write_text("my own")
    (outcome,) = carry_out(a_plan(home, text=b"two"), machine)
    assert outcome.fate == "left"
    assert str(script) in outcome.words
    assert "left" in fates(undo("resolve", machine))
    assert script.read_text() == "my own"
    assert not receipt_path("resolve", machine).exists()


def test_a_file_that_was_there_before_is_never_ours(home, machine):
    script = home / "deep/down/script.lua"
    script.parent.mkdir(parents=True)
    script.write_bytes(b"one")
    assert fates(carry_out(a_plan(home), machine)) == ["same"]
    script.write_text("somebody's")
    assert fates(carry_out(a_plan(home), machine)) == ["left"]
    assert fates(undo("resolve", machine)) == ["know"]
    assert script.read_text() == "somebody's"


def test_folders_that_others_use_by_now_stay(home, machine):
    list(carry_out(a_plan(home), machine))
    (home / "deep/other.txt").write_text("not ours")
    list(undo("resolve", machine))
    assert set(tree(home)) - set(BARE) == {Path("deep"), Path("deep/other.txt")}


def test_files_taken_away_by_hand_are_no_trouble(home, machine):
    list(carry_out(a_plan(home), machine))
    (home / "deep/down/script.lua").unlink()
    assert fates(undo("resolve", machine)) == ["same"]
    assert tree(home) == BARE


def test_a_place_that_cannot_be_written_is_a_failure_that_leaves_nothing(home, machine):
    (home / "deep").write_text("a file where a folder should be")
    before = tree(home)
    assert fates(carry_out(a_plan(home), machine)) == ["failed"]
    optional = a_plan(home)
    optional = replace(optional, steps=(replace(optional.steps[0], needed=False, otherwise="By hand."),))
    (outcome,) = carry_out(optional, machine)
    assert outcome.fate == "know"
    assert outcome.words.endswith("By hand.")
    assert tree(home) == before


def test_an_interrupted_installation_can_be_undone(home, machine):
    def stop(command):
        raise KeyboardInterrupt

    plan = a_plan(home, more=(Run(("start",), ("stop",), "a test"),))
    with pytest.raises(KeyboardInterrupt):
        list(carry_out(plan, machine, shell=stop))
    ran = []
    list(undo("resolve", machine, shell=lambda command: ran.append(command) or (0, "")))
    assert ran == [("stop",)]
    assert tree(home) == BARE


def test_commands_are_undone_before_their_files_go_and_before_they_are_run_again(home, machine):
    ran = []

    def shell(command):
        ran.append((*command, (home / "deep/down/script.lua").exists()))
        return 0, ""

    plan = a_plan(home, more=(Run(("first",), ("not first",), "a"), Run(("second",), ("not second",), "b")))
    list(carry_out(plan, machine, shell=shell))
    list(carry_out(plan, machine, shell=shell))
    list(undo("resolve", machine, shell=shell))
    once = [("first", True), ("second", True)]
    back = [("not second", True), ("not first", True)]
    assert ran == once + back + once + back


def test_a_command_that_fails_is_told_with_what_to_do_and_not_undone(home, machine):
    run = Run(("agent",), ("agent", "remove"), "a test", proof="Successful", otherwise="Double-click it.")
    for answer in ((1, "Access denied."), (0, "Failed, status = -1")):
        (outcome,) = carry_out(Plan("premiere", (), (run,)), machine, shell=lambda command, told=answer: told)
        assert outcome.fate == "know"
        assert outcome.words.endswith("Double-click it.")
        assert answer[1].rstrip(".") in outcome.words
    assert tree(home) == BARE
    needed = replace(run, needed=True)
    assert fates(carry_out(Plan("premiere", (), (needed,)), machine, shell=lambda command: (1, ""))) == ["failed"]


def test_a_damaged_receipt_stops_everything(home, machine):
    list(carry_out(a_plan(home), machine))
    for damage in (b"", b"[]", b'{"format": 99}', b'{"format": 1, "files": 3}'):
        receipt_path("resolve", machine).write_bytes(damage)
        with pytest.raises(InstallError):
            list(undo("resolve", machine))
        with pytest.raises(InstallError):
            list(carry_out(a_plan(home), machine))
    assert (home / "deep/down/script.lua").exists()


def test_a_receipt_tells_the_hash_of_every_file(home, machine):
    list(carry_out(a_plan(home), machine))
    assert read_receipt("resolve", machine).files == {
        str(home / "deep/down/script.lua"): "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    }


def test_commands_that_cannot_start_are_an_answer_not_a_crash():
    assert run_command(("/no/such/program",))[0] == 127
    assert run_command(("sh", "-c", "echo out; echo err >&2; exit 3")) == (3, "out\nerr")
