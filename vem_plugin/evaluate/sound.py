"""Measures of the rendered sound: time it takes, loudness along the energy, and where hits are heard."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_plugin.evaluate.counting import Count, figure_of, mean_of
from vem_plugin.evaluate.obedience import MARKED, rank_correlation
from vem_plugin.evaluate.table import MODEL, Row, Target, at_least, at_most
from vem_plugin.evaluate.takes import Take
from vem_plugin.score.cue_bars import bars_of

if TYPE_CHECKING:
    from vem_plugin.render.rendering import RenderedTake

HEARD_WITHIN = 0.010
"""Seconds within which a hit must be heard."""


@dataclass(frozen=True)
class Played:
    """A take, its rendered files, and the seconds that rendering took: on the clock, and of all cores together."""

    take: Take
    files: RenderedTake
    seconds: float
    processor: float


def play_takes(takes: Sequence[Take], folder: Path) -> list[Played]:
    """Render takes into a folder of their own each."""
    from vem_plugin.render.rendering import render

    played: list[Played] = []
    for number, take in enumerate(takes, 1):
        if not played:  # the first render pays for the bank and the compiled loops, and is not timed
            render(take.score, take.plan, folder=folder / "first", name="take", seed=number)
        began, busy = time.perf_counter(), time.process_time()
        files = render(take.score, take.plan, folder=folder / f"take{number:02d}", name="take", seed=number)
        played.append(Played(take, files, time.perf_counter() - began, time.process_time() - busy))
    return played


def rows_of_sound(played: Sequence[Played]) -> list[Row]:
    """Loudness against asked energy, and hits heard."""
    offsets = [_hit_offsets(item) for item in played]
    near = [Count(float((np.abs(o) <= HEARD_WITHIN).sum()), len(o)) for o in offsets]
    late = [mean_of((1000 * np.abs(o[np.isfinite(o)])).tolist()) for o in offsets]
    loud = [loudness_follows(item.take, *_read(item.files.mix)) for item in played]
    return [
        Row("sound", "energy asked and loudness rendered, by bar", {MODEL: figure_of(loud)}, at_least(0.85)),
        Row("sound", "marked hits heard within 10 ms", {MODEL: figure_of(near)}, None),
        Row("sound", "marked hits, mean distance of the nearest onset, ms", {MODEL: figure_of(late)}, at_most(10)),
    ]


def rows_of_mix(played: Sequence[Played]) -> list[Row]:
    """How well the mixes hold; see ``vem_plugin.measure.mix``."""
    from vem_plugin.measure.mix import measure_mix_on_disk

    mixes = [measure_mix_on_disk({str(k): v for k, v in item.files.stems.items()}, item.files.mix) for item in played]
    covered = [mix.tune_covered for mix in mixes if mix.tune_covered is not None]
    peaks = [mix.true_peak for mix in mixes if mix.true_peak is not None]
    measured: tuple[tuple[str, list[float], Target | None], ...] = (
        ("energy that roles contest, share", [mix.overlap for mix in mixes], None),
        ("the tune is covered, share of its time", covered, None),
        ("left against right, lowest over 3 s", [mix.worst_correlation for mix in mixes], at_least(0)),
        ("below 30 Hz, dB of the whole", [mix.rumble for mix in mixes], None),
        ("2 to 5 kHz above its neighbours, dB", [mix.harshness for mix in mixes], None),
        ("true peak, dBTP", peaks, at_most(-1)),
    )
    return [
        Row("mix", name, {MODEL: figure_of([mean_of([v]) for v in values])}, target)
        for name, values, target in measured
    ]


def _hit_offsets(played: Played) -> NDArray[np.float64]:
    """Offsets of the nearest onset to each marked hit, seconds, (hits,)."""
    from vem_plugin.measure.onsets import hear_onsets
    from vem_plugin.measure.sync import offsets_to_nearest

    cue, plan = played.take.score.cue, played.take.plan
    eighths = [eighth for eighth, strength in cue.hits.items() if strength >= MARKED]
    times = [float(plan.time_of(Fraction(eighth, 2))) for eighth in sorted(eighths)]
    return offsets_to_nearest(times, hear_onsets(played.files.mix).times) if times else np.zeros(0)


def _read(mix: Path) -> tuple[NDArray[np.float32], int]:
    """Samples as one channel, and their rate."""
    import soundfile

    samples, rate = soundfile.read(str(mix), dtype="float32", always_2d=True)
    return samples.mean(axis=1), rate


def loudness_follows(take: Take, samples: NDArray[np.float32], rate: int) -> Count:
    """Rank correlation of the energy that bars ask for and the level of their sound; as ``energy_by_bar``."""
    asked, heard = [], []
    for bar in bars_of(take.score.cue):
        if bar.beat + bar.beats > take.score.cue.end_beat:
            continue
        first, last = (round(float(take.plan.time_of(Fraction(b))) * rate) for b in (bar.beat, bar.beat + bar.beats))
        asked.append(bar.energy)
        heard.append(float(np.sqrt(np.mean(samples[first:last] ** 2))))
    return rank_correlation(asked, heard)


def rows_of_speed(takes: Sequence[Take], played: Sequence[Played], *, size: int) -> list[Row]:
    """Seconds for a minute of music, and megabytes of the model's files."""
    costs = (
        ("seconds to write a minute of music", [(take.seconds, take.minutes) for take in takes], at_most(2)),
        ("processor seconds to write it", [(take.processor, take.minutes) for take in takes], None),
        ("seconds to render a minute of music", [(item.seconds, item.take.minutes) for item in played], at_most(2)),
        ("processor seconds to render it", [(item.processor, item.take.minutes) for item in played], None),
        ("megabytes of model files", [(size / 1e6, 1.0)], at_most(25)),
    )
    return [
        Row("speed", name, {MODEL: figure_of(Count(*cost) for cost in pieces)}, target)
        for name, pieces, target in costs
    ]
