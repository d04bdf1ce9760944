"""The steps of a re-conform (``vem_plugin.reconforming``), each small enough to read at a glance."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vem_plugin import stages
from vem_plugin.conform.fates import ConformReport, report_of
from vem_plugin.conform.joining import joined, latents_at
from vem_plugin.conform.matching import ShotPair, match_shots, same_to_the_music, successors
from vem_plugin.conform.sheet import kept_beats, sheet_of_both
from vem_plugin.errors import SettingsError
from vem_plugin.progress import Report, silent
from vem_plugin.rhythm.former import FormerBeats, Survivor
from vem_plugin.settings import Settings
from vem_plugin.take import Change, Take, read_score
from vem_plugin.takes.find import FoundTake, check_files, name_within, stem_of, take_in
from vem_plugin.takes.locks import locked_shots
from vem_plugin.takes.seen import read_seen

if TYPE_CHECKING:
    from vem_plugin.brief import Brief
    from vem_plugin.drafts import Draft
    from vem_plugin.models.composer import Composer
    from vem_plugin.parsing.parsed_video import ParsedVideo
    from vem_plugin.publish import ScoredTake
    from vem_plugin.render.rendering import RenderedTake
    from vem_plugin.rhythm.beat_plan import BeatPlan
    from vem_plugin.score.cue import CueSheet
    from vem_plugin.score.notes import Score
    from vem_plugin.score.theme import ThemeCards
    from vem_timeline.storyboard import Storyboard


@dataclass(frozen=True)
class Given:
    """The take to fit, its score, and the settings it is fitted with."""

    found: FoundTake
    score: Score
    settings: Settings

    @property
    def take(self) -> Take:
        """The take's record."""
        return self.found.take


@dataclass(frozen=True)
class Fitted:
    """The plan and cue sheet of the new edit, and where its music comes from.

    ``beats`` has the earlier beat of every new one, or None; ``told`` is the edit retold in words of music;
    ``unchanged`` says that to the music both edits are one.
    """

    parsed: ParsedVideo
    told: ParsedVideo
    brief: Brief
    pairs: tuple[ShotPair, ...]
    plan: BeatPlan
    cue: CueSheet
    beats: tuple[int | None, ...]
    unchanged: bool


def open_given(scored: Path, new_edit: Path, settings: Settings | None) -> Given:
    """Open the take that a timeline holds; its instruments stay, whatever the new edit's notes name.

    The new edit is the timeline that the settings name; the name that the take was made with is forgotten where the new
    file has no timeline of it.

    Raises
    ------
    VemError
        If the timeline holds no take of ours, or the take has moved or lost files.
    """
    found = take_in(scored)
    check_files(found)
    told = settings or found.take.settings
    same = told.timeline == found.take.settings.timeline
    kept = replace(
        found.take.settings,
        device=told.device,
        memory=told.memory,
        compiled=told.compiled,
        model=told.model,
        palette=found.take.palette or None,
        takes=1,
        timeline=name_within(new_edit, told.timeline) if same else told.timeline,
        rate=told.rate,
    )
    return Given(found, read_score(found.folder, found.take.cue), kept)


def read_edit(given: Given, new_edit: Path, *, report: Report = silent) -> Storyboard:
    """Read the new edit as the earlier one was read, and refuse at once what could not be played in the end."""
    told = given.settings
    edit = stages.read_edit(new_edit, timeline=told.timeline, rate=told.frame_rate, report=report)
    stages.check_length(edit)
    return edit


def match(given: Given, edit: Storyboard) -> tuple[ShotPair, ...]:
    """Find every shot again.

    Raises
    ------
    SettingsError
        If there is none in common.
    """
    return match_shots(given.take.storyboard, edit)


def look(given: Given, edit: Storyboard, *, report: Report = silent) -> ParsedVideo:
    """What the pictures say; not looked at again if nothing has changed."""
    if same_to_the_music(given.take.storyboard, edit):
        seen = read_seen(given.found.folder, edit)
        if seen is not None:
            return seen
    with stages.media_of(edit) as online:
        return stages.look(online, given.settings, report=report)


def plan_again(given: Given, parsed: ParsedVideo, pairs: tuple[ShotPair, ...], *, report: Report = silent) -> Fitted:
    """Fit the beat to the new cuts with the earlier plan in mind, and decide what the music does.

    Raises
    ------
    PlanError
        If no tempo map fits.
    """
    from vem_plugin.direct import direct, retell

    take, edit = given.take, parsed.storyboard
    brief, _ = stages.interpret(parsed, replace(given.settings, style=take.style))
    if same_to_the_music(take.storyboard, edit):
        same = tuple(range(take.plan.beats))
        return Fitted(parsed, parsed, brief, pairs, take.plan, take.cue, same, unchanged=True)
    encode = stages.text_encoder(given.settings.placement).encode
    former = FormerBeats(take.plan, survivors_of(pairs), take.storyboard.clock.frame_duration)
    plan = stages.plan_rhythm(
        edit, given.settings, style=take.style, metre=take.plan.metre, parsed=parsed, former=former, report=report
    )
    directed = direct(parsed, plan, brief, style=take.style, seed=take.seed, mode=take.cue.mode, encode=encode)
    beats = kept_beats(former, plan, take.cue, directed)
    cue = sheet_of_both(take.cue, directed, plan, beats, pairs)
    told = retell(parsed, plan, cue, encode=encode)
    return Fitted(parsed, told, brief, pairs, plan, cue, beats, unchanged=False)


def survivors_of(pairs: tuple[ShotPair, ...]) -> tuple[Survivor, ...]:
    """Where the shots that live on lie now and lay then."""
    return tuple(
        Survivor(pair.new.start, pair.new.end, pair.old.start, pair.old.end, pair.changed_at_head)
        for pair in pairs
        if pair.old is not None and pair.new is not None
    )


def write_what_is_new(
    given: Given, fitted: Fitted, composer: Composer | None, *, report: Report = silent
) -> tuple[Score, ThemeCards | None]:
    """Keep the notes of kept beats and write the others, the kept latents given to the network at every step.

    An engine without latents writes the whole anew, of which the new beats are taken. Without new beats no engine is
    opened.

    Raises
    ------
    ModelError
        If something is new, and the composer is not the one that wrote the take.
    SettingsError
        If the take is sound: it has no notes that could be played at other times.
    """
    take, old = given.take, given.score
    if fitted.unchanged:
        return old, take.cards
    if take.is_sound:
        raise SettingsError(
            "The music of this take is sound without notes, which cannot be fitted to a changed edit.",
            where=take.name,
            remedy="Score the edit again, with `vem score` and the same --model and --seed.",
        )
    fresh, cards = None, take.cards
    if None in fitted.beats:
        composer = composer or stages.open_composer(given.settings, report=report)
        cards = cards or stages.draw_themes(fitted.cue, None, seed=take.seed)
        fresh = _written(given, fitted, composer, cards, report=report)
    known = old if old.facts else replace(old, facts=dict(take.composer))
    return joined(known, fitted.beats, fresh, fitted.cue), cards


def _written(given: Given, fitted: Fitted, composer: Composer, cards: ThemeCards, *, report: Report) -> Score:
    from vem_plugin.models.composer import Kept
    from vem_plugin.score.theme import realise
    from vem_plugin.takes.same_model import composer_of_take

    take, cue = given.take, fitted.cue
    if given.score.latents is None and composer.name == take.composer.get("composer"):
        return composer.compose(cue, fitted.told, fitted.plan, seed=take.seed, cards=cards, report=report)
    writer = composer_of_take(take, composer)
    latents = latents_at(given.score, fitted.beats)
    kept = None if latents is None else Kept(latents, np.array([beat is not None for beat in fitted.beats]))
    theme = realise(cue, cards)
    return writer.write(cue, fitted.told, fitted.plan, seed=take.seed, theme=theme, kept=kept, report=report)


def tell(given: Given, fitted: Fitted) -> ConformReport:
    """What became of every shot."""
    locked = locked_shots(given.take.locked, given.take.storyboard)
    return report_of(fitted.pairs, given.take.plan, fitted.plan, fitted.beats, locked=locked)


def name_of(given: Given, new_edit: Path) -> Path:
    """The edit that the new take is named after: a re-edited scored timeline counts as its edit's next version."""
    own = new_edit.stem == given.take.name
    return new_edit.with_stem(stem_of(new_edit.stem)) if own else new_edit


def play(given: Given, fitted: Fitted, score: Score, draft: Draft, *, report: Report = silent) -> RenderedTake:
    """Play the score; where nothing has changed, the earlier take's sound is copied, byte for byte."""
    if fitted.unchanged:
        return _copied(given.found, draft)
    speech = fitted.parsed.storyboard.speech
    return stages.play(
        score,
        fitted.plan,
        draft,
        given.settings,
        seed=given.take.seed,
        brief=fitted.brief,
        clock=fitted.parsed.storyboard.clock,
        speech=speech,
        report=report,
    )


def _copied(found: FoundTake, draft: Draft) -> RenderedTake:
    """The files of a take under the names of a new one."""
    from vem_plugin.render.rendering import RenderedTake

    take = found.take

    def copy(name: str) -> Path:
        file = take.files[name]
        return Path(shutil.copyfile(found.folder / file, draft.folder / file.replace(take.name, draft.name, 1)))

    ducked = "ducked_mix" in take.files
    loud = take.loudness
    return RenderedTake(
        mix=copy("mix"),
        stems={stem: copy(f"stem_{stem}") for stem in take.stems},
        midi=copy("midi"),
        samples=take.samples,
        loudness=loud.lufs,
        true_peak=loud.true_peak,
        target=loud.target,
        gain=loud.gain,
        limiting=0.0,
        palette=take.palette,
        trim=loud.trim,
        effects=take.effects,
        ducked=copy("ducked_mix") if ducked else None,
        ducking=copy("ducking") if ducked else None,
        time_reference=take.time_reference,
    )


def draw(given: Given, fitted: Fitted, score: Score, told: ConformReport, draft: Draft) -> Path:
    """Draw both edits with ribbons between."""
    from vem_plugin.conform.picture import draw_conform

    take = given.take
    before = (take.storyboard, take.plan, given.score)
    now = (fitted.parsed.storyboard, fitted.plan, score)
    return draw_conform(before, now, fitted.beats, told, draft.folder / "conform.png")


def publish(
    given: Given,
    fitted: Fitted,
    score: Score,
    cards: ThemeCards | None,
    rendered: RenderedTake,
    new_edit: Path,
    draft: Draft,
) -> ScoredTake:
    """Record the new take and write the scored timeline beside it.

    Raises
    ------
    RenderError, UnwritableTimeline
        If something cannot be written; nothing stays behind.
    """
    from vem_plugin.publish import Making, write_back

    take = given.take
    numbers = successors(fitted.pairs)
    kept = sum(beat is not None for beat in fitted.beats)
    change = Change(take.take_id, "reconformed", f"{kept} of {len(fitted.beats)} beats kept", seed=take.seed)
    making = Making(
        edit=new_edit,
        storyboard=fitted.parsed.storyboard,
        parsed=fitted.parsed,
        plan=fitted.plan,
        score=score if score.facts else replace(score, facts=dict(take.composer)),
        rendered=rendered,
        settings=given.settings,
        seed=take.seed,
        style=take.style,
        cards=cards,
        change=change,
        locked=tuple(sorted(now for number in take.locked for now in numbers.get(number, ()))),
    )
    return write_back(making, draft)
