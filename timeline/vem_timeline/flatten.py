"""What the viewer sees: the tracks laid over each other, nested sequences opened, transitions placed.

The topmost enabled clip wins; a gap, a disabled item or the empty end of a track shows what lies below.
Adjustment clips show nothing of their own. Titles and graphics let the picture below through and are seen
only where there is none. The visible cut of a dissolve is its middle, so a shot begins and ends in the middle
of its dissolves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from vem_timeline.naming import is_adjustment, is_black, is_title
from vem_timeline.tree import Join, Node, RemarkBook

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Blend:
    """A transition at the edge of a piece: the span of time it takes, in the time of the piece."""

    start: Fraction
    end: Fraction
    wipe: bool

    @property
    def middle(self) -> Fraction:
        """The visible cut."""
        return (self.start + self.end) / 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one clip, as it is seen, in the time of the composition it lies in.

    ``source`` is the clip's media time at ``start``; ``speed`` is media seconds per second. A piece that is
    not ``opaque`` is seen only where nothing else is. ``compounds`` names the nested sequences around the
    clip.
    """

    start: Fraction
    end: Fraction
    clip: Node
    source: Fraction
    speed: Fraction
    opaque: bool = True
    begins: Blend | None = None
    ends: Blend | None = None
    compounds: tuple[str, ...] = ()

    @property
    def black(self) -> bool:
        """Whether it is plain black: seen, but no picture."""
        return is_black(self.clip)

    def between(self, start: Fraction, end: Fraction) -> Piece:
        """The piece with other edges; a transition stays only at an edge that stays."""
        if start == self.start and end == self.end:
            return self
        return replace(
            self,
            start=start,
            end=end,
            source=self.source + self.speed * (start - self.start),
            begins=self.begins if start == self.start else None,
            ends=self.ends if end == self.end else None,
        )


def flatten(root: Node, book: RemarkBook) -> list[Piece]:
    """Pieces that are seen, in order, without overlap; what lies between them is black.

    Parameters
    ----------
    root : Node
        The stack of all tracks.
    book : RemarkBook
        Takes note of what shows nothing or hides nothing.
    """
    return _Flattening(book).pieces_of(root)


@dataclass(frozen=True, slots=True)
class _Flattening:
    book: RemarkBook

    def pieces_of(self, node: Node, head: Fraction = _ZERO, tail: Fraction = _ZERO) -> list[Piece]:
        """Pieces of one item, counted from its first instant.

        ``head`` and ``tail`` lengthen it beyond its edges (or shorten it, when negative) for a transition.
        """
        if not node.enabled or node.kind == "gap":
            return []
        if node.kind == "clip":
            return self._clip(node, head, tail)
        if node.kind == "stack" and not node.children:
            return self._lost_sequence(node, head, tail)
        inner = self._track(node) if node.kind == "track" else self._stack(node)
        name = (node.name,) if node.kind == "stack" and node.name else ()
        shown = _through(inner, node, head, tail)
        return [replace(piece, compounds=name + piece.compounds) for piece in shown] if name else shown

    def _clip(self, clip: Node, head: Fraction, tail: Fraction) -> list[Piece]:
        if is_adjustment(clip):
            self.book.add("An adjustment clip is passed over.", clip.place, "It shows no picture of its own.")
            return []
        title = is_title(clip)
        if title:
            self.book.add(
                "A title or graphic does not count as a cut.",
                clip.place,
                "The picture below shows through it; where there is none, the title is the shot.",
            )
        source = clip.origin - clip.speed * head
        return [Piece(-head, clip.duration + tail, clip, source, clip.speed, opaque=not title)]

    def _lost_sequence(self, nest: Node, head: Fraction, tail: Fraction) -> list[Piece]:
        """A nested sequence whose content was not exported still takes up its time on the screen."""
        if nest.duration == 0:
            return []
        self.book.add("A nested sequence is empty.", nest.place, "It is kept as one shot without pictures.")
        return [Piece(-head, nest.duration + tail, nest, nest.origin - nest.speed * head, nest.speed)]

    def _stack(self, stack: Node) -> list[Piece]:
        opaque: list[Piece] = []
        overlays: list[Piece] = []
        for layer in reversed(stack.items):
            if layer.role == "audio":
                continue
            if layer.role not in ("", "video"):
                self.book.add(f"A track of kind {layer.role!r} is passed over.", layer.place, "It holds no picture.")
                continue
            pieces = self.pieces_of(layer)
            opaque = _lay_over(opaque, [piece for piece in pieces if piece.opaque])
            overlays = _lay_over(overlays, [piece for piece in pieces if not piece.opaque])
        return _lay_over(opaque, overlays)

    def _track(self, track: Node) -> list[Piece]:
        """The items of a track one after the other, each lengthened to the middle of its transitions."""
        pieces: list[Piece] = []
        for item in _in_sequence(track):
            head = _ZERO if item.enters is None else item.at - item.enters.middle
            tail = _ZERO if item.leaves is None else item.leaves.middle - (item.at + item.node.duration)
            shown = [_moved(piece, item.at) for piece in self.pieces_of(item.node, head, tail)]
            if shown and item.enters is not None and shown[0].start == item.enters.middle:
                shown[0] = replace(shown[0], begins=item.enters)
            if shown and item.leaves is not None and shown[-1].end == item.leaves.middle:
                shown[-1] = replace(shown[-1], ends=item.leaves)
            pieces += shown
        return pieces


@dataclass(slots=True)
class _Placed:
    """An item of a track: where it starts, and the transitions it shares with its neighbours."""

    node: Node
    at: Fraction
    enters: Blend | None = None
    leaves: Blend | None = None


def _in_sequence(track: Node) -> list[_Placed]:
    placed: list[_Placed] = []
    at = _ZERO
    waiting: Join | None = None
    for child in track.children:
        if isinstance(child, Join):
            waiting = child
            continue
        item = _Placed(child, at)
        if waiting is not None:
            item.enters = _blend(waiting, at, placed[-1].node if placed else None, child)
            if placed:
                placed[-1].leaves = item.enters
            waiting = None
        placed.append(item)
        at += child.duration
    if waiting is not None and placed:
        placed[-1].leaves = _blend(waiting, at, placed[-1].node, None)
    return placed


def _blend(join: Join, boundary: Fraction, left: Node | None, right: Node | None) -> Blend | None:
    """Place a transition, at most as long as its neighbours; None if nothing is left of it."""
    before = min(join.before, left.duration) if left is not None else _ZERO
    after = min(join.after, right.duration) if right is not None else _ZERO
    if before + after == 0:
        return None
    return Blend(boundary - before, boundary + after, join.wipe)


def _lay_over(upper: list[Piece], lower: list[Piece]) -> list[Piece]:
    """Pieces of two layers, where the upper one hides the lower one; both in order and without overlap."""
    if not upper or not lower:
        return upper or lower
    merged = list(upper)
    index = 0
    for piece in lower:
        start = piece.start
        while index < len(upper) and upper[index].end <= start:
            index += 1
        look = index
        while look < len(upper) and upper[look].start < piece.end:
            if upper[look].start > start:
                merged.append(piece.between(start, upper[look].start))
            start = max(start, upper[look].end)
            look += 1
        if start < piece.end:
            merged.append(piece.between(start, piece.end))
    merged.sort(key=lambda piece: piece.start)
    return merged


def _moved(piece: Piece, by: Fraction) -> Piece:
    if by == 0:
        return piece
    return replace(
        piece,
        start=piece.start + by,
        end=piece.end + by,
        begins=_blend_at(piece.begins, Fraction(1), by),
        ends=_blend_at(piece.ends, Fraction(1), by),
    )


def _blend_at(blend: Blend | None, scale: Fraction, offset: Fraction) -> Blend | None:
    """A transition in another time: ``t * scale + offset``."""
    if blend is None:
        return None
    edges = sorted((blend.start * scale + offset, blend.end * scale + offset))
    return Blend(edges[0], edges[1], blend.wipe)


def _through(inner: list[Piece], node: Node, head: Fraction, tail: Fraction) -> list[Piece]:
    """What a composition shows of its pieces through its trim and speed, from its first instant on."""
    first, last = -head, node.duration + tail
    if node.speed == 0:
        frozen = next((piece for piece in inner if piece.start <= node.start < piece.end), None)
        if frozen is None:
            return []
        source = frozen.source + frozen.speed * (node.start - frozen.start)
        return [replace(frozen, start=first, end=last, source=source, speed=_ZERO, begins=None, ends=None)]
    untouched = node.speed == 1 and node.start == first == 0 and last == node.duration
    if untouched and (not inner or (inner[0].start >= 0 and inner[-1].end <= last)):
        return inner  # the usual case: a track without a trim
    edges = sorted((node.origin + node.speed * first, node.origin + node.speed * last))
    shown = [
        _retimed(piece.between(max(piece.start, edges[0]), min(piece.end, edges[1])), node)
        for piece in inner
        if piece.start < edges[1] and piece.end > edges[0]
    ]
    shown.sort(key=lambda piece: piece.start)
    # A dissolve may ask for more than the composition holds: its edge picture is held.
    if shown and first < shown[0].start <= 0:
        shown[0] = shown[0].between(first, shown[0].end)
    if shown and node.duration <= shown[-1].end < last:
        shown[-1] = shown[-1].between(shown[-1].start, last)
    return shown


def _retimed(piece: Piece, node: Node) -> Piece:
    """A piece brought from the own time of a composition to the time counted from its first instant."""
    scale = 1 / node.speed
    offset = -node.origin * scale
    edges = (piece.start * scale + offset, piece.end * scale + offset)
    begins, ends = _blend_at(piece.begins, scale, offset), _blend_at(piece.ends, scale, offset)
    if scale > 0:
        return replace(piece, start=edges[0], end=edges[1], speed=piece.speed * node.speed, begins=begins, ends=ends)
    source = piece.source + piece.speed * (piece.end - piece.start)
    return replace(
        piece,
        start=edges[1],
        end=edges[0],
        source=source,
        speed=piece.speed * node.speed,
        begins=ends,
        ends=begins,
    )
