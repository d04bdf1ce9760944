"""Editors' markers, brought to timeline time; and who speaks when, as the names of audio tracks tell.

A marker is measured in the own time of what it sits on: a clip's marker in media time, a track's in track
time, a timeline's on the stack of its tracks. Stack markers are written relative to the first frame by most
applications and with the start timecode added by some; both are understood.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from vem_timeline.clock import Clock
from vem_timeline.naming import denies_speech, says_music, says_speech
from vem_timeline.ownership import carries_id
from vem_timeline.placement import Placement, placements_of
from vem_timeline.storyboard import Marker, MarkerOwner, SpeechRange
from vem_timeline.tree import Mark, Node, RemarkBook


def markers_of_tree(root: Node, clock: Clock, book: RemarkBook) -> tuple[Marker, ...]:
    """Markers in timeline time, in order; those outside of what is shown are dropped with a remark."""
    markers: dict[tuple[Fraction, Fraction, str, str], Marker] = {}
    for placement in placements_of(root):
        marks = placement.node.marks
        if not marks:
            continue
        if placement.role == "audio" and any(says_music(node.name) for node in (*placement.path, placement.node)):
            book.add("Markers on music are passed over.", placement.node.place, "They belong to that music.")
            continue
        if placement.node is root:
            marks = _from_first_frame(marks, root, clock)
        theirs = [mark for mark in marks if not carries_id(mark.name or mark.comment)]
        if len(theirs) < len(marks):
            book.add("Markers of ours are passed over.", placement.node.place, "They say where the music's beats are.")
        for mark in theirs:
            marker = _on_timeline(mark, placement, root, clock, book)
            if marker is not None:
                # Linked picture and sound carry the same marker twice.
                markers.setdefault((marker.time, marker.duration, marker.name, marker.comment), marker)
    return tuple(sorted(markers.values(), key=lambda marker: (marker.time, marker.duration)))


def _on_timeline(mark: Mark, placement: Placement, root: Node, clock: Clock, book: RemarkBook) -> Marker | None:
    node = placement.node
    time = placement.offset + placement.scale * mark.time
    until = placement.offset + placement.scale * (mark.time + mark.duration)
    start, end = min(time, until), max(time, until)
    if placement.scale == 0:
        start = end = placement.start if mark.time == node.start else placement.end + 1
    # The last instant belongs to the whole timeline, but of a clip it is already the next clip's first.
    beyond = start > placement.end if node is root or node.kind == "track" else start >= placement.end
    touches = start == end or end > placement.start
    if beyond or end < placement.start or not touches:
        book.add(
            "A marker is dropped.",
            f"'{mark.name or mark.comment}' on {node.place or 'the timeline'}",
            "It lies outside of what is shown.",
        )
        return None
    start, end = max(start, placement.start), min(end, placement.end)
    length = end - start
    if length <= clock.frame_duration:
        length = Fraction(0)  # one frame is how a point marker is written
    owner: MarkerOwner = "timeline" if node is root else "track" if node.kind == "track" else "clip"
    return Marker(start, length, mark.name, mark.comment, mark.color, owner)


def _from_first_frame(marks: Iterable[Mark], root: Node, clock: Clock) -> list[Mark]:
    """Stack markers less the start timecode, where they have it added.

    They have if one of them would lie beyond the end otherwise, and none before the start timecode.
    """
    marks = list(marks)
    first = clock.seconds_of(clock.start_frame)
    last = root.start + root.duration
    absolute = [first <= mark.time <= first + last for mark in marks]
    beyond = [mark.time > last for mark in marks]
    if first <= 0 or not any(beyond):
        return marks
    everything = all(absolute)
    return [
        Mark(mark.time - first, mark.duration, mark.name, mark.comment, mark.color)
        if everything or (late and fits)
        else mark
        for mark, fits, late in zip(marks, absolute, beyond, strict=True)
    ]


def speech_of_tree(root: Node, clock: Clock) -> tuple[SpeechRange, ...]:
    """Stretches of speech: clips on audio tracks that track name, clip name or role calls speech, joined."""
    spoken: list[tuple[Fraction, Fraction, str]] = []
    for placement in placements_of(root):
        node = placement.node
        tracks = [parent for parent in placement.path if parent.role == "audio"]
        if node.kind not in ("clip", "stack") or not tracks or placement.end <= placement.start:
            continue
        track = tracks[0]
        if _speaks(node, track):
            source = f"{track.name or clock.timecode_of(placement.start)} / {node.name}".strip(" /")
            spoken.append((placement.start, placement.end, source))
    joined: list[tuple[Fraction, Fraction, str]] = []
    for start, end, source in sorted(spoken):
        if joined and start <= joined[-1][1]:
            before = joined[-1]
            joined[-1] = (before[0], max(before[1], end), before[2])
        else:
            joined.append((start, end, source))
    return tuple(SpeechRange(start, end - start, source) for start, end, source in joined)


def _speaks(clip: Node, track: Node) -> bool:
    if any(says_speech(role) for role in (*clip.roles, *track.roles)):
        return True
    if says_speech(clip.name):
        return not says_music(track.name)
    return says_speech(track.name) and not denies_speech(clip.name)
