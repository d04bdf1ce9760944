"""Does GStreamer play what was written? GStreamer Editing Services render the sound of scored OpenTimelineIO files.

    python benchmarks/timelines_ges.py FILE...

``ges-launch-1.0`` must be installed (Debian: ``apt install ges1.0-tools gstreamer1.0-plugins-good
gstreamer1.0-plugins-bad gstreamer1.0-libav``), and for this Python ``otio-xges-adapter``, which turns OpenTimelineIO
into the project format of these services (``.xges``). Every FILE is a timeline in OpenTimelineIO whose media are there.
Noise as long as the timeline is put on it as the music; the services render the sound of the scored copy, and what
comes out is compared with the noise as `timelines_melt` does.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import opentimelineio as otio
from timelines_melt import difference, is_right, noise_for

from vem_timeline import read, write_scored

LONGEST = 600
"""Seconds that rendering may take."""


def compare(source: Path, folder: Path) -> str:
    """Score a copy with noise, turn it into a project, render that, and tell how the two differ."""
    music, noise = noise_for(read(source), folder)
    scored = write_scored(source, folder / "scored.otio", music, target="otio")
    project, sound = folder / "scored.xges", folder / "rendered.wav"
    otio.adapters.write_to_file(otio.adapters.read_from_file(str(scored)), str(project))
    command = ["ges-launch-1.0", "--load", project.as_uri(), "--outputuri", sound.as_uri(), "--track-types", "audio"]
    command += ["--format", "audio/x-wav:audio/x-raw,format=S16LE,rate=48000,channels=2"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST)
    if done.returncode or not sound.exists():
        return f"not rendered: {(done.stderr or done.stdout).strip()[-400:]}"
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
