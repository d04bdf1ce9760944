"""A sync report in plain words, for people who edit pictures."""

from __future__ import annotations

from vem_plugin.measure.report import GroupSync, InstantKind, SyncReport, UnheardInstant

_NAMES: dict[InstantKind, tuple[str, str]] = {
    "hit": ("hit", "hits"),
    "planned cut": ("planned cut", "planned cuts"),
    "missed cut": ("cut that the plan missed", "cuts that the plan missed"),
}


def summary_lines(report: SyncReport) -> tuple[str, ...]:
    """One line for each kind of instant and one for the whole; no list of misses (see `miss_lines`)."""
    if not report.groups:
        return ("The edit has neither cuts nor hits: there is nothing to measure.",)
    if not report.onsets:
        return ("No onset is heard at all: the sound is silent, or it only swells.",)
    lines = [_line_of(group) for group in report.groups]
    lines.append(
        f"{report.onsets} onsets in {float(report.duration):.1f} s. "
        f"TBIoU at 0.5 s, for comparison with the paper only: {report.tbiou:.2f}."
    )
    return tuple(lines)


def miss_lines(report: SyncReport) -> tuple[str, ...]:
    """One line for each instant without an onset within one frame."""
    return tuple(_line_of_miss(miss) for miss in report.misses)


def _line_of(group: GroupSync) -> str:
    rate = group.within_one_frame
    one, many = _NAMES[group.kind]
    what = f"{one} has" if group.count == 1 else f"{many} have"
    line = f"{rate.matched} of {group.count} {what} an onset within one frame (chance: {rate.chance * rate.of:.1f})"
    if group.median is not None and group.p95 is not None:
        line += f"; median {_ms(group.median)} off, 95 % within {_ms(group.p95)}"
    if group.kind != "missed cut":
        line += f"; {group.downbeats} on a downbeat; accent {group.accent:.1f} times its surroundings"
    return line + "."


def _line_of_miss(miss: UnheardInstant) -> str:
    if miss.offset is None:
        nearest = "nothing is heard"
    else:
        nearest = f"the nearest onset is {_ms(abs(miss.offset))} {'late' if miss.offset > 0 else 'early'}"
    return f"{float(miss.time):.3f} s, {miss.label}: {nearest}; {miss.reason}."


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
