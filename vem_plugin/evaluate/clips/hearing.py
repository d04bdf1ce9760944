"""One music on one clip, heard once: every count that can be pooled, and what pooled measures need of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vem_plugin.encoders.sound import SoundEncoder
from vem_plugin.evaluate.clips.clip import Case, Clip, Music, Pictures
from vem_plugin.evaluate.clips.likeness import cosine, divergence, mean_direction, weighted_by_time
from vem_plugin.evaluate.clips.models import Models
from vem_plugin.evaluate.clips.structure import structure_of
from vem_plugin.evaluate.clips.timing import Timing, listen, paper_counts, timing_of
from vem_plugin.evaluate.counting import NOTHING, Count
from vem_plugin.measure.onsets import OnsetTrack

BAR = 4
"""Beats that are taken for a bar where nobody knows the bars."""


@dataclass(frozen=True)
class Wanted:
    """What a clip asks of music, in the spaces of the models: rows of caption and shots, None where unknown."""

    caption: NDArray[np.float32] | None
    words: Pictures
    pictures: Pictures


@dataclass(frozen=True)
class Reference:
    """The music that people chose for a clip: the music, and its distribution over tags (None without a model)."""

    music: Music
    tags: NDArray[np.float32] | None


@dataclass(frozen=True)
class Heard:
    """What is kept of a music once its samples are gone.

    ``counts`` by measure; ``tags`` (windows, classes) and ``cloud`` (windows, size) or None; ``beats`` seconds.
    """

    clip: Clip
    timing: Timing
    counts: dict[str, Count]
    tags: NDArray[np.float32] | None
    cloud: NDArray[np.float32] | None
    beats: tuple[float, ...]


def wanted_of(case: Case, models: Models) -> Wanted:
    """Embed what a clip says and shows; its pictures are looked at again where another encoder made their rows."""
    clip = case.clip
    none: Pictures = (None,) * len(clip.shots)
    caption, words, pictures = None, none, none
    if models.clap is not None and (tower := models.clap.text_tower) is not None:
        texts = [clip.caption, *(shot.words for shot in clip.shots)]
        rows = tower.encode(texts)
        told = [row if text.strip() else None for row, text in zip(rows, texts, strict=True)]
        caption, words = told[0], tuple(told[1:])
    if models.languagebind is not None and (picture := models.languagebind.picture_tower) is not None:
        if clip.picture_encoder == picture.name:
            pictures = tuple(shot.picture for shot in clip.shots)
        elif case.look is not None:
            pictures = case.look(picture)
    return Wanted(caption, words, pictures)


def hear(
    clip: Clip,
    music: Music,
    wanted: Wanted,
    models: Models,
    *,
    reference: Reference | None = None,
    tracked: bool = False,
) -> Heard:
    """Measure a music on a clip.

    Parameters
    ----------
    reference : Reference or None
        What it is compared with for BIoU and KLD.
    tracked : bool
        Look for beats in the sound even where the music tells them.
    """
    music = upto(music, clip.seconds)
    onsets = listen(music)
    music = with_tracked_beats(music, onsets) if tracked or not music.beats else music
    timing = timing_of(clip, music, onsets)
    tags = None if models.tags is None else models.tags.hear(music.samples, music.rate).scores
    cloud = None if models.fad is None else models.fad.hear(music.samples, music.rate).embeddings
    counts = timing.counts | structure_of(clip, music, timing.onsets)
    counts |= paper_counts(clip, music, None if reference is None else reference.music)
    counts["KLD"] = NOTHING
    if tags is not None and reference is not None and reference.tags is not None:
        counts["KLD"] = Count(divergence(reference.tags, tags.mean(axis=0)), 1)
    counts |= _likeness_counts(models.clap, "CLAP", clip, music, wanted.caption, wanted.words)
    counts |= _likeness_counts(models.languagebind, "LB", clip, music, _whole(clip, wanted.pictures), wanted.pictures)
    return Heard(clip, timing, counts, tags, cloud, music.beats)


def reference_of(music: Music, clip: Clip, models: Models) -> Reference:
    """A reference as long as the clip, with its beats (tracked where it tells none) and tags."""
    music = upto(music, clip.seconds)
    music = music if music.beats else with_tracked_beats(music, listen(music))
    scores = None if models.tags is None else models.tags.hear(music.samples, music.rate).scores
    return Reference(music, None if scores is None else scores.mean(axis=0))


def upto(music: Music, seconds: float) -> Music:
    """Music without what sounds after an instant."""
    samples = music.samples[: max(1, round(seconds * music.rate))]
    beats, downbeats = (tuple(t for t in times if t <= seconds) for times in (music.beats, music.downbeats))
    return replace(music, samples=samples, beats=beats, downbeats=downbeats)


def with_tracked_beats(music: Music, onsets: OnsetTrack) -> Music:
    """Music with beats as librosa's tracker taps them; bars of four, from where most is struck: a guess."""
    from vem_plugin.measure.beats import tapped_beats
    from vem_plugin.measure.onsets import FLUX_RATE

    taps = tapped_beats(onsets, np.zeros(0))
    if not taps.size:
        return replace(music, beats=(), downbeats=())
    struck = onsets.flux[np.rint(taps * FLUX_RATE).astype(int).clip(0, len(onsets.flux) - 1)]
    first = int(np.argmax([struck[phase::BAR].sum() / max(1, len(struck[phase::BAR])) for phase in range(BAR)]))
    return replace(music, beats=tuple(taps.tolist()), downbeats=tuple(taps[first::BAR].tolist()))


def _likeness_counts(
    model: SoundEncoder | None,
    name: str,
    clip: Clip,
    music: Music,
    whole: NDArray[np.float32] | None,
    shots: Pictures,
) -> dict[str, Count]:
    """Cosine of the music with what is wanted of all of it, and shot by shot weighted by time (tw-)."""
    counts = {name: NOTHING, f"tw-{name}": NOTHING}
    if model is None:
        return counts
    if whole is not None:
        counts[name] = Count(cosine(_heard_by(model, music, 0.0, music.seconds), whole), 1)
    told = [
        (shot, row)
        for shot, row in zip(clip.shots, shots, strict=True)
        if row is not None and shot.start < min(shot.end, music.seconds)
    ]
    if told:
        values = [cosine(_heard_by(model, music, shot.start, shot.end), row) for shot, row in told]
        counts[f"tw-{name}"] = Count(weighted_by_time(values, [shot.end - shot.start for shot, _ in told]), 1)
    return counts


def _heard_by(model: SoundEncoder, music: Music, start: float, end: float) -> NDArray[np.float64]:
    """The mean embedding of a span of music."""
    first = min(round(start * music.rate), len(music.samples) - 1)
    part = music.samples[first : max(first + 1, round(end * music.rate))]
    rows = model.hear(part, music.rate).embeddings
    assert rows is not None  # its role was checked when it was opened
    return mean_direction(rows)


def _whole(clip: Clip, pictures: Pictures) -> NDArray[np.float32] | None:
    """The picture of a whole clip: the mean of its shots' rows, weighted by time."""
    seen = [(shot.end - shot.start, row) for shot, row in zip(clip.shots, pictures, strict=True) if row is not None]
    if not seen:
        return None
    return np.average([row for _, row in seen], axis=0, weights=[seconds for seconds, _ in seen]).astype(np.float32)
