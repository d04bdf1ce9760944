"""What the transformer is told about every beat: where it stands in time, and where the music should go.

Two blocks of columns, both float32, roughly 0 to 1:

beat features (fed to TB-As, ``vem_plugin.models.adapter``)
    the solved beat grid: place in the bar, hits on the beat and on its off-beat eighth, stops, distances to hits
    and to both ends, the ending
direction features (fed to the shared AdaLN)
    what the section wants: roles, energy, valence, tension, theme; where in the section the beat lies; style (none for
    real music), mode, metre, tempo and length of the whole

Distances are logarithms of beats, 0 at hand and 1 from ``FAR`` beats on. Both blocks end in a column that says the
wishes were withheld, for classifier-free guidance: what remains then is the grid alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.score.cue import METRES, MODES, ROLES, STYLES, UNTOLD, CueSheet
from vem_plugin.score.cue_bars import bars_of

FAR = 32.0
FAR_SECONDS = 32.0
LONGEST_BAR = max(METRES) + 1
"""Beats of the longest bar: one more than the longest metre has."""
PHRASE = 8
"""Bars after which a tune has come round, wherever sections are cut."""
THEMES = 3
HIT_LEVELS = (0.2, 0.45, 0.9)
"""An ordinary cut (.25), a strong cut (.5) and a marked hit (1) each reach one level more."""
STRONG_HIT = 0.45


def _columns(widths: dict[str, int]) -> tuple[dict[str, slice], int]:
    place: dict[str, slice] = {}
    first = 0
    for name, width in widths.items():
        place[name] = slice(first, first + width)
        first += width
    return place, first


BEAT_COLUMNS, BEAT_FEATURES = _columns(
    {
        "bar position": LONGEST_BAR,
        "bar length": LONGEST_BAR,
        "from start": 1,
        "to end": 1,
        "seconds to end": 1,
        "hit": 1 + len(HIT_LEVELS),
        "off-beat hit": 1 + len(HIT_LEVELS),
        "stop": 1,
        "next hit": 1,
        "last hit": 1,
        "next strong hit": 1,
        "last strong hit": 1,
        "ending struck": 1,
        "ending rings": 1,
        "withheld": 1,
    }
)
DIRECTION_COLUMNS, DIRECTION_FEATURES = _columns(
    {
        "from section start": 1,
        "to section end": 1,
        "first bar": 1,
        "last bar": 1,
        "bar of four": 4,
        "four of eight": 2,
        "section begins": 1,
        "bar of phrase": PHRASE,
        "phrase ends": 1,
        "section number": 1,
        "last section": 1,
        "roles": len(ROLES),
        "energy": 5,
        "valence": 1,
        "tension": 1,
        "mood told": 1,
        "theme": THEMES,
        "style": len(STYLES),
        "mode": len(MODES),
        "metre": len(METRES),
        "tempo": 1,
        "length": 1,
        "withheld": 1,
    }
)
_GRID = ("bar position", "bar length", "from start", "to end", "seconds to end")
_PLACE = (
    "from section start",
    "to section end",
    "first bar",
    "last bar",
    "bar of four",
    "four of eight",
    "bar of phrase",
    "phrase ends",
)
MOOD = ("energy", "valence", "tension", "mood told")


@dataclass(frozen=True, slots=True)
class BeatFeatures:
    """``beat`` (beats, BEAT_FEATURES), ``direction`` (beats, DIRECTION_FEATURES), ``section`` (beats,) its index."""

    beat: NDArray[np.float32]
    direction: NDArray[np.float32]
    section: NDArray[np.int64]


def nearness(distance: NDArray[np.float64], *, far: float = FAR) -> NDArray[np.float64]:
    """Logarithm of a distance >= 0: 0 at 0, 1 at ``far`` and beyond."""
    return np.log1p(np.minimum(distance, far)) / np.log1p(far)


def features_of(cue: CueSheet, clock: NDArray[np.float64]) -> BeatFeatures:
    """Both blocks of columns for a cue sheet.

    Parameters
    ----------
    cue : CueSheet
    clock : (beats,) seconds, increasing
        Where every beat begins on the timeline.
    """
    beats = cue.beats
    beat = np.zeros((beats, BEAT_FEATURES), np.float32)
    direction = np.zeros((beats, DIRECTION_FEATURES), np.float32)
    section_of_beat = np.zeros(beats, np.int64)
    first = 0
    for index, section in enumerate(cue.sections):
        span = slice(first, first + section.beats)
        section_of_beat[span] = index
        _fill_bars(beat[span], direction[span], section.bars)
        _fill_section(direction[span], cue, index)
        first += section.beats
    for bar in bars_of(cue):
        rows = slice(bar.beat, bar.beat + bar.beats)
        direction[rows, DIRECTION_COLUMNS["bar of phrase"].start + bar.phrase_place % PHRASE] = 1
        direction[rows, DIRECTION_COLUMNS["phrase ends"]] = bar.ends_phrase
    _fill_hits(beat, cue)
    _fill_ends(beat, cue, clock)
    _fill_piece(direction, cue)
    return BeatFeatures(beat, direction, section_of_beat)


def _fill_bars(beat: NDArray[np.float32], direction: NDArray[np.float32], bars: tuple[int, ...]) -> None:
    length = np.repeat(bars, bars)
    number = np.repeat(np.arange(len(bars)), bars)
    within = np.arange(len(length))
    position = within - np.repeat(np.cumsum(bars) - np.array(bars), bars)
    rows = within
    beat[rows, BEAT_COLUMNS["bar position"].start + np.minimum(position, LONGEST_BAR - 1)] = 1
    beat[rows, BEAT_COLUMNS["bar length"].start + np.clip(length, 1, LONGEST_BAR) - 1] = 1
    direction[:, DIRECTION_COLUMNS["from section start"]] = nearness(within.astype(float))[:, None]
    direction[:, DIRECTION_COLUMNS["to section end"]] = nearness(within[::-1].astype(float))[:, None]
    direction[number == 0, DIRECTION_COLUMNS["first bar"]] = 1
    direction[number == len(bars) - 1, DIRECTION_COLUMNS["last bar"]] = 1
    direction[rows, DIRECTION_COLUMNS["bar of four"].start + number % 4] = 1
    direction[rows, DIRECTION_COLUMNS["four of eight"].start + number // 4 % 2] = 1
    direction[0, DIRECTION_COLUMNS["section begins"]] = 1


def _fill_section(direction: NDArray[np.float32], cue: CueSheet, index: int) -> None:
    section = cue.sections[index]
    bars = len(section.bars)
    climb = np.repeat(np.arange(bars) / max(1, bars - 1), section.bars)
    energy = section.energy[0] + (section.energy[1] - section.energy[0]) * climb
    shapes = (energy, np.sin(np.pi * energy), np.sin(2 * np.pi * energy), energy >= 0.35, energy >= 0.68)
    direction[:, DIRECTION_COLUMNS["energy"]] = np.stack(shapes, 1)
    direction[:, DIRECTION_COLUMNS["roles"]] = [role in section.roles for role in ROLES]
    direction[:, DIRECTION_COLUMNS["valence"]] = section.valence
    direction[:, DIRECTION_COLUMNS["tension"]] = section.tension
    direction[:, DIRECTION_COLUMNS["mood told"]] = 1
    direction[:, DIRECTION_COLUMNS["theme"].start + section.theme % THEMES] = 1
    direction[:, DIRECTION_COLUMNS["section number"]] = min(1.0, index / 16)
    direction[:, DIRECTION_COLUMNS["last section"]] = index == len(cue.sections) - 1


def _fill_hits(beat: NDArray[np.float32], cue: CueSheet) -> None:
    beats = np.arange(len(beat), dtype=np.float64)
    strength = np.zeros(2 * len(beat))
    for eighth, value in cue.hits.items():
        if 0 <= eighth < len(strength):
            strength[eighth] = value
    for name, values in (("hit", strength[0::2]), ("off-beat hit", strength[1::2])):
        levels = values[:, None] >= np.array(HIT_LEVELS)
        beat[:, BEAT_COLUMNS[name]] = np.concatenate([values[:, None], levels], 1)
    beat[:, BEAT_COLUMNS["stop"]] = np.isin(beats, list(cue.stops))[:, None]
    for words, least in (("hit", 0.0), ("strong hit", STRONG_HIT)):
        eighths = np.flatnonzero(strength > least) / 2
        following = np.append(eighths, np.inf)[np.searchsorted(eighths, beats)] - beats
        earlier = beats - np.append(-np.inf, eighths)[np.searchsorted(eighths, beats)]
        beat[:, BEAT_COLUMNS[f"next {words}"]] = nearness(following)[:, None]
        beat[:, BEAT_COLUMNS[f"last {words}"]] = nearness(earlier)[:, None]


def _fill_ends(beat: NDArray[np.float32], cue: CueSheet, clock: NDArray[np.float64]) -> None:
    beats = np.arange(len(beat), dtype=np.float64)
    beat[:, BEAT_COLUMNS["from start"]] = nearness(beats)[:, None]
    beat[:, BEAT_COLUMNS["to end"]] = nearness(beats[::-1])[:, None]
    beat[:, BEAT_COLUMNS["seconds to end"]] = nearness(clock[-1] - clock, far=FAR_SECONDS)[:, None]
    beat[:, BEAT_COLUMNS["ending struck"]] = (beats == cue.end_beat)[:, None]
    beat[:, BEAT_COLUMNS["ending rings"]] = (beats >= cue.end_beat)[:, None]


def _fill_piece(direction: NDArray[np.float32], cue: CueSheet) -> None:
    if cue.style != UNTOLD:
        direction[:, DIRECTION_COLUMNS["style"].start + STYLES.index(cue.style)] = 1
    direction[:, DIRECTION_COLUMNS["mode"].start + MODES.index(cue.mode)] = 1
    direction[:, DIRECTION_COLUMNS["metre"].start + METRES.index(cue.metre)] = 1
    direction[:, DIRECTION_COLUMNS["tempo"]] = (cue.bpm - 100) / 30
    direction[:, DIRECTION_COLUMNS["length"]] = min(1.0, len(direction) / 128)


def withhold(features: NDArray[np.float32], columns: dict[str, slice]) -> NDArray[np.float32]:
    """A copy without wishes: only the grid and the place in the section remain, and the last column is 1."""
    kept = np.zeros_like(features)
    for name in (*_GRID, *_PLACE):
        if name in columns:
            kept[:, columns[name]] = features[:, columns[name]]
    kept[:, columns["withheld"]] = 1
    return kept
