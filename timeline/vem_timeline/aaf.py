"""AAF, through OpenTimelineIO's adapter for it, which is an extra of this package.

The adapter is right about structure: cuts, transitions, speeds, gaps, markers, start and rate
(``benchmarks/TIMELINES.md``). What it makes of a file goes the way of every OpenTimelineIO timeline.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from pathlib import Path
from typing import Any

from vem_timeline.edit import Edit
from vem_timeline.errors import UnreadableTimeline


def edit_of_aaf(path: Path, *, timeline: str | None = None) -> Edit:
    """The edit in an AAF file.

    Raises
    ------
    UnreadableTimeline
        If the adapter is not installed, or cannot read the file.
    """
    if importlib.util.find_spec("otio_aaf_adapter") is None:
        raise UnreadableTimeline(
            "AAF files are read with an extra that is not installed.",
            where=str(path),
            remedy="Install it with: pip install otio-aaf-adapter. Or export the edit as OpenTimelineIO (.otio).",
        )
    from vem_timeline.document import Document, timeline_of_text
    from vem_timeline.read import edit_of_document

    text = _as_otio(path)
    return edit_of_document(Document(path, text, timeline_of_text(text, path, wanted=timeline)))


def _as_otio(path: Path) -> str:
    import opentimelineio as otio

    level = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the parser logs every legacy property it meets
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read: Any = otio.adapters.read_from_file(str(path), adapter_name="AAF")
            return read.to_json_string()
    except Exception as error:  # the adapter raises whatever its binary parser stumbles over
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UnreadableTimeline(
            f"The AAF file cannot be read: {reason}.",
            where=str(path),
            remedy="Export it again, or as OpenTimelineIO (.otio), FCPXML or EDL.",
        ) from error
    finally:
        logging.disable(level)
