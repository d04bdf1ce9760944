"""A take of ``vem score`` as a case: the edit it was made for, its mix, its plan's beats."""

from __future__ import annotations

from pathlib import Path

from vem_plugin.encoders.picture import PictureEncoder
from vem_plugin.evaluate.clips.by_rule import music_by_rule, music_of_file
from vem_plugin.evaluate.clips.clip import Case, Clip, Pictures, SeenShot, Times
from vem_plugin.measure.report import wanted_instants
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.take import Take, folder_of, read_take
from vem_plugin.takes.find import stem_of
from vem_plugin.takes.seen import read_seen


def case_of_take(path: Path) -> Case:
    """Read a take; ``path`` as in ``vem_plugin.take.folder_of``.

    Raises
    ------
    SettingsError
        If there is no take, or its record is damaged or of a newer format.
    """
    folder = folder_of(path)
    take = read_take(folder)
    seen = read_seen(folder, take.storyboard)
    return Case(
        clip=_clip_of(take, seen),
        own=lambda: music_of_file(folder / take.files["mix"], take.plan),
        by_rule=lambda: music_by_rule(take.cue, take.plan, seed=take.seed, cards=take.cards),
        look=lambda picture: _look(take, picture),
        names=(take.edit.stem, stem_of(take.name)),
    )


def _clip_of(take: Take, seen: ParsedVideo | None) -> Clip:
    """Cuts are those that want a beat, as the plan read them; words and pictures are what was seen when scoring."""
    board = take.storyboard
    known = {} if seen is None else {shot.shot: shot for shot in seen.shots}
    shots = tuple(
        SeenShot(
            float(shot.start),
            float(shot.end),
            known[shot.number].words if shot.number in known else " ".join(shot.words),
            known[shot.number].picture if shot.number in known else None,
        )
        for shot in board.shots
    )
    return Clip(
        key=take.name,
        seconds=float(board.duration),
        frame=float(board.clock.frame_duration),
        cuts=_times(take, hits=False),
        hits=_times(take, hits=True),
        shots=shots,
        caption=take.settings.brief.strip() or ("" if seen is None else seen.summary),
        picture_encoder=take.encoders.get("picture", "").rsplit(" on ", 1)[0],
    )


def _times(take: Take, *, hits: bool) -> Times:
    return tuple(float(item.time) for item in wanted_instants(take.plan) if (item.kind == "hit") == hits)


def _look(take: Take, picture: PictureEncoder) -> Pictures:
    from vem_plugin import stages
    from vem_plugin.parsing.hierarchy import parse

    with stages.media_of(take.storyboard) as board:
        parsed = parse(board, brief="", text=stages.text_encoder(take.settings.placement), picture=picture)
    return tuple(shot.picture for shot in parsed.shots)
