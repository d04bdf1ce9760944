"""Which shot of the new edit is which shot of the old one.

Shots are matched by their media, by how much of the same source range they show, and by their order: a global alignment
(dynamic programming, as for two sequences of letters), so that one deleted shot never shifts all that follow. What the
alignment leaves on both sides is then paired regardless of order, again all at once: those shots were moved. A shot of
the new edit that is left even then may be the other half of one that was split (``conform.pieces``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vem_plugin.conform.pieces import cut_between, media_name, source_length, source_start
from vem_plugin.errors import SettingsError
from vem_timeline.storyboard import Shot, Storyboard

Change = Literal["kept", "trimmed", "slipped", "retimed", "split", "moved", "inserted", "deleted"]

OTHER_FOLDER = 0.9
"""Likeness of media that share only their file's name: edits and their media move between folders."""
SLIPPED_FAR = 0.2
"""Likeness of two shots of one length whose ranges of one source do not touch."""


@dataclass(frozen=True, slots=True)
class ShotPair:
    """A shot then and now; ``old`` is None where it was inserted, ``new`` where it was deleted.

    ``moved`` says that it changed its place among the others. ``tolerance`` is half a frame, s. ``split`` is the whole
    earlier shot where ``old`` is a part of it only, since several shots of the new edit go on from it.
    """

    old: Shot | None
    new: Shot | None
    moved: bool
    tolerance: Fraction
    split: Shot | None = None

    @property
    def change(self) -> Change:
        """What the editor did to it; of several things the first of moved, retimed, split, trimmed, slipped."""
        old, new = self.old, self.new
        if old is None or new is None:
            return "inserted" if old is None else "deleted"
        if self.moved:
            return "moved"
        if old.speed != new.speed:
            return "retimed"
        if self.split is not None:
            return "split"
        if abs(old.duration - new.duration) > self.tolerance:
            return "trimmed"
        return "slipped" if abs(source_start(old) - source_start(new)) > self.tolerance else "kept"

    @property
    def at_same_head(self) -> bool:
        """Whether the shot begins with what was the beginning of a shot before, so that its first cut is an old one."""
        return self.old is not None and (self.split is None or self.split.start == self.old.start)

    @property
    def changed_at_head(self) -> bool:
        """Whether picture was taken from, or added to, the head of the shot rather than its tail."""
        if self.old is None or self.new is None:
            return False
        ends = [source_start(shot) + source_length(shot) for shot in (self.old, self.new)]
        return abs(source_start(self.old) - source_start(self.new)) > abs(ends[0] - ends[1])


def match_shots(old: Storyboard, new: Storyboard) -> tuple[ShotPair, ...]:
    """Find every shot of one edit in the other.

    Returns
    -------
    tuple of ShotPair
        The new edit's shots in order, then the deleted ones in the order they had.

    Raises
    ------
    SettingsError
        If the edits have no picture in common.
    """
    likeness = likeness_of_shots(old.shots, new.shots)
    partner = {second: first for first, second in aligned(likeness)}
    in_order = set(partner)
    partner |= {second: first for first, second in _moved(likeness, taken=partner)}
    if not any(old.shots[first].kind == "picture" for first in partner.values()):
        raise SettingsError(
            "The new edit has no shot in common with the one that was scored.",
            where=str(new.source or new.name),
            remedy="Check that these are two versions of one edit; to score another edit use `vem score`.",
        )
    tolerance = max(old.clock.frame_duration, new.clock.frame_duration) / 2
    pairs = [
        ShotPair(old.shots[partner[index]] if index in partner else None, shot, moved, tolerance)
        for index, shot in enumerate(new.shots)
        for moved in [index in partner and index not in in_order]
    ]
    gone = [shot for index, shot in enumerate(old.shots) if index not in partner.values()]
    return (*_halves_found(pairs), *(ShotPair(shot, None, False, tolerance) for shot in gone))


def successors(pairs: Sequence[ShotPair]) -> dict[int, tuple[int, ...]]:
    """The numbers, now, of every earlier shot that lives on, by its number then; several where it was split."""
    now: dict[int, tuple[int, ...]] = {}
    for pair in pairs:
        if pair.old is not None and pair.new is not None:
            now[pair.old.number] = (*now.get(pair.old.number, ()), pair.new.number)
    return now


def _halves_found(pairs: Sequence[ShotPair]) -> list[ShotPair]:
    """The new edit's shots, of which those without a partner go on from a part of one that has, if they do."""
    done = list(pairs)
    for index, pair in enumerate(pairs):
        if pair.old is not None or pair.new is None:
            continue
        for other, taken in enumerate(done):
            if taken.old is None or taken.new is None:
                continue
            parts = cut_between(taken.old, taken.new, pair.new)
            if parts is not None:
                in_order = (parts[0].start < parts[1].start) == (other < index)
                whole = taken.split or taken.old
                done[other] = replace(taken, old=parts[0], split=whole)
                done[index] = replace(pair, old=parts[1], split=whole, moved=not in_order)
                break
    return done


def same_to_the_music(old: Storyboard, new: Storyboard) -> bool:
    """Whether two edits are one for the music: the same shots, changes, markers and voices at the same times."""
    return _heard(old) == _heard(new)


def _heard(edit: Storyboard) -> tuple[object, ...]:
    shots = [(media_name(s), s.start, s.duration, s.kind, s.speed, source_start(s)) for s in edit.shots]
    changes = [(change.time, change.kind, change.duration, change.into) for change in edit.transitions]
    markers = [(marker.time, marker.duration, marker.text) for marker in edit.markers]
    voices = [(voice.start, voice.duration) for voice in edit.speech]
    return edit.duration, edit.clock.rate, shots, changes, markers, voices


def likeness_of_shots(old: Sequence[Shot], new: Sequence[Shot]) -> NDArray[np.float64]:
    """How alike shots are, (old, new), 0 (different media) to 1 (the same source range of the same file)."""
    names, urls = _codes([media_name(s) for s in old], [media_name(s) for s in new]), _codes(_urls(old), _urls(new))
    same = np.equal.outer(*names) * np.where(np.equal.outer(*urls), 1.0, OTHER_FOLDER)
    first, last, length = (_column(old, kind)[:, None] for kind in range(3))
    begins, ends, lasting = (_column(new, kind)[None, :] for kind in range(3))
    shared = np.maximum(0.0, np.minimum(last, ends) - np.maximum(first, begins))
    spans = last - first, ends - begins
    covered = (shared / np.minimum(*spans) + shared / np.maximum(*spans)) / 2
    as_long = np.minimum(length, lasting) / np.maximum(length, lasting)
    far = SLIPPED_FAR * (np.abs(length - lasting) < 1e-3)
    return same * np.where(shared > 0, 0.95 * covered + 0.05 * as_long, far)


def aligned(likeness: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs (old, new) of the best alignment that keeps the order on both sides; likeness is (old, new)."""
    olds, news = likeness.shape
    best = np.zeros((olds + 1, news + 1))
    for row in range(olds):
        met = np.maximum(best[row, 1:], best[row, :-1] + likeness[row])
        best[row + 1, 1:] = np.maximum.accumulate(met)
    pairs: list[tuple[int, int]] = []
    row, column = olds, news
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((row, column))
    return pairs[::-1]


def _moved(likeness: NDArray[np.float64], *, taken: dict[int, int]) -> list[tuple[int, int]]:
    """Pairs of what the alignment left over, whatever their order; only those that show some of the same range."""
    olds = [index for index in range(len(likeness)) if index not in set(taken.values())]
    news = [index for index in range(likeness.shape[1]) if index not in taken]
    left = likeness[np.ix_(olds, news)] if olds and news else np.zeros((0, 0))
    left = np.where(left > SLIPPED_FAR, left, 0.0)
    rows, columns = linear_sum_assignment(left, maximize=True)
    return [(olds[r], news[c]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if left[r, c] > 0]


def _urls(shots: Sequence[Shot]) -> list[str]:
    return [shot.media.url if shot.media is not None else "" for shot in shots]


def _codes(old: list[str], new: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Texts as numbers that are equal where the texts are."""
    _, codes = np.unique([*old, *new], return_inverse=True)
    return codes[: len(old)], codes[len(old) :]


def _column(shots: Sequence[Shot], kind: int) -> NDArray[np.float64]:
    """First and last instant of the source, and length on the timeline, of every shot, s."""
    rows = [(source_start(shot), source_start(shot) + source_length(shot), shot.duration)[kind] for shot in shots]
    return np.array([float(value) for value in rows])
