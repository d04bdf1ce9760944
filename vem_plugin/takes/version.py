"""Publishing a new version of a take: files of new names, and the timeline that holds them.

The version before stays as it is. Editors cache sound by its path, so a version never reuses a file name.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.drafts import Draft, next_name, promise, workplace
from vem_plugin.publish import ScoredTake, music_clip
from vem_plugin.render.ducking import ducking_curve, gain_of
from vem_plugin.render.loudness import LoudnessMeter, decibels, true_peak_of
from vem_plugin.render.master import REACH, mastered_blocks
from vem_plugin.render.passage import Stretch, laid_in
from vem_plugin.render.patch import patched, read_samples
from vem_plugin.render.stems import Stem
from vem_plugin.render.synth import frames_of
from vem_plugin.render.take_files import name_of
from vem_plugin.render.wave import FULL_SCALE, quantised
from vem_plugin.take import Loudness, Take, take_id_of
from vem_plugin.takes.find import FoundTake
from vem_plugin.takes.span import Span
from vem_timeline import repoint
from vem_timeline.handoff import write_handoff


@dataclass(frozen=True, slots=True)
class Patch:
    """What sounds new: the stretch, every stem in it, and where the mix changes with them (first and end, samples)."""

    stretch: Stretch
    stems: dict[Stem, NDArray[np.int32]]
    mix: NDArray[np.int32]
    first: int


@contextmanager
def new_version(found: FoundTake) -> Iterator[Draft]:
    """A hidden folder for the next version of a take; whatever goes wrong, it does not stay behind.

    Raises
    ------
    RenderError
        As `vem_plugin.drafts.workplace`.
    """
    home = found.folder.resolve().parent
    with workplace(home) as hidden:
        names = (next_name(folder, found.stem) for folder in (home, found.timeline.resolve().parent))
        yield Draft(max(names, key=lambda name: int(name.rpartition("_v")[2])), hidden, home)


def stretch_of(span: Span, samples: int) -> Stretch:
    """The samples in which stems change: the span and its seams, less what the limiter reaches beyond them."""
    first = frames_of(span.opening[0]) + REACH if span.first else 0
    end = frames_of(span.closing[1]) - REACH if span.closing[0] < span.closing[1] else samples
    opened = frames_of(span.opening[1]) + REACH if span.first else 0
    return Stretch(first, opened, min(frames_of(span.closing[0]), end), end)


def lay_in(found: FoundTake, stretch: Stretch, played: dict[Stem, NDArray[np.float32]]) -> Patch:
    """Lay a played stretch into the sound of a take, and master its mix with the take's own gain.

    The limiter looks ``REACH`` samples to both sides, so the mix changes that much farther than the stems.

    Raises
    ------
    RenderError
        If one of the take's files is no sound of ours.
    """
    take = found.take
    first, end = max(0, stretch.first - 2 * REACH), min(take.samples, stretch.end + 2 * REACH)
    inner = slice(stretch.first - first, stretch.end - first)
    total = np.zeros((2, end - first), np.int32)
    stems: dict[Stem, NDArray[np.int32]] = {}
    for stem in take.stems:
        old = read_samples(found.folder / take.files[f"stem_{stem}"], first, end)
        stems[stem] = laid_in(played[stem], old[:, inner], stretch)
        old[:, inner] = stems[stem]
        total += old
    finished = np.concatenate(list(mastered_blocks(total, take.loudness.gain)), axis=1)
    low, high = max(0, stretch.first - REACH), min(take.samples, stretch.end + REACH)
    return Patch(stretch, stems, finished[:, low - first : high - first], low)


def write_sound(found: FoundTake, patch: Patch, draft: Draft) -> tuple[dict[str, str], Loudness]:
    """Write mix, stems and, where there is one, the ducked mix of a new version into its draft.

    Returns
    -------
    files : dict
        Their names by what they are, as in ``Take.files``.
    loudness : Loudness
        Of the new mix; gain, target and trim are the take's.
    """
    take = found.take
    files = {"mix": f"{name_of(draft.name)}.wav"} | {
        f"stem_{stem}": f"{name_of(draft.name, stem)}.wav" for stem in take.stems
    }
    words = f"{draft.name}, music scored to picture"
    mix = read_samples(found.folder / take.files["mix"], 0, take.samples)
    mix[:, patch.first : patch.first + patch.mix.shape[1]] = patch.mix
    measured = _measured(mix, take.loudness)
    patched(
        found.folder / take.files["mix"],
        draft.folder / files["mix"],
        patch.first,
        patch.mix,
        description=words,
        loudness=(measured.lufs, measured.true_peak),
    )
    for stem in take.stems:
        source, target = found.folder / take.files[f"stem_{stem}"], draft.folder / files[f"stem_{stem}"]
        patched(source, target, patch.stretch.first, patch.stems[stem], description=words)
    if "ducked_mix" in take.files:
        files |= _write_ducked(found, patch, draft, words)
    return files, measured


def _write_ducked(found: FoundTake, patch: Patch, draft: Draft, words: str) -> dict[str, str]:
    take = found.take
    speech = [(voice.start, voice.start + voice.duration) for voice in take.storyboard.speech]
    curve = ducking_curve(speech, take.plan.duration, depth=take.settings.ducking)
    gain = gain_of(curve, patch.first, patch.first + patch.mix.shape[1])
    block = quantised(patch.mix.astype(np.float32) * (gain / np.float32(FULL_SCALE)))
    files = {"ducked_mix": f"{name_of(draft.name, 'ducked')}.wav", "ducking": f"{name_of(draft.name)}_DUCKING.json"}
    source = found.folder / take.files["ducked_mix"]
    patched(source, draft.folder / files["ducked_mix"], patch.first, block, description=words)
    shutil.copyfile(found.folder / take.files["ducking"], draft.folder / files["ducking"])
    return files


def _measured(mix: NDArray[np.int32], loudness: Loudness) -> Loudness:
    sound = mix.astype(np.float32) * np.float32(1 / FULL_SCALE)
    meter = LoudnessMeter()
    meter.add(sound)
    return replace(loudness, lufs=meter.integrated(), true_peak=decibels(true_peak_of([sound])))


def version_of(found: FoundTake, draft: Draft, **changes: Any) -> Take:
    """The record of a new version: the take's own, with its new name and id, and what else has changed."""
    take_id = take_id_of(found.take.edit_sha256, found.take.seed, draft.name)
    return replace(found.take, take_id=take_id, name=draft.name, **changes)


def publish_version(take: Take, found: FoundTake, draft: Draft, *, stretch: tuple[Fraction, Fraction]) -> ScoredTake:
    """Give a finished draft its name, and write the timeline that holds it; if that fails, neither stays.

    Parameters
    ----------
    found : FoundTake
        The version before; its timeline is copied, with all that the editor has changed since.
    stretch : (start, end)
        Seconds that sound new: markers of ours there get the new take's id.

    Raises
    ------
    TimelineError
        If the timeline cannot be written.
    """
    folder, timeline = draft.home / draft.name, found.timeline.with_name(f"{draft.name}{found.timeline.suffix}")
    promise(folder, timeline, draft=draft.folder)
    draft.folder.rename(folder)
    music = music_clip(take, folder)
    try:
        write_handoff(folder, take.name, take.storyboard, music, target=take.settings.otio_target)
        repoint(found.timeline, timeline, music, stretch=stretch, timeline=found.within)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return ScoredTake(take, folder, timeline)
