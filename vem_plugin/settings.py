"""What a user may ask for when an edit is scored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import STYLES

Device = Literal["auto", "cpu", "cuda", "mps"]

MOST_TAKES = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """One request. The same settings on the same edit give the same music on one machine.

    Parameters
    ----------
    brief : str
        What the music should be, in the editor's own words. May be empty.
    style : str or None
        One of ``vem_plugin.score.cue.STYLES``; None lets brief and picture decide.
    tempo : (float, float) or None
        Slowest and fastest tempo in beats a minute; None takes the style's own range.
    seed : int
        Which of the endless possible takes. The k-th of several takes uses ``seed + k - 1``.
    takes : int
        How many takes to make, 1 to 16.
    device : str
        Where the models run: "auto", "cpu", "cuda" or "mps".
    model : Path or None
        A model folder; None is the one that ships.
    picture_encoder : Path or None
        Folder of another picture encoder (``vem_plugin/encoders/weights/README.md``); None is the one that ships.
    loudness : float
        Integrated loudness of the mix, LUFS, -40 to -6.
    """

    brief: str = ""
    style: str | None = None
    tempo: tuple[float, float] | None = None
    seed: int = 1
    takes: int = 1
    device: Device = "auto"
    model: Path | None = None
    picture_encoder: Path | None = None
    loudness: float = -16.0

    def __post_init__(self) -> None:
        if self.style is not None and self.style not in STYLES:
            raise SettingsError(f"There is no style '{self.style}'.", remedy=f"Choose one of: {', '.join(STYLES)}.")
        if not 1 <= self.takes <= MOST_TAKES:
            raise SettingsError(f"{self.takes} takes were asked for.", remedy=f"Ask for 1 to {MOST_TAKES}.")
        if not 0 <= self.seed < 2**31:
            raise SettingsError(f"The seed {self.seed} is out of range.", remedy="Use 0 to 2147483647.")
        if self.device not in get_args(Device):
            raise SettingsError(
                f"There is no device '{self.device}'.", remedy=f"Use one of: {', '.join(get_args(Device))}."
            )
        if not -40 <= self.loudness <= -6:
            raise SettingsError(f"A loudness of {self.loudness} LUFS makes no sense.", remedy="Use -40 to -6.")
