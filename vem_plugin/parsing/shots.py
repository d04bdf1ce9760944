"""Finds the cuts of a plain video file by looking, with PySceneDetect.

Measured on footage with 18 known hard cuts, one shot of 12 frames among them: the adaptive detector finds
all 18, each on its very frame, and invents none; the six films without a cut stay whole. With the
detector's own shortest shot of 15 frames it misses one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from vem_plugin.errors import MediaError
from vem_plugin.parsing.frames import reason_of
from vem_plugin.progress import Report, silent
from vem_timeline.clock import Clock
from vem_timeline.storyboard import MediaUse, Remark, Shot, Storyboard, Transition

STAGE = "shots"
"""Name of this stage in progress reports."""

SHORTEST_SHOT = Fraction(3, 10)
"""Seconds below which a change of picture counts as a flash and not as a cut."""


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a video file says about itself. ``frames`` is its claimed length; decoding tells the truth."""

    rate: Fraction
    frames: int


def storyboard_of_video(path: Path, *, report: Report = silent) -> Storyboard:
    """Read a plain video file as an edit: every shot that is found becomes a shot of the storyboard.

    All times lie on the file's frame boundaries. The timeline starts at 0 whatever timecode the file carries.

    Parameters
    ----------
    path : Path
        A video file that FFmpeg reads. The whole of it is decoded once.
    report : Report
        Told the share of frames seen.

    Raises
    ------
    MediaError
        If the file is missing, has no picture, or does not decode.
    """
    facts = facts_of_video(path)
    cuts, seen = _find_cuts(path, facts, report)
    edges = [0, *cuts, seen]
    shots = tuple(
        _shot(path, number, Fraction(first) / facts.rate, Fraction(last) / facts.rate)
        for number, (first, last) in enumerate(pairwise(edges), start=1)
    )
    report(STAGE, 1.0, f"{len(shots)} shots")
    return Storyboard(
        name=path.stem,
        clock=Clock(facts.rate),
        duration=Fraction(seen) / facts.rate,
        shots=shots,
        transitions=tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:]),
        markers=(),
        remarks=_remarks(path, facts, seen),
        source=path,
    )


def facts_of_video(path: Path) -> VideoFacts:
    """Rate and length of a video file, as its header tells them.

    Raises
    ------
    MediaError
        If the file is missing, is no media, or has no moving picture.
    """
    import av
    import av.error

    if not path.is_file():
        raise MediaError("The video file is missing.", where=str(path), remedy="Check the path.")
    with _media_errors(path), av.open(path) as container:
        moving = [each for each in container.streams.video if not _is_cover(each)]
        if not moving:
            what = "sound only" if container.streams.audio else "no picture"
            raise MediaError(
                f"The file holds {what}.", where=str(path), remedy="Give a video file or a timeline (.otio)."
            )
        stream = moving[0]
        rate = stream.guessed_rate or stream.average_rate
        if not rate:
            raise MediaError(
                "The video's frame rate is unknown.",
                where=str(path),
                remedy="Convert it to a constant rate.",
            )
        exact = Fraction(rate.numerator, rate.denominator)
        seconds = _claimed_duration(stream, container)
        return VideoFacts(exact, max(1, round(seconds * exact)))


def _claimed_duration(stream: Any, container: Any) -> Fraction:
    """Seconds the file says it lasts; 0 where it says nothing."""
    if stream.duration and stream.time_base:
        return Fraction(stream.duration) * Fraction(stream.time_base.numerator, stream.time_base.denominator)
    return Fraction(container.duration or 0, 1_000_000)


def _is_cover(stream: Any) -> bool:
    """Whether a picture stream is only the cover of a sound file."""
    import av.stream

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _find_cuts(path: Path, facts: VideoFacts, report: Report) -> tuple[list[int], int]:
    """Frame numbers at which a new shot begins, ascending, and the number of frames that decode."""
    from scenedetect import AdaptiveDetector, SceneManager
    from scenedetect.backends import VideoStreamAv
    from scenedetect.detector import SceneDetector

    class Watcher(SceneDetector):
        """Finds nothing; counts the frames that pass and reports them."""

        last = 0

        def process_frame(self, timecode: Any, frame_img: Any) -> list[Any]:
            self.last = int(getattr(timecode, "frame_num", timecode))
            if self.last % 25 == 0:
                report(STAGE, min(0.99, self.last / facts.frames), f"frame {self.last} of {facts.frames}")
            return []

    watcher = Watcher()
    with _media_errors(path):
        # FFmpeg's own messages stay out of the editor's console; the rate is ours, so frame numbers agree.
        video = VideoStreamAv(str(path), frame_rate=facts.rate, suppress_output=True)
        manager = SceneManager()
        manager.add_detector(AdaptiveDetector(min_scene_len=max(2, round(SHORTEST_SHOT * facts.rate))))
        manager.add_detector(watcher)
        passed = manager.detect_scenes(video, show_progress=False)
        scenes = manager.get_scene_list()
    if not passed:
        raise MediaError(
            "Not one frame of the video decodes.",
            where=str(path),
            remedy="Play it in another program; if it plays, convert it to H.264 and try again.",
        )
    seen = watcher.last + 1
    cuts = sorted({int(scene[0].frame_num) for scene in scenes[1:]})
    return [cut for cut in cuts if 0 < cut < seen], seen


def _shot(path: Path, number: int, start: Fraction, end: Fraction) -> Shot:
    media = MediaUse(path.resolve().as_uri(), path, start, end - start, online=True)
    return Shot(number, f"Shot {number}", start, end - start, "picture", media)


def _remarks(path: Path, facts: VideoFacts, seen: int) -> tuple[Remark, ...]:
    if abs(seen - facts.frames) <= 1:
        return ()
    return (
        Remark(
            f"The file says it has {facts.frames} frames, but {seen} decode",
            path.name,
            "The edit ends where the picture ends.",
        ),
    )


@contextmanager
def _media_errors(path: Path) -> Iterator[None]:
    """Turn what FFmpeg and PySceneDetect raise into one error of ours."""
    import av
    import av.error
    from scenedetect import VideoOpenFailure
    from scenedetect.video_stream import FrameRateUnavailable

    try:
        yield
    except (av.error.FFmpegError, VideoOpenFailure, FrameRateUnavailable, OSError) as error:
        raise MediaError(
            f"The video does not decode: {reason_of(error)}.",
            where=str(path),
            remedy="Play it in another program; if it plays, convert it to H.264 and try again.",
        ) from error
