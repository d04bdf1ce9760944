"""Requests of the protocol in the terms of ``vem_plugin``."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from vem_plugin.errors import SettingsError
from vem_plugin.models.shelf import model_told
from vem_plugin.settings import Settings
from vem_plugin.takes.find import take_in
from vem_plugin.takes.sections import Ask, read_roles
from vem_server.protocol.messages import Inspect, Plan, Reconform, Rescore, Score, Thumbnails
from vem_timeline.storyboard import Storyboard


def settings_of(request: Inspect | Plan | Score | Thumbnails) -> Settings:
    """The settings a request names; those it does not have are the defaults."""
    wished: dict[str, Any] = {
        field.name: getattr(request, field.name) for field in fields(Settings) if hasattr(request, field.name)
    }
    if wished.get("model") is not None:
        wished["model"] = model_told(wished["model"])
    if "picture_encoder" in wished:
        wished["picture_encoder"] = place_of(wished["picture_encoder"])
    return Settings(**wished)


def settings_for_take(request: Rescore | Reconform) -> Settings | None:
    """The take's own settings with what the request asks for otherwise; None if it asks for nothing.

    Raises
    ------
    SettingsError, TimelineError
        As ``take_in``.
    """
    asked = {name: getattr(request, name, None) for name in ("device", "memory", "model", "timeline", "rate")}
    changed = {name: value for name, value in asked.items() if value is not None}
    if not changed:
        return None
    if "model" in changed:
        changed["model"] = model_told(changed["model"])
    return replace(take_in(Path(request.edit)).take.settings, **changed)


def ask_of(request: Rescore) -> Ask:
    """What a re-score asks of its span.

    Raises
    ------
    SettingsError
        If a role, style or energy makes no sense.
    """
    on, off = read_roles(request.roles) if request.roles.strip() else (frozenset(), frozenset())
    return Ask(request.brief, request.style, on, off, request.energy, request.seed)


def times_of(request: Rescore) -> tuple[Fraction, Fraction] | None:
    """Start and end of a span in seconds from the first frame; what is not given is the edit's own start or end.

    None if neither is given.

    Raises
    ------
    SettingsError
        If one is neither a timecode nor seconds.
    """
    if request.start is None and request.end is None:
        return None
    board = take_in(Path(request.edit)).take.storyboard
    return (
        Fraction(0) if request.start is None else _time_of(request.start, board),
        board.duration if request.end is None else _time_of(request.end, board),
    )


def place_of(path: str | None) -> Path | None:
    """A path, where one is given."""
    return None if path is None else Path(path)


def _time_of(text: str, board: Storyboard) -> Fraction:
    if ":" in text or ";" in text:
        return board.clock.seconds_of_timecode(text)
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise SettingsError(
            f"'{text}' is no time.", where="--from, --to", remedy="Write a timecode, or seconds such as 12.5."
        ) from error
