"""The scripts for people without Python: the shell one is run for real with a small local wheel, the PowerShell one
is parsed (no PowerShell runs on the machines that test this).
"""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

INSTALLERS = Path(__file__).parents[2] / "installers"
METADATA = "vem_plugin-9.9.dist-info"
WHEEL = {
    "vem_small.py": "import sys\n\ndef main():\n    print('vem', *sys.argv[1:])\n",
    f"{METADATA}/METADATA": "Metadata-Version: 2.1\nName: vem-plugin\nVersion: 9.9\n",
    f"{METADATA}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{METADATA}/entry_points.txt": "[console_scripts]\nvem = vem_small:main\n",
    f"{METADATA}/RECORD": "",
}

unix = pytest.mark.skipif(sys.platform == "win32", reason="a shell script")


@pytest.fixture
def wheel(tmp_path):
    """A wheel of our name whose `vem` says what it was asked to do."""
    path = tmp_path / "download" / "vem_plugin-9.9-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in WHEEL.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def install(tmp_path, wheel):
    """Runs a copy of install.sh that lies beside the wheel, with a home of its own that has a space in its name."""
    home = tmp_path / "a home"
    home.mkdir()
    script = shutil.copy(INSTALLERS / "install.sh", wheel.parent)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python3.12").symlink_to(sys.executable)

    def run(*words, **more):
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "SUDO_", "VEM_"))}
        path = f"{tools}:{os.environ['PATH']}"
        done = subprocess.run(
            [shutil.which("sh"), script, *words],
            capture_output=True,
            text=True,
            check=False,
            env=kept | {"HOME": str(home), "PATH": path, "PIP_NO_INDEX": "1"} | more,
        )
        return done.returncode, done.stdout + done.stderr

    run.home = home
    run.environment = home / ".local/share/vem-plugin/python"
    return run


@unix
def test_there_and_back(install):
    code, said = install("--dry-run")
    assert (code, "Nothing was done" in said) == (0, True)
    assert list(install.home.iterdir()) == []

    code, said = install()
    assert code == 0, said
    assert "vem doctor" in said
    assert "vem install all" in said
    command = install.home / ".local/bin/vem"
    assert subprocess.run([command, "score"], capture_output=True, text=True, check=True).stdout == "vem score\n"

    code, said = install("--no-editors")
    assert (code, "vem install all" in said) == (0, False)

    code, said = install("--remove")
    assert code == 0
    assert "vem uninstall all" in said
    assert [path for path in (install.home / ".local").rglob("*") if not path.is_dir()] == []
    assert not command.is_symlink()


@unix
def test_a_wrong_checksum_stops_it(install, wheel):
    right = hashlib.sha256(wheel.read_bytes()).hexdigest()
    sums = wheel.parent / "SHA256SUMS"
    sums.write_text(f"{'0' * 64}  another.whl\n{'0' * 64}  {wheel.name}\n")
    code, said = install("--dry-run")
    assert (code, "is not the file that SHA256SUMS tells of" in said) == (1, True)
    sums.write_text(f"{'0' * 64}  another.whl\n{right}  {wheel.name}\n")
    code, said = install("--dry-run")
    assert (code, "checksum is right" in said) == (0, True)


@unix
def test_what_is_not_ours_stays(install):
    theirs = install.home / ".local/bin/vem"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("#!/bin/sh\n")
    install.environment.mkdir(parents=True)
    (install.environment / "thesis.tex").write_text("years of work")
    code, said = install("--no-editors")
    assert (code, "is there and not ours" in said) == (1, True)
    code, said = install("--remove")
    assert (code, "Nothing of VEM Music is installed" in said) == (0, True)
    assert (install.environment / "thesis.tex").exists()
    assert theirs.read_text() == "#!/bin/sh\n"


@unix
def test_a_wheel_that_does_not_install_leaves_nothing(install, wheel):
    wheel.write_bytes(b"half a download")
    code, said = install("--no-editors")
    assert (code, "could not be installed" in said) == (1, True)
    assert not install.environment.exists()


@unix
def test_mistakes_are_told(install, wheel, tmp_path):
    empty = tmp_path / "no programs"
    empty.mkdir()
    for tool in ("uname", "dirname", "basename", "awk", "sha256sum"):
        (empty / tool).symlink_to(shutil.which(tool))
    for words, more, expected in (
        (("--sideways",), {}, "is not known"),
        (("--wheel",), {}, "wants a value"),
        (("--wheel", "gone.whl"), {}, "no file gone.whl"),
        ((), {"SUDO_USER": "ada"}, "without sudo"),
        ((), {"PATH": str(empty)}, "no Python from 3.11"),
    ):
        code, said = install(*words, **more)
        assert (code, expected in said) == (1, True), said
    wheel.unlink()
    assert "no wheel beside this script" in install()[1]


@unix
def test_the_shell_script_is_clean():
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not on this machine")
    told = subprocess.run(["shellcheck", INSTALLERS / "install.sh"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def test_the_powershell_script_parses_and_is_plain_ascii():
    """Windows PowerShell 5.1 reads a script without a byte order mark in the system's old code page."""
    powershell = pytest.importorskip("tree_sitter_powershell")
    from tree_sitter import Language, Parser

    parser = Parser(Language(powershell.language()))
    script = (INSTALLERS / "install.ps1").read_bytes()
    assert script.isascii()
    assert not parser.parse(script).root_node.has_error
    assert parser.parse(script.replace(b"if ($Remove) {", b"if ($Remove {")).root_node.has_error
