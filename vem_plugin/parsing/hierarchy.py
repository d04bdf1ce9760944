"""Reads what the picture says, at the paper's three levels (VeM, AAAI-26, "hierarchical video parsing").

The editor's timeline is the storyboard, so shots and transitions are exact and nothing has to be detected
here; this module looks at a few frames of each shot and puts words and numbers to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vem_plugin.parsing.around import look_around, shots_beside
from vem_plugin.parsing.cinematics import (
    FrameLook,
    cinematics_of_looks,
    difference_of_pictures,
    histogram_of,
    look_of_frame,
)
from vem_plugin.parsing.frames import SeenFrame, Unseen, glimpse_frames
from vem_plugin.parsing.parsed_video import Cinematics, ParsedVideo, SeenTransition, ShotFeatures
from vem_plugin.parsing.sampling import Place, Sampling, choose_frames
from vem_plugin.parsing.surroundings import Surroundings
from vem_plugin.parsing.words import summary_of, words_of_shot
from vem_plugin.progress import Report, silent
from vem_timeline.storyboard import Shot, Storyboard

if TYPE_CHECKING:
    from vem_plugin.encoders.picture import PictureEncoder
    from vem_plugin.encoders.text import TextEncoder

STAGE = "look"
"""Name of this stage in progress reports."""

ENCODED_AT_ONCE = 16
"""Frames collected before the picture encoder runs; bounds memory on long edits."""

Labels = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class FrameFeatures:
    """What is kept of a frame once its pixels are gone. ``picture`` is its unit embedding."""

    look: FrameLook
    histogram: NDArray[np.float32]
    picture: NDArray[np.float32] | None = None
    labels: Labels = ()


def parse(
    storyboard: Storyboard,
    *,
    brief: str,
    text: TextEncoder,
    picture: PictureEncoder | None,
    report: Report = silent,
) -> ParsedVideo:
    """Parse an edit: the brief and a summary, every shot, every transition.

    Parameters
    ----------
    storyboard : Storyboard
        The edit. Shots without readable media keep their words and the default look.
    brief : str
        What the editor asks for. If empty, the summary is embedded in its place.
    text : TextEncoder
    picture : PictureEncoder or None
        None leaves pictures unnamed and unembedded; light, colour and motion are still told.
    report : Report
        Told the share of frames seen.

    Returns
    -------
    ParsedVideo
        Shots and transitions in the storyboard's order; ``remarks`` say what could not be seen, and why.
    """
    sampling = choose_frames(storyboard)
    seen, remarks = _look_at_media(sampling, storyboard, picture, report)
    looked = [_frames_of_shot(shot, sampling, seen) for shot in storyboard.shots]
    looks = [_look_of_shot(shot, frames) for shot, frames in zip(storyboard.shots, looked, strict=True)]
    shots = _describe(storyboard, looked, looks, text)
    around = _compared(look_around(storyboard), storyboard, looked)
    summary = summary_of(storyboard, looks, shots)
    report(STAGE, 1.0, summary)
    return ParsedVideo(
        storyboard=storyboard,
        brief=brief,
        brief_text=text.encode([brief.strip() or summary])[0],
        summary=summary,
        shots=shots,
        transitions=tuple(
            SeenTransition(transition.time, float(share) if known else 1.0)
            for transition, share, known in zip(storyboard.transitions, around.difference, around.compared, strict=True)
        ),
        surroundings=around,
        encoders=_names(text, picture),
        remarks=tuple(remarks),
    )


def _look_at_media(
    sampling: Sampling, storyboard: Storyboard, picture: PictureEncoder | None, report: Report
) -> tuple[dict[Place, FrameFeatures], list[str]]:
    """Decode every chosen frame once, file by file, and keep its features."""
    wanted = sampling.glimpses_by_file()
    total = sum(len(glimpses) for glimpses in wanted.values())
    seen: dict[Place, FrameFeatures] = {}
    unseen: dict[Place, str] = {}
    waiting: list[tuple[Place, SeenFrame]] = []
    for path, glimpses in wanted.items():
        for index, answer in glimpse_frames(path, glimpses):
            place = (path, glimpses[index])
            if isinstance(answer, Unseen):
                unseen[place] = answer.why
            else:
                waiting.append((place, answer))
            if len(waiting) == ENCODED_AT_ONCE:
                seen.update(_features(waiting, picture))
                waiting.clear()
            report(STAGE, 0.95 * (len(seen) + len(unseen) + len(waiting)) / total, path.name)
    seen.update(_features(waiting, picture))
    return seen, [*_remarks_of_sharing(sampling), *_remarks_of_unseen(sampling, unseen, storyboard)]


def _features(frames: Sequence[tuple[Place, SeenFrame]], picture: PictureEncoder | None) -> dict[Place, FrameFeatures]:
    """Features of some frames; those of one size go through the picture encoder together."""
    found = {place: FrameFeatures(look_of_frame(frame), histogram_of(frame.picture)) for place, frame in frames}
    if picture is None:
        return found
    by_size: dict[tuple[int, ...], list[tuple[Place, SeenFrame]]] = {}
    for place, frame in frames:
        by_size.setdefault(frame.picture.shape, []).append((place, frame))
    for group in by_size.values():
        result = picture.encode(np.stack([frame.picture for _, frame in group]))
        for (place, _), row, labels in zip(group, result.embeddings, result.labels, strict=True):
            found[place] = replace(found[place], picture=row, labels=labels)
    return found


def _frames_of_shot(shot: Shot, sampling: Sampling, seen: dict[Place, FrameFeatures]) -> tuple[FrameFeatures, ...]:
    """The frames known of a shot, or of the shot whose look it shares."""
    places = sampling.places.get(sampling.shared.get(shot.number, shot.number), ())
    return tuple(seen[place] for place in places if place in seen)


def _look_of_shot(shot: Shot, frames: Sequence[FrameFeatures]) -> Cinematics | None:
    if frames:
        return cinematics_of_looks([frame.look for frame in frames], speed=float(shot.speed))
    if shot.kind == "gap":  # black is known without looking
        return Cinematics(light=0.0, warmth=0.0, saturation=0.0, contrast=0.0, motion=0.0)
    return None


def _describe(
    storyboard: Storyboard,
    looked: Sequence[Sequence[FrameFeatures]],
    looks: Sequence[Cinematics | None],
    text: TextEncoder,
) -> tuple[ShotFeatures, ...]:
    """Storyboard level: words, look, embeddings of every shot."""
    labels = [_labels_of_shot(frames) for frames in looked]
    words = [
        words_of_shot(shot, found, look) for shot, found, look in zip(storyboard.shots, labels, looks, strict=True)
    ]
    rows = text.encode(words)
    return tuple(
        ShotFeatures(
            shot=shot.number,
            cinematics=looks[index] or Cinematics(),
            words=words[index],
            text=rows[index],
            picture=_mean_picture(looked[index]),
            labels=labels[index],
        )
        for index, shot in enumerate(storyboard.shots)
    )


def _labels_of_shot(frames: Sequence[FrameFeatures]) -> Labels:
    """Mean probability of every word over a shot's frames, the most probable first, the improbable left
    out."""
    sums: dict[str, float] = {}
    for frame in frames:
        for word, probability in frame.labels:
            sums[word] = sums.get(word, 0.0) + probability / len(frames)
    ranked = sorted(sums.items(), key=lambda each: (-each[1], each[0]))
    return tuple((word, probability) for word, probability in ranked[:5] if probability >= 0.05)


def _mean_picture(frames: Iterable[FrameFeatures]) -> NDArray[np.float32] | None:
    rows = [frame.picture for frame in frames if frame.picture is not None]
    if not rows:
        return None
    mean = np.mean(rows, axis=0)
    return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)


def _compared(around: Surroundings, storyboard: Storyboard, looked: Sequence[Sequence[FrameFeatures]]) -> Surroundings:
    """Add how different the last look before each transition is from the first after it, where both are known."""
    frames = {shot.number: found for shot, found in zip(storyboard.shots, looked, strict=True)}
    for index, transition in enumerate(storyboard.transitions):
        before, after = (
            frames.get(shot.number, ()) if shot else () for shot in shots_beside(transition, storyboard.shots)
        )
        if before and after:
            ends = ((end.histogram, end.picture) for end in (before[-1], after[0]))
            around.difference[index], around.compared[index] = difference_of_pictures(*ends), 1
    return around


def _remarks_of_sharing(sampling: Sampling) -> list[str]:
    if not sampling.shared:
        return []
    return [
        f"{len(sampling.places)} shots were looked at; {len(sampling.shared)} more share the look of the "
        "nearest one of the same media."
    ]


def _remarks_of_unseen(sampling: Sampling, unseen: dict[Place, str], storyboard: Storyboard) -> list[str]:
    """One remark for each file and reason, with the numbers of the shots it concerns."""
    shots: dict[tuple[Path, str], list[int]] = {}
    for number, places in sampling.places.items():
        for place in places:
            if place in unseen:
                numbers = shots.setdefault((place[0], unseen[place]), [])
                if number not in numbers:
                    numbers.append(number)
    remarks = [f"{path.name}: {why} ({_listed(numbers)})" for (path, why), numbers in shots.items()]
    offline = [
        shot.number
        for shot in storyboard.shots
        if shot.kind == "picture" and (shot.media is None or shot.media.path is None or not shot.media.online)
    ]
    if offline:
        remarks.append(f"The media is offline. ({_listed(offline)})")
    return remarks


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:8])
    more = f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return f"shot{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _names(text: TextEncoder, picture: PictureEncoder | None) -> dict[str, str]:
    names = {"text": f"{text.name} on {text.provider}"}
    if picture is not None:
        names["picture"] = f"{picture.name} on {picture.provider}"
    return names
