"""Measures every instrument of the bank: ``python -m vem_plugin.render.calibrate`` rewrites ``bank/levels.json``.

Run it after the bank was cut anew. Palettes give levels as loudnesses; these measurements turn them into gains. How
long an instrument takes to speak is measured for every key (samples differ from zone to zone), touched softly and hard.
"""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.attack import perceived_onset
from vem_plugin.render.loudness import LoudnessMeter
from vem_plugin.render.soundfont import SoundFont, load_bank
from vem_plugin.render.voice import RATE, VoiceBox, voices_of
from vem_plugin.score.instruments import BANK, LEVELS, TOUCHES, Instrument, Measured, listed_instruments

_VELOCITY = 90
_KIT_KEYS = (36, 38)
_KEYS_HEARD = 5


def main() -> None:
    """Measures and writes, an instrument a line."""
    bank = load_bank(BANK)
    measured = {name: measure(bank, instrument) for name, instrument in listed_instruments().items()}
    lines = [f"  {json.dumps(name)}: {json.dumps(figures)}" for name, figures in measured.items()]
    LEVELS.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def measure(bank: SoundFont, instrument: Instrument) -> Measured:
    """What ``levels.json`` keeps of an instrument.

    Returns
    -------
    Measured
        ``loudness`` in LUFS (momentary maximum at velocity 90, mean over the middle of its range), and ``leads``: for
        each of ``TOUCHES`` the milliseconds until each key is heard, from the lowest key to the highest; 0 where a kit
        has no drum.
    """
    low, high = instrument.keys
    leads = [[lead_of(bank, instrument, key, touch) for key in range(low, high + 1)] for touch in TOUCHES]
    return {"loudness": round(loudness_of(bank, instrument), 1), "leads": leads}


def loudness_of(bank: SoundFont, instrument: Instrument) -> float:
    """LUFS, momentary maximum of a note at velocity 90, mean over the middle of the range."""
    low, high = instrument.keys
    middle = _KIT_KEYS if instrument.is_kit else np.linspace(low, high, _KEYS_HEARD + 2).round().astype(int)[1:-1]
    return float(np.mean([_loudness_of(sound_of(bank, instrument, int(key))) for key in middle]))


def lead_of(bank: SoundFont, instrument: Instrument, key: int, velocity: int) -> int:
    """Milliseconds until a note is heard to begin; 0 where nothing sounds."""
    sound = sound_of(bank, instrument, key, velocity=velocity, seconds=0.4).sum(axis=0)
    return round(1000 * perceived_onset(sound)) if sound.any() else 0


def sound_of(
    bank: SoundFont, instrument: Instrument, key: int, *, velocity: int = _VELOCITY, seconds: float = 1.0
) -> NDArray[np.float32]:
    """A note held for ``seconds``, stereo, shape (2, n) at 48 kHz."""
    box, frames = VoiceBox(bank), int(seconds * RATE)
    sound = np.zeros((2, frames), np.float32)
    for voice in voices_of(bank.zones_of(instrument.bank, instrument.program), key, velocity):
        body = box.body_of(voice, frames)[:frames] * voice.gain
        angle = (voice.pan + 1) * np.pi / 4
        sound[:, : len(body)] += np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * body
    return sound


def _loudness_of(sound: NDArray[np.float32]) -> float:
    meter = LoudnessMeter()
    meter.add(sound)
    return meter.momentary_maximum() or -70.0


if __name__ == "__main__":
    main()
