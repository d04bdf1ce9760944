"""The root of the error tree.

A message says *what* is wrong, *where* (file, clip, timecode, value), and *what to do*.

    VemError                     exit code 1, base of everything raised on purpose
    +-- TimelineError            3   the edit
    |   +-- UnreadableTimeline       not a timeline, broken, or a structure we refuse to guess at
    |   +-- EmptyTimeline            no picture, or no length
    |   +-- UnwritableTimeline       the scored timeline cannot be written
    +-- (vem_plugin.errors adds media, plan, model, render and settings errors)
"""


class VemError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    what : str
        What is wrong, with the offending value, in one sentence.
    where : str
        File, track, clip or timecode. Empty if it concerns the whole request.
    remedy : str
        What the user can do about it.
    """

    exit_code: int = 1

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what, where, remedy)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{advice}"


class TimelineError(VemError):
    """The edit itself is at fault."""

    exit_code = 3


class UnreadableTimeline(TimelineError):
    """The file is no timeline, is broken, or holds a structure that would have to be guessed."""


class EmptyTimeline(TimelineError):
    """The timeline has no picture, or no length."""


class UnwritableTimeline(TimelineError):
    """The scored timeline cannot be written."""

    exit_code = 6
