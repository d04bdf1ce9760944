"""Every palette of every style, one module per family of styles; each reads as a table."""

from __future__ import annotations

from vem_plugin.score.layers import Palette
from vem_plugin.score.palettes import acoustic, calm, dark, electric, orchestral

PALETTES: dict[str, tuple[Palette, ...]] = {
    "epic": orchestral.EPIC,
    "trailer": orchestral.TRAILER,
    "action": orchestral.ACTION,
    "emotional": orchestral.EMOTIONAL,
    "documentary": calm.DOCUMENTARY,
    "corporate": acoustic.CORPORATE,
    "pop": electric.POP,
    "folk": acoustic.FOLK,
    "lofi": calm.LOFI,
    "ambient": calm.AMBIENT,
    "tense": dark.TENSE,
    "thriller": dark.THRILLER,
    "electronic": electric.ELECTRONIC,
    "synthwave": electric.SYNTHWAVE,
    "playful": acoustic.PLAYFUL,
}
"""Palettes by style, in the order of ``STYLES``; the seed chooses among a style's."""
