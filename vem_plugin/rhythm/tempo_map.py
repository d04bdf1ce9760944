"""The tempo-map solver: which anchors the beats are tied to, and the tempo between them.

A dynamic programme over anchors. A state is (anchor, phase, tempo bin): phase counts eighths from the bar
line, the tempo is that of the span which ended there (kept exactly; the bin only says which rivals it
competes with). A span costs its squared log deviation from the base tempo for each bar it lasts, and the
squared log change of tempo on entering it; landing pays, a bar line most, an off-beat least. Limits are never
exceeded: spans outside them do not exist. All base tempi are solved side by side, each in its own *lane* of
the arrays.

Implements the aligner of VeM (arXiv 2511.09585, section on TB-As) as an exact search in place of a learned
one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vem_plugin.rhythm.spans import Anchors, Floats, Ints, Spans

TEMPO_LIMIT = 0.10
"""Greatest deviation of a tempo from the base, and greatest change between neighbours, as a share."""

DEVIATION_COST = 30.0
CHANGE_COST = 20.0
LONGEST_COUNTED = 4.0
"""Price of a squared log deviation for each bar (for at most so many bars), and of a squared log change."""

LOG_SLOWER = float(np.log1p(-TEMPO_LIMIT)) + 1e-9
LOG_FASTER = float(np.log1p(TEMPO_LIMIT)) - 1e-9
"""Limits about a base tempo, kept a hair inside: a base may be any number."""

LOG_CHANGE = float(np.log1p(TEMPO_LIMIT)) + 1e-12
"""Limit between neighbours, itself allowed (22 frames after 20 is just 10 %). Spans are ratios of small whole numbers,
so none can be over the limit by as little as this."""


@dataclass(frozen=True, slots=True)
class Path:
    """The best tempo map of one base tempo.

    ``anchors`` are indices from 0 to the last; ``eighths`` has one entry for each span between them; ``base``
    is the base tempo's ratio to the slowest tempo; ``cost`` is lower for better maps.
    """

    base: float
    cost: float
    anchors: tuple[int, ...]
    eighths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found: a path for each base that has one, best first, and the last hard anchor met."""

    paths: tuple[Path, ...]
    furthest: int


@dataclass(slots=True)
class _Table:
    """The dynamic programme's memory; all arrays are (anchors, lanes, phases, bins)."""

    cost: Floats
    log_tempo: Floats
    span: NDArray[np.int32]
    arrival: NDArray[np.int8]
    previous: NDArray[np.int8]


def search_tempo_maps(anchors: Anchors, spans: Spans, *, bases: Floats, prices: Floats, bins: int, bar: int) -> Outcome:
    """Find the best tempo map for each base tempo.

    Parameters
    ----------
    anchors, spans : Anchors, Spans
        The instants, and the stretches between them that may be used.
    bases : ndarray (lanes,)
        Base tempi, as ratios to the slowest tempo.
    prices : ndarray (phases,)
        What it costs to draw a bar line at an anchor in that phase; infinite where a bar cannot end. The last
        anchor must be a bar line.
    bins : int
        Tempo bins a state is told apart by, over the whole range of +-10 %.
    bar : int
        Eighths in a bar, for the price of a deviation.

    Returns
    -------
    Outcome
        At most one path a base, best first.
    """
    count, phases = anchors.rewards.shape
    table = _empty_table((count, len(bases), phases, bins))
    lanes = np.log(bases)
    low, high = _slices(spans, count, lanes)
    for anchor in range(1, count):
        _arrive(table, spans, anchor, lanes, low[anchor], high[anchor], bar)
        _draw_bar_lines(table, anchor, prices, forced=anchor == count - 1)
        table.cost[anchor] -= anchors.rewards[anchor][None, :, None]
    paths = [_trace(table, spans, lane, float(bases[lane])) for lane in range(len(bases))]
    found = sorted((path for path in paths if path is not None), key=lambda path: path.cost)
    reached = np.isfinite(table.cost).any(axis=(1, 2, 3))
    furthest = int(np.flatnonzero(reached & anchors.hard).max())
    return Outcome(tuple(found), furthest)


def _empty_table(shape: tuple[int, int, int, int]) -> _Table:
    table = _Table(
        cost=np.full(shape, np.inf),
        log_tempo=np.zeros(shape),
        span=np.full(shape, -1, dtype=np.int32),
        arrival=np.zeros(shape, dtype=np.int8),
        previous=np.zeros(shape, dtype=np.int8),
    )
    table.cost[0, :, 0, 0] = 0.0
    return table


def _slices(spans: Spans, count: int, lanes: Floats) -> tuple[Ints, Ints]:
    """Where each lane's spans into each anchor begin and end; both (anchors, lanes)."""
    stride = 64.0  # more than any log tempo, so that the keys of one anchor never reach the next
    keys = spans.target * stride + spans.log_tempo
    targets = np.arange(count)[:, None] * stride
    low = np.searchsorted(keys, targets + lanes + LOG_SLOWER, side="left")
    high = np.searchsorted(keys, targets + lanes + LOG_FASTER, side="right")
    return low, high


def _arrive(table: _Table, spans: Spans, anchor: int, lanes: Floats, low: Ints, high: Ints, bar: int) -> None:
    """Fill the states of one anchor from every span that ends on it. Arrays: lanes, spans, phases, bins."""
    _, _, phases, bins = table.cost.shape
    width = int((high - low).max(initial=0))
    if width == 0:
        return
    offset = low[:, None] + np.arange(width)
    valid = offset < high[:, None]
    span = np.minimum(offset, len(spans.source) - 1)
    source, log_tempo = spans.source[span], spans.log_tempo[span]
    lane = np.arange(len(lanes))[:, None]
    # Nothing sounds before the start, so there is no change of tempo on leaving it.
    change = (log_tempo[..., None, None] - table.log_tempo[source, lane]) * (source > 0)[..., None, None]
    reach = table.cost[source, lane] + CHANGE_COST * change**2
    reach[np.abs(change) > LOG_CHANGE] = np.inf
    best_bin = reach.argmin(axis=3)
    total = np.take_along_axis(reach, best_bin[..., None], axis=3)[..., 0] - spans.gain[span]
    bars = np.minimum(spans.eighths[span] / bar, LONGEST_COUNTED)
    deviation = log_tempo - lanes[:, None]
    total += np.where(valid, DEVIATION_COST * bars * deviation**2, np.inf)[..., None]

    origin = (np.arange(phases) - spans.eighths[span][..., None]) % phases
    landed = np.take_along_axis(total, origin, axis=2)
    share = (deviation - LOG_SLOWER) / (LOG_FASTER - LOG_SLOWER)
    tempo_bin = np.clip((share * bins).astype(np.int64), 0, bins - 1)
    rivals = np.where(
        tempo_bin[..., None, None] == np.arange(bins), landed[..., None], np.inf
    )  # lanes, spans, phases, bins
    winner = rivals.argmin(axis=1)
    table.cost[anchor] = np.take_along_axis(rivals, winner[:, None], axis=1)[:, 0]
    chosen = span[lane[..., None], winner]
    table.span[anchor] = chosen
    table.log_tempo[anchor] = spans.log_tempo[chosen]
    table.arrival[anchor] = np.arange(phases)[:, None]
    begun = origin[lane[..., None], winner, np.arange(phases)[:, None]]
    table.previous[anchor] = best_bin[lane[..., None], winner, begun]


def _draw_bar_lines(table: _Table, anchor: int, prices: Floats, *, forced: bool) -> None:
    """Let a bar end early (or late) at this anchor, at a price; at the last anchor it must end."""
    cost = table.cost[anchor]
    rivals = cost + prices[None, :, None]
    arrival = rivals.argmin(axis=1)
    lane, bins = np.ogrid[: cost.shape[0], : cost.shape[2]]
    cost[:, 0] = rivals[lane, arrival, bins]
    for array in (table.span[anchor], table.log_tempo[anchor], table.previous[anchor]):
        array[:, 0] = array[lane, arrival, bins]
    table.arrival[anchor][:, 0] = arrival
    if forced:
        cost[:, 1:] = np.inf


def _trace(table: _Table, spans: Spans, lane: int, base: float) -> Path | None:
    """Read one lane's best path back from the end, or None where no map fits."""
    anchor = len(table.cost) - 1
    phases = table.cost.shape[2]
    tempo_bin = int(table.cost[anchor, lane, 0].argmin())
    cost = float(table.cost[anchor, lane, 0, tempo_bin])
    if not np.isfinite(cost):
        return None
    passed, eighths, phase = [anchor], [], 0
    while anchor > 0:
        state = (anchor, lane, phase, tempo_bin)
        span = int(table.span[state])
        eighths.append(int(spans.eighths[span]))
        phase = (int(table.arrival[state]) - eighths[-1]) % phases
        tempo_bin = int(table.previous[state])
        anchor = int(spans.source[span])
        passed.append(anchor)
    return Path(base, cost, tuple(passed[::-1]), tuple(eighths[::-1]))
