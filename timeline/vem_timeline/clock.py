"""The clock of a timeline: exact frame rates, frame numbers, seconds and SMPTE timecode.

Conventions: seconds are exact ``fractions.Fraction`` counted from the first frame of the timeline; a frame
number counts from 0 at that same frame; a timecode reads what the editor sees, so it includes the start
timecode (``start_frame``). Drop-frame timecode skips the *names* of two frames (four at 59.94) at the start
of each minute, except each tenth minute; no picture is dropped (SMPTE ST 12-1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from vem_timeline.errors import UnreadableTimeline

_NTSC_BASES = (12, 15, 24, 30, 48, 60, 72, 90, 96, 120, 180, 240)
"""Nominal rates whose n * 1000 / 1001 variant is in use; 23.976 is 24, 47.952 is 48 and so on."""

_NTSC_TOLERANCE = 0.006
"""Widest rounding of an NTSC rate seen in files: 23.98 is 0.004 off 24000/1001, 47.95 is 0.0021 off."""

_FLOAT32_TOLERANCE = 1e-6
"""Relative error below which a rate counts as a rounded simple fraction (float32 keeps about 6e-8)."""

_TIMECODE = re.compile(r"^\s*(-?)(\d{1,3}):(\d{2}):(\d{2})([:;.,])(\d{2,3})\s*$")


def exact_rate(rate: float | Fraction) -> Fraction:
    """Turn a frame rate as files write it into the exact rate it stands for.

    Parameters
    ----------
    rate : float or Fraction
        Frames per second, greater than 0. 23.976, 23.98 and 23.976024627685547 all stand for 24000/1001.

    Returns
    -------
    Fraction
        The whole number or the NTSC rate within its usual rounding, else the simplest fraction within one
        part in a million.

    Raises
    ------
    UnreadableTimeline
        If the rate is not a finite number greater than 0.
    """
    value = float(rate)
    if not 0 < value < 1e9:
        raise UnreadableTimeline(
            f"A frame rate of {rate} is no rate.", remedy="Export the timeline again with a valid frame rate."
        )
    if isinstance(rate, Fraction):
        return rate
    whole = round(value)
    if whole and abs(value - whole) <= whole * _FLOAT32_TOLERANCE:
        return Fraction(whole)
    for base in _NTSC_BASES:
        ntsc = Fraction(base * 1000, 1001)
        # 59.94 and its kin are told from their whole neighbour by being closer to the NTSC rate than to it.
        if abs(value - float(ntsc)) <= min(_NTSC_TOLERANCE * base / 24, abs(value - base)):
            return ntsc
    exact = Fraction(value)
    for limit in (1001, 10_000, 1_000_000):
        simple = exact.limit_denominator(limit)
        if abs(float(simple) - value) <= value * _FLOAT32_TOLERANCE:
            return simple
    return exact


@dataclass(frozen=True, slots=True)
class Clock:
    """How a timeline counts its frames.

    Parameters
    ----------
    rate : Fraction
        Frames per second, exact (24000/1001, not 23.976).
    drop_frame : bool
        Whether timecode is drop-frame. Only 30000/1001 and its whole multiples have it.
    start_frame : int
        Number of the first frame, as timecode counts: 86400 for 01:00:00:00 at 24.
    """

    rate: Fraction
    drop_frame: bool = False
    start_frame: int = 0

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise UnreadableTimeline(
                f"A frame rate of {self.rate} is no rate.", remedy="Give a frame rate greater than 0."
            )
        if self.drop_frame and (self.rate * 1001) % 30_000 != 0:
            raise UnreadableTimeline(
                f"Drop-frame timecode does not exist at {float(self.rate):g} frames per second.",
                remedy="Use 29.97 or 59.94 frames per second, or non-drop timecode.",
            )

    @property
    def frame_duration(self) -> Fraction:
        """Length of one frame, seconds."""
        return 1 / self.rate

    @property
    def nominal_rate(self) -> int:
        """Frames that timecode counts to a second: 24 for 23.976, 30 for 29.97."""
        return max(1, _round_half_up(self.rate))

    def seconds_of(self, frame: int) -> Fraction:
        """Start of a frame, counted from the first frame of the timeline, in seconds."""
        return frame / self.rate

    def frame_of(self, seconds: Fraction) -> int:
        """Number of the frame whose start is nearest; a tie goes to the later frame."""
        return _round_half_up(seconds * self.rate)

    def timecode_of(self, seconds: Fraction) -> str:
        """SMPTE timecode of the frame nearest to a time, the start timecode included.

        Drop-frame timecode has ``;`` before the frames. Times before 00:00:00:00 read with a minus sign.
        """
        return self.timecode_of_frame(self.frame_of(seconds))

    def timecode_of_frame(self, frame: int) -> str:
        """SMPTE timecode of a frame counted from the first frame of the timeline."""
        absolute = frame + self.start_frame
        sign = "-" if absolute < 0 else ""
        count = abs(absolute)
        if self.drop_frame:
            count = _name_of_drop_frame(count, self.nominal_rate)
        minutes_total, in_minute = divmod(count, 60 * self.nominal_rate)
        hours, minutes = divmod(minutes_total, 60)
        seconds, frames = divmod(in_minute, self.nominal_rate)
        separator = ";" if self.drop_frame else ":"
        width = len(str(self.nominal_rate - 1))
        return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}{separator}{frames:0{max(2, width)}d}"

    def frame_of_timecode(self, timecode: str) -> int:
        """Frame a timecode names, counted from the first frame of the timeline.

        Parameters
        ----------
        timecode : str
            ``HH:MM:SS:FF``. A ``;`` (or ``,`` or ``.``) before the frames is accepted, but whether frames
            drop is told by the clock, not by the separator.

        Raises
        ------
        UnreadableTimeline
            If the text is no timecode, or names a frame that does not exist (such as 00:01:00;00 in
            drop-frame).
        """
        match = _TIMECODE.match(timecode)
        if match is None:
            raise _bad_timecode(timecode, "it does not read HH:MM:SS:FF")
        sign, *digits = match.group(1), *match.group(2, 3, 4, 6)
        hours, minutes, seconds, frames = (int(part) for part in digits)
        if minutes > 59 or seconds > 59 or frames >= self.nominal_rate:
            raise _bad_timecode(timecode, f"minutes, seconds or frames are too large for {float(self.rate):g} fps")
        count = ((hours * 60 + minutes) * 60 + seconds) * self.nominal_rate + frames
        if self.drop_frame:
            dropped = _dropped_a_minute(self.nominal_rate)
            if minutes % 10 and seconds == 0 and frames < dropped:
                raise _bad_timecode(timecode, "drop-frame timecode skips that name")
            minutes_total = hours * 60 + minutes
            count -= dropped * (minutes_total - minutes_total // 10)
        return (-count if sign else count) - self.start_frame

    def seconds_of_timecode(self, timecode: str) -> Fraction:
        """Time a timecode names, seconds from the first frame; raises as `frame_of_timecode`."""
        return self.seconds_of(self.frame_of_timecode(timecode))


def _round_half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _dropped_a_minute(nominal_rate: int) -> int:
    """Frame names skipped at the start of a minute: 2 at 29.97, 4 at 59.94."""
    return nominal_rate // 15


def _name_of_drop_frame(count: int, nominal_rate: int) -> int:
    """Number a real frame count gets when the skipped names are counted too."""
    dropped = _dropped_a_minute(nominal_rate)
    in_minute = 60 * nominal_rate - dropped
    in_ten_minutes = 10 * in_minute + dropped
    tens, rest = divmod(count, in_ten_minutes)
    # The first minute of ten drops nothing, so it is longer than the other nine.
    minutes = max(0, (rest - dropped) // in_minute)
    return count + dropped * (9 * tens + minutes)


def _bad_timecode(timecode: str, reason: str) -> UnreadableTimeline:
    return UnreadableTimeline(
        f"{timecode!r} is no timecode of this timeline: {reason}.",
        remedy="Write it as HH:MM:SS:FF, within the frame rate.",
    )
