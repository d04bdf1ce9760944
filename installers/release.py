"""Everything that people download, in one folder: the wheel, the two scripts that install it, the package for Premiere,
and their checksums.

    python installers/release.py [FOLDER]      default: dist; wants the `build` package
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from vem_installers.ccx import pack
from vem_installers.payload import payload_files

HERE = Path(__file__).parent
ROOT = HERE.parent
SUMS = "SHA256SUMS"


def release(folder: Path) -> tuple[Path, ...]:
    """Make the downloads in a folder that holds nothing else; gives their paths.

    Raises
    ------
    SystemExit
        If the folder is not empty, or the wheel does not build.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"{folder} is not empty; a release starts from an empty folder.")
    wheel = subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], check=False)
    if wheel.returncode:
        sys.exit("The wheel did not build; the lines above say why.")
    for name in ("install.sh", "install.ps1"):
        shutil.copy2(HERE / name, folder)
    package = pack(payload_files("plugin"))
    (folder / package.file_name).write_bytes(package.content)
    write_checksums(folder)
    return tuple(sorted(folder.iterdir()))


def write_checksums(folder: Path) -> Path:
    """Write the checksums of a folder's files in the form that ``sha256sum --check`` reads; gives the list's path."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != SUMS:
            with path.open("rb") as stream:
                lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {path.name}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return folder / SUMS


if __name__ == "__main__":
    for made in release(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")):
        print(f"{made.stat().st_size:>12,}  {made}")
