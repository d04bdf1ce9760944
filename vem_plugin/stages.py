"""The steps of the one path (``vem_plugin.scoring``), each small enough to read at a glance.

Every step imports its own room when it runs, so that a plan loads no torch and an inspection loads nothing at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from vem_plugin.drafts import Draft, folder_for, made_folder, next_name, promise
from vem_plugin.errors import SettingsError
from vem_plugin.progress import Report, silent
from vem_plugin.settings import Settings
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.formats import SUFFIXES

if TYPE_CHECKING:
    from vem_plugin.brief import Brief
    from vem_plugin.encoders.aligner import Aligner
    from vem_plugin.encoders.picture import PictureEncoder
    from vem_plugin.encoders.text import TextEncoder
    from vem_plugin.measure.report import SyncReport
    from vem_plugin.models.composer import Commission, Composer
    from vem_plugin.models.placement import Placement
    from vem_plugin.parsing.parsed_video import ParsedVideo
    from vem_plugin.publish import ScoredTake
    from vem_plugin.render.rendering import RenderedTake
    from vem_plugin.rhythm.beat_plan import BeatPlan
    from vem_plugin.rhythm.former import FormerBeats
    from vem_plugin.score.cue import CueSheet
    from vem_plugin.score.notes import Score
    from vem_plugin.score.theme import ThemeCard, ThemeCards
    from vem_timeline.clock import Clock
    from vem_timeline.storyboard import SpeechRange, Storyboard

TIMELINES = SUFFIXES
"""Suffixes of timelines; what is inside decides which format they are."""
MIDI_FILES = (".mid", ".midi")
VIDEOS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mxf", ".mpg", ".mpeg", ".ts", ".wmv", ".ogv")
ANY_TEMPO = (72.0, 140.0)
"""Tempo range where neither brief nor style asks for one, quarter notes a minute."""
FASTEST_BEATS = 400
"""Beats a minute that can be planned."""


# --- read and look ------------------------------------------------------------------------------------------------


def read_edit(
    edit: Path, *, timeline: str | None = None, rate: Fraction | None = None, report: Report = silent
) -> Storyboard:
    """Read a timeline, or find the cuts of a plain video file.

    Parameters
    ----------
    edit : Path
        The file, or an ``.fcpxmld`` or ``.otiod`` folder.
    timeline : str, optional
        Name of the timeline, where a file holds several.
    rate : Fraction, optional
        Frames per second of an edit list (EDL), which tells none.

    Raises
    ------
    TimelineError, MediaError
        If the file is missing, of another kind, broken or empty.
    """
    kind = edit.suffix.lower()
    if not edit.exists():
        raise UnreadableTimeline("There is no such file.", where=str(edit), remedy="Check the path.")
    report("read", 0.0, edit.name)
    if kind in VIDEOS:
        from vem_plugin.parsing.shots import storyboard_of_video

        storyboard = storyboard_of_video(edit, report=report)
    elif kind in TIMELINES:
        from vem_timeline import read

        storyboard = read(edit, timeline=timeline, rate=rate)
    else:
        raise UnreadableTimeline(
            f"'{kind or edit.name}' is no kind of edit this version reads.",
            where=str(edit),
            remedy="Export the timeline as OpenTimelineIO (.otio), FCPXML or EDL, or name a video file.",
        )
    report("read", 1.0, f"{len(storyboard.shots)} shots")
    return storyboard


def check_length(storyboard: Storyboard) -> None:
    """Refuse at once what could not be played in the end.

    Raises
    ------
    RenderError
        If the timeline is longer than is rendered in one piece.
    """
    from vem_plugin.render.rendering import check_duration

    check_duration(storyboard.duration)


@contextmanager
def media_of(storyboard: Storyboard) -> Iterator[Storyboard]:
    """The storyboard with its media on disk: those inside an .otioz are unpacked for as long as they are needed."""
    from vem_timeline import unpack

    with tempfile.TemporaryDirectory(prefix="vem-media-") as folder:
        yield unpack(storyboard, Path(folder))


def look(storyboard: Storyboard, settings: Settings, *, report: Report = silent) -> ParsedVideo:
    """Look at the pictures and the words (hierarchical parsing)."""
    from vem_plugin.parsing.hierarchy import parse

    where = settings.placement
    text, picture = text_encoder(where), picture_encoder(settings.picture_encoder, where)
    return parse(storyboard, brief=settings.brief, text=text, picture=picture, report=report)


def text_encoder(placement: Placement) -> TextEncoder:
    """The text encoder, loaded once."""
    return _text_encoder(placement.encoders)


def picture_encoder(folder: Path | None, placement: Placement) -> PictureEncoder:
    """The picture encoder, loaded once."""
    return _picture_encoder(folder, placement.encoders)


@lru_cache(maxsize=1)
def _text_encoder(device: str) -> TextEncoder:
    from vem_plugin.encoders.text import TextEncoder

    return TextEncoder(device=device)


@lru_cache(maxsize=1)
def _picture_encoder(folder: Path | None, device: str) -> PictureEncoder:
    from vem_plugin.encoders.picture import PictureEncoder

    return PictureEncoder(folder, device=device)


@lru_cache(maxsize=1)
def aligner() -> Aligner:
    """What judges how much transitions deserve a hit, loaded once; too small to gain from any other processor."""
    from vem_plugin.encoders.aligner import Aligner

    return Aligner(device="cpu")


def metre_of(settings: Settings, theme: ThemeCard | None = None) -> int:
    """Beats of a bar: asked for, or said in the brief, or those of a theme that is given, or 4."""
    from vem_plugin.brief.wishes import read_wishes

    return settings.metre or read_wishes(settings.brief).metre or (4 if theme is None else theme.metre)


def given_theme(settings: Settings) -> ThemeCard | None:
    """The tune to build on, if one is given: of a take, of a MIDI file, or in note names.

    Raises
    ------
    SettingsError
        If it is none of them.
    """
    if settings.theme is None:
        return None
    from vem_plugin.score.given_theme import NOTE_NAME, theme_from_midi, theme_from_notes
    from vem_plugin.take import theme_of_take

    path = Path(settings.theme)
    kind = path.suffix.lower()
    if kind in MIDI_FILES:
        return theme_from_midi(path)
    sings = NOTE_NAME.match(settings.theme.split(maxsplit=1)[0] if settings.theme.strip() else "")
    if _is_folder(path) or (not sings and any(sign in settings.theme for sign in "./\\")):
        return theme_of_take(path)
    return theme_from_notes(settings.theme, metre=metre_of(settings))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a tune of many notes is longer than any path
        return False


def interpret(parsed: ParsedVideo, settings: Settings) -> tuple[Brief, str]:
    """The brief with the span notes of the markers, and the style: asked for, or the nearest to words and picture."""
    from vem_plugin.brief import Brief, choose_style, read_spans

    spans = read_spans(parsed.storyboard.markers, shortest=parsed.storyboard.clock.frame_duration)
    brief = Brief(settings.brief, settings.style, settings.tempo, spans)
    return brief, settings.style or choose_style(brief, parsed, text_encoder(settings.placement))


# --- plan ---------------------------------------------------------------------------------------------------------


def plan_rhythm(
    storyboard: Storyboard,
    settings: Settings,
    *,
    style: str | None,
    metre: int = 4,
    parsed: ParsedVideo | None = None,
    former: FormerBeats | None = None,
    report: Report = silent,
) -> BeatPlan:
    """Fit a tempo map to the cuts, in the tempo range of settings or style, or near that of an earlier plan."""
    from vem_plugin.rhythm.constraints import constraints_of
    from vem_plugin.rhythm.deserving import deserved_hits
    from vem_plugin.rhythm.plan import plan_beats

    report("plan", 0.1, "what must fall on a beat")
    constraints = constraints_of(storyboard, deserved=deserved_hits(storyboard, parsed, aligner()))
    tempo = _beats_a_minute(settings, style, metre)
    if former is not None:
        tempo = former.tempo_range(tempo)
    report("plan", 0.3, f"{len(constraints)} instants, {tempo[0]:g} to {tempo[1]:g} beats a minute")
    frame = storyboard.clock.frame_duration
    plan = plan_beats(constraints, storyboard.duration, frame=frame, tempo=tempo, meter=metre, former=former)
    report(
        "plan",
        1.0,
        f"{len(plan.landings)} of {len(constraints)} on the grid at {float(plan.felt_bpm):.1f} bpm",
    )
    return plan


def _beats_a_minute(settings: Settings, style: str | None, metre: int) -> tuple[float, float]:
    """Slowest and fastest tempo in beats of the metre; one tempo in 6/8 is of dotted quarters, three beats each."""
    from vem_plugin.score.cue import COMPOUND, COMPOUND_PACE, tempo_range

    if settings.tempo is None:
        if style is not None:
            return tempo_range(style, metre)
        pace = COMPOUND_PACE if metre == COMPOUND else 1
        return ANY_TEMPO[0] * pace, ANY_TEMPO[1] * pace
    slow, fast = settings.tempo
    if metre != COMPOUND:
        return slow, fast
    if 3 * fast > FASTEST_BEATS:
        raise SettingsError(
            f"In 6/8 a tempo of {fast:g} is too fast: it counts dotted quarters.",
            where="--tempo",
            remedy=f"Ask for at most {FASTEST_BEATS / 3:.0f}; 40 to 75 is usual.",
        )
    return 3 * slow, 3 * fast


def write_plan_files(
    edit: Path, out: Path | None, storyboard: Storyboard, plan: BeatPlan, *, picture_suffix: str = ".png"
) -> tuple[Path, Path]:
    """Draw the plan and write its MIDI tempo map; existing files are kept, the new ones get the next version.

    Returns
    -------
    (Path, Path)
        Picture and MIDI file.
    """
    from vem_plugin.rhythm.midi_map import write_tempo_map
    from vem_plugin.rhythm.picture import draw_plan

    with made_folder(folder_for(edit, out)) as folder:
        name = next_name(folder, f"{edit.stem}_plan")
        picture, midi = folder / f"{name}{picture_suffix}", folder / f"{name}.mid"
        promise(picture, midi)
        return draw_plan(storyboard, plan, picture), write_tempo_map(plan, midi)


# --- compose ------------------------------------------------------------------------------------------------------


def direct_music(
    parsed: ParsedVideo,
    plan: BeatPlan,
    brief: Brief,
    *,
    style: str,
    seed: int,
    placement: Placement,
    theme: ThemeCard | None = None,
) -> tuple[CueSheet, ParsedVideo]:
    """Decide what the music does, bar by bar, and retell the storyboard in words of music."""
    from vem_plugin.direct import direct, retell

    encode = text_encoder(placement).encode
    mode = None if theme is None else theme.mode
    cue = direct(parsed, plan, brief, style=style, seed=seed, mode=mode, encode=encode)
    return cue, retell(parsed, plan, cue, encode=encode)


def draw_themes(cue: CueSheet, given: ThemeCard | None, *, seed: int) -> ThemeCards:
    """The themes of a take: drawn by its seed, the first one given if the user has one."""
    import numpy as np

    from vem_plugin.score.given_theme import with_theme
    from vem_plugin.score.theme import draw_cards

    cards = draw_cards(cue, np.random.default_rng(seed))
    return cards if given is None else with_theme(cards, given, cue)


def commission(
    parsed: ParsedVideo,
    plan: BeatPlan,
    brief: Brief,
    *,
    style: str,
    seed: int,
    placement: Placement,
    theme: ThemeCard | None = None,
) -> Commission:
    """Everything a composer is told of one take: `direct_music`, with the themes that its seed draws."""
    from vem_plugin.models.composer import Commission

    cue, told = direct_music(parsed, plan, brief, style=style, seed=seed, placement=placement, theme=theme)
    return Commission(seed, cue, told, draw_themes(cue, theme, seed=seed))


def compose_takes(
    composer: Composer, tasks: Sequence[Commission], plan: BeatPlan, *, report: Report = silent
) -> Iterator[tuple[Commission, Score]]:
    """Each task with its score: written at once where the composer gains from it, else each when it is asked for."""
    from vem_plugin.models.composer import Prolific

    if len(tasks) > 1 and isinstance(composer, Prolific) and composer.gains_together:
        yield from zip(tasks, composer.compose_together(tasks, plan, report=report), strict=True)
        return
    for task in tasks:
        yield task, composer.compose(task.cue, task.told, plan, seed=task.seed, cards=task.cards, report=report)


def open_composer(settings: Settings, *, report: Report = silent) -> Composer:
    """The model that writes the music, loaded once."""
    report("compose", 0.0, "opening the model")
    return _composer(settings.model, settings.placement)


@lru_cache(maxsize=1)
def _composer(model: Path | None, placement: Placement) -> Composer:
    from vem_plugin.models.model_folder import load
    from vem_plugin.models.pipeline import VeMPipeline
    from vem_plugin.models.vem_composer import VeMComposer

    pipeline = load(model, placement)
    if isinstance(pipeline, VeMPipeline):
        return VeMComposer(pipeline)
    from vem_plugin.models.audio.audio_composer import AudioComposer

    return AudioComposer(pipeline)


def play(
    score: Score,
    plan: BeatPlan,
    draft: Draft,
    settings: Settings,
    *,
    seed: int,
    brief: Brief,
    clock: Clock,
    speech: Sequence[SpeechRange] = (),
    report: Report = silent,
) -> RenderedTake:
    """Play the score into the draft's folder: mix, stems, MIDI; effects keep out of speech.

    Instruments named in the brief or a note choose the palette, unless the settings name one. The files begin at the
    clock's first timecode, unless the settings want none.
    """
    from vem_plugin.brief.palette import palette_asked
    from vem_plugin.render.rendering import render
    from vem_plugin.render.wave import stamp_of

    words = " ".join([brief.text, *(note.text for note in brief.spans)])
    return render(
        score,
        plan,
        folder=draft.folder,
        name=draft.name,
        seed=seed,
        loudness=settings.loudness,
        palette=settings.palette or palette_asked(score.cue.style, words, seed=seed),
        effects=settings.effects,
        speech=[(voice.start, voice.start + voice.duration) for voice in speech],
        ducking=settings.ducking,
        stamp=stamp_of(clock.start_frame, clock.rate, drop_frame=clock.drop_frame) if settings.timecode else None,
        report=report,
    )


def on_one_sheet(scored: Sequence[ScoredTake], folder: Path) -> list[ScoredTake]:
    """The takes, each knowing the contact sheet that shows them all: rolls, energy, sync, and how unlike they are."""
    from vem_plugin.takes.contact_sheet import contact_sheet

    sheet = contact_sheet(scored, folder)
    return [replace(one, sheet=sheet) for one in scored]


# --- measure ------------------------------------------------------------------------------------------------------


def measure_take_on_disk(path: Path, *, report: Report = silent) -> SyncReport:
    """Measure the sync of a take from its folder: the rendered mix against the cuts and hits of its plan."""
    from vem_plugin.measure.report import measure_take
    from vem_plugin.take import TAKE_FILE, folder_of, read_take
    from vem_plugin.takes.find import take_in

    named = path.is_dir() or path.name == TAKE_FILE or not path.exists()
    folder = folder_of(path) if named else take_in(path).folder
    take = read_take(folder)
    report("listen", 0.1, take.files["mix"])
    sync = measure_take(folder / take.files["mix"], take.plan, frame=take.storyboard.clock.frame_duration)
    report("listen", 1.0)
    return sync
