"""Files that hold several timelines: the music goes onto the chosen one, is found there, and the others stay."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from vem_timeline import music_in, read, repoint, write_scored
from vem_timeline.errors import UnreadableTimeline
from vem_timeline.music_track import MusicClip, MusicMarker


def music(name: str = "Take 1", take_id: str = "ab3f" * 8, seconds: int = 10) -> MusicClip:
    return MusicClip(
        audio=Path(f"/music/{name}.wav"),
        name=name,
        take_id=take_id,
        duration=Fraction(seconds),
        markers=(MusicMarker(Fraction(0), "BAR 1", "BLUE", "4/4"),),
    )


@pytest.fixture
def three(desk: Any) -> Path:
    """A bin with a bin in it, and three timelines."""
    timelines = [
        otio.adapters.read_from_file(str(desk.save(desk.track(desk.clip(f"shot of {name}", 240)), name=name)))
        for name in ("first", "second", "third")
    ]
    inner = otio.schema.SerializableCollection("inner", timelines[1:])
    path = desk.folder / "bin.otio"
    otio.adapters.write_to_file(otio.schema.SerializableCollection("bin", [timelines[0], inner]), str(path))
    return path


def tracks_by_name(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}

    def look(entry: dict[str, Any]) -> None:
        if entry["OTIO_SCHEMA"].startswith("Timeline."):
            found[entry["name"]] = [track["name"] for track in entry["tracks"]["children"]]
        for child in entry.get("children", []):
            look(child)

    look(json.loads(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_the_chosen_one_gets_the_music(three: Path, name: str) -> None:
    scored = write_scored(three, three.with_name("scored.otio"), music(), timeline=name)
    assert [one for one, tracks in tracks_by_name(scored).items() if "VEM Music" in tracks] == [name]
    held = music_in(scored)
    assert held is not None
    assert held.take_id == music().take_id
    again = write_scored(three, scored, music("Take 2"), timeline=name)
    assert tracks_by_name(again)[name].count("VEM Music") == 1


def test_another_take_goes_where_the_music_was(three: Path) -> None:
    scored = write_scored(three, three.with_name("scored.otio"), music(), timeline="second")
    before = read(scored, timeline="second")
    repoint(scored, scored, music("Take 2", "cd45" * 8))
    held = music_in(scored)
    assert held is not None
    assert held.take_id == "cd45" * 8
    assert tracks_by_name(scored)["second"].count("VEM Music") == 1
    assert read(scored, timeline="second").shots == before.shots


def test_nothing_is_guessed(three: Path) -> None:
    with pytest.raises(UnreadableTimeline, match="3 timelines"):
        write_scored(three, three.with_name("scored.otio"), music())
    with pytest.raises(UnreadableTimeline, match="3 timelines"):
        music_in(three)
    one = write_scored(three, three.with_name("one.otio"), music(), timeline="first")
    two = write_scored(one, three.with_name("two.otio"), music("Take 2", "cd45" * 8), timeline="third")
    for ask in (music_in, lambda path: repoint(path, path, music())):
        with pytest.raises(UnreadableTimeline, match="2 times"):
            ask(two)


SEQUENCE = """<sequence id="{name}"><name>{name}</name><duration>250</duration><rate><timebase>25</timebase></rate>
<media><video><track><clipitem id="{name} shot"><name>shot</name><rate><timebase>25</timebase></rate><start>0</start>
<end>250</end><in>0</in><out>250</out><file id="{name} file"><name>a.mov</name>
<pathurl>file:///media/a.mov</pathurl><rate><timebase>25</timebase></rate><duration>900</duration></file></clipitem>
</track></video><audio/></media></sequence>"""


def test_several_sequences_of_a_final_cut_project(tmp_path: Path) -> None:
    edit = tmp_path / "project.xml"
    edit.write_text(
        f'<xmeml version="4"><bin><children>{"".join(SEQUENCE.format(name=n) for n in "ab")}</children></bin></xmeml>'
    )
    scored = write_scored(edit, tmp_path / "scored.xml", music("scored_v01 music"), timeline="b")
    held = music_in(scored)
    assert held is not None
    assert held.take_id == "ab3f"
    repoint(scored, scored, music("scored_v02 music", "cd45" * 8), timeline="b")
    text = scored.read_text()
    assert text.index("scored_v02 music") > text.index("<name>b</name>")
    assert "scored_v01 music" not in text
