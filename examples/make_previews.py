"""Scores the example edit with six briefs and packs the mixes small, so that a visitor can listen.

    python examples/make_previews.py

writes ``previews/*.opus`` and the table in ``previews/README.md``. Run it after the model or the renderer changed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import av
import numpy as np
import soundfile
from av.audio.frame import AudioFrame

from vem_plugin.measure.report import measure_take
from vem_plugin.publish import ScoredTake
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings

HERE = Path(__file__).resolve().parent
EDIT, PREVIEWS = HERE / "rush_hour.otio", HERE / "previews"
BRIEFS: dict[str, str] = {
    "warm": "warm, hopeful, builds to the end",
    "night_chase": "night chase, urgent percussion, no melody",
    "tender": "tender piano and strings, a quiet goodbye",
    "neon": "synthwave, neon 80s, steady",
    "mischief": "playful pizzicato, cheeky, a waltz",
    "trailer": "epic trailer, dark, huge finish",
}
BIT_RATE = 72_000
RATE = 48_000
BLOCK = 960
"""Samples of an Opus packet: 20 ms."""


def pack(wave: Path, target: Path) -> None:
    """Encode a 48 kHz stereo WAV as Ogg Opus."""
    sound, _ = soundfile.read(wave, dtype="float32", always_2d=True)
    with av.open(str(target), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        stream.bit_rate = BIT_RATE
        for first in range(0, len(sound), BLOCK):
            block = np.ascontiguousarray(sound[first : first + BLOCK].reshape(1, -1))
            frame = AudioFrame.from_ndarray(block, format="flt", layout="stereo")
            frame.sample_rate, frame.pts = RATE, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def main() -> None:
    """Score, pack, and write the table."""
    PREVIEWS.mkdir(exist_ok=True)
    rows = [
        "| listen | the brief | style, palette | cuts with an onset within one frame (chance) |",
        "|---|---|---|---|",
    ]
    for name, brief in BRIEFS.items():
        with tempfile.TemporaryDirectory() as folder:
            take = score_edit(EDIT, Path(folder), settings=Settings(brief=brief))[0]
            pack(_mix_of(take), PREVIEWS / f"{name}.opus")
            rows.append(f"| [{name}.opus]({name}.opus) | {brief} | {_facts(take)} |")
            print(rows[-1])
    table = "\n".join(rows)
    (PREVIEWS / "README.md").write_text(
        "# Six briefs for one edit\n\nThe 41-second example, scored six times by `python examples/make_previews.py`; "
        f"nothing else was changed between them.\n\n{table}\n",
        "utf-8",
    )


def _mix_of(take: ScoredTake) -> Path:
    return take.folder / take.take.files["mix"]


def _facts(take: ScoredTake) -> str:
    """Style, palette and measured sync of a take, as columns."""
    record = take.take
    report = measure_take(_mix_of(take), record.plan, frame=record.storyboard.clock.frame_duration)
    cuts = report.group("planned cut")
    heard = (
        "no cuts"
        if cuts is None
        else f"{cuts.within_one_frame.matched} of {cuts.count} ({cuts.within_one_frame.chance:.0%})"
    )
    return f"{record.style}, {record.palette} | {heard}"


if __name__ == "__main__":
    main()
