"""How fast everything that computes is, on whatever device there is; and what a user would wait for instead.

    python benchmarks/gpu.py [--device auto] [--parts encoders,score,...] [--quick] [--out FILE.md] [--json FILE]

encoders  text and picture encoder, with inputs bound where the provider computes, and plainly run
score     denoising of one minute at 120 beats a minute: by precision; guidance in one batch or in two
takes     several takes in one batch against one by one, and how unlike the results are
memory    what was allocated for a batch, beside what the budget reckons with (CUDA alone can tell)
audio     a transformer of Stable Audio Open's size with our parts in it, untrained: a step of a window; on a card
          also with models that take turns there
ours      a minute of music by the model that ships: latents, notes, and all stems played (which is the CPU's work)
rival     a minute by a transformer and decoder of Stable Audio Open's size, untrained, counted up from timed steps
compiled  both transformers with compiled blocks

Every figure is the least of several runs, after one that is not counted; a step of a large model on a CPU is one run.
*Processor* is what all threads computed meanwhile: on a machine that others use it says more. Nothing is downloaded.
What is not installed is left out, and the table says so.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import gpu_audio
import numpy as np
import torch

from vem_plugin.errors import VemError
from vem_plugin.models.conditioning import Conditions, batch_of, withheld
from vem_plugin.models.model_folder import load
from vem_plugin.models.pipeline import STEPS, VeMPipeline, bytes_of_row
from vem_plugin.models.placement import Placement, bytes_of_model, fast_with_bfloat16
from vem_plugin.models.vem_composer import VeMComposer, conditions_for
from vem_plugin.score.theme import draw_cards, realise

Row = dict[str, Any]


def main() -> None:
    """Measure the parts that are asked for, and print one table."""
    asked = _asked()
    placement = Placement(asked.device)
    rows: list[Row] = []
    start = time.perf_counter()
    for name in asked.parts.split(","):
        for row in _measured(name, placement, asked):
            rows.append({"part": name, **row})
            print(_line(rows[-1]), flush=True)
            _write(rows, placement, asked, time.perf_counter() - start)
        gc.collect()
    print(_head(placement, time.perf_counter() - start))


def _measured(name: str, placement: Placement, asked: argparse.Namespace) -> Iterator[Row]:
    """The rows of a part; what is not installed is said instead."""
    try:
        yield from MEASURES[name](placement, asked)
    except (ImportError, OSError, VemError) as error:
        yield {"what": "left out", "note": str(error).splitlines()[0]}


def _head(placement: Placement, seconds: float) -> str:
    threads = f"{torch.get_num_threads()} CPU threads"
    python = platform.python_version()
    return f"{name_of(placement)}; torch {torch.__version__}, {threads}; Python {python}; {seconds:.0f} s in all"


def _write(rows: list[Row], placement: Placement, asked: argparse.Namespace, seconds: float) -> None:
    """Table and figures so far, so that a run that is cut short leaves what it has."""
    if asked.out:
        lines = [_head(placement, seconds), "", "| part | what | time | |", "|---|---|---|---|", *map(_line, rows)]
        asked.out.write_text("\n".join(lines) + "\n")
    if asked.json:
        asked.json.write_text(json.dumps({"head": _head(placement, seconds), "rows": rows}, indent=1) + "\n")


def name_of(placement: Placement) -> str:
    """The card's name, or the processor's."""
    if placement.device.type != "cpu":
        return torch.get_device_module(placement.device).get_device_name(placement.device)
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor() or platform.machine()


class Seconds(float):
    """Time by the clock on the wall; ``processor`` is what all threads of this process computed in it."""

    processor: float


def timed(work: Callable[[], Any], placement: Placement, *, runs: int, warm: bool = True) -> Seconds:
    """Least time of a piece of work, the device idle before and after; if ``warm``, one run before is not counted."""
    best = Seconds("inf")
    for run in range(runs + warm):
        settle(placement)
        start, began = time.perf_counter(), time.process_time()
        work()
        settle(placement)
        found = Seconds(time.perf_counter() - start)
        found.processor = time.process_time() - began
        if run >= warm:
            best = min(best, found)
    return best


def settle(placement: Placement) -> None:
    """Wait until a card has done what it was given."""
    if placement.device.type != "cpu":
        torch.accelerator.synchronize()


def a_minute(seed: int) -> Conditions:
    """Conditions of a made-up minute; the same piece with other themes by other seeds."""
    cue = gpu_audio.cue_of_a_minute()
    theme = realise(cue, draw_cards(cue, np.random.default_rng(seed)))
    return conditions_for(cue, theme, None, np.linspace(0, 60, cue.beats + 1))


def ours(placement: Placement) -> VeMPipeline:
    """The model that ships."""
    pipeline = load(None, placement)
    assert isinstance(pipeline, VeMPipeline)
    return pipeline


def measure_encoders(placement: Placement, asked: argparse.Namespace) -> Iterator[Row]:
    """Seconds a text, and a picture; ``plain`` is the same session without binding."""
    from vem_plugin.encoders.picture import PictureEncoder
    from vem_plugin.encoders.runtime import Session
    from vem_plugin.encoders.text import TextEncoder

    fresh, count = itertools.count(), {"text": 16, "picture": 8}
    frames = np.random.default_rng(0).integers(0, 255, (count["picture"], 256, 256, 3)).astype(np.uint8)
    text, picture = TextEncoder(device=placement.encoders), PictureEncoder(device=placement.encoders)
    work = {  # a text that was seen before is remembered: each must be new
        "text": (text, lambda: text.encode([f"a warm street at dusk, {next(fresh):06}" for _ in range(count["text"])])),
        "picture": (picture, lambda: picture.encode(frames)),
    }
    for name, (encoder, encode) in work.items():
        for way, run in (("bound", Session.run), ("plain", _plain_run)):
            with patch.object(Session, "run", run):
                seconds = timed(encode, placement, runs=asked.runs) / count[name]
            of = f"one of {count[name]}"
            yield {"what": f"{name} encoder, {way}, on {encoder.provider}", "seconds": seconds, "of": of}


def _plain_run(session: Any, feeds: Any, outputs: Any) -> list[Any]:
    return session.engine.run(list(outputs), dict(feeds))


def measure_score(placement: Placement, asked: argparse.Namespace) -> Iterator[Row]:
    """A minute's latents by the model that ships, in every precision that is fast here."""
    exact = ours(Placement(asked.device, "float32"))(a_minute(1), seed=1)
    for precision in _precisions(placement):
        yield _minute_of_latents(Placement(asked.device, precision), asked, f"{STEPS} steps, {precision}", exact)
    both, single = _guided(ours(placement), a_minute(1))
    yield {"what": "one batch of two", "seconds": timed(both, placement, runs=asked.runs), "of": "a guided step"}
    yield {"what": "two runs of one", "seconds": timed(single, placement, runs=asked.runs), "of": "a guided step"}


def _precisions(placement: Placement) -> tuple[Any, ...]:
    return ("float32", "bfloat16") if fast_with_bfloat16(placement.device) else ("float32",)


def _minute_of_latents(placement: Placement, asked: argparse.Namespace, what: str, exact: Any) -> Row:
    pipeline, piece = ours(placement), a_minute(1)
    start = time.perf_counter()
    latents = pipeline(piece, seed=1)
    first = time.perf_counter() - start
    seconds = timed(lambda: pipeline(piece, seed=1), placement, runs=asked.runs)
    apart = float(np.abs(latents - exact).max())
    return {"what": what, "seconds": seconds, "first": first, "apart": apart, "of": "a minute"}


def _guided(pipeline: VeMPipeline, piece: Conditions) -> tuple[Callable[[], None], Callable[[], None]]:
    """One step of guidance: both rows in one batch, and one after the other."""
    device, rows = pipeline.placement.device, [piece.without_pictures(), withheld(piece).without_pictures()]
    both, single = batch_of(rows).to(device), [batch_of([row]).to(device) for row in rows]
    sample = torch.randn(1, piece.frames, 64, device=device)
    one = torch.ones(1, piece.frames, 1, device=device)

    @torch.no_grad()
    def run(*batches: Any) -> None:
        for batch in batches:
            times = (len(batch.beat), 1, 1)
            with pipeline.placement.autocast():
                many, whole = sample.repeat(times), one.repeat(times)
                pipeline.transformer(many, whole, many, 0 * whole, batch)

    return lambda: run(both), lambda: run(*single)


def measure_takes(placement: Placement, asked: argparse.Namespace) -> Iterator[Row]:
    """Takes of one minute, one by one and at once."""
    pipeline = ours(placement)
    for count in asked.takes:
        yield from _takes(pipeline, [a_minute(seed) for seed in range(count)], asked)


def _takes(pipeline: VeMPipeline, pieces: list[Conditions], asked: argparse.Namespace) -> Iterator[Row]:
    read, count = VeMComposer(pipeline).read, len(pieces)

    def one_by_one() -> list[Any]:
        return [pipeline(piece, seed=seed) for seed, piece in enumerate(pieces)]

    def at_once() -> list[Any]:
        return pipeline.together(pieces, seeds=range(count))

    pairs = list(zip(one_by_one(), at_once(), strict=True))
    same = sum(np.array_equal(read(one)[0], read(other)[0]) for one, other in pairs)
    apart = float(max(np.abs(one - other).max() for one, other in pairs))
    place, runs = pipeline.placement, asked.runs
    yield {"what": f"{count} takes, one by one", "seconds": timed(one_by_one, place, runs=runs), "of": "all takes"}
    row = {"what": f"{count} takes, at once", "seconds": timed(at_once, place, runs=runs), "of": "all takes"}
    yield row | {"apart": apart, "note": f"the same notes: {same} of {count}"}


def measure_memory(placement: Placement, asked: argparse.Namespace) -> Iterator[Row]:
    """Peak of what was allocated for batches of takes, and what a row is reckoned with."""
    if placement.device.type != "cuda":
        yield {"what": "left out", "note": "only CUDA tells what was allocated"}
        return
    pipeline, piece = ours(Placement(asked.device, "float32")), a_minute(1)
    held = bytes_of_model(pipeline.transformer, pipeline.codec)
    row = bytes_of_row(pipeline.transformer, piece.frames, len(piece.text))
    for count in (1, 8):
        with gpu_audio.peak_of(placement) as peak:
            pipeline.together([piece] * count, seeds=range(count), steps=2)
        reckoned = (held + 2 * count * row) / 1e6
        yield {"what": f"{count} takes at once", **peak, "note": f"{peak['note']}; reckoned {reckoned:.0f} MB"}


def measure_audio(placement: Placement, asked: argparse.Namespace) -> Iterable[Row]:
    """The audio domain's parts at Stable Audio Open's size."""
    return gpu_audio.rows_of_audio(placement, asked, timed)


def measure_ours(placement: Placement, asked: argparse.Namespace) -> Iterable[Row]:
    """A minute of music by the model that ships, and what takes how long of it."""
    return gpu_audio.rows_of_ours(ours(placement), a_minute(1), asked, timed)


def measure_rival(placement: Placement, asked: argparse.Namespace) -> Iterable[Row]:
    """A minute by models of Stable Audio Open's size."""
    return gpu_audio.rows_of_rival(placement, asked, timed)


def measure_compiled(placement: Placement, asked: argparse.Namespace) -> Iterator[Row]:
    """Both transformers with compiled blocks; the first run says what compiling costs."""
    precision = _precisions(placement)[-1]
    exact = ours(Placement(asked.device, "float32"))(a_minute(1), seed=1)
    yield _minute_of_latents(
        Placement(asked.device, precision, compiled=True), asked, f"{STEPS} steps, {precision}", exact
    )
    if placement.device.type != "cpu" or asked.quick:
        yield gpu_audio.row_of_compiled(Placement(asked.device, compiled=True), asked, timed)


MEASURES: dict[str, Callable[[Placement, argparse.Namespace], Iterable[Row]]] = {
    "encoders": measure_encoders,
    "score": measure_score,
    "takes": measure_takes,
    "memory": measure_memory,
    "audio": measure_audio,
    "ours": measure_ours,
    "rival": measure_rival,
    "compiled": measure_compiled,
}


def _line(row: Row) -> str:
    """A row as Markdown."""
    seconds = f"{row['seconds']:.4g} s" if "seconds" in row else ""
    notes = [row["of"]] if "of" in row else []
    notes += [f"processor {row['seconds'].processor:.3g} s"] if isinstance(row.get("seconds"), Seconds) else []
    notes += [f"first run {row['first']:.3g} s"] if "first" in row else []
    notes += [f"greatest difference {row['apart']:.1g}"] if "apart" in row else []
    notes += [row["note"]] if "note" in row else []
    return f"| {row['part']} | {row['what']} | {seconds} | {', '.join(notes)} |"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    parser.add_argument("--parts", default=",".join(MEASURES))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--takes", type=int, nargs="+", default=(3, 8))
    parser.add_argument("--quick", action="store_true", help="small models of the audio domain: does everything run?")
    parser.add_argument("--out", type=Path, help="a Markdown file for the table")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
