"""The eleven marker colours of OpenTimelineIO, which stand for every editor's."""

from __future__ import annotations

COLORS = (
    ("PINK", (1.0, 0.0, 0.75)), ("RED", (1.0, 0.0, 0.0)), ("ORANGE", (1.0, 0.5, 0.0)),
    ("YELLOW", (1.0, 1.0, 0.0)), ("GREEN", (0.0, 1.0, 0.0)), ("CYAN", (0.0, 1.0, 1.0)),
    ("BLUE", (0.0, 0.0, 1.0)), ("PURPLE", (0.5, 0.0, 0.5)), ("MAGENTA", (1.0, 0.0, 1.0)),
    ("BLACK", (0.0, 0.0, 0.0)), ("WHITE", (1.0, 1.0, 1.0)),
)  # fmt: skip


def nearest_color(red: float, green: float, blue: float) -> str:
    """The name nearest to a colour whose parts run from 0 to 1."""
    wanted = (red, green, blue)
    return min(COLORS, key=lambda entry: sum((a - b) ** 2 for a, b in zip(wanted, entry[1], strict=True)))[0]
