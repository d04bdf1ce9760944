"""FCPXML 1.8 to 1.13 (Final Cut Pro, DaVinci Resolve, auto-editor, PySceneDetect), also in ``.fcpxmld`` folders.

Conventions of the format. Times are rational seconds. A story element lies at ``offset`` in the time of its parent; its
own time begins at ``start`` there. An element with a ``lane`` is connected: it lies above (or, negative, below) its
parent and is not trimmed to it. Elements without one are the content. A ``spine`` holds its elements end to end, and a
``transition`` lies over the cut in its middle. The time of a sequence begins at ``tcStart``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from vem_timeline.clock import Clock
from vem_timeline.edit import Declared, Edit, check_against
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.fcpxml_story import StoryReader, without_default_roles
from vem_timeline.numbers import rational
from vem_timeline.pick import picked
from vem_timeline.tree import RemarkBook
from vem_timeline.xml_tree import Element

_CLIPS = ("asset-clip", "clip", "ref-clip", "sync-clip", "mc-clip", "video", "title")


@dataclass(frozen=True, slots=True)
class Timeline:
    """A project, or a compound clip that stands alone, and the sequence it holds."""

    name: str
    sequence: Element


def edit_of_fcpxml(root: Element, path: Path, book: RemarkBook, *, timeline: str | None = None) -> Edit:
    """The edit in an FCPXML document.

    Raises
    ------
    UnreadableTimeline
        If it holds no project, or several and none is chosen, or something in it has no sensible place.
    EmptyTimeline
        If the project is empty.
    """
    major = root.get("version", "1").split(".")[0]
    if major != "1":
        raise UnreadableTimeline(
            f"FCPXML of version {root.get('version')[:20]} is not known; 1.8 to 1.13 are.",
            remedy="Export the project in version 1.13 or an older one.",
        )
    resources = resources_of(root)
    chosen = timeline_of(root, path, timeline=timeline)
    sequence = chosen.sequence
    clock = clock_of_sequence(sequence, resources)
    reader = StoryReader(clock, book, resources)
    tree = without_default_roles(reader.sequence(sequence, outermost=True), book)
    declared = Declared(duration=seconds(sequence, "duration"), events=None)
    check_against(declared, tree, clock, book)
    return Edit(chosen.name or path.stem, path, path.parent, clock, tree, book)


def timeline_of(root: Element, path: Path, *, timeline: str | None = None) -> Timeline:
    """The project of a name, or the only one; raises as `edit_of_fcpxml`."""
    return picked(_timelines_in(root, resources_of(root)), timeline, path, name_of=lambda entry: entry.name)


def seconds(element: Element, name: str) -> Fraction | None:
    """A time attribute, None if it is not there."""
    text = element.get(name)
    return rational(text, where=f"{name} of <{element.tag}> '{element.get('name')}'") if text else None


def resources_of(root: Element) -> dict[str, Element]:
    """Formats, assets, media and effects by their id."""
    return {entry.get("id"): entry for holder in root.all("resources") for entry in holder.children if entry.get("id")}


def clock_of_sequence(sequence: Element, resources: dict[str, Element]) -> Clock:
    """The clock of a sequence: the frame duration of its format, its start, and whether its timecode drops frames."""
    rate = rate_of_format(resources.get(sequence.get("format")))
    if rate is None:
        raise UnreadableTimeline(
            "The project names no frame rate.",
            where=sequence.get("format") or "sequence",
            remedy="Export it again; its format should have a frameDuration.",
        )
    start = seconds(sequence, "tcStart") or Fraction(0)
    drops = sequence.get("tcFormat").upper() == "DF" and (rate * 1001) % 30_000 == 0
    clock = Clock(rate, drop_frame=drops)
    return Clock(rate, drop_frame=drops, start_frame=clock.frame_of(start))


def rate_of_format(description: Element | None) -> Fraction | None:
    """Frames per second of a format; None where it has none (audio, ``FFVideoFormatRateUndefined``)."""
    if description is None:
        return None
    frame = seconds(description, "frameDuration")
    if frame is not None:
        if not Fraction(1, 1000) <= frame <= 1:
            raise UnreadableTimeline(
                f"A frame of {float(frame):g} seconds is none.",
                where=description.get("name"),
                remedy="Export the project again.",
            )
        return 1 / frame
    named = re.search(r"(?:p|i)(2398|2997|5994|23976|24|25|30|50|60|90|100|119|120)$", description.get("name"))
    if named is None:
        return None
    rates = {"2398": 24, "23976": 24, "2997": 30, "5994": 60, "119": 120}
    text = named.group(1)
    return Fraction(rates[text] * 1000, 1001) if text in rates else Fraction(text)


def _timelines_in(root: Element, resources: dict[str, Element]) -> list[Timeline]:
    """The projects of a document; without any, its loose compound clips, then its loose clips."""
    found = [
        Timeline(project.get("name"), project.children[index])
        for project in root.iter("project")
        for index, child in enumerate(project.children)
        if child.tag == "sequence"
    ]
    if found:
        return found
    holders = [root, *root.iter("event")]
    loose = [clip for holder in holders for clip in holder.all(*_CLIPS)]
    for clip in loose:
        media = resources.get(clip.get("ref")) if clip.tag == "ref-clip" else None
        sequence = None if media is None else media.find("sequence")
        if sequence is not None:
            found.append(Timeline(clip.get("name"), sequence))
    if found or not loose:
        return found
    raise UnreadableTimeline(
        f"The file holds {len(loose)} clip{'s' if len(loose) > 1 else ''} of a library, but no project.",
        where=", ".join(clip.get("name") for clip in loose[:5]),
        remedy="Select the project in Final Cut Pro and export its XML.",
    )
