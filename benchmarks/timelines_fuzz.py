"""Damages timeline files in every way and reads them: no crash, no hang, no memory, no file outside opened.

    python benchmarks/timelines_fuzz.py FOLDER [--files 50000] [--seed 1] [--suffix .aaf]

FOLDER holds sound timelines of any formats. Each round takes one of them, damages it, and reads it in this process,
with a bound on memory and an eye on every file that is opened. What may come out is a storyboard or one of this
project's own errors; anything else is printed with the seed that makes it again, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

LONGEST = 5.0
"""Seconds of processor time that reading one damaged file may take."""
MOST_MEMORY = 500 * 2**20
"""Bytes that reading may add to the process."""

_NUMBER = re.compile(rb"-?\d+(\.\d+)?")
_ABSURD = (
    b"-1",
    b"0",
    b"1e400",
    b"NaN",
    b"99999999999999999999999",
    b"-2147483649",
    b"1/0",
    b"0.0000000001",
    b"",
    b"\xff",
)
_PATHS = (
    b"/etc/passwd",
    b"../../../../etc/passwd",
    b"file:///etc/shadow",
    b"//host/share",
    b"C:\\x",
    b"\x00",
    b"%2e%2e/",
)


def truncated(raw: bytes, rng: random.Random) -> bytes:
    """Cut off somewhere."""
    return raw[: rng.randrange(len(raw) + 1)]


def flipped(raw: bytes, rng: random.Random) -> bytes:
    """A few bits changed."""
    out = bytearray(raw)
    for _ in range(rng.randint(1, 20)):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def with_absurd_numbers(raw: bytes, rng: random.Random) -> bytes:
    """Numbers replaced by ones that cannot be."""
    places = list(_NUMBER.finditer(raw))
    for place in sorted(rng.sample(places, min(len(places), rng.randint(1, 6))), key=lambda found: -found.start()):
        raw = raw[: place.start()] + rng.choice(_ABSURD) + raw[place.end() :]
    return raw


def shuffled(raw: bytes, rng: random.Random) -> bytes:
    """A stretch taken out, doubled, or moved."""
    if len(raw) < 10:
        return raw
    first, last = sorted(rng.randrange(len(raw)) for _ in range(2))
    piece = raw[first : min(last, first + 5_000)]
    at = rng.randrange(len(raw))
    rest = raw if rng.random() < 0.5 else raw[:first] + raw[first + len(piece) :]
    return rest[:at] + piece * rng.choice((1, 1, 2, 20)) + rest[at:]


def without_elements(raw: bytes, rng: random.Random) -> bytes:
    """Lines taken out or changed places."""
    lines = raw.split(b"\n")
    for _ in range(rng.randint(1, 8)):
        if len(lines) > 1:
            line = lines.pop(rng.randrange(len(lines)))
            if rng.random() < 0.5:
                lines.insert(rng.randrange(len(lines)), line)
    return b"\n".join(lines)


def with_entities(raw: bytes, rng: random.Random) -> bytes:
    """Entities declared and used, or a document type that points elsewhere."""
    bomb = (
        b'<!ENTITY a "'
        + b"x" * 50
        + b'">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(8))
    )
    kinds = (
        b"<!DOCTYPE x [" + bomb + b"]>",
        b'<!DOCTYPE x [<!ENTITY a7 SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    )
    body = re.sub(rb"<\?xml.*?\?>|<!DOCTYPE[^>]*>", b"", raw)
    return rng.choice(kinds) + body.replace(b">", b">&a7;", rng.randint(1, 3))


def with_strange_paths(raw: bytes, rng: random.Random) -> bytes:
    """Media paths that lead elsewhere."""
    return re.sub(rb"(file:/+|/media/)[^<\"]*", lambda _: rng.choice(_PATHS), raw, count=rng.randint(1, 5))


def nested(raw: bytes, rng: random.Random) -> bytes:
    """Wrapped in many brackets or elements."""
    depth = rng.choice((50, 300, 5_000, 50_000))
    opening, closing = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<bin>", b"</bin>"), (b"<spine>", b"</spine>")))
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + opening * depth + closing * depth + raw[at:]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    truncated, flipped, with_absurd_numbers, shuffled, without_elements, with_entities, with_strange_paths, nested,
)  # fmt: skip


def damaged(sources: list[Path], seed: int) -> tuple[str, bytes]:
    """The file of a seed: the suffix it is read under, and its bytes. Two damages at times."""
    rng = random.Random(seed)
    source = rng.choice(sources)
    raw = source.read_bytes()
    for _ in range(1 + (rng.random() < 0.3)):
        raw = rng.choice(DAMAGES)(raw, rng)
    return (source.suffix if rng.random() < 0.95 else rng.choice((".otio", ".xml", ".edl"))), raw


class Watch:
    """Notes every file that is opened outside of the folders that are allowed."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] = ()
        self.strange: list[str] = []
        self.active = False
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.active or event != "open" or not isinstance(arguments[0], str | bytes):
            return
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if not path.startswith(self.allowed):
            self.strange.append(path)


def trouble_with(seed: int, sources: list[Path], folder: Path, watch: Watch) -> tuple[str, float]:
    """What went wrong on reading the file of a seed (empty: nothing), or the kind of its outcome; processor seconds."""
    from vem_timeline import VemError, read

    suffix, raw = damaged(sources, seed)
    path = folder / f"damaged{suffix}"
    path.write_bytes(raw)
    watch.strange.clear()
    began, outcome = time.process_time(), "read"
    watch.active = True
    try:
        read(path, rate=Fraction(24) if suffix == ".edl" else None)
    except VemError as error:
        outcome = "refused" if error.what and error.remedy else "CRASH: an error without words"
    except Exception as error:  # noqa: BLE001  # that is what is looked for
        outcome = f"CRASH: {type(error).__name__}: {error}"
    finally:
        watch.active = False
    took = time.process_time() - began
    if watch.strange:
        outcome = f"CRASH: opened {watch.strange[0]}"
    elif took > LONGEST:
        outcome = f"CRASH: took {took:.1f} seconds"
    return outcome, took


SUFFIXES = (".otio", ".otioz", ".xml", ".fcpxml", ".edl", ".kdenlive", ".mlt")
"""What is damaged unless other suffixes are asked for; AAF is slow to read, and has runs of its own."""


def sources_in(folder: Path, suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Sound files to damage, those too large for quick rounds left out."""
    largest = 500_000 if ".aaf" in suffixes else 150_000
    return sorted(p for p in folder.rglob("*") if p.suffix in suffixes and p.stat().st_size < largest)


def run(
    folder: Path, count: int, first_seed: int, suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[tuple[int, str, float]]:
    """Seed, outcome and time of every round."""
    sources = sources_in(folder, suffixes)
    watch = Watch()
    with tempfile.TemporaryDirectory() as place:
        code = {os.path.abspath(os.path.dirname(os.__file__)), *(os.path.abspath(entry) for entry in sys.path if entry)}
        watch.allowed = (os.path.abspath(place), *code, sys.prefix, sys.base_prefix)
        for seed in range(first_seed, first_seed + count):
            yield (seed, *trouble_with(seed, sources, Path(place), watch))


def main() -> int:
    """Run the rounds and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suffix", action="append", help="only files of this suffix; may be given more than once")
    options = parser.parse_args()
    suffixes = tuple(options.suffix or SUFFIXES)
    counts: collections.Counter[str] = collections.Counter()
    slowest, began = (0.0, 0), time.perf_counter()
    memory = 0
    rounds = run(options.folder, options.files, options.seed, suffixes)
    for number, (seed, outcome, took) in enumerate(rounds, start=1):
        counts[outcome.partition(":")[0]] += 1
        slowest = max(slowest, (took, seed))
        if outcome.startswith("CRASH"):
            print(f"seed {seed}: {outcome}")
        if number == 100:  # everything is imported and warm by now
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024
    print(f"{options.files} damaged files in {time.perf_counter() - began:.0f} s: {dict(counts)}")
    print(f"slowest {slowest[0]:.2f} s (seed {slowest[1]}), memory grown by {grown / 2**20:.0f} MB at most")
    return 1 if counts["CRASH"] or grown > MOST_MEMORY else 0


if __name__ == "__main__":
    sys.exit(main())
