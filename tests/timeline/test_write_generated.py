"""Generated timelines in every format that can be written: the same edit comes back, and all of the source is there.

Names hold any characters, times any frames; music is put in, then other music in its place, and then the first again.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vem_timeline import MusicClip, MusicMarker, Storyboard, music_in, read, write_scored
from vem_timeline.dialects import DIALECTS
from vem_timeline.xml_splice import escaped

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LENGTHS = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), min_size=1, max_size=7)
"""Whether an item is a clip (else a gap), and its frames."""
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
MARKS = st.lists(st.tuples(st.integers(0, 400), NAMES, st.sampled_from(["RED", "BLUE", "GREEN"])), max_size=6)


def clip_names(items: list[tuple[bool, int]], name: str) -> list[str]:
    return [f"{name} {index}".strip() for index, (is_clip, _) in enumerate(items) if is_clip]


def otio_of(items: list[tuple[bool, int]], name: str, start: int) -> str:
    def range_of(first: int, length: int) -> dict[str, object]:
        first_, length_ = ({"OTIO_SCHEMA": "RationalTime.1", "rate": 25.0, "value": n} for n in (first, length))
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": first_, "duration": length_}

    children = [
        {"OTIO_SCHEMA": "Clip.2", "name": f"{name} {index}", "source_range": range_of(index, length), "enabled": True,
         "effects": [], "markers": [], "metadata": {"theirs": [name, 1.0, None]}, "media_references": {},
         "active_media_reference_key": "DEFAULT_MEDIA"}
        if is_clip
        else {"OTIO_SCHEMA": "Gap.1", "name": "", "source_range": range_of(0, length), "effects": [], "markers": [],
              "enabled": True, "metadata": {}}
        for index, (is_clip, length) in enumerate(items)
    ]  # fmt: skip
    track = {"OTIO_SCHEMA": "Track.1", "name": name, "kind": "Video", "children": children, "source_range": None,
             "effects": [], "markers": [], "enabled": True, "metadata": {}}  # fmt: skip
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [track], "source_range": None, "effects": [],
             "markers": [], "enabled": True, "metadata": {}}  # fmt: skip
    begins = {"OTIO_SCHEMA": "RationalTime.1", "rate": 25.0, "value": float(start * 25)}
    timeline = {
        "OTIO_SCHEMA": "Timeline.1",
        "name": f"t {name}",
        "global_start_time": begins,
        "tracks": stack,
        "metadata": {},
    }
    return json.dumps(timeline, indent=2, ensure_ascii=False)


def entries_of(items: list[tuple[bool, int]], *, kdenlive: bool) -> str:
    lines = []
    for index, (is_clip, length) in enumerate(items):
        told = f'<property name="kdenlive:id">{index + 2}</property>' if kdenlive else ""
        entry = f'<entry producer="p{index}" in="{index}" out="{index + length - 1}">{told}</entry>'
        lines.append(entry if is_clip else f'<blank length="{length}"/>')
    return "\n".join(lines)


def producers_of(items: list[tuple[bool, int]], name: str, *, kdenlive: bool) -> str:
    caption = "kdenlive:clipname" if kdenlive else "shotcut:caption"
    return "\n".join(
        f'<producer id="p{index}" in="0" out="999"><property name="length">1000</property>'
        f'<property name="resource">/m/{index}.mov</property><property name="mlt_service">avformat</property>'
        f'<property name="{caption}">{escaped(name)} {index}</property>'
        f'<property name="kdenlive:id">{index + 2}</property></producer>'
        for index in range(len(items))
    )


PROFILE = (
    '<profile width="1920" height="1080" frame_rate_num="25" frame_rate_den="1" progressive="1" '
    'sample_aspect_num="1" sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" colorspace="709"/>'
)


def mlt_of(items: list[tuple[bool, int]], name: str) -> str:
    last = sum(length for _, length in items) - 1
    return (
        f'<mlt version="7.12.0" producer="main">{PROFILE}\n{producers_of(items, name, kdenlive=False)}\n'
        f'<playlist id="v1"><property name="shotcut:video">1</property>{entries_of(items, kdenlive=False)}</playlist>\n'
        f'<tractor id="main" in="0" out="{last}"><property name="shotcut">1</property><track producer="v1"/></tractor>'
        "</mlt>"
    )


def kdenlive_of(items: list[tuple[bool, int]], name: str) -> str:
    """As Kdenlive 24 writes: a bin, and a sequence with a track of two playlists."""
    last = sum(length for _, length in items) - 1
    uuid = "{0cbdd3ad-2ec4-4df6-a1ab-7f6f7d4f3c4e}"
    bin_ = "".join(f'<entry producer="p{index}" in="0" out="999"/>' for index in range(len(items)))
    return (
        f'<mlt version="7.24.0" root="/m" producer="main_bin">{PROFILE}\n{producers_of(items, name, kdenlive=True)}\n'
        f'<playlist id="v1a">{entries_of(items, kdenlive=True)}</playlist>\n<playlist id="v1b"/>\n'
        f'<tractor id="v1" in="0" out="{last}"><track hide="audio" producer="v1a"/>'
        '<track hide="audio" producer="v1b"/></tractor>\n'
        f'<tractor id="{uuid}" in="0" out="{last}"><property name="kdenlive:uuid">{uuid}</property>'
        f'<property name="kdenlive:clipname">{escaped(name)}</property>\n<track producer="v1"/></tractor>\n'
        '<playlist id="main_bin"><property name="kdenlive:docproperties.version">1.1</property>'
        f'<property name="kdenlive:docproperties.activetimeline">{uuid}</property>{bin_}'
        f'<entry producer="{uuid}" in="0" out="{last}"/></playlist>\n'
        f'<tractor id="project" in="0" out="{last}"><property name="kdenlive:projectTractor">1</property>'
        f'<track producer="{uuid}"/></tractor></mlt>'
    )


def music_for(edit: Storyboard, folder: Path, marks: list[tuple[int, str, str]]) -> MusicClip:
    audio = folder / "m & 1 #é.wav"
    audio.write_bytes(b"RIFF")
    markers = tuple(MusicMarker(Fraction(frame, 25), text, color, text) for frame, text, color in marks)
    start = round(edit.clock.seconds_of(edit.clock.start_frame) * 48_000)
    return MusicClip(audio, edit.duration, "edit_v01 music", "ab3f77", markers, 48_000, start)


def comes_back(source: Path, music: MusicClip, names: list[str], **options: str) -> Path:
    """Write, write other music over it, and the first again; every time the same edit, and in the end the same file."""
    edit = read(source)
    assert [shot.name.strip() for shot in edit.shots if shot.kind == "picture"] == names
    outs = [source.with_name(f"{step}{source.suffix}") for step in ("one", "two", "three")]
    for out in outs:
        shutil.rmtree(out, ignore_errors=True)
        if out.is_file():
            out.unlink()
    takes = (music, replace(music, take_id="77aa11", markers=()), music)
    for before, out, take in zip((source, *outs), outs, takes, strict=False):
        write_scored(before, out, take, **options)
        held = music_in(out)
        assert held is not None
        assert held.take_id[:4] == take.take_id[:4]
        again = read(out)
        named = edit.name if again.name == out.stem else again.name  # plain MLT is named as its file
        assert replace(again, source=edit.source, name=named, shots=()) == replace(edit, shots=())
        assert [replace(shot, media=None) for shot in again.shots] == [replace(shot, media=None) for shot in edit.shots]
    return outs[0] if outs[0].is_dir() or outs[0].read_bytes() != outs[2].read_bytes() else outs[2]


@QUIET
@given(
    items=LENGTHS, name=NAMES, marks=MARKS, start=st.integers(0, 86_000), bundle=st.sampled_from(["", "z", "d"]),
    target=st.sampled_from([None, *DIALECTS]),
)  # fmt: skip
def test_opentimelineio(
    tmp_path: Path, items: list[tuple[bool, int]], name: str, marks: list[tuple[int, str, str]], start: int,
    bundle: str, target: str | None,
) -> None:  # fmt: skip
    items, text = [(True, 5), *items], ""
    source = tmp_path / f"edit.otio{bundle}"
    shutil.rmtree(source, ignore_errors=True)
    text = otio_of(items, name, start)
    if bundle == "z":
        with zipfile.ZipFile(source, "w") as out:
            out.writestr("content.otio", text)
    elif bundle == "d":
        source.mkdir()
        (source / "content.otio").write_text(text, encoding="utf-8")
    else:
        source.write_text(text, encoding="utf-8")
    options = {} if target is None else {"target": target}
    music = music_for(read(source), tmp_path, marks)
    out = comes_back(source, music, clip_names(items, name), **options)
    if bundle == "" and target != "oldest":
        scored = json.loads(out.read_text("utf-8"))
        scored["tracks"]["children"].pop()
        assert scored == json.loads(text), "everything of the source is as it was"


@QUIET
@given(items=LENGTHS, name=NAMES, marks=MARKS)
def test_mlt(
    tmp_path: Path, items: list[tuple[bool, int]], name: str, marks: list[tuple[int, str, str]]
) -> None:  # fmt: skip
    source = tmp_path / "edit.mlt"
    items = [*items, (True, 5)]
    source.write_text(mlt_of(items, name), encoding="utf-8")
    out = comes_back(source, music_for(read(source), tmp_path, marks), clip_names(items, name))
    all_there(source, out)


@QUIET
@given(items=LENGTHS, name=NAMES, marks=MARKS)
def test_kdenlive(
    tmp_path: Path, items: list[tuple[bool, int]], name: str, marks: list[tuple[int, str, str]]
) -> None:  # fmt: skip
    source = tmp_path / "edit.kdenlive"
    items = [*items, (True, 5)]
    source.write_text(kdenlive_of(items, name), encoding="utf-8")
    out = comes_back(source, music_for(read(source), tmp_path, marks), clip_names(items, name))
    all_there(source, out)


def all_there(source: Path, out: Path) -> None:
    """Every character of the source stands in the scored file, in its order."""
    rest = iter(out.read_text("utf-8"))
    assert all(character in rest for character in source.read_text("utf-8"))


def test_a_name_that_looks_like_ours_is_still_theirs(tmp_path: Path) -> None:
    """A track of the editor that is named as ours, and a clip that ends as ours do."""
    source = tmp_path / "edit.mlt"
    source.write_text(mlt_of([(True, 30)], "song · ab3f"), encoding="utf-8")
    edit = read(source)
    assert edit.shots[0].name == "song · ab3f 0"
    assert read(write_scored(source, tmp_path / "s.mlt", music_for(edit, tmp_path, []))).shots == edit.shots


@pytest.mark.parametrize("start", [0, 3600])
def test_the_clip_lies_from_the_first_frame_to_the_last(tmp_path: Path, start: int) -> None:
    source = tmp_path / "edit.otio"
    source.write_text(otio_of([(True, 100)], "a", start), encoding="utf-8")
    music = music_for(read(source), tmp_path, [(400, "late", "RED")])
    out = write_scored(source, tmp_path / "s.otio", music)
    clip = json.loads(out.read_text("utf-8"))["tracks"]["children"][-1]["children"][0]
    span = clip["source_range"]
    assert (span["start_time"]["value"], span["duration"]["value"]) == (start * 25, 100)
    (marker,) = clip["markers"]
    assert marker["marked_range"]["start_time"]["value"] == start * 25 + 99, "no marker lies behind the clip"
