"""From score to files: stems, mix at its loudness, MIDI."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.drafts import workplace
from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.progress import Report, silent
from vem_plugin.render.ducking import (
    DEEPEST,
    SHALLOWEST,
    Keyframe,
    Span,
    ducking_curve,
    gain_of,
    write_curve,
)
from vem_plugin.render.effects import Effect, effects_for
from vem_plugin.render.master import Mastering, mastered_blocks, mastering_of
from vem_plugin.render.mix import play_stems, stems_of
from vem_plugin.render.soundfont import SoundFont, load_bank
from vem_plugin.render.stems import Stem
from vem_plugin.render.synth import frames_of
from vem_plugin.render.take_files import name_of, publish
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import FULL_SCALE, Origin, Stamp, WaveWriter, quantised
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.instruments import BANK
from vem_plugin.score.layers import Palette
from vem_plugin.score.midi import score_to_midi
from vem_plugin.score.notes import Score
from vem_plugin.score.palette import palette_for, palette_named

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
    (dB) brought the sum of the stems there, ``limiting`` (dB) is the most the limiter took off. ``trim`` is the linear
    gain that all stems were played with, ``effects`` what the stem of that name holds. ``ducked`` is the finished mix
    with room for speech and ``ducking`` its gain curve as JSON; None where nobody speaks or no ducking was asked for.
    ``remark`` says why the loudness was missed, if it was. ``time_reference`` counts samples from midnight to the first
    sample of every file, as they say themselves; 0 if they say nothing.
    """

    mix: Path
    stems: dict[Stem, Path]
    midi: Path
    samples: int
    loudness: float | None
    true_peak: float | None
    target: float
    gain: float
    limiting: float
    palette: str
    trim: float
    effects: tuple[Effect, ...] = ()
    ducked: Path | None = None
    ducking: Path | None = None
    remark: str = ""
    time_reference: int = 0


def render(
    score: Score,
    plan: BeatPlan,
    *,
    folder: Path,
    name: str,
    seed: int,
    loudness: float = -16.0,
    palette: str | None = None,
    effects: bool = True,
    speech: Sequence[Span] = (),
    ducking: float = 0.0,
    stamp: Stamp | None = None,
    description: str = "",
    report: Report = silent,
) -> RenderedTake:
    """Plays a score with sampled instruments, or the sound it brings, and writes mix, stems and MIDI: all or none.

    Parameters
    ----------
    plan : BeatPlan
        Gives every note its time.
    folder : Path
        Made if it is missing. Nothing in it is overwritten.
    name : str
        First part of the file names, new for every take.
    seed : int
        Chooses among the style's palettes and the effects a style likes, and is the grain of how notes are played.
    loudness : float
        Target for the mix in LUFS integrated, -40 to -5.
    effects : bool
        Whether risers, impacts and their like may sound; without them their stem is silent.
    speech : sequence of (start, end)
        Seconds where somebody speaks; effects keep out of it.
    ducking : float
        By how many dB the ducked mix goes down under speech, 3 to 12; 0 makes none.
    palette : str, optional
        A palette by its name, in place of one of the style's.
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
        The loudness or the ducking makes no sense.
    """
    _check(plan, loudness, ducking)
    played = palette_for(score.cue.style, seed=seed) if palette is None else palette_named(palette)
    heard = effects_for(score.cue, plan, seed=seed, speech=speech) if effects else ()
    curve = ducking_curve(speech, plan.duration, depth=ducking) if ducking else ()
    origin = Origin(description or f"{name}, music scored to picture", stamp=stamp)
    with workplace(folder) as place:
        mix, trim = _write_stems(
            score,
            plan,
            palette=played,
            bank=load_bank(BANK),
            seed=seed,
            effects=heard,
            place=place,
            origin=origin,
            report=report,
        )
        report("write", 0.0, "loudness")
        mastering = mastering_of(mix, loudness)
        _write_mix(mix, mastering, place, origin, curve)
        score_to_midi(score, plan, palette=played, path=place / "score.mid")
        names = {place / f"{stem}.wav": f"{name_of(name, stem)}.wav" for stem in stems_of(score)}
        names |= {place / "mix.wav": f"{name_of(name)}.wav", place / "score.mid": f"{name_of(name)}.mid"}
        if curve:
            write_curve(curve, place / "ducking.json", depth=ducking)
            names |= {place / "ducked.wav": f"{name_of(name, 'ducked')}.wav"}
            names |= {place / "ducking.json": f"{name_of(name)}_DUCKING.json"}
        final = publish(names, folder)
        report("write", 1.0, f"{name_of(name)}.wav")
    return RenderedTake(
        mix=final[place / "mix.wav"],
        stems={stem: final[place / f"{stem}.wav"] for stem in stems_of(score)},
        midi=final[place / "score.mid"],
        samples=mix.shape[1],
        loudness=mastering.loudness,
        true_peak=mastering.peak,
        target=loudness,
        gain=mastering.gain,
        limiting=mastering.limiting,
        palette=played.name,
        trim=trim,
        effects=heard,
        ducked=final.get(place / "ducked.wav"),
        ducking=final.get(place / "ducking.json"),
        remark=mastering.remark,
        time_reference=0 if stamp is None else stamp.samples,
    )


def _check(plan: BeatPlan, loudness: float, ducking: float) -> None:
    if not _SOFTEST_TARGET <= loudness <= _LOUDEST_TARGET:
        raise SettingsError(
            f"A loudness of {loudness:g} LUFS makes no sense.",
            remedy=f"Choose one from {_SOFTEST_TARGET:g} to {_LOUDEST_TARGET:g}, such as -16.",
        )
    if ducking and not SHALLOWEST <= ducking <= DEEPEST:
        raise SettingsError(
            f"Music that goes down by {ducking:g} dB under speech makes no sense.",
            remedy=f"Choose {SHALLOWEST:g} to {DEEPEST:g} dB, such as 7, or 0 for no ducking.",
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
    seed: int,
    effects: Sequence[Effect],
    place: Path,
    origin: Origin,
    report: Report,
) -> tuple[NDArray[np.int32], float]:
    """Plays into stem files, and once more, softer, if the first try reached full scale.

    Returns
    -------
    (mix, trim)
        The sum of the stems, and the gain they were played with.
    """
    trim, frames = _FIRST_TRIM, frames_of(plan.duration)
    while True:
        with ExitStack() as open_files:
            sinks: dict[Stem, WaveWriter] = {}
            for stem in stems_of(score):
                path = place / f"{stem}.wav"
                path.unlink(missing_ok=True)
                sinks[stem] = open_files.enter_context(WaveWriter(path, frames=frames, origin=origin))
            mix, peak = play_stems(
                score,
                plan,
                palette=palette,
                bank=bank,
                trim=trim,
                sinks=sinks,
                seed=seed,
                effects=effects,
                report=report,
            )
        if peak <= _HIGHEST:
            return mix, trim
        trim *= 0.9 * _HIGHEST / peak


def _write_mix(
    mix: NDArray[np.int32], mastering: Mastering, place: Path, origin: Origin, curve: Sequence[Keyframe]
) -> None:
    """The finished mix and, where there is a curve, the same with room for speech."""
    finished = Origin(origin.description, stamp=origin.stamp, loudness=mastering.loudness, true_peak=mastering.peak)
    frames, first = mix.shape[1], 0
    with ExitStack() as open_files:
        wave = open_files.enter_context(WaveWriter(place / "mix.wav", frames=frames, origin=finished))
        ducked = None
        if curve:
            ducked = open_files.enter_context(WaveWriter(place / "ducked.wav", frames=frames, origin=origin))
        for block in mastered_blocks(mix, mastering.gain):
            wave.write(block)
            if ducked is not None:
                gain = gain_of(curve, first, first + block.shape[1])
                ducked.write(quantised(block.astype(np.float32) * (gain / np.float32(FULL_SCALE))))
            first += block.shape[1]


__all__ = ["LONGEST", "RATE", "RenderedTake", "render"]
