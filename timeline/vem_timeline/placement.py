"""Where every item of an edit lies on the timeline: through trims, nested sequences and retimes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from vem_timeline.tree import Node


@dataclass(frozen=True, slots=True)
class Placement:
    """A node and the part of the timeline it takes up.

    A moment ``t`` of the node's own time is seen at ``offset + scale * t``; ``scale`` is negative in reverse
    and 0 for a freeze frame. ``start`` and ``end`` bound what of the node lies on the timeline. ``path``
    holds the nodes around it, the outermost first.
    """

    node: Node
    offset: Fraction
    scale: Fraction
    start: Fraction
    end: Fraction
    path: tuple[Node, ...] = ()

    @property
    def role(self) -> str:
        """``audio`` if it lies on an audio track, however deep; else ``video`` or another kind of track."""
        roles = [node.role for node in (*self.path, self.node) if node.role]
        return "audio" if "audio" in roles else (roles[-1] if roles else "video")


def placements_of(root: Node) -> Iterator[Placement]:
    """Every enabled node that has a part on the timeline, the outermost first."""
    yield from _place(root, Fraction(0), Fraction(1), (Fraction(0), root.duration), ())


def _place(
    node: Node, at: Fraction, scale: Fraction, window: tuple[Fraction, Fraction], path: tuple[Node, ...]
) -> Iterator[Placement]:
    """Place a node that begins at ``at``, in a parent that runs at ``scale`` timeline seconds a second."""
    if not node.enabled:
        return
    edges = sorted((at, at + scale * node.duration))
    start, end = max(edges[0], window[0]), min(edges[1], window[1])
    if scale == 0:
        start, end = window
    if start > end:
        return
    own_scale = scale / node.speed if node.speed else Fraction(0)
    offset = at - own_scale * node.origin
    yield Placement(node, offset, own_scale, start, end, path)
    if own_scale == 0:
        return  # a frozen sequence shows one instant, and nothing inside it has a place in time
    inside = Fraction(0)
    for child in node.items:
        yield from _place(child, offset + own_scale * inside, own_scale, (start, end), (*path, node))
        if node.kind == "track":
            inside += child.duration
