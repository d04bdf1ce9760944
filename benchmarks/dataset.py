"""What the dataset builder finds in films whose truth is known, what its filters remove, and how fast it is.

    vem dataset synth -o SET --pairs 24 --seed 31 --films
    python benchmarks/dataset.py truth SET          what is found: cuts, beats, noise, and true music against shuffled
    python benchmarks/dataset.py speed SET          hours of film an hour of a core takes, one process against two

Each prints Markdown tables; those of ``dataset.md`` were made so. Both copy the films of SET, without their timelines,
into a folder that is thrown away and build a set of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mir_eval
import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset import Pair, open_set
from vem_plugin.dataset.build.films import find_films
from vem_plugin.dataset.build.filters import FILTERS, Figures, Thresholds, cuts_on_beats, energy_agreement
from vem_plugin.dataset.build.noise import RATE as NOISE_RATE
from vem_plugin.dataset.build.noise import signal_to_noise
from vem_plugin.dataset.build.store import ABOUT, THUMBNAIL, Store
from vem_plugin.dataset.record import pair_of
from vem_plugin.dataset.shards import read_shard
from vem_plugin.dataset.synth import draw_pair

NOISES = (0, 10, 20, 30)
"""dB below the music."""
DRAWN = 400
"""Pairs of features alone for the filters' figures."""


@dataclass(frozen=True)
class Found:
    """A clip as the builder told it, and the truth about that stretch of film."""

    clip: Pair
    truth: Pair

    def true_times(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Times of the film within the clip, counted from its start."""
        inside = times - self.clip.origin.start
        return inside[(inside >= 0) & (inside < self.clip.seconds)]


def build(films: Path, out: Path, *, processes: int = 1) -> tuple[float, float]:
    """Run the command with no filter; seconds on the clock, and of processors."""
    least = [flag for item in FILTERS for flag in (item.option, "-1000")]
    command = [
        sys.executable,
        "-m",
        "vem_server",
        "dataset",
        "build",
        str(films),
        "-o",
        str(out),
        "--keep-work",
        "--json",
    ]
    busy, began = _busy(), time.perf_counter()
    subprocess.run(
        [*command, *least, "--keep-work", "--json", "--processes", str(processes)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    return time.perf_counter() - began, _busy() - busy


def _busy() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def clips_in(films: Path, out: Path, truth: Sequence[Pair]) -> list[Found]:
    """Everything that was told about the films."""
    by_film = {f"{pair.key}.mp4": pair for pair in truth}
    store = Store(out / "work")
    found = []
    for film in find_films(films)[0]:
        for key, members in read_shard(store.path_of(film)):
            if key != ABOUT:
                clip = pair_of({name: at for name, at in members.items() if name != THUMBNAIL})
                found.append(Found(clip, by_film[film.edit.name]))
    return found


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


# --- truth --------------------------------------------------------------------------------------------------------


def truth(folder: Path) -> None:
    """Print what is found in films whose truth is known."""
    made = open_set(folder)
    pairs = list(made)
    with tempfile.TemporaryDirectory(prefix="vem-benchmark-") as place:
        films = films_of(folder, Path(place))
        build(films, Path(place) / "set")
        found = clips_in(films, Path(place) / "set", pairs)
        seconds = sum(item.clip.seconds for item in found)
        print(f"{len(found)} clips, {seconds / 60:.1f} minutes, of {len(pairs)} films.\n")
        print(table(("cuts", "in all", "found within a frame"), rows_of_cuts(found)))
        print(table(("", "mean", "median", "worst"), rows_of_beats(found)))
        print(table(("music with", *(f"{n} dB" for n in NOISES), "nothing"), rows_of_noise(pairs)))
        print(f"Music present, lowest share of a clip: {min(item.clip.figures['music'] or 0 for item in found):.2f}\n")
        print("Whole way, music of the next film under each film:\n")
        head = ("filter", "least", "true: mean", "removed", "shuffled: mean", "removed", "told apart (AUC)")
        print(table(head, rows_of_filters([(i.clip, i.clip) for i in found], shuffled([i.clip for i in found]))))
    drawn = [draw_pair(number, seed=77, music=False) for number in range(DRAWN)]
    drawn = [pair for pair in drawn if pair.seconds >= 10 and pair.looks.any()]
    print(f"{len(drawn)} pairs of features alone, true cuts and beats:\n")
    print(table(head, rows_of_filters([(pair, pair) for pair in drawn], shuffled(drawn))))


def films_of(folder: Path, place: Path) -> Path:
    """The films of a synthetic set without their timelines."""
    films = place / "films"
    films.mkdir()
    for film in sorted((folder / "films").glob("*.mp4")):
        shutil.copy(film, films)
    return films


def rows_of_cuts(found: Sequence[Found]) -> Iterable[Sequence[object]]:
    """Recall by kind of transition, and precision."""
    hits = {"cut": [0, 0], "dissolve": [0, 0]}
    right = told = 0
    for item in found:
        times = item.truth.transitions.time - item.clip.origin.start
        frame = 1.01 / item.truth.frame_rate
        for time_, kind in zip(times, item.truth.transitions.kind, strict=True):
            if 0 < time_ < item.clip.seconds:
                hits[kind][0] += 1
                hits[kind][1] += bool((np.abs(item.clip.transitions.time - time_) <= frame).any())
        told += len(item.clip.transitions.time)
        right += sum(bool((np.abs(times - time_) <= frame).any()) for time_ in item.clip.transitions.time)
    for name, (count, seen) in hits.items():
        yield f"{name}s", count, f"{seen} ({seen / max(1, count):.1%})"
    yield "told, and one is there", told, f"{right} ({right / max(1, told):.1%})"


def rows_of_beats(found: Sequence[Found]) -> Iterable[Sequence[object]]:
    """F-measures of mir_eval, and the offset of beats that are right."""
    scores: dict[str, list[float]] = {
        "beats, F within 70 ms": [],
        "beats, F within 40 ms": [],
        "downbeats, F within 70 ms": [],
    }
    offsets: list[float] = []
    for item in found:
        beats, downs = item.true_times(item.truth.beats), item.true_times(item.truth.downbeats)
        told = item.clip.beats
        scores["beats, F within 70 ms"].append(mir_eval.beat.f_measure(beats, told))
        scores["beats, F within 40 ms"].append(mir_eval.beat.f_measure(beats, told, f_measure_threshold=0.04))
        scores["downbeats, F within 70 ms"].append(mir_eval.beat.f_measure(downs, item.clip.downbeats))
        away = np.array([told[np.abs(told - beat).argmin()] - beat for beat in beats]) if len(told) else np.zeros(0)
        offsets += away[np.abs(away) < 0.07].tolist()
    for name, values in scores.items():
        yield name, f"{np.mean(values):.3f}", f"{np.median(values):.3f}", f"{min(values):.3f}"
    late = 1000 * np.array(offsets)
    yield "late by, ms", f"{late.mean():.1f}", f"{np.median(late):.1f}", f"{np.abs(late).max():.1f}"


def rows_of_noise(pairs: Sequence[Pair]) -> Iterable[Sequence[object]]:
    """Estimated signal-to-noise ratios of music with noise of known strength: mean and spread."""
    rng = np.random.default_rng(0)
    told: dict[str, list[list[float]]] = {"white noise": [], "pink noise": []}
    for pair in pairs[:12]:
        music = _mono(pair)
        for name in told:
            noisy = [signal_to_noise(music + _noise(name, music, decibels, rng)) or 0.0 for decibels in NOISES]
            told[name].append([*noisy, signal_to_noise(music) or 0.0])
    for name, rows in told.items():
        mean, spread = np.mean(rows, axis=0), np.std(rows, axis=0)
        yield name, *(f"{one:.1f} +- {other:.1f}" for one, other in zip(mean, spread, strict=True))


def _mono(pair: Pair) -> NDArray[np.float32]:
    from scipy.signal import resample_poly

    samples, rate = pair.sound()
    ratio = Fraction(NOISE_RATE, rate)
    return resample_poly(samples.mean(axis=1), ratio.numerator, ratio.denominator).astype(np.float32)


def _noise(name: str, music: NDArray[np.float32], decibels: float, rng: np.random.Generator) -> NDArray[np.float64]:
    noise = rng.normal(size=len(music))
    if name.startswith("pink"):
        lines = np.fft.rfft(noise)
        noise = np.fft.irfft(lines / np.sqrt(np.maximum(1, np.arange(len(lines)))), len(music))
    return noise * np.sqrt((music**2).mean() / (noise**2).mean() / 10 ** (decibels / 10))


def shuffled(clips: Sequence[Pair]) -> list[tuple[Pair, Pair]]:
    """Each clip's picture with the music of the next one of another film."""
    wheel = [*clips, clips[0]]
    return [(one, other) for one, other in pairwise(wheel) if one.key.rsplit("-", 1) != other.key.rsplit("-", 1)]


def figures_of(picture: Pair, music: Pair) -> Figures:
    """The figures of the filters that compare picture and music."""
    seconds = min(picture.seconds, music.seconds)
    steps = min(len(picture.looks), len(music.looks))
    cuts = picture.transitions.time[picture.transitions.time < seconds]
    return {
        **cuts_on_beats(cuts, music.beats[music.beats < seconds], seconds),
        **energy_agreement(picture.picture_energy[:steps], music.music_energy[:steps]),
    }


def rows_of_filters(
    true: Sequence[tuple[Pair, Pair]], mixed: Sequence[tuple[Pair, Pair]]
) -> Iterable[Sequence[object]]:
    """What the filters say and remove, for true and for shuffled pairs."""
    least = Thresholds.usual().least
    told = {name: [figures_of(*pair) for pair in pairs] for name, pairs in (("true", true), ("mixed", mixed))}
    for figure in ("on_beats", "energy"):
        one, other = (
            np.array([row[figure] for row in rows if row[figure] is not None], float) for rows in told.values()
        )
        apart = (one[:, None] > other[None, :]).mean() + 0.5 * (one[:, None] == other[None, :]).mean()
        cells = [cell for v in (one, other) for cell in (f"{v.mean():.2f}", f"{(v < least[figure]).mean():.0%}")]
        yield figure, f"{least[figure]:g}", *cells, f"{apart:.2f}"
    gone = [
        np.mean([any(row[f] is not None and row[f] < least[f] for f in ("on_beats", "energy")) for row in rows])  # pyright: ignore[reportOptionalOperand]
        for rows in told.values()
    ]
    yield "either", "", "", f"{gone[0]:.0%}", "", f"{gone[1]:.0%}", ""


# --- speed --------------------------------------------------------------------------------------------------------


def speed(folder: Path, *, large: int) -> None:
    """Print how long building takes, for small films and for some of them made large."""
    with tempfile.TemporaryDirectory(prefix="vem-benchmark-") as place:
        small = films_of(folder, Path(place))
        big = Path(place) / "large"
        big.mkdir()
        for film in sorted(small.glob("*.mp4"), key=lambda path: path.stat().st_size)[-large:]:
            enlarge(film, big / film.name)
        head = ("film", "minutes", "processes", "s on the clock", "processor s", "hours of film a core and hour",
                "hours of film a processor hour", "load before")  # fmt: skip
        print(table(head, []), end="", flush=True)
        for name, films in (("160x90", small), ("1280x720", big)):
            for processes in (1, 2):
                out, load = Path(place) / f"set {name} {processes}", os.getloadavg()[0]
                clock, busy = build(films, out, processes=processes)
                hours = json.loads((out / "report" / "report.json").read_text())["seconds"] / 3600
                rates = f"{hours / (clock / 3600) / processes:.1f}", f"{hours / (busy / 3600):.1f}"
                row = (name, f"{60 * hours:.1f}", processes, f"{clock:.0f}", f"{busy:.0f}", *rates, f"{load:.1f}")
                print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)


def enlarge(film: Path, path: Path) -> None:
    """The same film at 1280x720, sound copied."""
    import av

    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        video, audio = source.streams.video[0], source.streams.audio[0]
        stream = target.add_stream("libx264", rate=video.average_rate)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"crf": "23", "preset": "ultrafast", "g": "48"}
        music = target.add_stream_from_template(audio)
        for packet in source.demux(video, audio):
            if packet.dts is None:
                continue
            if packet.stream is audio:
                packet.stream = music
                target.mux(packet)
                continue
            for frame in packet.decode():
                large = frame.reformat(1280, 720, "yuv420p")
                large.pict_type = av.video.frame.PictureType.NONE
                target.mux(stream.encode(large))
        for frame in video.codec_context.decode(None):
            target.mux(stream.encode(frame.reformat(1280, 720, "yuv420p")))
        target.mux(stream.encode(None))


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("truth", "speed"))
    parser.add_argument("set", type=Path, help="made by vem dataset synth --films, with sound")
    parser.add_argument("--large", type=int, default=4, help="films to enlarge for the speed of large pictures")
    asked = parser.parse_args()
    truth(asked.set) if asked.what == "truth" else speed(asked.set, large=asked.large)


if __name__ == "__main__":
    main()
