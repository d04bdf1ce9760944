"""What is read of real timelines, against what they say of themselves; and what writing back does to them.

    python benchmarks/timelines.py FOLDER [--markdown]

FOLDER holds timelines in any formats and an ``INDEX.tsv`` with a line for each, whose columns this program uses:
``path``, ``format``, ``declared_in_file`` (JSON: ``dur_s``, ``rate``, ``tcStart_s`` or ``tc``, for edit lists
``first_rec_in`` and ``last_rec_out``; empty for formats that declare nothing), ``dur_s``, ``rate``, ``start`` (what
OpenTimelineIO's own adapters make of the file, and what it is compared with where it declares nothing), and ``family``
(the same edit in several files). Without an index everything is read, and nothing is compared.

A file counts as **right** if length (to one frame), rate and start agree; as **told** if one does not, but a remark
says so; as **refused** if an error says why; and as **WRONG** if something differs in silence. Edit lists name no rate:
where they ask for it they are given the one of the index, as an editor would with ``--rate``. The round trip writes
music into a copy and reads it again: the same shots, transitions, markers and speech, and every byte of the source
still there. Seconds are processor time.
"""

from __future__ import annotations

import argparse
import collections
import csv
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vem_timeline import Clock, MusicClip, MusicMarker, Storyboard, VemError, exact_rate, read, write_scored
from vem_timeline.formats import SUFFIXES, holds_music

Row = dict[str, str]
RATES = {"scenedetect-gen__bikes.edl": 25, "otio-cmx3600-adapter__dissolve_test_fail.edl": 24, "pycmx__TEST.edl": 24}
"""Rates of edit lists that the index has none of: of the film, and of the makers' own tests."""
OTHER_CUTS = {"auto-editor-gen__example_speed4_premiere.xml", "auto-editor-gen__example_speed8.fcpxml"}
"""Other cuts of the film of their family."""


@dataclass(slots=True)
class Result:
    """What came of one file."""

    path: str
    kind: str
    verdict: str
    note: str
    seconds: float
    round_trip: str = "-"
    edit: Storyboard | None = None


def declared_in(row: Row) -> tuple[Fraction | None, Fraction | None, str]:
    """Length in seconds, rate and start timecode that a file declares, or else that OpenTimelineIO's adapters find."""
    told = json.loads(row.get("declared_in_file") or "{}")
    rate_text = told.get("rate") or row.get("rate")
    rate = exact_rate(float(rate_text)) if rate_text and float(rate_text) > 1 else None
    if "first_rec_in" in told and rate is not None:
        clock = Clock(rate, drop_frame=";" in told["first_rec_in"])
        first, last = (clock.frame_of_timecode(told[name]) for name in ("first_rec_in", "last_rec_out"))
        return clock.seconds_of(last - first), rate, told["first_rec_in"]
    length = told.get("dur_s") if told.get("dur_s") is not None else row.get("dur_s")
    start = told.get("tc") or row.get("start") or ""
    if told.get("tcStart_s") is not None and rate is not None:
        start = Clock(rate).timecode_of(Fraction(str(told["tcStart_s"])))
    return (Fraction(str(length)) if length not in (None, "") else None), rate, start if ":" in start else ""


def differences(edit: Storyboard, row: Row) -> list[str]:
    """Where what was read is not what the file declares."""
    length, rate, start = declared_in(row)
    found = []
    frame = edit.clock.frame_duration
    # The index rounds to a millisecond.
    if length and abs(edit.duration - length) > frame + Fraction(1, 1000):
        found.append(f"length {float(edit.duration):.3f} s, declared {float(length):.3f}")
    if rate is not None and abs(edit.clock.rate - rate) > Fraction(1, 100):
        found.append(f"rate {float(edit.clock.rate):.5g}, declared {float(rate):.5g}")
    begins = edit.clock.timecode_of(Fraction(0))
    if start and begins.replace(";", ":") != start.replace(";", ":"):
        found.append(f"start {begins}, declared {start}")
    return found


def read_one(folder: Path, row: Row) -> Result:
    """Read one file and judge it."""
    path = folder / row["path"]
    kind = row.get("format") or path.suffix.lstrip(".")
    _, rate, _ = declared_in(row) if len(row) > 2 else (None, None, "")
    if rate is None and path.name in RATES:
        rate = Fraction(RATES[path.name])
    began = time.process_time()
    given = ""
    try:
        try:
            edit = read(path)
        except VemError as error:
            if "Choose one with --timeline" in error.remedy:
                name = error.what.split("'")[1]
                edit, given = read(path, timeline=name), f"--timeline '{name}'"
            elif "--rate" in error.remedy and rate is not None:
                edit, given = read(path, rate=rate), f"--rate {float(rate):.5g}"
            else:
                raise
    except VemError as error:
        return Result(row["path"], kind, "refused", error.what, time.process_time() - began)
    took = time.process_time() - began
    wrong = differences(edit, row) if len(row) > 2 else []
    told = [remark for remark in edit.remarks if _tells(remark.what)]
    if not wrong:
        return Result(row["path"], kind, "right", given, took, edit=edit)
    if told:
        note = f"{'; '.join(wrong)}: {told[0].what} {told[0].where}"
        return Result(row["path"], kind, "told", note, took, edit=edit)
    return Result(row["path"], kind, "WRONG", "; ".join(wrong), took, edit=edit)


def _tells(remark: str) -> bool:
    words = ("out of date", "one frame too long", "by its own record start", "beyond the first or last clip")
    return any(word in remark for word in words)


def round_trip_of(folder: Path, result: Result) -> str:
    """Write music into a copy, read it, write it again."""
    source, edit = folder / result.path, result.edit
    if edit is None:
        return "-"
    if not holds_music(source):
        return "beside, as .otio"
    timeline = result.note.split("'")[1] if result.note.startswith("--timeline") else None
    with tempfile.TemporaryDirectory() as place:
        audio = Path(place) / "music.wav"
        audio.write_bytes(b"RIFF")
        markers = (MusicMarker(Fraction(0), "BAR 1", "BLUE"), MusicMarker(edit.duration / 2, "HIT 2.1", "RED", "x"))
        music = MusicClip(audio, edit.duration, "Take 1", "ab3f77", markers)
        try:
            out = write_scored(source, Path(place) / f"out{source.suffix}", music, timeline=timeline)
            after = read(out, timeline=timeline)
            again = write_scored(out, Path(place) / f"again{source.suffix}", music, timeline=timeline)
            twice = again.read_bytes() == out.read_bytes() or source.suffix == ".otioz"
        except VemError as error:
            return f"refused: {error.what}"
        if not same(edit, after):
            return "NOT THE SAME"
        if source.suffix != ".otioz" and not is_within(source.read_bytes(), out.read_bytes()):
            return "BYTES LOST"
        return "same" if twice else "NOT THE SAME TWICE"


def same(before: Storyboard, after: Storyboard) -> bool:
    """Whether two readings are one edit; where media lie is looked up anew in another folder."""

    def told(edit: Storyboard) -> tuple[object, ...]:
        """All that must come back."""
        shots = [(s.name, s.start, s.duration, s.kind, s.speed, s.words) for s in edit.shots]
        return (edit.clock, edit.duration, shots, edit.transitions, edit.markers, edit.speech)

    return told(before) == told(after)


def is_within(before: bytes, after: bytes) -> bool:
    """Whether every line of the source is there in its order; one empty tag may have been opened (``<gap/>``)."""
    missing, lines = 0, iter(after.splitlines())
    rest = list(lines)
    at = 0
    for line in before.splitlines():
        found = next((index for index in range(at, len(rest)) if rest[index] == line), None)
        if found is None:
            opened = line.rstrip().removesuffix(b"/>").rstrip(b" ,")
            found = next((index for index in range(at, len(rest)) if opened and rest[index].startswith(opened)), None)
            missing += 1
        if found is None:
            return False
        at = found + 1
    return missing <= 1


def families(results: list[Result], rows: list[Row]) -> Iterator[str]:
    """The same edit in several files: whether the cuts agree."""
    groups: dict[str, list[Result]] = collections.defaultdict(list)
    for result, row in zip(results, rows, strict=True):
        family = row.get("family", "")
        alike = ("shots of bikes.mp4", "one Kdenlive project in 3 versions", "2997-hour5-DFTC", "auto-editor cut of")
        if family.startswith(alike) and Path(result.path).name not in OTHER_CUTS:
            groups[family].append(result)
    for family, members in groups.items():
        known = [member for member in members if member.edit is not None]
        cuts = {tuple(shot.start for shot in member.edit.shots) for member in known if member.edit is not None}
        names = ", ".join(sorted(Path(member.path).suffix or member.path for member in known))
        agree = "the same cuts" if len(cuts) <= 1 else f"{len(cuts)} different sets of cuts"
        yield f"{family} ({names}): {agree}"


def rows_of(folder: Path) -> list[Row]:
    """The index, or every timeline in the folder."""
    index = folder / "INDEX.tsv"
    if index.is_file():
        with index.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file, delimiter="\t"))
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return [{"path": str(path.relative_to(folder)), "format": path.suffix.lstrip(".")} for path in found]


def main() -> int:
    """Read everything and print the tables; exit status 1 if anything is wrong in silence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markdown", action="store_true", help="print the tables of benchmarks/TIMELINES.md")
    options = parser.parse_args()
    rows = rows_of(options.folder)
    results = [read_one(options.folder, row) for row in rows]
    for result in results:
        result.round_trip = round_trip_of(options.folder, result)
    bar = "| " if options.markdown else ""
    for result in results:
        cells = (result.path, result.verdict, f"{result.seconds:.2f}", result.round_trip, result.note)
        print(f"{bar}{' | '.join(cells)}{' |' if bar else ''}")
    print()
    kinds = sorted({result.kind for result in results})
    for kind in [*kinds, "all"]:
        chosen = [result for result in results if kind in (result.kind, "all")]
        counts = collections.Counter(result.verdict for result in chosen)
        back = collections.Counter(result.round_trip.partition(":")[0] for result in chosen)
        cells = [kind, str(len(chosen)), *(str(counts[name]) for name in ("right", "told", "refused", "WRONG"))]
        cells += [f"{back['same']} of {sum(back.values()) - back['-'] - back['beside, as .otio']}"]
        print(f"{bar}{' | '.join(cells)}{' |' if bar else ''}")
    print()
    for line in families(results, rows):
        print(f"- {line}")
    wrong = [result for result in results if result.verdict == "WRONG" or result.round_trip.isupper()]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
