"""The scored timeline is the editor's timeline plus one track of ours, and nothing else."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opentimelineio as otio
import pytest

from vem_timeline import MusicClip, MusicMarker, UnwritableTimeline, read, write_scored
from vem_timeline.splice import loaded

if TYPE_CHECKING:
    from conftest import EditDesk

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "timelines"
UNSCORABLE = {"otio-aaf-adapter__gaps.otio"}  # nothing but gaps
READABLE = sorted(path.name for path in SAMPLES.glob("*.otio") if path.name not in UNSCORABLE)


def music_for(duration: Fraction, *, take_id: str = "ab3f9c01", audio: Path = Path("take 1.wav")) -> MusicClip:
    return MusicClip(
        audio=audio,
        duration=duration,
        name="Take 1",
        take_id=take_id,
        markers=(
            MusicMarker(Fraction(0), "BAR 1", "BLUE", "4/4"),
            MusicMarker(duration / 2, "HIT 1.3", "RED", "first look"),
            MusicMarker(duration, "END", "RED"),
        ),
    )


def own_track(path: Path) -> dict[str, Any]:
    tracks = loaded(text_of(path))["tracks"]["children"]
    (own,) = [track for track in tracks if track.get("name") == "VEM Music"]
    return own


def text_of(path: Path) -> str:
    if path.suffix == ".otioz":
        with zipfile.ZipFile(path) as bundle:
            return bundle.read("content.otio").decode()
    return path.read_bytes().decode()


def assert_only_inserted(before: str, after: str) -> None:
    """Every character of the source is there, in one piece before and one after the insertion."""
    head = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    assert after.endswith(before[head:])
    assert len(after) > len(before)


@pytest.mark.parametrize("name", READABLE)
def test_nothing_else_changes(tmp_path: Path, name: str) -> None:
    source, destination = SAMPLES / name, tmp_path / "scored.otio"
    original = source.read_bytes()
    assert write_scored(source, destination, music_for(read(source).duration)) == destination
    assert source.read_bytes() == original
    assert_only_inserted(text_of(source), text_of(destination))
    scored = loaded(text_of(destination))
    assert scored["tracks"]["children"].pop()["name"] == "VEM Music"
    assert repr(scored) == repr(loaded(text_of(source)))
    assert [path.name for path in tmp_path.iterdir()] == ["scored.otio"]


@pytest.mark.parametrize("name", READABLE)
def test_scoring_again_equals_scoring_once(tmp_path: Path, name: str) -> None:
    music = music_for(read(SAMPLES / name).duration)
    once, twice = tmp_path / "once.otio", tmp_path / "twice.otio"
    write_scored(SAMPLES / name, once, music)
    write_scored(once, twice, music)
    assert twice.read_bytes() == once.read_bytes()
    write_scored(once, twice, replace(music, take_id="0123ffff"))
    write_scored(twice, tmp_path / "back.otio", music)
    assert (tmp_path / "back.otio").read_bytes() == once.read_bytes()


@pytest.mark.parametrize("name", READABLE)
def test_a_scored_edit_reads_as_before(tmp_path: Path, name: str) -> None:
    before = read(SAMPLES / name)
    after = read(write_scored(SAMPLES / name, tmp_path / name, music_for(before.duration)))
    assert (after.duration, after.clock) == (before.duration, before.clock)
    assert [(s.start, s.duration, s.name) for s in after.shots] == [(s.start, s.duration, s.name) for s in before.shots]
    assert after.markers == before.markers
    assert after.transitions == before.transitions


def test_programs_read_the_music_where_it_should_be(desk: EditDesk) -> None:
    source = desk.save(desk.track(desk.clip("a", 100), desk.clip("b", 140)), start=86400)
    out = write_scored(source, desk.folder / "scored.otio", music_for(Fraction(10)))
    timeline = otio.adapters.read_from_file(str(out))
    track = timeline.audio_tracks()[-1]
    (clip,) = track
    assert (track.name, clip.name) == ("VEM Music", "Take 1 · ab3f")
    assert clip.range_in_parent() == desk.span(0, 240)
    assert timeline.duration() == desk.time(240)
    assert [(m.name, m.color, m.marked_range.start_time.value) for m in clip.markers] == [
        ("BAR 1 · ab3f", "BLUE", 0),
        ("HIT 1.3 · ab3f", "RED", 120),
        ("END · ab3f", "RED", 239),
    ]
    assert clip.markers[1].comment == "first look"
    assert clip.media_reference.available_range.duration == otio.opentime.RationalTime(480_000, 48_000)


@pytest.mark.parametrize(
    ("metadata", "dialect"),
    [({"Resolve_OTIO": {}}, "resolve"), ({"PremierePro_OTIO": {}}, "premiere"), ({}, "otio")],
)
def test_the_dialect_of_the_source_is_kept(desk: EditDesk, metadata: dict[str, Any], dialect: str) -> None:
    audio = desk.folder / "für #1 50%.wav"
    source = desk.save(desk.track(desk.clip("a", 240)), metadata=metadata)
    out = write_scored(source, desk.folder / "scored.otio", music_for(Fraction(10), audio=audio))
    clip = own_track(out)["children"][0]
    reference = clip["media_references"]["DEFAULT_MEDIA"]
    assert reference["target_url"] == (str(audio) if dialect == "resolve" else audio.as_uri())
    rate = reference["available_range"]["duration"]["rate"]
    assert rate == (24 if dialect == "resolve" else 48_000)
    assert clip["markers"][0]["marked_range"]["duration"]["value"] == (1 if dialect == "resolve" else 0)
    assert clip["markers"][1]["metadata"]["Resolve_OTIO"] == {"Keywords": [], "Note": "first look"}
    again = write_scored(out, desk.folder / "again.otio", music_for(Fraction(10), audio=audio))
    assert text_of(again) == text_of(out), "our own fields do not change the dialect"


def test_the_target_can_be_named(desk: EditDesk) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))
    out = write_scored(source, desk.folder / "scored.otio", music_for(Fraction(10)), target="resolve")
    assert own_track(out)["metadata"]["Resolve_OTIO"] == {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}
    assert own_track(out)["children"][0]["media_references"]["DEFAULT_MEDIA"]["target_url"].startswith(os.sep)


def test_link_ids_are_not_shared(desk: EditDesk) -> None:
    linked = desk.clip("a", 240, metadata={"PremierePro_OTIO": {"LinkID": "41"}})
    out = write_scored(desk.save(desk.track(linked)), desk.folder / "scored.otio", music_for(Fraction(10)))
    assert own_track(out)["children"][0]["metadata"]["PremierePro_OTIO"]["LinkID"] == "42"


@pytest.mark.parametrize("written", [23.976, 23.98, 24000 / 1001, 29.97])
def test_the_rate_is_written_as_the_file_writes_it(desk: EditDesk, written: float) -> None:
    desk.rate = written
    source = desk.save(desk.track(desk.clip("a", 240)), start=100)
    out = write_scored(source, desk.folder / "scored.otio", music_for(read(source).duration))
    trim = own_track(out)["children"][0]["source_range"]
    assert trim["duration"] == {"OTIO_SCHEMA": "RationalTime.1", "rate": written, "value": 240.0}
    timeline = otio.adapters.read_from_file(str(out))
    assert timeline.tracks[-1].duration() == timeline.tracks[0].duration()


def test_a_time_reference_moves_the_media_range(desk: EditDesk) -> None:
    music = replace(music_for(Fraction(10)), time_reference=3600 * 48_000)
    out = write_scored(desk.save(desk.track(desk.clip("a", 240))), desk.folder / "scored.otio", music)
    clip = own_track(out)["children"][0]
    assert clip["source_range"]["start_time"]["value"] == 86400
    assert clip["media_references"]["DEFAULT_MEDIA"]["available_range"]["start_time"]["value"] == 3600 * 48_000
    assert clip["markers"][1]["marked_range"]["start_time"]["value"] == 86400 + 120


def test_markers_keep_one_a_frame_and_hits_win(desk: EditDesk) -> None:
    markers = (
        MusicMarker(Fraction(1), "BAR 2", "BLUE", "4/4"),
        MusicMarker(Fraction(1) + Fraction(1, 100), "HIT 2.1", "RED", "door"),
        MusicMarker(Fraction(2) - Fraction(1, 100), "BAR 3", "BLUE"),
    )
    music = replace(music_for(Fraction(10)), markers=markers)
    out = write_scored(desk.save(desk.track(desk.clip("a", 240))), desk.folder / "scored.otio", music)
    told = own_track(out)["children"][0]["markers"]
    assert [(m["name"], m["comment"]) for m in told] == [("HIT 2.1 · ab3f", "door / BAR 2 / 4/4"), ("BAR 3 · ab3f", "")]
    assert [m["marked_range"]["start_time"]["value"] for m in told] == [24, 48]


def test_music_that_is_too_short_ends_early(desk: EditDesk) -> None:
    out = write_scored(desk.save(desk.track(desk.clip("a", 240))), desk.folder / "s.otio", music_for(Fraction(9)))
    assert own_track(out)["children"][0]["source_range"]["duration"]["value"] == 216


@pytest.mark.parametrize("layout", ["compact", "crlf", "bom", "deep"])
def test_every_layout_is_kept(desk: EditDesk, layout: str) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))
    text = source.read_text()
    if layout == "compact":
        text = json.dumps(json.loads(text), separators=(",", ":"))
    elif layout == "crlf":
        text = text.replace("\n", "\r\n")
    elif layout == "bom":
        text = "\ufeff" + text
    else:
        text = json.dumps(json.loads(text), indent=7)
    source.write_bytes(text.encode())
    out = write_scored(source, desk.folder / "scored.otio", music_for(Fraction(10)))
    assert_only_inserted(text, text_of(out))
    assert read(out).duration == 10
    added = len(text_of(out).splitlines()) - len(text.splitlines())
    assert (added == 0) is (layout == "compact")
    if layout == "crlf":
        assert text_of(out).count("\n") == text_of(out).count("\r\n")
    again = write_scored(out, desk.folder / "again.otio", music_for(Fraction(10)))
    assert text_of(again) == text_of(out)


def test_our_track_is_known_by_its_names_alone(desk: EditDesk) -> None:
    """DaVinci Resolve keeps names and drops metadata it does not know."""
    first = write_scored(desk.save(desk.track(desk.clip("a", 240))), desk.folder / "s.otio", music_for(Fraction(10)))
    timeline = otio.adapters.read_from_file(str(first))
    own = timeline.tracks[-1]
    own.metadata.clear()
    own[0].metadata.clear()
    timeline.tracks.append(desk.track(desk.clip("sfx", 240), kind="Audio", name="SFX"))
    otio.adapters.write_to_file(timeline, str(desk.folder / "from_resolve.otio"))
    out = write_scored(desk.folder / "from_resolve.otio", desk.folder / "new.otio", music_for(Fraction(10)))
    assert [track["name"] for track in loaded(text_of(out))["tracks"]["children"]] == ["", "VEM Music", "SFX"]


def test_an_editors_track_of_our_name_is_left_alone(desk: EditDesk) -> None:
    theirs = desk.track(desk.clip("my own song", 240), kind="Audio", name="VEM Music")
    out = write_scored(
        desk.save(desk.track(desk.clip("a", 240)), theirs), desk.folder / "s.otio", music_for(Fraction(10))
    )
    tracks = loaded(text_of(out))["tracks"]["children"]
    assert [track["children"][0]["name"] for track in tracks] == ["a", "my own song", "Take 1 · ab3f"]


def test_our_music_does_not_lengthen_the_edit(desk: EditDesk) -> None:
    out = write_scored(desk.save(desk.track(desk.clip("a", 240))), desk.folder / "s.otio", music_for(Fraction(10)))
    timeline = otio.adapters.read_from_file(str(out))
    timeline.tracks[0][0].source_range = desk.span(0, 120)
    otio.adapters.write_to_file(timeline, str(desk.folder / "shorter.otio"))
    assert read(desk.folder / "shorter.otio").duration == 5


def test_a_timeline_in_a_collection_is_scored_in_place(desk: EditDesk) -> None:
    timeline = otio.adapters.read_from_file(str(desk.save(desk.track(desk.clip("a", 240)))))
    source = desk.folder / "bin.otio"
    collection = otio.schema.SerializableCollection("bin", [otio.schema.Clip("loose"), timeline])
    otio.adapters.write_to_file(collection, str(source))
    out = write_scored(source, desk.folder / "s.otio", music_for(Fraction(10)))
    assert_only_inserted(text_of(source), text_of(out))
    assert otio.adapters.read_from_file(str(out))[1].tracks[-1].name == "VEM Music"


def bundle_of(desk: EditDesk) -> Path:
    path = desk.save(desk.track(desk.clip("a", 240, url="media/a.mov")))
    bundle = desk.folder / "edit.otioz"
    with zipfile.ZipFile(bundle, "w") as out:
        out.write(path, "content.otio", zipfile.ZIP_DEFLATED)
        out.writestr("version.txt", "1.0.0")
        out.writestr("media/a.mov", b"film")
    return bundle


def test_a_bundle_gets_the_music_inside(desk: EditDesk) -> None:
    source, audio = bundle_of(desk), desk.folder / "take 1.wav"
    audio.write_bytes(b"RIFF music")
    out = write_scored(source, desk.folder / "scored.otioz", music_for(Fraction(10), audio=audio))
    with zipfile.ZipFile(out) as bundle:
        assert bundle.namelist() == ["content.otio", "version.txt", "media/a.mov", "media/take 1.wav"]
        assert bundle.read("media/a.mov") == b"film"
        assert bundle.read("media/take 1.wav") == b"RIFF music"
    assert_only_inserted(text_of(source), text_of(out))
    newer = desk.folder / "take 2.wav"
    newer.write_bytes(b"RIFF other")
    again = write_scored(out, desk.folder / "again.otioz", music_for(Fraction(10), audio=newer, take_id="77aa"))
    with zipfile.ZipFile(again) as bundle:
        assert bundle.namelist() == ["content.otio", "version.txt", "media/a.mov", "media/take 2.wav"]


def test_music_does_not_take_the_name_of_media_in_the_bundle(desk: EditDesk) -> None:
    audio = desk.folder / "a.mov"
    audio.write_bytes(b"music")
    out = write_scored(bundle_of(desk), desk.folder / "scored.otioz", music_for(Fraction(10), audio=audio))
    with zipfile.ZipFile(out) as bundle:
        assert bundle.read("media/a.mov") == b"film"
        assert bundle.read("media/vem_ab3f_a.mov") == b"music"


def refused(source: Path, destination: Path, **options: Any) -> UnwritableTimeline:
    with pytest.raises(UnwritableTimeline) as caught:
        write_scored(source, destination, options.get("music", music_for(Fraction(10))))
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("way", ["same", "link", "indirect"])
def test_the_edit_is_never_overwritten(desk: EditDesk, way: str) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))
    destination = {
        "same": source,
        "link": desk.folder / "link.otio",
        "indirect": desk.folder / "x" / ".." / source.name,
    }[way]
    (desk.folder / "x").mkdir()
    if way == "link":
        destination.symlink_to(source)
    before = source.read_bytes()
    assert "overwrite" in refused(source, destination).what
    assert source.read_bytes() == before


def test_a_file_that_is_not_ours_is_not_replaced(desk: EditDesk) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))
    other = desk.save(desk.track(desk.clip("other", 240)), name="other")
    before = other.read_bytes()
    assert "already" in refused(source, other).what
    assert other.read_bytes() == before


def test_a_bundle_and_a_bare_timeline_are_not_mixed(desk: EditDesk) -> None:
    assert ".otioz" in refused(bundle_of(desk), desk.folder / "scored.otio").remedy


def test_a_folder_that_is_not_there(desk: EditDesk) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))
    assert "cannot be written" in refused(source, desk.folder / "no" / "scored.otio").what
    assert not (desk.folder / "no").exists()


def test_a_disk_that_fills_leaves_nothing_behind(desk: EditDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in refused(source, desk.folder / "scored.otio").what
    assert [path.name for path in desk.folder.iterdir()] == [source.name]


def test_audio_that_is_gone_leaves_no_bundle_behind(desk: EditDesk) -> None:
    source = bundle_of(desk)
    before = sorted(desk.folder.iterdir())
    refused(source, desk.folder / "scored.otioz", music=music_for(Fraction(10), audio=desk.folder / "gone.wav"))
    assert sorted(desk.folder.iterdir()) == before


def test_music_shorter_than_a_frame_is_refused(desk: EditDesk) -> None:
    source = desk.save(desk.track(desk.clip("a", 240)))
    assert "less than one frame" in refused(source, desk.folder / "s.otio", music=music_for(Fraction(1, 100))).what
