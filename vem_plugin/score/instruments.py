"""The instruments of the bank that ships with the package, by name: where they are, how loud, how quick."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from vem_plugin.errors import RenderError

BANK_FOLDER = Path(__file__).parents[1] / "render" / "bank"
BANK = BANK_FOLDER / "vem.sf3"
LEVELS = BANK_FOLDER / "levels.json"
_DRUM_BANK = 128

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


@dataclass(frozen=True, slots=True)
class Instrument:
    """A preset of the bank.

    ``keys`` are the lowest and highest key cut out of the source bank; ``loudness`` is that of one note at velocity
    90 in LUFS (momentary maximum); ``lead`` the seconds from the start of a note until it has half its strength:
    notes begin that much early, so that the ear hears them on time. ``family`` says how it is played
    (``vem_plugin.render.performance``).
    """

    name: str
    family: Family
    bank: int
    program: int
    keys: tuple[int, int]
    loudness: float
    lead: float

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
        name: replace(instrument, loudness=float(measured[name]["loudness"]), lead=float(measured[name]["lead"]))
        for name, instrument in listed_instruments().items()
    }


def listed_instruments() -> dict[str, Instrument]:
    """The instruments as ``instruments.json`` lists them, loudness and lead 0: what there is to measure."""
    return {
        name: Instrument(
            name=name,
            family=entry["family"],
            bank=_DRUM_BANK if entry.get("drum") else entry.get("bank", 0),
            program=entry["program"],
            keys=tuple(entry.get("keys", (0, 127))),
            loudness=0.0,
            lead=0.0,
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
