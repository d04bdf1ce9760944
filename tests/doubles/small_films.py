"""Small real films for tests: pictures by the synthetic director's renderer, music of a few sines and clicks."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from vem_plugin.dataset.synth.film import write_film
from vem_plugin.dataset.synth.scenery import draw_scenery
from vem_plugin.dataset.synth.story import Story, draw_story
from vem_plugin.dataset.synth.taste import USUAL

RATE = 22_050
CHORDS = ((220.0, 277.2, 329.6), (246.9, 293.7, 370.0), (196.0, 246.9, 293.7), (164.8, 207.7, 246.9))


def small_music(seconds: float, *, beat: float = 0.5, seed: int = 0) -> NDArray[np.float32]:
    """Chords that change every four beats, plucked on each, with a tick; (S, 2) at ``RATE``."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    number = np.floor(time / beat).astype(int)
    since = time - number * beat
    chords = np.array([CHORDS[k] for k in rng.permutation(4)])[(number // 4) % 4]
    tones = np.sin(2 * np.pi * chords * time[:, None] * (1 + 0.1 * rng.random())).sum(axis=1)
    tick = rng.normal(size=len(time)) * np.exp(-since * 150)
    mono = 0.12 * tones * np.exp(-since * 4) + np.where(number % 4 == 0, 0.25, 0.1) * tick
    return np.stack([mono, mono], axis=1).astype(np.float32)


def story_of(number: int, *, shots: int = 3) -> tuple[Story, np.random.Generator]:
    """A story of 10 to 14 seconds with at least so many shots, the ``number``-th there is."""
    found = -1
    for seed in range(10_000):
        rng = np.random.default_rng([97, seed])
        story = draw_story(rng, USUAL, max_beats=24)
        straight = all(cut.dissolve == 0 and cut.novelty > 0.4 for cut in story.cuts)
        if 10 <= story.frames / story.rate <= 14 and len(story.cuts) + 1 >= shots and straight:
            found += 1
        if found == number:
            return story, rng
    raise AssertionError("no such story")


def write_small_film(path: Path, number: int, *, sound: NDArray[np.float32] | None = None) -> Story:
    """Write a film with its music (or the sound given), and tell its story."""
    story, rng = story_of(number)
    seconds = story.frames / story.rate
    music = small_music(seconds, beat=float(story.clock[1]), seed=number) if sound is None else sound
    write_film(path, draw_scenery(story, rng), rng, (music, RATE) if len(music) else None)
    return story


def encoded_anew(film: Path, path: Path, *, gain: float = 0.7, crf: str = "30") -> None:
    """The same film, smaller pictures, softer sound, encoded once more."""
    with av.open(str(film)) as source, av.open(str(path), "w") as target:
        video, audio = source.streams.video[0], source.streams.audio[0]
        stream = target.add_stream("libx264", rate=video.average_rate)
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        stream.options = {"crf": crf, "preset": "ultrafast"}
        music = target.add_stream("aac", rate=RATE, layout="stereo", bit_rate=64_000)
        pictures, sounds = 0, 0
        for frame in source.decode(video, audio):
            if isinstance(frame, av.VideoFrame):
                small = frame.reformat(128, 72, "yuv420p")
                small.pts, small.time_base = pictures, 1 / video.average_rate
                pictures += 1
                target.mux(stream.encode(small))
            elif isinstance(frame, av.AudioFrame):
                heard = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(frame.to_ndarray() * gain), format="fltp", layout="stereo"
                )
                heard.sample_rate, heard.pts = RATE, sounds
                sounds += heard.samples
                target.mux(music.encode(heard))
        target.mux(stream.encode(None))
        target.mux(music.encode(None))
