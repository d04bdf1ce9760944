"""The steps of a re-score (``vem_plugin.rescoring``), each small enough to read at a glance."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vem_plugin import stages
from vem_plugin.errors import SettingsError
from vem_plugin.progress import Report, silent
from vem_plugin.score.notes import Score
from vem_plugin.take import Change, Take, read_score, write_take
from vem_plugin.takes.find import FoundTake, check_files, check_same_edit, take_in
from vem_plugin.takes.joined import Joined, joined_effects, joined_score
from vem_plugin.takes.locks import locked_shots, refuse_locked
from vem_plugin.takes.sections import Ask, asked_anew
from vem_plugin.takes.seen import read_seen, write_seen
from vem_plugin.takes.span import Span, span_between, span_of_shots

if TYPE_CHECKING:
    from vem_plugin.drafts import Draft
    from vem_plugin.models.composer import Composer
    from vem_plugin.parsing.parsed_video import ParsedVideo
    from vem_plugin.publish import ScoredTake
    from vem_plugin.render.effects import Effect
    from vem_plugin.settings import Settings
    from vem_plugin.takes.version import Patch


@dataclass(frozen=True)
class OpenTake:
    """A take with its score, the edit as it is now, what its pictures say, and its locked shots by number."""

    found: FoundTake
    score: Score
    seen: ParsedVideo
    locks: Mapping[int, str]

    @property
    def take(self) -> Take:
        """The record."""
        return self.found.take


def open_take(scored: Path, settings: Settings | None = None, *, report: Report = silent) -> OpenTake:
    """Open the take that a timeline holds, with all that a change needs.

    Raises
    ------
    VemError
        If the timeline holds no take, the take has lost files, or the edit is not the one it was made for.
    """
    from vem_timeline import read

    found = take_in(scored)
    check_files(found)
    now = read(scored, timeline=found.within)
    check_same_edit(found, now)
    score = read_score(found.folder, found.take.cue)
    return OpenTake(
        found, score, _seen(found, settings or found.take.settings, report), locked_shots(found.take.locked, now)
    )


def _seen(found: FoundTake, settings: Settings, report: Report) -> ParsedVideo:
    """What the pictures say, kept beside the take or, for a take that kept nothing, looked at again."""
    kept = read_seen(found.folder, found.take.storyboard)
    if kept is not None:
        return kept
    with stages.media_of(found.take.storyboard) as storyboard:
        return stages.look(storyboard, settings, report=report)


def choose_span(opened: OpenTake, shots: Sequence[int], times: tuple[Fraction, Fraction] | None) -> Span:
    """The span that is asked for, none of whose shots is locked.

    Raises
    ------
    SettingsError
        If it is none, or a shot in it is locked.
    """
    if bool(shots) == (times is not None):
        raise SettingsError("Which part shall be scored anew?", remedy="Name shots, or a start and an end.")
    board, plan, locked = opened.take.storyboard, opened.take.plan, frozenset(opened.locks)
    if times is not None:
        span = span_between(board, plan, *times, locked=locked)
    else:
        span = span_of_shots(board, plan, shots, locked=locked)
    refuse_locked(span.shots, opened.locks)
    return span


def change_of(opened: OpenTake, span: Span, ask: Ask, draft: Draft) -> Change:
    """What the new version will be. Without a seed asked for, its number makes a fresh one."""
    number = int(draft.name.rpartition("_v")[2])
    seed = (opened.take.seed + number) % (1 << 31) if ask.seed is None else ask.seed
    return Change(opened.take.take_id, "rescored", ask.words, span.shots, (span.first, span.last), seed)


def write_anew(
    opened: OpenTake,
    span: Span,
    ask: Ask,
    settings: Settings,
    composer: Composer,
    change: Change,
    *,
    report: Report = silent,
) -> Joined:
    """Write new music into the span, the rest given: latents to the network, notes as they were stored.

    Raises
    ------
    ModelError
        If the composer is not the one that wrote the take.
    """
    from vem_plugin.direct import retell
    from vem_plugin.models.composer import Kept
    from vem_plugin.score.theme import realise
    from vem_plugin.takes.same_model import composer_of_take

    take, latents = opened.take, opened.score.latents
    writer = composer_of_take(take, composer)
    if latents is None or take.cards is None:
        raise SettingsError(
            "The take does not keep what its music was made of.",
            where=str(opened.found.folder),
            remedy="Score the edit again.",
        )
    encode = stages.text_encoder(settings.placement).encode
    cue = asked_anew(take.cue, span.first, span.last, ask, encode=encode)
    asked = replace(cue, style=ask.style or take.style)
    told = retell(opened.seen, take.plan, asked, encode=encode)
    beats = np.arange(cue.beats)
    kept = Kept(latents, (beats < span.first) | (beats >= span.last), take.composer)
    theme = realise(asked, take.cards)
    seed = take.seed if change.seed is None else change.seed
    fresh = writer.write(asked, told, take.plan, seed=seed, theme=theme, kept=kept, report=report)
    fresh = replace(fresh, cue=cue)
    return joined_score(opened.score, fresh, span.first, span.last, silent=ask.silent)


def effects_anew(opened: OpenTake, score: Score, span: Span, change: Change) -> tuple[Effect, ...]:
    """The effects of the take, with others in the span."""
    from vem_plugin.render.effects import effects_for

    take = opened.take
    if not take.settings.effects:
        return ()
    speech = [(voice.start, voice.start + voice.duration) for voice in take.storyboard.speech]
    seed = take.seed if change.seed is None else change.seed
    fresh = effects_for(score.cue, take.plan, seed=seed, speech=speech)
    begin, end = (take.plan.time_of(Fraction(beat)) for beat in (span.first, span.last))
    return joined_effects(take.effects, fresh, begin, end)


def play_anew(opened: OpenTake, joined: Joined, effects: Sequence[Effect], span: Span) -> Patch:
    """Play the span and its seams with the take's instruments, and lay them into its sound."""
    from vem_plugin.render.passage import play_passage
    from vem_plugin.render.soundfont import load_bank
    from vem_plugin.score.instruments import BANK
    from vem_plugin.score.palette import palette_named
    from vem_plugin.takes.version import lay_in, stretch_of

    take = opened.take
    stretch = stretch_of(span, take.samples)
    played = play_passage(
        joined.struck,
        take.plan,
        stretch,
        palette=palette_named(take.palette),
        bank=load_bank(BANK),
        seed=take.seed,
        trim=take.loudness.trim,
        effects=effects,
    )
    return lay_in(opened.found, stretch, played)


def publish_anew(
    opened: OpenTake,
    joined: Joined,
    effects: tuple[Effect, ...],
    patch: Patch,
    change: Change,
    draft: Draft,
    *,
    span: Span,
) -> ScoredTake:
    """Write all files of the new version, its record, and the timeline that holds it.

    Raises
    ------
    RenderError, TimelineError
        If something cannot be written; nothing stays behind.
    """
    from vem_plugin.render.take_files import name_of
    from vem_plugin.score.midi import score_to_midi
    from vem_plugin.score.palette import palette_named
    from vem_plugin.takes.version import publish_version, version_of, write_sound

    found, take, score = opened.found, opened.take, joined.written
    files, loudness = write_sound(found, patch, draft)
    files["midi"] = f"{name_of(draft.name)}.mid"
    score_to_midi(score, take.plan, palette=palette_named(take.palette), path=draft.folder / files["midi"])
    if (picture := found.folder / take.files.get("picture", "plan.png")).is_file():
        files["picture"] = shutil.copyfile(picture, draft.folder / picture.name).name  # the plan is the same
    files["seen"] = write_seen(opened.seen, draft.folder).name
    version = version_of(
        found,
        draft,
        cue=score.cue,
        composer=take.composer | {name: score.facts[name] for name in ("anchoring", "anchors") if take.is_sound},
        files=files,
        loudness=loudness,
        effects=effects,
        change=change,
        locked=take.locked,
        version=importlib.metadata.version("vem-plugin"),
    )
    write_take(version, score, draft.folder)
    return publish_version(version, found, draft, stretch=(span.opening[0], span.closing[1]))
