"""The frame rate of an edit list, which tells none.

Three things tell it. A semicolon or an FCM line means drop-frame. The largest frame number bounds it from below. And an
event is as long on its source as on its record side, which holds for every event at the right rate only: 01:00:02:20 to
01:00:05:03 and 00:00:00:00 to 00:00:02:07 agree at 24 frames a second and at no other rate. What they cannot tell is
24 from 23.976, whose music differs by four frames after three minutes; so that is asked, not guessed.
"""

from __future__ import annotations

import re
from fractions import Fraction

from vem_timeline.clock import Clock
from vem_timeline.edl_lines import EditList, Event
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.tree import RemarkBook

_NOMINAL = (24, 25, 30, 48, 50, 60)
_SPELLED = {
    24: ("24", "23.976"), 25: ("25",), 30: ("30", "29.97"), 48: ("48", "47.952"), 50: ("50",), 60: ("60", "59.94"),
}  # fmt: skip
_DIGITS = re.compile(r"\d+")


def clock_of_list(told: EditList, book: RemarkBook, rate: Fraction | None) -> Clock:
    """The clock of an edit list: of the rate that is given, or of the only one that fits its events.

    Raises
    ------
    UnreadableTimeline
        If a frame number does not exist at that rate, or several rates fit and none is given.
    """
    codes = [code for event in told.events for code in _codes(event)]
    largest = max(int(_DIGITS.findall(code)[3]) for code in codes)
    drops = told.drop_frame or any(";" in code for code in codes)
    if rate is not None:
        clock = Clock(rate, drop_frame=bool(drops) and (rate * 1001) % 30_000 == 0)
        if largest >= clock.nominal_rate:
            raise UnreadableTimeline(
                f"The list counts to frame {largest}, which does not exist at {float(rate):.5g} frames per second.",
                remedy="Give the rate of the edit, or none to have it inferred.",
            )
        return clock
    if drops:
        if largest > 59:
            raise _too_large(largest)
        return Clock(Fraction(30_000 if largest < 30 else 60_000, 1001), drop_frame=True)
    fitting = [nominal for nominal in _NOMINAL if nominal > largest]
    if not fitting:
        raise _too_large(largest)
    agreeing = {nominal: sum(_agrees(event, nominal) for event in told.events) for nominal in fitting}
    most = max(agreeing.values())
    nominal = [entry for entry in fitting if agreeing[entry] == most]
    # 48 and above count to frames that a list of any length reaches; without one of those they are far-fetched.
    likely = [entry for entry in nominal if entry <= 30] or nominal
    possible = [spelled for entry in likely for spelled in _SPELLED[entry]]
    if len(possible) > 1:
        raise UnreadableTimeline(
            f"The edit list names no frame rate, and {_listed(possible)} fit its timecodes.",
            where=f"{most} of {len(told.events)} events agree, frames count to {largest}",
            remedy=f"Give the rate of the edit, such as --rate {possible[0]}.",
        )
    book.add(
        "The edit list names no frame rate.",
        f"{most} of {len(told.events)} events agree, frames count to {largest}",
        f"Only {possible[0]} frames per second fit its timecodes.",
    )
    return Clock(Fraction(likely[0]))


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _codes(event: Event) -> tuple[str, str, str, str]:
    return event.source_in, event.source_out, event.record_in, event.record_out


def _agrees(event: Event, nominal: int) -> bool:
    """Whether an event is equally long on both sides at a rate."""
    if event.speeds:
        return False
    counts = []
    for code in _codes(event):
        hours, minutes, seconds, frames = (int(part) for part in _DIGITS.findall(code))
        counts.append(((hours * 60 + minutes) * 60 + seconds) * nominal + frames)
    return counts[1] - counts[0] == counts[3] - counts[2]


def _too_large(largest: int) -> UnreadableTimeline:
    return UnreadableTimeline(
        f"The list counts to frame {largest}, more than 60 to the second.", remedy="Export the list again."
    )
