"""From score to files: stems, mix at its loudness, MIDI."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.drafts import workplace
from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.progress import Report, silent
from vem_plugin.render.master import Mastering, mastered_blocks, mastering_of
from vem_plugin.render.mix import play_stems
from vem_plugin.render.soundfont import SoundFont, load_bank
from vem_plugin.render.synth import frames_of
from vem_plugin.render.take_files import name_of, publish
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import Origin, Stamp, WaveWriter
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.instruments import BANK
from vem_plugin.score.layers import Palette
from vem_plugin.score.midi import score_to_midi
from vem_plugin.score.notes import Score
from vem_plugin.score.palette import palette_for

LONGEST = 3600
"""Longest timeline that is rendered, seconds."""

_FIRST_TRIM = 0.5
_HIGHEST = 0.98
_LOUDEST_TARGET, _SOFTEST_TARGET = -5.0, -40.0


@dataclass(frozen=True, slots=True)
class RenderedTake:
    """What was written, and what was measured on it.

    ``samples`` is the length of every file at 48 kHz: the timeline's, rounded half up. ``loudness`` (LUFS, integrated)
    and ``true_peak`` (dBTP, four times oversampled) are measured on the finished mix and None for silence; ``gain``
    (dB) brought the sum of the stems there, ``limiting`` (dB) is the most the limiter took off. ``remark`` says why
    the loudness was missed, if it was.
    """

    mix: Path
    stems: dict[Role, Path]
    midi: Path
    samples: int
    loudness: float | None
    true_peak: float | None
    target: float
    gain: float
    limiting: float
    palette: str
    remark: str = ""


def render(
    score: Score,
    plan: BeatPlan,
    *,
    folder: Path,
    name: str,
    seed: int,
    loudness: float = -16.0,
    stamp: Stamp | None = None,
    description: str = "",
    report: Report = silent,
) -> RenderedTake:
    """Plays a score with sampled instruments and writes mix, stems and MIDI, all of them or none.

    Parameters
    ----------
    plan : BeatPlan
        Gives every note its time.
    folder : Path
        Made if it is missing. Nothing in it is overwritten.
    name : str
        First part of the file names, new for every take.
    seed : int
        Chooses among the style's palettes.
    loudness : float
        Target for the mix in LUFS integrated, -40 to -5.
    stamp : Stamp, optional
        Position in the day for ``bext`` and iXML. None leaves it 0, which suits placing by API or timeline file.
    description : str
        For ``bext``; ASCII, 256 characters.
    report : Report
        Stages "play" and "write".

    Returns
    -------
    RenderedTake

    Raises
    ------
    RenderError
        The timeline is too long, the folder cannot be written, the disk is full, or the bank is damaged.
    SettingsError
        The loudness makes no sense.
    """
    _check(plan, loudness)
    palette = palette_for(score.cue.style, seed=seed)
    bank = load_bank(BANK)
    origin = Origin(description or f"{name}, music scored to picture", stamp=stamp)
    with workplace(folder) as place:
        mix = _write_stems(score, plan, palette=palette, bank=bank, place=place, origin=origin, report=report)
        report("write", 0.0, "loudness")
        mastering = mastering_of(mix, loudness)
        _write_mix(mix, mastering, place / "mix.wav", origin)
        score_to_midi(score, plan, palette=palette, path=place / "score.mid")
        names = {place / f"{role}.wav": f"{name_of(name, role)}.wav" for role in ROLES}
        names |= {place / "mix.wav": f"{name_of(name)}.wav", place / "score.mid": f"{name_of(name)}.mid"}
        final = publish(names, folder)
        report("write", 1.0, f"{name_of(name)}.wav")
    return RenderedTake(
        mix=final[place / "mix.wav"],
        stems={role: final[place / f"{role}.wav"] for role in ROLES},
        midi=final[place / "score.mid"],
        samples=mix.shape[1],
        loudness=mastering.loudness,
        true_peak=mastering.peak,
        target=loudness,
        gain=mastering.gain,
        limiting=mastering.limiting,
        palette=palette.name,
        remark=mastering.remark,
    )


def _check(plan: BeatPlan, loudness: float) -> None:
    if not _SOFTEST_TARGET <= loudness <= _LOUDEST_TARGET:
        raise SettingsError(
            f"A loudness of {loudness:g} LUFS makes no sense.",
            remedy=f"Choose one from {_SOFTEST_TARGET:g} to {_LOUDEST_TARGET:g}, such as -16.",
        )
    check_duration(plan.duration)


def check_duration(duration: Fraction) -> None:
    """Refuse what is too long to be rendered in one piece, or shorter than a sample; ``duration`` in seconds.

    Raises
    ------
    RenderError
    """
    if duration > LONGEST:
        raise RenderError(
            f"The timeline lasts {float(duration) / 60:.0f} minutes; {LONGEST // 60} are rendered at most.",
            remedy="Score it reel by reel.",
        )
    if frames_of(duration) < 1:
        raise RenderError("The timeline is shorter than one sample.", remedy="Give it some picture.")


def _write_stems(
    score: Score,
    plan: BeatPlan,
    *,
    palette: Palette,
    bank: SoundFont,
    place: Path,
    origin: Origin,
    report: Report,
) -> NDArray[np.int32]:
    """Plays into stem files and returns their sum; once more, softer, if the first try reached full scale."""
    trim, frames = _FIRST_TRIM, frames_of(plan.duration)
    while True:
        with ExitStack() as open_files:
            sinks: dict[Role, WaveWriter] = {}
            for role in ROLES:
                path = place / f"{role}.wav"
                path.unlink(missing_ok=True)
                sinks[role] = open_files.enter_context(WaveWriter(path, frames=frames, origin=origin))
            mix, peak = play_stems(score, plan, palette=palette, bank=bank, trim=trim, sinks=sinks, report=report)
        if peak <= _HIGHEST:
            return mix
        trim *= 0.9 * _HIGHEST / peak


def _write_mix(mix: NDArray[np.int32], mastering: Mastering, path: Path, origin: Origin) -> None:
    finished = Origin(
        origin.description,
        stamp=origin.stamp,
        loudness=mastering.loudness,
        true_peak=mastering.peak,
    )
    with WaveWriter(path, frames=mix.shape[1], origin=finished) as wave:
        for block in mastered_blocks(mix, mastering.gain):
            wave.write(block)


__all__ = ["LONGEST", "RATE", "RenderedTake", "render"]
