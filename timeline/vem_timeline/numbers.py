"""Numbers as timeline files write them, made exact."""

from __future__ import annotations

import re
from fractions import Fraction

from vem_timeline.errors import UnreadableTimeline

_DECIMAL = re.compile(r"[+-]?(\d{1,18}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?")
_RATIONAL = re.compile(r"([+-]?\d{1,24})(?:/(\d{1,24}))?s?|([+-]?\d{0,18}\.\d{1,30})s?")
_LARGEST = 10**9
"""Seconds or frames; no edit is longer, and larger numbers come from damage."""


def decimal(text: str, *, where: str = "") -> Fraction:
    """The exact value of a decimal number.

    Raises
    ------
    UnreadableTimeline
        If it is none, or absurdly large.
    """
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        raise _no_number(text, where)
    return _sane(Fraction(text), text, where)


def rational(text: str, *, where: str = "") -> Fraction:
    """The exact value of ``1001/24000s``, ``5s`` or ``2.5s``, seconds.

    Raises
    ------
    UnreadableTimeline
        If it is none, or absurdly large.
    """
    found = _RATIONAL.fullmatch(text.strip())
    if found is None or (found.group(2) is not None and int(found.group(2)) == 0):
        raise _no_number(text, where)
    if found.group(3) is not None:
        return _sane(Fraction(found.group(3)), text, where)
    return _sane(Fraction(int(found.group(1)), int(found.group(2) or 1)), text, where)


def _sane(value: Fraction, text: str, where: str) -> Fraction:
    if abs(value) > _LARGEST:
        raise UnreadableTimeline(
            f"The number {text[:40]} is larger than any in an edit.", where=where, remedy="Export the edit again."
        )
    return value


def _no_number(text: str, where: str) -> UnreadableTimeline:
    return UnreadableTimeline(
        f"'{text[:40]}' stands where a number should.", where=where, remedy="Export the edit again."
    )
