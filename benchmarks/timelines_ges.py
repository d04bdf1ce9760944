"""Does GStreamer play what was written? GStreamer Editing Services render the sound of scored OpenTimelineIO files.

    python benchmarks/timelines_ges.py FILE...

``ges-launch-1.0`` must be installed (Debian: ``apt install ges1.0-tools gstreamer1.0-plugins-good
gstreamer1.0-plugins-bad gstreamer1.0-libav``); its reader of OpenTimelineIO is written in Python and runs in this one's
packages, among which must be ``otio-xges-adapter``. Every FILE is a timeline in OpenTimelineIO whose media are there:
the services refuse a project with one file missing, and paths that are not absolute, so those are made absolute first,
and changes of speed, which that reader does not know, are taken out of pictures. Noise as long as the timeline is put
on it as the music, the services render the sound of the scored copy as it was written, and what comes out is compared
with the noise as `timelines_melt` does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import opentimelineio as otio
from timelines_melt import RATE, difference, is_right, noise_for

from vem_timeline import read, write_scored

LONGEST = 120
"""Seconds that rendering may take."""
CAPS = f"audio/x-raw,rate={RATE},channels=2"


def prepared(source: Path, folder: Path) -> Path:
    """A copy of an edit that these services can open."""
    timeline = otio.adapters.read_from_file(str(source))
    for clip in timeline.find_clips():
        clip.effects.clear()
        media = clip.media_reference
        if isinstance(media, otio.schema.ExternalReference) and "://" not in media.target_url:
            media.target_url = (source.parent / media.target_url).resolve().as_uri()
    otio.adapters.write_to_file(timeline, str(folder / "edit.otio"))
    return folder / "edit.otio"


def compare(source: Path, folder: Path) -> str:
    """Score a copy with noise, render it, and tell how the two differ."""
    edit = prepared(source, folder)
    music, noise = noise_for(read(edit), folder)
    scored = write_scored(edit, folder / "scored.otio", music, target="otio")
    sound = folder / "rendered.wav"
    command = ["ges-launch-1.0", "--load", scored.as_uri(), "--outputuri", sound.as_uri(), "--track-types", "audio"]
    command += ["--audio-caps", CAPS, "--format", f"audio/x-wav:{CAPS},format=S16LE"]
    packages = os.pathsep.join(path for path in sys.path if path)
    environment = {"XDG_RUNTIME_DIR": str(folder), **os.environ, "PYTHONPATH": packages}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, errors="replace", timeout=LONGEST, env=environment
    )
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
        print(f"{Path(name).name}: {told}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
