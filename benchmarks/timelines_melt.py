"""Does a real program play what was written? MLT's ``melt`` renders the sound of scored Kdenlive and MLT files.

    python benchmarks/timelines_melt.py FILE...

``melt`` must be installed (Debian: ``apt install melt``). Every FILE is a timeline in MLT XML; its media need not be
there. Noise as long as the timeline is put on it as the music, ``melt`` renders the sound of the scored copy, and what
comes out is compared with the noise sample by sample: offset, gain, and the largest difference (two steps of 16 bits
are dither and rounding).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from vem_timeline import MusicClip, Storyboard, read, write_scored

RATE = 48_000


def noise_for(edit: Storyboard, folder: Path) -> tuple[MusicClip, NDArray[np.float64]]:
    """Noise as long as an edit, as its music, and its samples, shape (n, 2)."""
    samples = round(edit.duration * RATE)
    noise = (0.2 * np.random.default_rng(1).standard_normal((samples, 2))).clip(-0.9, 0.9)
    sf.write(folder / "noise.wav", noise, RATE, subtype="PCM_16")
    return MusicClip(folder / "noise.wav", Fraction(samples, RATE), "noise", "ab3f77"), noise


def difference(sound: Path, noise: NDArray[np.float64]) -> str:
    """How what was rendered differs from the noise: offset, gain, and the worst sample."""
    heard, _ = sf.read(sound, always_2d=True)
    window = min(RATE // 4, len(noise))
    match = np.correlate(heard[: 2 * window, 0], noise[:window, 0], "full")
    offset = int(match.argmax()) - (window - 1)
    length = min(len(heard) - max(offset, 0), len(noise))
    there, expected = heard[max(offset, 0) :][:length], noise[:length]
    gain = float((there * expected).sum() / (expected**2).sum())
    worst = float(np.abs(there - expected).max()) * 2**15
    compared = f"{length / RATE:.2f} of {len(noise) / RATE:.2f} s compared"
    return f"offset {offset} samples, gain {gain:.4f}, largest difference {worst:.1f} steps of 16 bits, {compared}"


def is_right(told: str) -> bool:
    """Whether the music is where it should be and as loud as it was."""
    return re.match(r"offset 0 samples, gain (0\.99|1\.0)", told) is not None


def compare(source: Path, folder: Path) -> str:
    """Score a copy with noise, render it, and tell how the two differ."""
    edit = read(source)
    music, noise = noise_for(edit, folder)
    scored = write_scored(source, folder / f"scored{source.suffix}", music)
    last = edit.clock.frame_of(edit.duration) - 1
    sound = folder / "rendered.wav"
    consumer = [f"avformat:{sound}", "vn=1", "acodec=pcm_s16le", f"ar={RATE}", "ac=2"]
    command = ["melt", str(scored), "in=0", f"out={last}", "-consumer", *consumer]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return difference(sound, noise)


def main() -> int:
    """Compare every file; exit status 1 if the music is not where it should be."""
    wrong = 0
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as place:
            told = compare(Path(name), Path(place))
        wrong += not is_right(told)
        print(f"{Path(name).name}: {told}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
