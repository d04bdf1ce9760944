"""Music written into XML timelines: only added, read back as the same edit, and replaced when it is written again."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vem_timeline import (
    MusicClip,
    MusicMarker,
    Storyboard,
    UnwritableTimeline,
    read,
    write_scored,
)
from vem_timeline.formats import bytes_of, xml_file_of
from vem_timeline.ownership import short_id
from vem_timeline.xml_tree import parse_xml

WRITABLE = (
    "auto-editor-gen__example.mlt", "auto-editor-gen__example_speed4_premiere.xml",
    "auto-editor-gen__example_speed8.fcpxml", "auto-editor-gen__unicode_premiere.xml",
    "kdenlive-otio__kdenlive_example_v191180.kdenlive", "kdenlive-otio__kdenlive_example_v240770.kdenlive",
    "otio-fcp-adapter__hiero_xml_export.xml", "otio-fcp-adapter__premiere_example.xml",
    "otio-fcpx-xml-adapter__fcpx_clips.fcpxml", "pipeline-neo__24.fcpxml", "pipeline-neo__24With25Media.fcpxml",
    "pipeline-neo__29.97.fcpxml", "pipeline-neo__AuditionMarkers2.fcpxml", "pipeline-neo__Complex.fcpxml",
    "pipeline-neo__MulticamSampleWithCuts.fcpxml", "pipeline-neo__SyncClip.fcpxml",
    "pipeline-neo__TimelineSample.fcpxml", "pipeline-neo__TransitionMarkers1.fcpxml",
    "scenedetect-gen__bikes.fcpxml", "scenedetect-gen__bikes_fcp7.xml",
)  # fmt: skip
QUIET = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def music_for(edit: Storyboard, folder: Path, *, take: str = "ab3f77", name: str = "Take 1") -> MusicClip:
    clock = edit.clock
    audio = folder / "música 1 & 2 #3.wav"
    audio.write_bytes(b"RIFF")
    samples = round(edit.duration * 48_000)
    start = round(clock.seconds_of(clock.start_frame) * 48_000)
    markers = (
        MusicMarker(Fraction(0), "BAR 1", "BLUE", "4/4"),
        MusicMarker(edit.duration / 2, "HIT 2.1", "RED", 'door & "bell" <x>'),
    )
    return MusicClip(audio, Fraction(samples, 48_000), name, take, markers, 48_000, start)


def same_edit(before: Storyboard, after: Storyboard) -> None:
    assert after.clock == before.clock
    assert after.duration == before.duration
    assert after.transitions == before.transitions
    assert after.markers == before.markers
    assert after.speech == before.speech
    told = [(shot.name, shot.start, shot.duration, shot.kind, shot.speed, shot.words) for shot in before.shots]
    assert told == [(shot.name, shot.start, shot.duration, shot.kind, shot.speed, shot.words) for shot in after.shots]


def only_added(before: bytes, after: bytes) -> None:
    """Every byte of the source is there, in order; at most one empty tag was opened to take something in."""
    left, right = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    changed = [left[i1:i2] for kind, i1, i2, _, _ in matcher.get_opcodes() if kind in ("replace", "delete")]
    gone = [line for lines in changed for line in lines]
    assert len(gone) <= 1
    for line in gone:
        assert line.rstrip().endswith(b"/>")
        assert line.rstrip().removesuffix(b"/>") in after


@pytest.mark.parametrize("name", WRITABLE)
def test_every_other_byte_stays(samples: Path, tmp_path: Path, name: str) -> None:
    source = samples / name
    edit = read(source)
    out = write_scored(source, tmp_path / f"scored{source.suffix}", music_for(edit, tmp_path))
    same_edit(edit, read(out))
    only_added(source.read_bytes(), out.read_bytes())
    again = write_scored(out, tmp_path / f"again{source.suffix}", music_for(edit, tmp_path))
    assert again.read_bytes() == out.read_bytes(), "an older music track is replaced, not added to"
    other = write_scored(out, tmp_path / f"other{source.suffix}", music_for(edit, tmp_path, take="77aa11"))
    text = other.read_text(encoding="utf-8", errors="replace")
    assert "ab3f" not in text
    assert "77aa" in text
    same_edit(edit, read(other))


# --- what is written ----------------------------------------------------------------------------------------------


def test_final_cut_7(samples: Path, tmp_path: Path) -> None:
    source = samples / "scenedetect-gen__bikes_fcp7.xml"
    music = music_for(read(source), tmp_path)
    root = parse_xml(write_scored(source, tmp_path / "s.xml", music).read_bytes(), source)
    tracks = [track for audio in root.iter("audio") for track in audio.all("track")]
    assert [track.get("MZ.TrackName") for track in tracks] == ["VEM Music"] * 2
    assert [track.get("currentExplodedTrackIndex") for track in tracks] == ["0", "1"]
    clip = tracks[0].find("clipitem")
    assert clip is not None
    assert [clip.said(place) for place in ("start", "end", "in", "out")] == ["0", "250", "0", "250"]
    assert clip.said("file", "pathurl").startswith("file://localhost/")
    assert clip.said("file", "pathurl").endswith("/m%C3%BAsica%201%20%26%202%20%233.wav")
    assert [(m.said("name"), m.said("in"), m.said("comment")) for m in clip.all("marker")] == [
        ("BAR 1 · ab3f", "0", "4/4"), ("HIT 2.1 · ab3f", "125", 'door & "bell" <x>'),
    ]  # fmt: skip


def test_fcpxml(samples: Path, tmp_path: Path) -> None:
    """The clip hangs on the first element, at the first frame, before what must come after it by Apple's DTD."""
    source = samples / "pipeline-neo__24.fcpxml"
    root = parse_xml(
        write_scored(source, tmp_path / "s.fcpxml", music_for(read(source), tmp_path)).read_bytes(), source
    )
    spine = next(root.iter("project")).find("sequence", "spine")
    assert spine is not None
    parent = next(child for child in spine.children if child.tag == "asset-clip")
    tags = [child.tag for child in parent.children]
    assert tags.index("asset-clip") < tags.index("marker")
    assert tags.index("adjust-colorConform") < tags.index("asset-clip")
    clip = parent.find("asset-clip")
    assert clip is not None
    assert (clip.get("lane"), clip.get("offset"), clip.get("audioRole")) == ("-1", "0s", "music.music-1")
    asset = next(entry for entry in root.iter("asset") if entry.get("id") == clip.get("ref"))
    assert asset.get("audioRate") == "48000"
    assert [marker.get("value") for marker in clip.all("marker")] == ["BAR 1 · ab3f", "HIT 2.1 · ab3f"]


def test_fcpxml_of_an_hour_start(samples: Path, tmp_path: Path) -> None:
    source = samples / "pipeline-neo__TransitionMarkers1.fcpxml"
    root = parse_xml(
        write_scored(source, tmp_path / "s.fcpxml", music_for(read(source), tmp_path)).read_bytes(), source
    )
    clip = next(root.iter("asset-clip"))
    assert (clip.get("offset"), clip.get("start"), clip.get("duration")) == ("3600s", "3600s", "30s")


def test_older_fcpxml_names_its_media_in_the_asset(samples: Path, tmp_path: Path) -> None:
    source = samples / "otio-fcpx-xml-adapter__fcpx_clips.fcpxml"
    text = write_scored(source, tmp_path / "s.fcpxml", music_for(read(source), tmp_path)).read_text()
    assert re.search(r'<asset src="file:///[^"]*\.wav"', text)


def test_an_fcpxmld_folder_is_copied_whole(samples: Path, tmp_path: Path) -> None:
    source = tmp_path / "edit.fcpxmld"
    source.mkdir()
    (source / "Info.fcpxml").write_bytes((samples / "pipeline-neo__29.97.fcpxml").read_bytes())
    (source / "extra.bin").write_bytes(b"data")
    out = write_scored(source, tmp_path / "scored.fcpxmld", music_for(read(source), tmp_path))
    assert (out / "extra.bin").read_bytes() == b"data"
    same_edit(read(source), read(out))
    assert b"ab3f" in bytes_of(xml_file_of(out))
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".part") == []


def test_kdenlive_gets_a_track_a_bin_clip_and_a_mix(samples: Path, tmp_path: Path) -> None:
    source = samples / "kdenlive-otio__kdenlive_example_v240770.kdenlive"
    root = parse_xml(
        write_scored(source, tmp_path / "s.kdenlive", music_for(read(source), tmp_path)).read_bytes(), source
    )
    timeline = next(entry for entry in root.all("tractor") if entry.get("id").startswith("{"))
    assert [track.get("producer") for track in timeline.all("track")][-1] == "vem_ab3f_track"
    mix = timeline.all("transition")[-1]
    told = {value.get("name"): value.text for value in mix.all("property")}
    assert (told["a_track"], told["b_track"], told["mlt_service"]) == ("0", "6", "mix")
    order = [entry.get("id") for entry in root.children]
    assert order.index("vem_ab3f_audio") < order.index("vem_ab3f_a") < order.index("vem_ab3f_track")
    assert order.index("vem_ab3f_track") < order.index(timeline.get("id"))


# --- what is refused ----------------------------------------------------------------------------------------------


def test_an_edit_list_cannot_hold_music(samples: Path, tmp_path: Path) -> None:
    source = samples / "pycmx__test_25.edl"
    with pytest.raises(UnwritableTimeline, match="edit list"):
        write_scored(source, tmp_path / "s.edl", music_for(read(source), tmp_path))


def test_the_edit_and_strange_files_are_never_overwritten(samples: Path, tmp_path: Path) -> None:
    source = tmp_path / "edit.fcpxml"
    source.write_bytes((samples / "scenedetect-gen__bikes.fcpxml").read_bytes())
    other = tmp_path / "other.fcpxml"
    other.write_bytes(source.read_bytes())
    music = music_for(read(source), tmp_path)
    for place, words in ((source, "overwrite the edit"), (other, "already")):
        before = place.read_bytes()
        with pytest.raises(UnwritableTimeline, match=words):
            write_scored(source, place, music)
        assert place.read_bytes() == before
    ours = write_scored(source, tmp_path / "s.fcpxml", music)
    assert write_scored(source, ours, replace(music, name="Take 2")) == ours


def two_sequences(samples: Path, folder: Path) -> Path:
    """A Final Cut 7 document with the same sequence twice, under two names."""
    text = (samples / "scenedetect-gen__bikes_fcp7.xml").read_text()
    sequence = text[text.index("<sequence") : text.index("</sequence>") + len("</sequence>")]
    name = re.search(r"<name>(.*?)</name>", sequence)
    assert name is not None
    both = [sequence.replace(name.group(0), f"<name>{word}</name>", 1) for word in ("one", "two")]
    path = folder / "two.xml"
    path.write_text(text.replace(sequence, "\n".join(both)))
    return path


@pytest.mark.parametrize("kind", ["xml", "fcpxml"])
def test_music_on_another_timeline_of_the_document_stays(samples: Path, tmp_path: Path, kind: str) -> None:
    if kind == "xml":
        source, names = two_sequences(samples, tmp_path), ("one", "two")
    else:
        source = samples / "otio-fcpx-xml-adapter__fcpx_example.fcpxml"
        names = ("OpenTimeline_Project", "OpenTimeline_Project 1")
    first = music_for(read(source, timeline=names[0]), tmp_path)
    once = write_scored(source, tmp_path / f"s1.{kind}", first, timeline=names[0])
    second = music_for(read(source, timeline=names[1]), tmp_path, take="cd99aa")
    twice = write_scored(once, tmp_path / f"s2.{kind}", second, timeline=names[1])
    again = write_scored(twice, tmp_path / f"s3.{kind}", replace(second, take_id="ee0011"), timeline=names[1])
    text = again.read_text()
    assert short_id(first.take_id) in text
    assert short_id("ee0011") in text
    assert short_id(second.take_id) not in text


def test_another_suffix_is_refused(samples: Path, tmp_path: Path) -> None:
    source = samples / "scenedetect-gen__bikes.fcpxml"
    with pytest.raises(UnwritableTimeline, match="FCPXML"):
        write_scored(source, tmp_path / "s.otio", music_for(read(source), tmp_path))


def test_the_source_in_utf_16_is_refused_and_in_latin_1_kept(samples: Path, tmp_path: Path) -> None:
    text = (samples / "scenedetect-gen__bikes.fcpxml").read_text().replace('<?xml version="1.0" ?>', "")
    text = text.replace("Shot 1", "Café")
    wide = tmp_path / "w.fcpxml"
    wide.write_bytes(text.encode("utf-16"))
    with pytest.raises(UnwritableTimeline, match="UTF-16"):
        write_scored(wide, tmp_path / "s.fcpxml", music_for(read(wide), tmp_path))
    narrow = tmp_path / "n.fcpxml"
    narrow.write_bytes(('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode("latin-1"))
    edit = read(narrow)
    assert edit.shots[0].name == "Café"
    same_edit(edit, read(write_scored(narrow, tmp_path / "t.fcpxml", music_for(edit, tmp_path))))


# --- generated timelines ------------------------------------------------------------------------------------------

ITEMS = st.lists(st.tuples(st.sampled_from(["clip", "clip", "gap"]), st.integers(1, 60)), min_size=1, max_size=8)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


def fcpxml_of(items: list[tuple[str, int]], start: int, name: str) -> str:
    from vem_timeline.xml_splice import escaped

    spine, at = "", start * 25
    for index, (kind, length) in enumerate(items):
        place = f'offset="{at}/25s" duration="{length}/25s"'
        at += length
        told = f'name="{escaped(name)} {index}" ref="a" start="{index}s"'
        spine += f"<asset-clip {told} {place}/>" if kind == "clip" else f'<gap {place} start="3600s"/>'
    return (
        '<fcpxml version="1.11"><resources><format id="r1" frameDuration="1/25s"/>'
        '<asset id="a" start="0s" duration="1000s" hasVideo="1"><media-rep src="file:///m/a.mov"/></asset></resources>'
        f'<library><event><project name="p"><sequence format="r1" tcStart="{start}s" tcFormat="NDF">'
        f"<spine>{spine}</spine></sequence></project></event></library></fcpxml>"
    )


def fcp7_of(items: list[tuple[str, int]], name: str) -> str:
    from vem_timeline.xml_splice import escaped

    rate, track, at = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>", "", 0
    for index, (kind, length) in enumerate(items):
        if kind == "clip":
            track += (
                f"<clipitem><name>{escaped(name)} {index}</name><start>{at}</start><end>{at + length}</end>"
                f"<in>{index}</in><out>{index + length}</out></clipitem>\n"
            )
        at += length
    return (
        f'<xmeml version="4"><sequence><name>p</name>{rate}<media><video><track>{track}</track></video></media>'
        "</sequence></xmeml>"
    )


@QUIET
@given(items=ITEMS, start=st.integers(0, 7200), name=NAMES)
def test_generated_fcpxml_comes_back(tmp_path: Path, items: list[tuple[str, int]], start: int, name: str) -> None:
    _comes_back(tmp_path, "g.fcpxml", fcpxml_of([("clip", 5), *items], start, name))


@QUIET
@given(items=ITEMS, name=NAMES)
def test_generated_final_cut_7_comes_back(tmp_path: Path, items: list[tuple[str, int]], name: str) -> None:
    _comes_back(tmp_path, "g.xml", fcp7_of([*items, ("clip", 5)], name))


def _comes_back(folder: Path, name: str, text: str) -> None:
    source, out = folder / name, folder / f"scored_{name}"
    source.write_text(text, encoding="utf-8")
    out.unlink(missing_ok=True)
    edit = read(source)
    write_scored(source, out, music_for(edit, folder))
    same_edit(edit, read(out))
