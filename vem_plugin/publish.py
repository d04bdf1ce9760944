"""The end of the path: the take's record, the scored timeline beside it, and only then their names."""

from __future__ import annotations

import importlib.metadata
import shutil
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PureWindowsPath

from vem_plugin.checksum import sha256_of
from vem_plugin.drafts import Draft, promise
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.render.rendering import RenderedTake
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.rhythm.picture import draw_plan
from vem_plugin.score.notes import Score
from vem_plugin.score.theme import ThemeCards
from vem_plugin.settings import Settings
from vem_plugin.take import Change, Loudness, Take, take_id_of, write_take
from vem_plugin.takes.seen import write_seen
from vem_timeline import MusicClip, MusicMarker, write_scored
from vem_timeline.formats import holds_music, main_file_of
from vem_timeline.handoff import write_handoff
from vem_timeline.new_timeline import write_timeline_of
from vem_timeline.storyboard import Storyboard

SAMPLE_RATE = 48000
WRITES_SOUND = (
    "This engine writes sound, not notes: there are no stems by instrument, only the music and the effects, "
    "and the MIDI file holds the tempo alone."
)
ACCENTED = ("hit", "drop", "stop")
"""Kinds of constraint that carry an accent of their own."""


@dataclass(frozen=True, slots=True)
class ScoredTake:
    """One finished take: its record, its folder, and the scored timeline beside it.

    ``sheet`` is the contact sheet, where several takes were made at once.
    """

    take: Take
    folder: Path
    timeline: Path
    sheet: Path | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """Everything that went into a take. ``seed`` is this take's own, not the first of several; ``change`` and
    ``locked`` are for a take that was made from another one."""

    edit: Path
    storyboard: Storyboard
    parsed: ParsedVideo
    plan: BeatPlan
    score: Score
    rendered: RenderedTake
    settings: Settings
    seed: int
    style: str
    cards: ThemeCards | None = None
    change: Change | None = None
    locked: tuple[int, ...] = ()


def write_back(making: Making, draft: Draft) -> ScoredTake:
    """Record the take, write the scored timeline beside it, and only then give both their names.

    Raises
    ------
    RenderError, UnwritableTimeline
        If something cannot be written; nothing stays behind.
    """
    picture = draw_plan(making.storyboard, making.plan, draft.folder / "plan.png")
    rendered = making.rendered
    files = {"mix": rendered.mix, "midi": rendered.midi, "picture": picture}
    files["seen"] = write_seen(making.parsed, draft.folder)
    files |= {f"stem_{stem}": path for stem, path in rendered.stems.items()}
    extra = {"ducked_mix": rendered.ducked, "ducking": rendered.ducking}
    files |= {name: path for name, path in extra.items() if path is not None}
    digest = sha256_of(main_file_of(making.edit))
    take = Take(
        take_id=take_id_of(digest, making.seed, draft.name),
        name=draft.name,
        edit=making.edit.resolve(),
        edit_sha256=digest,
        settings=making.settings,
        seed=making.seed,
        style=making.style,
        storyboard=making.storyboard,
        plan=making.plan,
        cue=making.score.cue,
        cards=making.cards,
        loudness=Loudness(rendered.loudness, rendered.true_peak, rendered.gain, rendered.target, rendered.trim),
        files={name: path.name for name, path in files.items()},
        samples=rendered.samples,
        sample_rate=SAMPLE_RATE,
        time_reference=rendered.time_reference,
        composer=dict(making.score.facts),
        encoders=making.parsed.encoders,
        palette=rendered.palette,
        effects=rendered.effects,
        change=making.change,
        locked=making.locked,
        remarks=_remarks_on(making, draft),
        version=importlib.metadata.version("vem-plugin"),
    )
    write_take(take, making.score, draft.folder)
    return _publish(take, making.edit, draft)


def _remarks_on(making: Making, draft: Draft) -> tuple[str, ...]:
    remarks = [*making.plan.remarks, *making.parsed.remarks, making.rendered.remark]
    if "music" in making.rendered.stems:
        remarks.append(WRITES_SOUND)
    elsewhere = making.edit.resolve().parent != draft.home.resolve()
    urls = [shot.media.url for shot in making.storyboard.shots if shot.media is not None]
    if (
        elsewhere
        and making.edit.suffix.lower() not in (".otioz", ".otiod")
        and holds_music(making.edit)
        and any(_is_relative(url) for url in urls)
    ):
        remarks.append(
            f"The edit names its media relative to its own folder: move {draft.name}{making.edit.suffix.lower()} to "
            f"{making.edit.resolve().parent} before opening it, or score without -o."
        )
    return tuple(filter(None, remarks))


def _is_relative(url: str) -> bool:
    return "://" not in url and not url.startswith(("/", "\\", "file:")) and not PureWindowsPath(url).drive


def _publish(take: Take, edit: Path, draft: Draft) -> ScoredTake:
    """Move the draft to its name and write the timeline; if the timeline fails, the folder goes as well."""
    folder = draft.home / draft.name
    promise(folder, _timeline_of(edit, folder), draft=draft.folder)
    draft.folder.rename(folder)
    try:
        timeline = _write_timeline(take, edit, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return ScoredTake(take, folder, timeline)


def music_clip(take: Take, folder: Path) -> MusicClip:
    """The clip that a take in a folder is on a timeline."""
    return MusicClip(
        audio=folder / take.files["mix"],
        duration=Fraction(take.samples, take.sample_rate),
        name=f"{take.name} music",
        take_id=take.take_id,
        markers=music_markers(take.plan),
        has_notes=not take.is_sound,
        sample_rate=take.sample_rate,
        time_reference=take.time_reference,
    )


def _timeline_of(edit: Path, folder: Path) -> Path:
    """The scored timeline beside a take: of the edit's own kind if that can hold music."""
    return folder.with_name(f"{folder.name}{edit.suffix.lower() if holds_music(edit) else '.otio'}")


def _write_timeline(take: Take, edit: Path, folder: Path) -> Path:
    music, scored, target = music_clip(take, folder), _timeline_of(edit, folder), take.settings.otio_target
    write_handoff(folder, take.name, take.storyboard, music, target=target)
    if holds_music(edit):
        return write_scored(edit, scored, music, target=target, timeline=take.settings.timeline)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        cut_list = write_timeline_of(take.storyboard, Path(place) / "edit.otio")
        return write_scored(cut_list, scored, music, target=target)


def music_markers(plan: BeatPlan) -> tuple[MusicMarker, ...]:
    """Markers for the music clip: a red one on every hit, a blue one on every downbeat without a hit.

    They are named by bar and beat; exact times, rounded to frames where they are written.
    """
    hits = {entry.beat: entry for entry in plan.landings if entry.constraint.kind in ACCENTED}
    markers = [
        MusicMarker(plan.time_of(beat), f"HIT {_bar_and_beat(plan, beat)}", "RED", hit.constraint.label)
        for beat, hit in hits.items()
    ]
    markers += [
        MusicMarker(plan.time_of(Fraction(bar.beat)), f"BAR {bar.number}", "BLUE", f"{bar.beats}/{plan.beat_note}")
        for bar in plan.bars
        if Fraction(bar.beat) not in hits
    ]
    return tuple(sorted(markers, key=lambda marker: marker.time))


def _bar_and_beat(plan: BeatPlan, beat: Fraction) -> str:
    bar = max((bar for bar in plan.bars if bar.beat <= beat), key=lambda bar: bar.beat)
    return f"{bar.number}.{float(beat - bar.beat) + 1:g}"
