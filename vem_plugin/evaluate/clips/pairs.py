"""A pair of a data set as a case: its own music is judged, and is the reference for whatever else is."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from vem_plugin.dataset.pair import Pair
from vem_plugin.dataset.pair_set import INDEX, PairSet, open_set
from vem_plugin.encoders.picture import PictureEncoder
from vem_plugin.evaluate.clips.by_rule import music_for
from vem_plugin.evaluate.clips.clip import Case, Clip, Music, Pictures, SeenShot
from vem_plugin.evaluate.clips.sources import Library
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.score.strengths import MARKED
from vem_timeline.clock import Clock, exact_rate
from vem_timeline.storyboard import Marker, MediaUse, Shot, Storyboard, Transition

VIDEO = "mp4"


def holds_set(path: Path) -> bool:
    """Whether a folder is a set of ``vem dataset``."""
    return (path / INDEX).is_file()


def cases_of_set(path: Path) -> tuple[Case, ...]:
    """All pairs of a set; music and pictures are read when they are asked for.

    Raises
    ------
    MediaError
        If the set is damaged, or of a newer version.
    """
    pairs = open_set(path)
    encoder = pairs.index.encoders.get("picture", "").rsplit(" on ", 1)[0]
    return tuple(_case_of(pairs, number, pair, encoder) for number, pair in enumerate(pairs))


def library_of_set(path: Path) -> Library:
    """The music of a set by the pairs' keys, and by the names of the videos of which there is one pair alone."""
    pairs = open_set(path)
    music = {key: lambda number=number: music_of(pairs[number]) for number, key in enumerate(pairs.keys)}
    videos = [Path(pair.origin.video).stem for pair in pairs]
    alone = {video: key for video, key in zip(videos, pairs.keys, strict=True) if videos.count(video) == 1}
    return Library(music, alone)


def _case_of(pairs: PairSet, number: int, pair: Pair, encoder: str) -> Case:
    return Case(
        clip=clip_of(pair, picture_encoder=encoder),
        own=lambda: music_of(pairs[number]),
        by_rule=lambda: music_for(parsed_of(pairs[number]), seed=number),
        look=(lambda picture: _look(pairs[number], picture)) if VIDEO in pair.files else None,
        own_is_reference=True,
    )


def clip_of(pair: Pair, *, picture_encoder: str = "") -> Clip:
    """What is seen in a pair; its hits are those that the maker of a synthetic set marked."""
    shots = pair.shots
    return Clip(
        key=pair.key,
        seconds=pair.seconds,
        frame=1 / pair.frame_rate,
        cuts=tuple(pair.transitions.time.tolist()),
        hits=tuple(float(time) for time, strength in pair.hits if strength >= MARKED),
        shots=tuple(
            SeenShot(
                float(shots.start[row]),
                float(shots.end[row]),
                pair.words[row],
                shots.picture[row] if shots.told[row, 1] else None,
            )
            for row in range(len(shots.start))
        ),
        caption=pair.caption,
        picture_encoder=picture_encoder,
    )


def music_of(pair: Pair) -> Music:
    """What is heard in a pair; raises `MediaError` if it was made without sound."""
    samples, rate = pair.sound()
    return Music(samples, rate, tuple(pair.beats.tolist()), tuple(pair.downbeats.tolist()))


def storyboard_of(pair: Pair, media: Path | None = None) -> Storyboard:
    """A pair as an edit, every time on a frame; its marked hits are markers, its media the clip's own video file."""
    rate = exact_rate(pair.frame_rate)

    def on_frame(seconds: float) -> Fraction:
        return round(seconds * rate) / rate

    end = on_frame(pair.seconds)
    edges = [Fraction(0), *(on_frame(float(time)) for time in pair.shots.start[1:]), end]
    shots = []
    for number, (start, stop) in enumerate(pairwise(edges), 1):
        use = None if media is None else MediaUse(media.as_uri(), media, start, stop - start, online=True)
        shots.append(Shot(number, "", start, stop - start, "picture", use))
    changes = pair.transitions
    transitions = tuple(
        Transition(on_frame(float(time)), kind, on_frame(float(length)), into)
        for into, (time, kind, length) in enumerate(zip(changes.time, changes.kind, changes.duration, strict=True), 2)
    )
    marked = [on_frame(float(time)) for time, strength in pair.hits if strength >= MARKED]
    markers = tuple(Marker(time, Fraction(0), "hit", "", "red", "timeline") for time in marked if 0 < time < end)
    return Storyboard(pair.key, Clock(rate), end, tuple(shots), transitions, markers)


def parsed_of(pair: Pair) -> ParsedVideo:
    """A pair as an edit that has been looked at; its caption stands for the brief."""
    board, table = storyboard_of(pair), pair.shots
    features = tuple(
        ShotFeatures(
            shot.number,
            Cinematics(*table.cinematics[row].tolist()) if table.told[row, 2] else Cinematics(),
            pair.words[row],
            table.text[row],
            table.picture[row] if table.told[row, 1] else None,
        )
        for row, shot in enumerate(board.shots)
    )
    around = pair.surroundings
    strengths = np.where(around.compared > 0, around.difference, 1.0).tolist()  # as parsing tells what it cannot see
    seen = tuple(SeenTransition(change.time, s) for change, s in zip(board.transitions, strengths, strict=True))
    return ParsedVideo(board, pair.caption, pair.caption_text, pair.caption, features, seen)


def _look(pair: Pair, picture: PictureEncoder) -> Pictures:
    from vem_plugin import stages
    from vem_plugin.parsing.hierarchy import parse
    from vem_plugin.settings import Settings

    with TemporaryDirectory(prefix="vem-clip-") as folder:
        video = Path(folder) / f"clip.{VIDEO}"
        video.write_bytes(pair.file(VIDEO))
        text = stages.text_encoder(Settings().placement)
        parsed = parse(storyboard_of(pair, video), brief="", text=text, picture=picture)
    return tuple(shot.picture for shot in parsed.shots)
