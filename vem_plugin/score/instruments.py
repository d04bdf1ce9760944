"""The instruments of the bank that ships with the package, by name: where they are, how loud, how quick."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypedDict

from vem_plugin.errors import RenderError

BANK_FOLDER = Path(__file__).parents[1] / "render" / "bank"
BANK = BANK_FOLDER / "vem.sf3"
LEVELS = BANK_FOLDER / "levels.json"
_DRUM_BANK = 128
_KIT_KEYS = (35, 82)

TOUCHES = (64, 104)
"""Velocities at which leads are measured; between them they are interpolated."""

Family = Literal[
    "bowed",
    "blown",
    "brass",
    "voice",
    "organ",
    "pad",
    "synth",
    "keys",
    "mallet",
    "picked",
    "strummed",
    "rolled",
    "kit",
    "machine",
]
"""Kinds of instruments, by how they are played; a ``machine`` is a drum kit that is never late."""


class Measured(TypedDict):
    """What ``levels.json`` keeps of an instrument."""

    loudness: float
    leads: list[list[int]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A preset of the bank.

    ``keys`` are the lowest and highest key cut out of the source bank; ``loudness`` is that of one note at velocity
    90 in LUFS (momentary maximum); ``leads`` the milliseconds until each key is heard to begin (from the lowest key to
    the highest), for each of ``TOUCHES``. ``family`` says how it is played (``vem_plugin.render.performance``).
    """

    name: str
    family: Family
    bank: int
    program: int
    keys: tuple[int, int]
    loudness: float
    leads: tuple[tuple[int, ...], ...]

    @property
    def is_kit(self) -> bool:
        """Whether every key is another drum."""
        return self.bank == _DRUM_BANK

    def fold(self, key: int) -> int:
        """The key, moved by octaves into the instrument's range."""
        low, high = self.keys
        while key < low:
            key += 12
        while key > high:
            key -= 12
        return key

    def speaks(self, key: int, velocity: int) -> float:
        """Seconds from the first sample of a note until the ear hears it begin."""
        (soft, hard), place = self.leads, key - self.keys[0]
        share = (min(max(velocity, TOUCHES[0]), TOUCHES[1]) - TOUCHES[0]) / (TOUCHES[1] - TOUCHES[0])
        return (soft[place] * (1 - share) + hard[place] * share) / 1000


@lru_cache(maxsize=1)
def instruments() -> dict[str, Instrument]:
    """All instruments of the bank by name, measured.

    Raises
    ------
    RenderError
        The lists beside the bank are missing or damaged.
    """
    measured = _read(LEVELS)
    return {
        name: replace(
            instrument,
            loudness=float(measured[name]["loudness"]),
            leads=tuple(tuple(leads) for leads in measured[name]["leads"]),
        )
        for name, instrument in listed_instruments().items()
    }


def listed_instruments() -> dict[str, Instrument]:
    """The instruments as ``instruments.json`` lists them, loudness 0 and no leads: what there is to measure."""
    return {
        name: Instrument(
            name=name,
            family=entry["family"],
            bank=_DRUM_BANK if entry.get("drum") else entry.get("bank", 0),
            program=entry["program"],
            keys=tuple(entry.get("keys", _KIT_KEYS)),
            loudness=0.0,
            leads=(),
        )
        for name, entry in _read(BANK_FOLDER / "instruments.json")["instruments"].items()
    }


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RenderError(
            f"A list of the sound bank cannot be read: {error}.",
            where=str(path),
            remedy="Install vem-plugin again; the list ships with it.",
        ) from error
