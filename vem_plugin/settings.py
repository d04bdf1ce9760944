"""What a user may ask for when an edit is scored."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import get_args

from vem_plugin.errors import SettingsError
from vem_plugin.models.placement import Device, Placement
from vem_plugin.score.cue import METRES, STYLES
from vem_timeline.clock import exact_rate
from vem_timeline.dialects import DIALECTS

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
        A beat is what one taps: a quarter note, or a dotted quarter in 6/8.
    metre : int or None
        4 (4/4), 3 (3/4) or 6 (6/8); None lets the brief decide, and is 4/4 if it says nothing.
    theme : str or None
        The tune to build on: a take's folder, a MIDI file, or note names such as "C4 D4 E4:2 G4"; None invents one.
    palette : str or None
        Instruments by name (``vem_plugin.score.palette.palette_names``); None lets style and seed choose.
    seed : int
        Which of the endless possible takes. The k-th of several takes uses ``seed + k - 1``.
    takes : int
        How many takes to make, 1 to 16.
    device : str
        Where the models run: "auto", "cpu", "cuda" or "mps".
    memory : int or None
        Most bytes that models and their work may take there; None sets no limit.
    compiled : bool
        Whether the model is compiled first: the first take waits for it, the others are written faster.
    model : Path or None
        A model folder; None is the one that ships.
    picture_encoder : Path or None
        Folder of another picture encoder (``vem_plugin/encoders/weights/README.md``); None is the one that ships.
    effects : bool
        Whether risers, impacts and their like may sound at cuts; they have a stem of their own.
    ducking : float
        By how many dB a second mix goes down where somebody speaks, 3 to 12; 0 makes none.
    loudness : float
        Integrated loudness of the mix, LUFS, -40 to -6.
    timeline : str or None
        Which timeline to score, where a file holds several.
    rate : float or None
        Frames per second of an edit list (EDL), which tells none; 23.976 stands for 24000/1001.
    timecode : bool
        Whether the sound files say at which timecode they begin (Broadcast WAV time reference and iXML): that of the
        timeline's first frame.
    otio_target : str or None
        Whom an OpenTimelineIO timeline is written for, a name in ``vem_timeline.dialects.DIALECTS``; None keeps the
        dialect that the edit is in.
    """

    brief: str = ""
    style: str | None = None
    tempo: tuple[float, float] | None = None
    metre: int | None = None
    theme: str | None = None
    palette: str | None = None
    seed: int = 1
    takes: int = 1
    device: Device = "auto"
    memory: int | None = None
    compiled: bool = False
    model: Path | None = None
    picture_encoder: Path | None = None
    effects: bool = True
    ducking: float = 7.0
    loudness: float = -16.0
    timeline: str | None = None
    rate: float | None = None
    timecode: bool = True
    otio_target: str | None = None

    @property
    def frame_rate(self) -> Fraction | None:
        """The exact frame rate that ``rate`` stands for."""
        return None if self.rate is None else exact_rate(self.rate)

    @property
    def placement(self) -> Placement:
        """Where and how the models compute."""
        return Placement(self.device, compiled=self.compiled, memory=self.memory)

    def __post_init__(self) -> None:
        if self.style is not None and self.style not in STYLES:
            raise SettingsError(f"There is no style '{self.style}'.", remedy=f"Choose one of: {', '.join(STYLES)}.")
        if self.metre is not None and self.metre not in METRES:
            raise SettingsError(f"There is no metre of {self.metre} beats.", remedy="Choose 4, 3 or 6.")
        if self.palette is not None:
            from vem_plugin.score.palette import palette_named

            palette_named(self.palette)
        if not 1 <= self.takes <= MOST_TAKES:
            raise SettingsError(f"{self.takes} takes were asked for.", remedy=f"Ask for 1 to {MOST_TAKES}.")
        if not 0 <= self.seed < 2**31:
            raise SettingsError(f"The seed {self.seed} is out of range.", remedy="Use 0 to 2147483647.")
        if self.device not in get_args(Device):
            raise SettingsError(
                f"There is no device '{self.device}'.", remedy=f"Use one of: {', '.join(get_args(Device))}."
            )
        if self.ducking and not 3 <= self.ducking <= 12:
            raise SettingsError(f"Ducking by {self.ducking:g} dB makes no sense.", remedy="Use 3 to 12, or 0 for none.")
        if self.rate is not None and not 1 <= self.rate <= 300:
            raise SettingsError(
                f"A rate of {self.rate:g} frames per second is none.", remedy="Use 24, 25, 29.97 and so on."
            )
        if self.otio_target is not None and self.otio_target not in DIALECTS:
            raise SettingsError(
                f"There is no target '{self.otio_target}'.", remedy=f"Choose one of: {', '.join(DIALECTS)}."
            )
        if not -40 <= self.loudness <= -6:
            raise SettingsError(f"A loudness of {self.loudness} LUFS makes no sense.", remedy="Use -40 to -6.")
