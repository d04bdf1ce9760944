"""From the pieces a viewer sees to numbered shots and the transitions between them.

Shots follow each other without holes from 0 to the end of the timeline: what no piece covers is a gap. Cuts
that nobody can see are removed: a razor cut through a continuous picture, and slivers shorter than half a
frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from vem_timeline.clock import Clock
from vem_timeline.flatten import Blend, Piece
from vem_timeline.media import MediaFinder
from vem_timeline.storyboard import Shot, Transition, TransitionKind
from vem_timeline.tree import RemarkBook

_SNAP = Fraction(1, 50)
"""Fraction of a frame within which an edge is meant to lie on the frame (float noise of mixed rates)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shot in the making. ``piece`` is None for a gap; transitions stand at its edges."""

    start: Fraction
    end: Fraction
    piece: Piece | None
    begins: Blend | None = None
    ends: Blend | None = None

    @property
    def duration(self) -> Fraction:
        """Length, seconds."""
        return self.end - self.start


def stretches_of_pieces(pieces: list[Piece], duration: Fraction, *, clock: Clock, book: RemarkBook) -> list[Stretch]:
    """Cover the whole timeline with the pieces, gaps between them, and no invisible cuts.

    Parameters
    ----------
    pieces : list of Piece
        In order, without overlap, seconds.
    duration : Fraction
        Length of the timeline, seconds, greater than 0.
    """
    covered = _without_black_fades(_covered(pieces, duration, clock, book), duration)
    return _without_through_edits(_without_double_gaps(covered), clock, book)


def shots_of_stretches(stretches: list[Stretch], finder: MediaFinder) -> tuple[Shot, ...]:
    """Number the stretches and tell what each one shows."""
    shots = []
    for number, stretch in enumerate(stretches, start=1):
        piece = stretch.piece
        if piece is None:
            shots.append(Shot(number, "black", stretch.start, stretch.duration, kind="gap", media=None))
            continue
        use = finder.use_of(piece, stretch.duration)
        shots.append(
            Shot(
                number=number,
                name=piece.clip.name or _stem(piece) or "untitled",
                start=stretch.start,
                duration=stretch.duration,
                kind="picture",
                media=use,
                speed=piece.speed,
                words=_words_of(piece),
            )
        )
    return tuple(shots)


def transitions_of_stretches(stretches: list[Stretch]) -> tuple[Transition, ...]:
    """Every visible change of picture, with a fade at either end of the timeline.

    A fade to black at the very end begins no shot: its ``into`` is the last shot, the one that fades.
    """
    transitions = []
    first, last = stretches[0], stretches[-1]
    if first.piece is not None and first.begins is not None:
        transitions.append(_transition(first.begins, "fade_in", 1))
    for number, (left, right) in enumerate(pairwise(stretches), start=2):
        blend = right.begins or left.ends
        if blend is None:
            transitions.append(Transition(right.start, "cut", Fraction(0), number))
        elif left.piece is None:
            transitions.append(_transition(blend, "fade_in", number))
        elif right.piece is None:
            transitions.append(_transition(blend, "fade_out", number))
        else:
            transitions.append(_transition(blend, "wipe" if blend.wipe else "dissolve", number))
    if last.piece is not None and last.ends is not None:
        transitions.append(_transition(last.ends, "fade_out", len(stretches)))
    return tuple(transitions)


def _transition(blend: Blend, kind: TransitionKind, into: int) -> Transition:
    return Transition(blend.middle, kind, blend.end - blend.start, into)


def _covered(pieces: list[Piece], duration: Fraction, clock: Clock, book: RemarkBook) -> list[Stretch]:
    shortest = min(clock.frame_duration / 2, duration)
    # Nobody cuts a gap shorter than a frame: it comes from a retimed sequence whose length was rounded up.
    narrowest = min(clock.frame_duration, duration)
    stretches: list[Stretch] = []
    at = Fraction(0)
    for piece in pieces:
        start, end = max(_snapped(piece.start, clock), at), min(_snapped(piece.end, clock), duration)
        if at < start and start - at < narrowest:
            if stretches:
                stretches[-1] = _stretched(stretches[-1], stretches[-1].start, start)
                at = start
            else:
                start = at
        if end - start < shortest:
            if end > start:
                book.add(
                    "A sliver of picture is passed over.",
                    piece.clip.place,
                    "It is shorter than half a frame.",
                )
            continue
        if start > at:
            stretches.append(Stretch(at, start, None))
        shown = piece.between(start, end)
        begins = piece.begins if start == _snapped(piece.start, clock) else None
        ends = piece.ends if end == _snapped(piece.end, clock) else None
        stretches.append(Stretch(start, end, None if piece.black else shown, begins, ends))
        at = end
    if at < duration:
        if stretches and duration - at < narrowest:
            stretches[-1] = _stretched(stretches[-1], stretches[-1].start, duration)
        else:
            stretches.append(Stretch(at, duration, None))
    return stretches


def _snapped(time: Fraction, clock: Clock) -> Fraction:
    """The start of a frame, if a time is meant to be one."""
    frames = time * clock.rate
    if frames.denominator == 1:
        return time
    frame = clock.frame_of(time)
    return clock.seconds_of(frame) if abs(frames - frame) <= _SNAP else time


def _without_black_fades(stretches: list[Stretch], duration: Fraction) -> list[Stretch]:
    """A fade at the start or end of the timeline belongs to its shot; it leaves no gap of half its length."""
    if len(stretches) > 1 and stretches[0].piece is None:
        first = stretches[1]
        if first.piece is not None and first.begins is not None and first.begins.start <= 0:
            stretches[:2] = [_stretched(first, Fraction(0), first.end)]
    if len(stretches) > 1 and stretches[-1].piece is None:
        last = stretches[-2]
        if last.piece is not None and last.ends is not None and last.ends.end >= duration:
            stretches[-2:] = [_stretched(last, last.start, duration)]
    return stretches


def _stretched(stretch: Stretch, start: Fraction, end: Fraction) -> Stretch:
    piece = stretch.piece.between(start, end) if stretch.piece is not None else None
    return replace(stretch, start=start, end=end, piece=piece)


def _without_double_gaps(stretches: list[Stretch]) -> list[Stretch]:
    single: list[Stretch] = []
    for stretch in stretches:
        if single and single[-1].piece is None and stretch.piece is None:
            single[-1] = replace(single[-1], end=stretch.end, ends=stretch.ends)
        else:
            single.append(stretch)
    return single


def _without_through_edits(stretches: list[Stretch], clock: Clock, book: RemarkBook) -> list[Stretch]:
    """Join neighbours whose picture runs on, unless most cuts of the timeline are of that kind.

    A film that was cut apart at its own cuts (scene detection, a conformed master) consists of nothing but
    such edits, and there they are the visible cuts.
    """
    through = [_runs_on(left, right, clock) for left, right in pairwise(stretches)]
    same_clip = [
        left.piece is not None and right.piece is not None and left.piece.clip is right.piece.clip
        for left, right in pairwise(stretches)
    ]
    razor = sum(runs and not same for runs, same in zip(through, same_clip, strict=True))
    if razor and 2 * razor > len(through):
        book.add(
            "The timeline is one film, cut apart where its picture runs on.",
            f"{razor} of {len(through)} cuts",
            "Its cuts are taken for the visible cuts of that film.",
        )
        through = same_clip
    joined = stretches[:1]
    for runs, stretch in zip(through, stretches[1:], strict=True):
        if not runs:
            joined.append(stretch)
            continue
        left = joined[-1]
        joined[-1] = replace(_stretched(left, left.start, stretch.end), ends=stretch.ends)
        if stretch.piece is not None and left.piece is not None and stretch.piece.clip is not left.piece.clip:
            book.add("A through edit is no visible cut.", stretch.piece.clip.place, "The same picture runs on.")
    return joined


def _runs_on(left: Stretch, right: Stretch, clock: Clock) -> bool:
    """Whether the picture runs on over an edge: same media, speed and look, continuous media time."""
    a, b = left.piece, right.piece
    if a is None or b is None or (right.begins or left.ends) is not None or a.speed != b.speed:
        return False
    if abs(a.source + a.speed * left.duration - b.source) > clock.frame_duration / 2 and not _same_still(a, b):
        return False
    if a.clip is b.clip:
        return True
    if a.clip.looks != b.clip.looks or a.clip.name != b.clip.name or a.compounds != b.compounds:
        return False
    if not a.clip.name and not _url_of(a):
        return False  # nothing says that these are the same
    kinds = {clip.media.kind if clip.media is not None else "missing" for clip in (a.clip, b.clip)}
    return kinds <= {"file", "sequence", "missing"} and _url_of(a) == _url_of(b)


def _same_still(a: Piece, b: Piece) -> bool:
    media = a.clip.media
    return media is not None and media.still and media.kind == "file" and media.url == _url_of(b)


def _url_of(piece: Piece) -> str:
    return piece.clip.media.url if piece.clip.media is not None else ""


def _stem(piece: Piece) -> str:
    return _url_of(piece).replace("\\", "/").rpartition("/")[2].rpartition(".")[0]


def _words_of(piece: Piece) -> tuple[str, ...]:
    """Every word the edit says about a piece, each once: names, notes, and the markers within it."""
    texts = [piece.clip.name, *piece.compounds, _stem(piece), *piece.clip.notes]
    edges = sorted((piece.source, piece.source + piece.speed * (piece.end - piece.start)))
    texts += [f"{mark.name} {mark.comment}" for mark in piece.clip.marks if edges[0] <= mark.time <= edges[1]]
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
