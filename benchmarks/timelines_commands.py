"""Do ``vem inspect``, ``vem plan`` and ``vem score`` work on real edits of every format, as a user types them?

    python benchmarks/timelines_commands.py FOLDER [--no-score]

FOLDER holds timelines in any formats. Of every format the shortest edit of at least five seconds is taken; an
``.otiod`` and an ``.fcpxmld`` folder are made of it where there is none. A score is right if the mix is as long as the
timeline to the sample, and the scored timeline reads as the same edit.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import soundfile
from typer.testing import CliRunner

from vem_server.cli import app
from vem_timeline import Storyboard, VemError, read
from vem_timeline.formats import SUFFIXES

SHORTEST = 5
"""Seconds; shorter ones are no edits."""


def chosen(folder: Path) -> dict[str, tuple[Path, list[str], Storyboard]]:
    """By suffix: the shortest edit of that kind, and the options it needs."""
    best: dict[str, tuple[Path, list[str], Storyboard]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        for rate in (None, Fraction(25), Fraction(24)):
            try:
                edit = read(path, rate=rate)
            except VemError as error:
                if "--rate" in error.remedy:
                    continue
                break
            options = [] if rate is None else ["--rate", f"{float(rate):g}"]
            kind = path.suffix.lower()
            if edit.duration >= SHORTEST and (kind not in best or edit.duration < best[kind][2].duration):
                best[kind] = (path, options, edit)
            break
    return best


def with_folders(best: dict[str, tuple[Path, list[str], Storyboard]], place: Path) -> None:
    """Add the two formats that are folders, made of the same edits."""
    if ".otioz" in best and ".otiod" not in best:
        path = place / f"{best['.otioz'][0].stem}.otiod"
        with zipfile.ZipFile(best[".otioz"][0]) as bundle:
            bundle.extractall(path)
        best[".otiod"] = (path, [], read(path))
    if ".fcpxml" in best and ".fcpxmld" not in best:
        path = place / f"{best['.fcpxml'][0].stem}.fcpxmld"
        path.mkdir()
        shutil.copyfile(best[".fcpxml"][0], path / "Info.fcpxml")
        best[".fcpxmld"] = (path, [], read(path))


def vem(*words: str | Path) -> dict[str, Any]:
    """The JSON of a command, typed in this process, so that the model is loaded once; its error, if it fails."""
    done = CliRunner().invoke(app, [*map(str, words), "--json"], env={"VEM_DAEMON": "0"})
    if isinstance(done.exception, VemError):
        return {"error": {"what": done.exception.what}}
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"error": {"what": (str(done.exception or "") or done.output).strip()[-300:]}}


def try_one(path: Path, options: list[str], edit: Storyboard, out: Path, *, score: bool) -> list[str]:
    """What came of the three commands, a cell each."""
    cells = []
    seen = vem("inspect", path, *options)
    cells.append(_failed(seen) or f"{len(seen['shots'])} shots, {float(edit.duration):.2f} s")
    planned = vem("plan", path, "-o", out, *options)
    cells.append(_failed(planned) or f"{len(planned['landings'])} instants on the grid")
    if not score:
        return cells
    began = time.monotonic()
    scored = vem("score", path, "-o", out, "--brief", "warm, hopeful", *options)
    if _failed(scored):
        return [*cells, _failed(scored)]
    take = scored["takes"][0]
    samples = soundfile.info(take["mix"]).frames
    again = read(Path(take["timeline"]))
    same = again.duration == edit.duration and [s.start for s in again.shots] == [s.start for s in edit.shots]
    right = same and samples == int(edit.duration * 48_000 + Fraction(1, 2))
    kind = Path(take["timeline"]).suffix
    return [*cells, f"{'right' if right else 'WRONG'}, {kind}, {time.monotonic() - began:.0f} s"]


def _failed(answer: dict[str, Any]) -> str:
    return f"FAILED: {answer['error']['what']}" if "error" in answer else ""


def main() -> int:
    """Print a line for every format; exit status 1 if a command failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-score", action="store_true", help="only inspect and plan")
    options = parser.parse_args()
    best = chosen(options.folder)
    failed = False
    print("| format | file | inspect | plan | score |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        with_folders(best, Path(place))
        for kind, (path, words, edit) in sorted(best.items()):
            cells = try_one(path, words, edit, Path(place) / f"out{kind}", score=not options.no_score)
            failed |= any("FAILED" in cell or "WRONG" in cell for cell in cells)
            told = " ".join([path.name, *words])
            print(f"| {kind} | {told} | {' | '.join(cells)} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
