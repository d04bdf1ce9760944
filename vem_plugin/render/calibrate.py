"""Measures every instrument of the bank: ``python -m vem_plugin.render.calibrate`` rewrites ``bank/levels.json``.

Run it after the bank was cut anew. Palettes give levels as loudnesses; these measurements turn them into gains.
"""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.loudness import LoudnessMeter
from vem_plugin.render.soundfont import SoundFont, load_bank
from vem_plugin.render.voice import RATE, VoiceBox, voices_of
from vem_plugin.score.instruments import BANK, LEVELS, Instrument, listed_instruments

_VELOCITY = 90
_KIT_KEYS = (36, 38)
_HEARD = 10 ** (-12 / 10)
_EARLY_ENOUGH = 0.02
_LATEST_LEAD = 0.08
"""A slower swell than 80 ms is no onset any more; to begin it even earlier would only blur what comes before."""


def main() -> None:
    """Measures and writes."""
    bank = load_bank(BANK)
    measured = {name: measure(bank, instrument) for name, instrument in listed_instruments().items()}
    LEVELS.write_text(json.dumps(measured, indent=2) + "\n", "utf-8")


def measure(bank: SoundFont, instrument: Instrument) -> dict[str, float]:
    """Loudness (LUFS, momentary maximum at velocity 90) and lead (s) of an instrument, averaged over its middle."""
    low, high = instrument.keys
    keys = _KIT_KEYS if instrument.is_kit else np.linspace(low, high, 7).round().astype(int)[1:-1].tolist()
    sounds = [sound_of(bank, instrument, key) for key in keys]
    lead = float(np.median([attack_of(sound) for sound in sounds]))
    return {
        "loudness": round(float(np.mean([_loudness_of(sound) for sound in sounds])), 1),
        "lead": 0.0 if instrument.is_kit or lead < _EARLY_ENOUGH else round(min(lead, _LATEST_LEAD), 3),
    }


def sound_of(bank: SoundFont, instrument: Instrument, key: int) -> NDArray[np.float32]:
    """A one-second note at velocity 90, stereo, shape (2, 48000)."""
    box = VoiceBox(bank)
    sound = np.zeros((2, RATE), np.float32)
    for voice in voices_of(bank.zones_of(instrument.bank, instrument.program), key, _VELOCITY):
        body = box.body_of(voice, RATE)[:RATE] * voice.gain
        angle = (voice.pan + 1) * np.pi / 4
        sound[:, : len(body)] += np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * body
    return sound


def attack_of(sound: NDArray[np.float32]) -> float:
    """Seconds from the start of a sound until it is within 12 dB of its strength in the first half second."""
    window = RATE // 100
    power = np.convolve(np.square(sound).sum(axis=0), np.full(window, 1 / window))[: RATE // 2]
    return float(np.argmax(power >= power.max() * _HEARD) / RATE)


def _loudness_of(sound: NDArray[np.float32]) -> float:
    meter = LoudnessMeter()
    meter.add(sound)
    return meter.momentary_maximum() or -70.0


if __name__ == "__main__":
    main()
