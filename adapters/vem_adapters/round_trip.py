"""The one way round, for every host: export the edit, let the daemon write music, place it.

Which is to say: no editor's adapter talks to the daemon by itself, and none of them decides what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vem_adapters.errors import HostRefused
from vem_adapters.host import Host, Placed
from vem_adapters.music import music_of

if TYPE_CHECKING:
    from vem_server.client import Client

Task = Literal["score", "rescore", "reconform", "undo"]
"""Music for the edit; other music for one shot; the same music on a changed edit; or the take before."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What came of it: the take as JSON, what became of the music in the editor, and how many markers stand."""

    take: dict[str, Any]
    placed: Placed
    markers: int


def round_trip(
    host: Host,
    vem: Client,
    folder: Path,
    *,
    task: Task = "score",
    wishes: Mapping[str, Any] | None = None,
    shot: int | None = None,
    on_progress: Callable[[Any], None] | None = None,
) -> RoundTrip:
    """Score the edit that is open in an editor, and put the music into it.

    Parameters
    ----------
    host : Host
        The editor.
    vem : Client
        The daemon's client.
    folder : Path
        Where the export and the takes lie. The editor plays the music from there, so it must last.
    task : {"score", "rescore", "reconform", "undo"}
        What is asked. All but the first need music of ours on the timeline.
    wishes : Mapping, optional
        Fields of the request: ``brief``, ``style``, ``seed`` and so on (``vem_server.protocol.requests``).
    shot : int, optional
        Which shot to score anew; without it, the one that is chosen in the editor.
    on_progress : callable, optional
        Called with the state of the job whenever it moves.

    Raises
    ------
    VemError
        From the editor or from the daemon. The editor's timeline is then as it was.
    """
    held = host.music()
    if task != "score" and held is None:
        raise HostRefused("There is no music of ours on this timeline.", remedy="Score it first.")
    edit = host.export(folder)
    scored = (held and held.timeline) or edit
    asked: dict[str, Any] = dict(wishes or {}) | {"on_progress": on_progress}
    match task:
        case "score":
            take = vem.score(edit, **asked)["takes"][0]
        case "rescore":
            take = vem.rescore(scored, shots=(shot or chosen_shot(host, vem, edit),), **asked)
        case "reconform":
            take = vem.reconform(scored, new_edit=edit, **asked)
        case "undo":
            vem.takes(scored, action="undo")
            take = vem.takes(scored, action="show")
    music = music_of(take)
    placed = host.place(music)
    markers = host.write_markers(music.markers, music.take_id)
    host.tell("\n".join([in_plain_words(take), *placed.remarks]))
    return RoundTrip(take, placed, markers)


def chosen_shot(host: Host, vem: Client, edit: Path) -> int:
    """Number of the shot that is chosen in the editor, or else under the playhead.

    Raises
    ------
    HostRefused
        If there is none.
    """
    chosen = host.selection()
    if chosen.shot is not None:
        time = (chosen.shot[0] + chosen.shot[1]) / 2
    elif chosen.playhead is not None:
        time = chosen.playhead
    else:
        raise HostRefused("No shot is chosen.", remedy="Put the playhead on the shot, or say its number.")
    for shot in vem.inspect(edit)["shots"]:
        start = Fraction(shot["start"])
        if start <= time < start + Fraction(shot["duration"]):
            return int(shot["number"])
    raise HostRefused("There is no shot at that place.", remedy="Put the playhead on the shot, or say its number.")


def in_plain_words(take: Mapping[str, Any]) -> str:
    """How the beat came out, for people: "34 of 36 cuts are on the beat." and what is not, with its reason."""
    plan = take["plan"]
    wanted = [entry for entry in (*plan["landings"], *plan["misses"]) if entry["kind"] == "cut"]
    missed = [entry for entry in plan["misses"] if entry["kind"] == "cut"]
    name = Path(take["folder"]).name
    if not wanted:
        return f"{name} is in place."
    said = f"{name} is in place: {len(wanted) - len(missed)} of {len(wanted)} cuts are on the beat."
    return "\n".join([said, *(f"{miss['timecode']} is not: {miss['reason']}" for miss in missed)])
