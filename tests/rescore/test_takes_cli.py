"""The commands on takes, as they are typed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vem_plugin.errors import SettingsError
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.rescoring import rescore
from vem_plugin.takes.sections import Ask
from vem_server.cli import app
from vem_server.jobs.work.wishes import times_of
from vem_server.protocol.messages import Rescore
from vem_server.takes_cli import _run_of
from vem_timeline.errors import UnreadableTimeline

RUN = CliRunner()


def typed(*words: object) -> str:
    """What a command prints; it must succeed."""
    done = RUN.invoke(app, [str(word) for word in words])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_takes_are_listed_picked_undone_and_deleted(desk: Path, composer: VeMComposer) -> None:
    second = rescore(desk, Ask("darker, no drums"), shots=[2], composer=composer)
    printed = typed("takes", second.timeline)
    assert "> walk_v02" in printed
    assert "shot 2 rescored: darker, no drums" in printed
    listed = json.loads(typed("takes", second.timeline, "--json"))["takes"]
    assert [(one["name"], one["held"], one["from"]) for one in listed] == [
        ("walk_v01", False, ""),
        ("walk_v02", True, "walk_v01"),
    ]
    assert all(Path(one["mix"]).is_file() for one in listed)
    assert listed[1]["change"]["shots"] == [2]
    assert "walk_v01" in typed("rescore", second.timeline, "--undo")
    assert json.loads(typed("takes", second.timeline, "--pick", "v02", "--json"))["name"] == "walk_v02"
    assert "gone" in typed("takes", second.timeline, "--delete", "v01")
    assert not desk.exists()


def test_locks_are_set_shown_and_taken_away(desk: Path) -> None:
    assert "shot 2, shot 3" in typed("lock", desk, "--shots", "2-3")
    assert "locked: shot 2, shot 3" in typed("takes", desk)
    assert json.loads(typed("unlock", desk, "--shot", "2", "--json")) == {"locked": [3]}
    with pytest.raises(SettingsError, match="Shot 3 is locked"):
        typed("rescore", desk, "--shot", "3")
    with pytest.raises(SettingsError, match="Which shots"):
        typed("lock", desk)


def test_spans_as_they_are_typed(desk: Path) -> None:
    assert _run_of(4, None) == (4,)
    assert _run_of(None, "3-6") == (3, 6)
    assert _run_of(None, None) == ()
    for wrong in ("3-", "a-b", "1-2-3"):
        with pytest.raises(SettingsError):
            _run_of(None, wrong)
    assert spanned(desk, "2.5", None) == (Fraction(5, 2), Fraction(31, 2))
    assert spanned(desk, None, "00:00:03:12") == (Fraction(0), Fraction(7, 2))
    with pytest.raises(SettingsError):
        spanned(desk, "soon", None)
    with pytest.raises(UnreadableTimeline):
        spanned(desk, "00:00:99:99", None)


def spanned(scored: Path, start: str | None, end: str | None) -> tuple[Fraction, Fraction] | None:
    return times_of(Rescore(id="r", key="k", edit=str(scored), start=start, end=end))
