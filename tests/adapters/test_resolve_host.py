"""What is Resolve's own in the Resolve host: shared clips, locked tracks, dialogs, rates, drop frame, connecting."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from host_labs import FRAMES, RATE, START, ResolveLab, music
from resolve_double import program
from resolve_double.program import Clip
from resolve_double.timeline import Item, Timeline, Track

from vem_adapters.errors import HostAbsent, HostLacks, HostRefused
from vem_adapters.resolve import ResolveHost, connect
from vem_adapters.resolve.connect import load_library
from vem_timeline import Clock


@pytest.fixture
def lab(tmp_path: Path) -> ResolveLab:
    return ResolveLab(tmp_path)


def own_track(lab: ResolveLab) -> Track:
    (track,) = [track for track in lab.timeline._tracks["audio"] if track.name == "VEM Music"]
    return track


def test_the_track_is_stereo_and_the_file_lies_in_a_bin_of_ours(lab: ResolveLab, tmp_path: Path) -> None:
    lab.host.place(music(tmp_path))
    assert own_track(lab).kind == "stereo"
    root = lab.program._project._pool._root
    assert [(bin._name, [clip._name for clip in bin._clips]) for bin in root._folders] == [
        ("VEM Music", ["edit_vab music · ab3f"])
    ]
    assert own_track(lab).items[0]._start == START


def test_music_of_the_same_length_is_swapped_in_place(lab: ResolveLab, tmp_path: Path) -> None:
    """Trims of the editor's stay, and so does the item, with all that its mixer knows of it."""
    lab.host.place(music(tmp_path))
    item = own_track(lab).items[0]
    item._frames = 200
    second = music(tmp_path, take="cd9012")
    assert lab.host.place(second).replaced
    assert own_track(lab).items == [item]
    assert (item._clip._path, item._frames, item._clip._name) == (second.audio, 200, "edit_vcd music · cd90")


def test_a_clip_that_another_timeline_plays_is_not_swapped(lab: ResolveLab, tmp_path: Path) -> None:
    first = music(tmp_path)
    lab.host.place(first)
    clip = own_track(lab).items[0]._clip
    copy = Timeline(lab.program, "edit copy", Clock(Fraction(RATE), start_frame=START))
    copy._tracks["audio"].append(Track("VEM Music", "stereo", items=[Item(clip, start=START, frames=FRAMES)]))
    lab.program._project._timelines.append(copy)
    second = music(tmp_path, take="cd9012")
    assert lab.host.place(second).replaced
    assert lab.music_heard() == [(second.audio, 0, FRAMES)]
    assert copy._tracks["audio"][0].items[0]._clip._path == first.audio


def test_an_older_version_names_clips_by_a_property(lab: ResolveLab, tmp_path: Path, monkeypatch: Any) -> None:
    found = Clip.__init__

    def older(self: Clip, *arguments: Any) -> None:
        found(self, *arguments)
        self._lacks = {"SetName"}

    monkeypatch.setattr(Clip, "__init__", older)
    lab.host.place(music(tmp_path))
    assert own_track(lab).items[0]._clip._name == "edit_vab music · ab3f"


def test_music_that_is_not_taken_leaves_nothing_behind(lab: ResolveLab, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(program, "_append", lambda timeline, info: None)
    with pytest.raises(HostRefused, match="did not take"):
        lab.host.place(music(tmp_path))
    assert [track.name for track in lab.timeline._tracks["audio"]] == ["Dialogue"]
    assert [bin._clips for bin in lab.program._project._pool._root._folders] == [[]]


def test_old_music_comes_back_if_the_new_is_not_taken(lab: ResolveLab, tmp_path: Path, monkeypatch: Any) -> None:
    first, second = music(tmp_path), music(tmp_path, take="cd9012", frames=FRAMES - 10)
    lab.host.place(first)
    own_track(lab).items[0].AddMarker(30, "Pink", "nice here", "", 1, "theirs")
    append = program._append

    def only_the_first(timeline: Timeline, info: dict[str, Any]) -> Item | None:
        return append(timeline, info) if info["mediaPoolItem"]._path == first.audio else None

    monkeypatch.setattr(program, "_append", only_the_first)
    with pytest.raises(HostRefused, match="did not take"):
        lab.host.place(second)
    assert lab.music_heard() == [(first.audio, 0, FRAMES)]
    assert own_track(lab).items[0]._markers[30.0]["name"] == "nice here"


def test_a_program_that_was_closed_is_told(lab: ResolveLab) -> None:
    class Closed:
        def __getattr__(self, name: str) -> None:
            return None

    with pytest.raises(HostAbsent, match="any more"):
        ResolveHost(Closed(), say=print).timeline()


def test_an_older_version_without_replace_clip_lays_anew(lab: ResolveLab, tmp_path: Path) -> None:
    lab.host.place(music(tmp_path))
    own_track(lab).items[0]._clip._lacks = {"ReplaceClip"}
    second = music(tmp_path, take="cd9012")
    lab.host.place(second)
    assert lab.music_heard() == [(second.audio, 0, FRAMES)]


def test_the_editors_markers_on_our_clip_outlive_it(lab: ResolveLab, tmp_path: Path) -> None:
    lab.host.place(music(tmp_path))
    own_track(lab).items[0].AddMarker(30, "Pink", "nice here", "really", 1, "theirs")
    lab.host.place(music(tmp_path, take="cd9012", frames=FRAMES - 10))
    assert own_track(lab).items[0]._markers == {
        30.0: {"color": "Pink", "duration": 1.0, "note": "really", "name": "nice here", "customData": "theirs"}
    }


def test_a_marker_on_an_editors_marker_sits_on_the_music(lab: ResolveLab, tmp_path: Path) -> None:
    take = music(tmp_path)
    lab.host.place(take)
    lab.host.write_markers(take.markers, take.take_id)
    assert {int(frame): entry["name"] for frame, entry in own_track(lab).items[0]._markers.items()} == {
        100: "BAR 3 · ab3f"
    }
    assert sorted(int(frame) for frame in lab.timeline._markers) == [0, 60, 100, 150]


def test_without_music_a_marker_yields_to_the_editors(lab: ResolveLab, tmp_path: Path) -> None:
    take = music(tmp_path)
    assert lab.host.write_markers(take.markers, take.take_id) == 3
    assert lab.timeline._markers[100.0]["name"] == "my own"


def test_a_locked_track_is_left_alone(lab: ResolveLab, tmp_path: Path) -> None:
    lab.host.place(music(tmp_path))
    own_track(lab).locked = True
    with pytest.raises(HostRefused, match="locked"):
        lab.host.place(music(tmp_path, take="cd9012"))
    assert lab.music_heard() == [(music(tmp_path).audio, 0, FRAMES)]


def test_an_open_dialog_is_named_as_the_reason(lab: ResolveLab, tmp_path: Path) -> None:
    before = lab.editors_things()
    lab.program._dialog = True
    with pytest.raises(HostRefused, match="dialog"):
        lab.host.place(music(tmp_path))
    with pytest.raises(HostRefused, match="dialog"):
        lab.host.export(tmp_path / "out")
    lab.program._dialog = False
    assert lab.editors_things() == before
    assert lab.music_heard() == []


def test_clips_of_the_editors_on_our_track_are_not_removed(lab: ResolveLab, tmp_path: Path) -> None:
    lab.host.place(music(tmp_path))
    theirs = Item(None, start=START + FRAMES + 10, frames=5, name="a laugh")
    own_track(lab).items.append(theirs)
    with pytest.raises(HostRefused, match="not ours"):
        lab.host.place(music(tmp_path, take="cd9012", frames=FRAMES - 10))
    assert theirs in own_track(lab).items
    assert len(own_track(lab).items) == 2


def test_a_project_at_another_rate_does_not_cut_the_music_short(tmp_path: Path) -> None:
    """A sound file is measured at the project's rate: 240 frames at 25 are 230.4 at 24."""
    lab = ResolveLab(tmp_path)
    lab.program._project._rate = Fraction(24)
    placed = lab.host.place(music(tmp_path))
    (heard,) = lab.music_heard()
    assert FRAMES - 1 <= heard[2] <= FRAMES
    assert placed.remarks == ("The music ends 1 frame early: the rate by which Resolve measures sound files is not the "
                              "timeline's.",)  # fmt: skip


def test_a_drop_frame_timeline_counts_frames_not_names(lab: ResolveLab) -> None:
    clock = Clock(Fraction(30_000, 1001), drop_frame=True, start_frame=107_892)
    timeline = Timeline(lab.program, "NTSC", clock)
    timeline._tracks["video"][0].items.append(Item(None, start=107_892, frames=5000, name="long shot"))
    timeline._playhead = 1800  # reads 01:01:00;02
    lab.program._project._open(timeline)
    found = lab.host.timeline()
    assert (found.clock, found.frames) == (clock, 5000)
    assert lab.host.selection().playhead == Fraction(1800) / clock.rate


def test_the_shot_under_the_playhead_is_the_chosen_one(lab: ResolveLab) -> None:
    lab.timeline._playhead = 75
    chosen = lab.host.selection()
    assert (chosen.playhead, chosen.shot) == (Fraction(3), (Fraction(60, RATE), Fraction(150, RATE)))


def test_old_versions_say_what_they_lack(lab: ResolveLab, tmp_path: Path) -> None:
    lab.program._lacks = {"EXPORT_OTIO"}
    with pytest.raises(HostLacks, match=r"18\.5"):
        lab.host.export(tmp_path)


def test_no_open_timeline_is_told(lab: ResolveLab) -> None:
    lab.program._project._current = None
    with pytest.raises(HostAbsent, match="No timeline"):
        lab.host.timeline()


def test_connecting_gives_up_when_the_library_hangs() -> None:
    hang = threading.Event()

    def load() -> SimpleNamespace:
        hang.wait(20)
        return SimpleNamespace(scriptapp=lambda name: None)

    started = time.monotonic()
    with pytest.raises(HostAbsent, match="did not answer"):
        connect(timeout=0.2, load=load)
    hang.set()
    assert time.monotonic() - started < 5


def test_connecting_tells_refusal_from_absence(
    lab: ResolveLab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert connect(load=lambda: SimpleNamespace(scriptapp=lambda name: lab.program)) is lab.program
    with pytest.raises(HostAbsent, match="refuses"):
        connect(load=lambda: SimpleNamespace(scriptapp=lambda name: None))
    monkeypatch.setenv("RESOLVE_SCRIPT_LIB", str(tmp_path / "fusionscript.so"))
    with pytest.raises(HostAbsent, match="not installed"):
        connect()
    (tmp_path / "fusionscript.so").write_bytes(b"no library")
    with pytest.raises(HostAbsent, match="does not load"):
        connect(load=load_library)
