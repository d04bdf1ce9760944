"""Several takes of one edit on one sheet: how each looks, how well it keeps to the cuts, and how unlike they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.drafts import next_name, promise
from vem_plugin.measure.report import SyncReport, measure_take
from vem_plugin.publish import ScoredTake
from vem_plugin.score.notes import Score
from vem_plugin.take import read_score
from vem_plugin.takes.rolls import Roll, draw_contact_sheet

LEVELS = 20
"""Values a second that show how loud sound without notes is."""


def contact_sheet(scored: Sequence[ScoredTake], folder: Path) -> Path:
    """Draw the takes into a folder, under a name that is free there.

    Returns
    -------
    Path
        A PNG.
    """
    scores = [read_score(one.folder, one.take.cue) for one in scored]
    rolls = []
    for place, (one, score) in enumerate(zip(scored, scores, strict=True)):
        frame = one.take.storyboard.clock.frame_duration
        sync = measure_take(one.folder / one.take.files["mix"], one.take.plan, frame=frame)
        if one.take.is_sound:
            level = level_of(one.folder / one.take.files["mix"])
            rolls.append(Roll(_title_of(one, sync, ()), one.take, score, level=level))
            continue
        others = [notes_shared(score, other) for number, other in enumerate(scores) if number != place]
        rolls.append(Roll(_title_of(one, sync, others), one.take, score))
    stem = scored[0].take.name.rpartition("_v")[0]
    sheet = folder / f"{next_name(folder, f'{stem}_takes')}.png"
    promise(sheet)
    return draw_contact_sheet(rolls, sheet)


def level_of(mix: Path) -> NDArray[np.float32]:
    """How loud a mix is over time, (n,), 0 (60 dB below full scale, or less) to 1, ``LEVELS`` values a second."""
    import soundfile

    sound, rate = soundfile.read(mix, dtype="float32", always_2d=True)
    block = rate // LEVELS
    whole = np.pad(sound, ((0, -len(sound) % block), (0, 0))).reshape(-1, block, sound.shape[1])
    decibels = 10 * np.log10(np.square(whole).mean(axis=(1, 2)) + 1e-12)
    return np.clip(1 + decibels / 60, 0, 1).astype(np.float32)


def notes_shared(one: Score, other: Score) -> float:
    """Share of notes (role, start, pitch) that two scores have in common, of all that either has: Jaccard, 0 to 1."""
    mine, theirs = (
        {tuple(note) for note in score.notes[["role", "start", "pitch"]].tolist()} for score in (one, other)
    )
    either = len(mine | theirs)
    return len(mine & theirs) / either if either else 1.0


def _title_of(one: ScoredTake, sync: SyncReport, others: Sequence[float]) -> str:
    take = one.take
    cuts, hits = sync.group("planned cut"), sync.group("hit")
    played = "" if take.is_sound else f", {take.palette}"
    parts = [f"{take.name}   seed {take.seed}, {take.style}{played}"]
    if cuts is not None:
        parts.append(f"{cuts.within_one_frame.matched} of {cuts.count} planned cuts heard within a frame")
    if hits is not None:
        parts.append(f"{hits.within_one_frame.matched} of {hits.count} hits")
    if others:
        parts.append(f"shares at most {np.max(others):.0%} of its notes")
    return ", ".join(parts)
