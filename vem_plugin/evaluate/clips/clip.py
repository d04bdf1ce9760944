"""The two sides of every measure: a ``Clip`` is what is seen, a ``Music`` what is heard with it.

Times are float seconds from the first frame, lists of them ascend. Sound is float32 (S, channels), 1 is full scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import SettingsError

if TYPE_CHECKING:
    from vem_plugin.encoders.picture import PictureEncoder

Times = tuple[float, ...]
Pictures = tuple[NDArray[np.float32] | None, ...]
Look = Callable[["PictureEncoder"], Pictures]


@dataclass(frozen=True)
class SeenShot:
    """A shot: its span, what words say of it, and its picture's embedding or None."""

    start: float
    end: float
    words: str = ""
    picture: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Clip:
    """What is seen.

    Parameters
    ----------
    key : str
        Names the clip in tables.
    seconds, frame : float
        Lengths of the clip and of one frame.
    cuts, hits : tuple of float
        Visible changes of picture, and instants that somebody asked to be struck.
    shots : tuple of SeenShot
    caption : str
        What the music should be, or what is seen, in words.
    picture_encoder : str
        Name of the encoder that made the shots' embeddings; empty if there are none.
    """

    key: str
    seconds: float
    frame: float
    cuts: Times
    hits: Times = ()
    shots: tuple[SeenShot, ...] = ()
    caption: str = ""
    picture_encoder: str = ""

    def __post_init__(self) -> None:
        if not (self.seconds > 0 and self.frame > 0):
            raise SettingsError(
                f"A clip of {self.seconds} s with frames of {self.frame} s cannot be measured.", where=self.key
            )

    @property
    def instants(self) -> Times:
        """Cuts and hits together, each time once, strictly inside the clip: where music should set in."""
        return tuple(sorted({time for time in self.cuts + self.hits if 0 < time < self.seconds}))


@dataclass(frozen=True)
class Music:
    """What is heard.

    ``samples`` (S, channels) at ``rate``; ``beats`` and ``downbeats`` (first beats of bars) as the maker of the music
    tells them, or as a tracker found them; empty where there is no beat.
    """

    samples: NDArray[np.float32]
    rate: int
    beats: Times = ()
    downbeats: Times = ()

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True)
class Case:
    """A clip with what is measured on it; music is made or read when it is asked for, and not kept.

    ``own`` is the music that is being judged; ``by_rule`` what the rule-based composer writes for the same edit;
    ``look`` shows every shot to another picture encoder and gives its embedding, None where it cannot be seen.
    ``names`` are those under which a reference set, or a folder of sound files, may know the clip.
    ``own_is_reference`` where people chose the music that is judged, so that everything else is compared with it.
    """

    clip: Clip
    own: Callable[[], Music]
    by_rule: Callable[[], Music]
    look: Look | None = None
    names: tuple[str, ...] = ()
    own_is_reference: bool = False
