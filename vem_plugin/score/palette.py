"""Which palette plays a take: by the seed among those of the style, or by name."""

from __future__ import annotations

from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import STYLES, Role
from vem_plugin.score.layers import Palette
from vem_plugin.score.palettes import PALETTES

ROLE_LEVELS: dict[Role, float] = {"drums": -1.5, "bass": 2.0, "harmony": -1.5, "counter": 0.0, "melody": 3.0}
"""dB added to every part: chords are several notes and drums are all peak, while a tune is one line to be followed."""


def palette_for(style: str, *, seed: int) -> Palette:
    """One of a style's palettes, chosen by the seed.

    Parameters
    ----------
    style : str
        One of ``STYLES``.
    seed : int
        The take's seed; the same seed chooses the same palette.

    Raises
    ------
    SettingsError
        There is no such style.
    """
    if style not in PALETTES:
        raise SettingsError(f"There is no style {style!r}.", remedy=f"Choose one of {', '.join(STYLES)}.")
    choices = PALETTES[style]
    return choices[seed % len(choices)]


def palette_names(style: str | None = None) -> tuple[str, ...]:
    """Names of all palettes, or of one style's: what ``palette_named`` takes, such as ``"epic/voices"``."""
    styles = STYLES if style is None else (style,)
    return tuple(palette.name for each in styles for palette in PALETTES.get(each, ()))


def palette_named(name: str) -> Palette:
    """The palette of that name; any style may be played with any palette.

    Raises
    ------
    SettingsError
        There is no such palette.
    """
    for choices in PALETTES.values():
        for palette in choices:
            if palette.name == name:
                return palette
    raise SettingsError(f"There is no palette {name!r}.", remedy=f"Choose one of {', '.join(palette_names())}.")


__all__ = ["PALETTES", "ROLE_LEVELS", "palette_for", "palette_named", "palette_names"]
