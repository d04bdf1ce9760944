"""What each kind of program gets, to the character: golden files; and what they must say whatever they look like.

The golden files lie in ``golden``. After a change that is meant, run this file with ``VEM_GOLDEN=write`` in the
environment, which writes them anew, and read the difference. The folder of the music is put as ``/edit`` in them.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import opentimelineio as otio
import pytest

from vem_timeline import MusicClip, MusicMarker, UnwritableTimeline, read, write_scored
from vem_timeline.dialects import DIALECTS, KDENLIVE_CATEGORIES, RESOLVE_COLORS, dialect_of
from vem_timeline.handoff import write_handoff
from vem_timeline.schemas import lower

if TYPE_CHECKING:
    from conftest import EditDesk

GOLDEN = Path(__file__).parent / "golden"
HOUR = 3600 * 48_000
SOURCES = {
    "final_cut_7.xml": "scenedetect-gen__bikes_fcp7.xml",
    "fcpxml_1_8.fcpxml": "otio-fcpx-xml-adapter__fcpx_clips.fcpxml",
    "fcpxml_1_11.fcpxml": "pipeline-neo__24.fcpxml",
    "kdenlive.kdenlive": "kdenlive-otio__kdenlive_example_v240770.kdenlive",
    "shotcut.mlt": "auto-editor-gen__example.mlt",
}
"""Golden file to the sample that it is the scored copy of; only what was added is kept."""


def music_in(folder: Path, seconds: Fraction, *, reference: int = HOUR) -> MusicClip:
    audio = folder / "Größe #1 50%.wav"
    audio.write_bytes(b"RIFF")
    markers = (
        MusicMarker(Fraction(0), "BAR 1", "BLUE", "4/4"),
        MusicMarker(Fraction(1, 2), "HIT 1.2", "RED", 'door & "bell"'),
        MusicMarker(Fraction(1), "BAR 2", "BLUE"),
    )
    return MusicClip(audio, seconds, "edit_v01 music", "ab3f77", markers, 48_000, reference)


def edit_on(desk: EditDesk) -> Path:
    """Two shots of ten seconds, from 01:00:00:00 at 24 frames a second."""
    shots = desk.clip("a", 120, 86_400, available=(86_400, 480)), desk.clip("b", 120, 0, available=(0, 240))
    return desk.save(desk.track(*shots), start=86_400)


def is_golden(name: str, text: str, folder: Path) -> None:
    told = text.replace(str(folder.resolve()), "/edit").replace(folder.resolve().as_uri(), "file:///edit")
    path = GOLDEN / name
    if os.environ.get("VEM_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(told, encoding="utf-8", newline="")
    assert told == path.read_bytes().decode("utf-8"), f"{name} is no longer what it was"


def added(before: bytes, after: bytes) -> str:
    """The lines of a scored file that its source does not have."""
    old = before.splitlines()
    at, lines = 0, []
    for line in after.splitlines():
        if at < len(old) and line == old[at]:
            at += 1
        else:
            lines.append(line.decode("utf-8"))
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("name", DIALECTS)
def test_opentimelineio(desk: EditDesk, name: str) -> None:
    source = edit_on(desk)
    out = write_scored(source, desk.folder / "scored.otio", music_in(desk.folder, Fraction(10)), target=name)
    track = json.loads(out.read_text("utf-8"))["tracks"]["children"][-1]
    is_golden(f"{name}.otio.json", json.dumps(track, indent=1, ensure_ascii=False) + "\n", desk.folder)


@pytest.mark.parametrize("name", SOURCES)
def test_xml(samples: Path, tmp_path: Path, name: str) -> None:
    source = samples / SOURCES[name]
    music = music_in(tmp_path, read(source).duration, reference=0)
    out = write_scored(source, tmp_path / f"scored{source.suffix}", music)
    is_golden(f"{name}.txt", added(source.read_bytes(), out.read_bytes()), tmp_path)


def test_files_for_editing_programs(desk: EditDesk) -> None:
    edit = read(edit_on(desk))
    for path in write_handoff(desk.folder, "edit_v01", edit, music_in(desk.folder, Fraction(10))):
        if path.suffix != ".otio":
            is_golden(f"handoff_{path.name}", path.read_bytes().decode("utf-8"), desk.folder)


# --- what the quirks are for --------------------------------------------------------------------------------------


def own_clip(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))["tracks"]["children"][-1]["children"][0]


def test_the_range_lies_in_the_media_for_everyone(desk: EditDesk) -> None:
    """Also where an hour of drop-frame timecode is no whole number of samples."""
    desk.rate = 30_000 / 1001
    source = desk.save(desk.track(desk.clip("a", 300)), start=107_892, metadata={"vem": {"drop_frame": True}})
    edit = read(source)
    assert edit.clock.drop_frame
    for name in DIALECTS:
        music = music_in(desk.folder, edit.duration, reference=172_799_827)
        out = write_scored(source, desk.folder / f"{name}.otio", music, target=name)
        clip = otio.adapters.read_from_file(str(out)).tracks[-1][0] if name != "newest" else None
        if clip is not None:
            inside = clip.media_reference.available_range
            assert inside.start_time.to_seconds() <= clip.source_range.start_time.to_seconds() + 1e-9
            assert (
                inside.end_time_exclusive().to_seconds() >= clip.source_range.end_time_exclusive().to_seconds() - 1e-9
            )
            assert clip.source_range.start_time.value == (0 if DIALECTS[name].audio_from_zero else 107_892)
        assert read(out).shots == edit.shots


def test_kdenlive_is_told_names_in_comments_and_counts_from_zero(desk: EditDesk) -> None:
    out = write_scored(edit_on(desk), desk.folder / "s.otio", music_in(desk.folder, Fraction(10)), target="kdenlive")
    clip = own_clip(out)
    assert clip["markers"][1]["comment"] == 'HIT 1.2: door & "bell" · ab3f'
    assert clip["source_range"]["start_time"]["value"] == 0
    assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"].startswith("file:///")


def test_every_colour_has_its_own_everywhere() -> None:
    from vem_timeline.colors import COLORS

    names = {name for name, _ in COLORS}
    assert set(RESOLVE_COLORS) == names
    assert len(set(RESOLVE_COLORS.values())) == len(names)
    assert set(KDENLIVE_CATEGORIES) <= names


def test_a_source_of_newer_schemas_is_told_in_those_of_the_target(desk: EditDesk) -> None:
    marker = desk.marker("hit", 12, comment="here", color="RED")
    source = desk.save(desk.track(desk.clip("a", 240, markers=[marker])))
    tree = json.loads(source.read_text())
    new = tree["tracks"]["children"][0]["children"][0]["markers"][0]
    new |= {"OTIO_SCHEMA": "Marker.3", "color": {"OTIO_SCHEMA": "Color.1", "r": 1, "g": 0, "b": 0, "a": 1, "name": "x"}}
    source.write_text(json.dumps(tree))
    edit, music = read(source), music_in(desk.folder, Fraction(10))
    assert [(marker.name, marker.color) for marker in edit.markers] == [("hit", "RED")]
    kept = write_scored(source, desk.folder / "kept.otio", music)
    assert '"Marker.3"' in kept.read_text(), "without a target nothing of the source is touched"
    for target, clip, mark in (("resolve", "Clip.2", "Marker.2"), ("oldest", "Clip.1", "Marker.2"),
                               ("newest", "Clip.2", "Marker.3")):  # fmt: skip
        out = write_scored(source, desk.folder / f"{target}.otio", music, target=target)
        text = out.read_text("utf-8")
        for kind, schema in (("Clip", clip), ("Marker", mark)):
            assert {name for name in schemas_in(json.loads(text)) if name.startswith(f"{kind}.")} == {schema}
        assert read(out).markers == edit.markers
        assert read(out).shots == edit.shots


def schemas_in(tree: Any) -> set[str]:
    if isinstance(tree, list):
        return {name for entry in tree for name in schemas_in(entry)}
    if isinstance(tree, dict):
        inner = {name for entry in tree.values() for name in schemas_in(entry)}
        return inner | ({tree["OTIO_SCHEMA"]} if "OTIO_SCHEMA" in tree else set())
    return set()


def test_metadata_of_other_programs_keeps_its_schemas() -> None:
    tree = {"OTIO_SCHEMA": "Gap.1", "source_range": None, "metadata": {"theirs": {"OTIO_SCHEMA": "Clip.9"}}}
    versions = lower(tree, {"Gap": 1})
    assert not versions.changed | versions.strange
    assert tree["metadata"]["theirs"]["OTIO_SCHEMA"] == "Clip.9"


def test_a_strange_target_is_refused(desk: EditDesk) -> None:
    with pytest.raises(UnwritableTimeline, match="no target 'vhs'"):
        write_scored(edit_on(desk), desk.folder / "s.otio", music_in(desk.folder, Fraction(10)), target="vhs")


@pytest.mark.parametrize(
    ("text", "name"),
    [('{"Resolve_OTIO": {}}', "resolve"), ('{"PremierePro_OTIO": {}}', "premiere"), ('{"kdenlive": {}}', "kdenlive"),
     ('{"OTIO_SCHEMA": "Clip.1"}', "oldest"), ('["Clip.1", "Clip.2"]', "otio"), ("{}", "otio")],
)  # fmt: skip
def test_programs_are_known_by_what_they_leave_behind(text: str, name: str) -> None:
    assert dialect_of(text).name == name


def test_clips_of_the_first_schema_stay_among_their_like() -> None:
    dialect = dialect_of('{"Resolve_OTIO": {}, "OTIO_SCHEMA": "Clip.1"}')
    assert (dialect.name, dialect.version_of("Clip"), dialect.bare_paths) == ("resolve", 1, True)


# --- bundles that are folders -------------------------------------------------------------------------------------


def folder_bundle(desk: EditDesk) -> Path:
    bundle = desk.folder / "edit.otiod"
    (bundle / "media").mkdir(parents=True)
    (bundle / "media" / "a.mov").write_bytes(b"film")
    desk.save(desk.track(desk.clip("a", 240, url="media/a.mov"))).replace(bundle / "content.otio")
    return bundle


def test_a_bundle_that_is_a_folder_gets_the_music_inside(desk: EditDesk) -> None:
    from vem_timeline import music_in as held_in
    from vem_timeline import repoint

    source = folder_bundle(desk)
    edit, music = read(source), music_in(desk.folder, Fraction(10))
    out = write_scored(source, desk.folder / "scored.otiod", music)
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    assert sorted(files) == ["content.otio", "media/Größe #1 50%.wav", "media/a.mov"]
    assert files["media/a.mov"].read_bytes() == b"film"
    assert (
        own_clip(files["content.otio"])["media_references"]["DEFAULT_MEDIA"]["target_url"] == "media/Größe #1 50%.wav"
    )
    again = read(out)
    assert again.markers == edit.markers
    (shot,), (before,) = again.shots, edit.shots
    assert shot.media is not None
    assert shot.media.path == files["media/a.mov"]
    assert replace(shot, media=before.media) == before
    held = held_in(out)
    assert held is not None
    assert held.take_id == "ab3f77"
    newer = desk.folder / "take 2.wav"
    newer.write_bytes(b"RIFF other")
    repoint(out, out, replace(music, audio=newer, take_id="77aa11"))
    assert sorted(path.name for path in (out / "media").iterdir()) == ["a.mov", "take 2.wav"]
    assert held_in(out) is not None
    assert not [path for path in desk.folder.iterdir() if path.name.endswith(".part")]


def test_a_folder_is_no_bare_timeline(desk: EditDesk) -> None:
    music = music_in(desk.folder, Fraction(10))
    with pytest.raises(UnwritableTimeline, match="otiod"):
        write_scored(folder_bundle(desk), desk.folder / "scored.otio", music)
    with pytest.raises(UnwritableTimeline, match="otio"):
        write_scored(edit_on(desk), desk.folder / "scored.otiod", music)
