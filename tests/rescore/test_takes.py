"""Versions of an edit's music: listed, chosen, undone, thrown away, locked; and what is refused."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from vem_plugin.errors import ModelError, RenderError, SettingsError, VemError
from vem_plugin.models.click import ClickComposer
from vem_plugin.models.vem_composer import VeMComposer
from vem_plugin.publish import music_clip
from vem_plugin.rescoring import rescore
from vem_plugin.scoring import score_edit
from vem_plugin.take import read_take, rewrite_record
from vem_plugin.takes import lineage
from vem_plugin.takes.find import take_in
from vem_plugin.takes.sections import Ask, read_roles
from vem_timeline import music_in, repoint, write_scored
from vem_timeline.errors import TimelineError

NewEdit = Callable[[Path], Path]


def everything_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse(error: type[VemError], timeline: Path, composer: VeMComposer, **request: object) -> VemError:
    """Ask for a re-score, expect the error, and check that nothing has changed on disk."""
    before = everything_in(timeline.parent)
    with pytest.raises(error) as caught:
        rescore(timeline, composer=composer, **request)  # pyright: ignore[reportArgumentType]
    assert everything_in(timeline.parent) == before
    assert caught.value.remedy
    return caught.value


def test_listing_picking_undoing_and_deleting(desk: Path, composer: VeMComposer) -> None:
    second = rescore(desk, Ask("calmer"), shots=[2], composer=composer)
    third = rescore(second.timeline, shots=[5], composer=composer)
    listed = lineage.list_takes(third.timeline)
    assert [(one.take.name, one.held, one.parent) for one in listed] == [
        ("walk_v01", False, ""),
        ("walk_v02", False, "walk_v01"),
        ("walk_v03", True, "walk_v02"),
    ]
    assert all(one.mix.is_file() for one in listed)

    assert lineage.undo(third.timeline).take.name == "walk_v02"
    assert take_in(third.timeline).take.name == "walk_v02"
    lineage.undo(third.timeline)
    assert take_in(third.timeline).take.name == "walk_v01"
    with pytest.raises(SettingsError, match="nothing to undo"):
        lineage.undo(third.timeline)

    for name in ("v03", "3", "walk_v03", third.take.take_id):
        assert lineage.pick_take(third.timeline, name).take.name == "walk_v03"
    with pytest.raises(SettingsError, match="no take"):
        lineage.pick_take(third.timeline, "v09")

    with pytest.raises(SettingsError, match="holds"):
        lineage.delete_take(third.timeline, "v03")
    gone = lineage.delete_take(third.timeline, "v02")
    assert not gone.exists()
    assert not second.timeline.exists()
    assert [one.take.name for one in lineage.list_takes(third.timeline)] == ["walk_v01", "walk_v03"]


def test_files_that_are_not_ours_survive_a_deletion(desk: Path, composer: VeMComposer) -> None:
    second = rescore(desk, shots=[2], composer=composer)
    mine = second.folder / "my notes.txt"
    mine.write_text("louder!")
    lineage.delete_take(desk, "v02")
    assert mine.read_text() == "louder!"


def test_an_editors_work_on_the_timeline_survives(desk: Path, composer: VeMComposer) -> None:
    """Later changes on other tracks, and on ours: a level, a marker's colour, a cut through the clip."""
    timeline = json.loads(desk.read_text())
    picture, *_, music = timeline["tracks"]["children"]
    picture["children"][0]["name"] = "renamed later"
    clip = music["children"][0]
    clip["metadata"]["Resolve_OTIO"]["Volume"] = -3.5
    clip["markers"][0]["color"] = "PINK"
    half = json.loads(json.dumps(clip))
    frames = clip["source_range"]["duration"]["value"]
    clip["source_range"]["duration"]["value"] = 100.0
    half["source_range"]["start_time"]["value"] = 100.0
    half["source_range"]["duration"]["value"] = frames - 100.0
    music["children"].append(half)
    renamed = desk.with_name("final edit 2.otio")
    renamed.write_text(json.dumps(timeline, indent=4))

    done = rescore(renamed, shots=[3], composer=composer)
    after = json.loads(done.timeline.read_text())["tracks"]["children"]
    assert after[:-1] == timeline["tracks"]["children"][:-1]
    clips = after[-1]["children"]
    assert [one["source_range"] for one in clips] == [clip["source_range"], half["source_range"]]
    assert {one["media_references"]["DEFAULT_MEDIA"]["name"] for one in clips} == {"walk_v02_MX.wav"}
    assert clips[0]["metadata"]["Resolve_OTIO"]["Volume"] == -3.5
    assert clips[0]["markers"][0]["color"] == "PINK"
    assert take_in(done.timeline).take.name == "walk_v02"
    lineage.undo(done.timeline)
    assert take_in(done.timeline).take.name == "walk_v01"


def test_a_locked_shot_is_never_changed(desk: Path, composer: VeMComposer) -> None:
    assert lineage.lock_shots(desk, (3,)) == (3,)
    error = refuse(SettingsError, desk, composer, shots=[3])
    assert "Shot 3 is locked" in error.what
    refuse(SettingsError, desk, composer, shots=[2, 5])
    beside = rescore(desk, shots=[4], composer=composer)
    assert beside.take.locked == (3,)
    assert lineage.lock_shots(desk, (3,), locked=False) == ()
    with pytest.raises(SettingsError, match="no shot 12"):
        lineage.lock_shots(desk, (12,))


def test_not_one_sample_of_a_locked_neighbour_changes(desk: Path, composer: VeMComposer) -> None:
    import numpy as np
    import soundfile

    lineage.lock_shots(desk, (3, 5))
    before = take_in(desk)
    done = rescore(desk, shots=[4], composer=composer)
    shot = before.take.storyboard.shots[3]
    for name in ("mix", "stem_drums", "stem_harmony"):
        old, new = (
            soundfile.read(folder / take.files[name], dtype="int32")[0]
            for folder, take in ((before.folder, before.take), (done.folder, done.take))
        )
        changed = np.flatnonzero((old != new).any(axis=1))
        if name == "mix":
            assert len(changed)
        assert not len(changed) or (changed.min() >= shot.start * 48000 and changed.max() < shot.end * 48000)


def test_undo_does_not_go_through_a_lock(desk: Path, composer: VeMComposer) -> None:
    second = rescore(desk, shots=[2], composer=composer)
    lineage.lock_shots(second.timeline, (2,))
    with pytest.raises(SettingsError, match="Shot 2 is locked"):
        lineage.undo(second.timeline)
    lineage.lock_shots(second.timeline, (2,), locked=False)
    lineage.undo(second.timeline)
    assert take_in(second.timeline).take.name == "walk_v01"


def test_the_word_lock_in_a_marker_locks_its_shot(desk: Path, composer: VeMComposer) -> None:
    timeline = json.loads(desk.read_text())
    clip = timeline["tracks"]["children"][0]["children"][2]
    spot = clip["source_range"]["start_time"]
    marker = {
        "OTIO_SCHEMA": "Marker.2", "name": "LOCK please", "color": "RED", "metadata": {}, "comment": "",
        "marked_range": {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": spot | {"value": spot["value"] + 5},
            "duration": spot | {"value": 0.0},
        },
    }  # fmt: skip
    clip["markers"] = [marker]
    desk.write_text(json.dumps(timeline))
    error = refuse(SettingsError, desk, composer, shots=[3])
    assert "marker" in error.where


@pytest.mark.parametrize("shots", [[0], [8], [2, 99]])
def test_shots_out_of_range(desk: Path, composer: VeMComposer, shots: list[int]) -> None:
    assert "7" in refuse(SettingsError, desk, composer, shots=shots).remedy


def test_no_span_and_two_spans(desk: Path, composer: VeMComposer) -> None:
    refuse(SettingsError, desk, composer)
    refuse(SettingsError, desk, composer, shots=[1], times=(0, 1))


def test_a_timeline_without_our_track(desk: Path, composer: VeMComposer, new_edit: NewEdit) -> None:
    bare = new_edit(desk.with_name("bare.otio"))
    assert "no music of ours" in refuse(SettingsError, bare, composer, shots=[1]).what


def test_a_file_that_is_no_timeline(desk: Path, composer: VeMComposer) -> None:
    noise = desk.with_name("noise.otio")
    noise.write_text("this is no timeline")
    refuse(TimelineError, noise, composer, shots=[1])
    refuse(TimelineError, desk.with_name("nowhere.otio"), composer, shots=[1])


def test_a_take_folder_that_moved(desk: Path, composer: VeMComposer, tmp_path: Path) -> None:
    folder = desk.with_suffix("")
    away = tmp_path / "elsewhere"
    shutil.move(folder, away)
    error = refuse(SettingsError, desk, composer, shots=[1])
    assert "walk_v01" in error.where
    shutil.move(away, desk.parent / "another name")
    assert take_in(desk).folder == desk.parent / "another name"


def test_a_take_that_lost_files(desk: Path, composer: VeMComposer) -> None:
    folder = desk.with_suffix("")
    (folder / "walk_v01_MX_BASS_48k24.wav").unlink()
    (folder / "score.npz").unlink()
    error = refuse(SettingsError, desk, composer, shots=[1])
    assert "walk_v01_MX_BASS_48k24.wav" in error.what
    assert "score.npz" in error.what


def test_a_stem_that_was_cut_short(desk: Path, composer: VeMComposer) -> None:
    stem = desk.with_suffix("") / "walk_v01_MX_BASS_48k24.wav"
    stem.write_bytes(stem.read_bytes()[:100_000])
    assert stem.name in refuse(RenderError, desk, composer, shots=[7]).where


def test_an_edit_that_has_changed_since(desk: Path, composer: VeMComposer) -> None:
    timeline = json.loads(desk.read_text())
    timeline["tracks"]["children"][0]["children"][1]["source_range"]["duration"]["value"] -= 3
    desk.write_text(json.dumps(timeline))
    assert "reconform" in refuse(SettingsError, desk, composer, shots=[1]).remedy


def test_a_take_of_a_newer_version(desk: Path, composer: VeMComposer) -> None:
    folder = desk.with_suffix("")
    rewrite_record(replace(read_take(folder), format=99), folder)
    assert "newer" in refuse(SettingsError, desk, composer, shots=[1]).what


def test_a_take_of_another_model(desk: Path, composer: VeMComposer, new_edit: NewEdit, tmp_path: Path) -> None:
    folder = desk.with_suffix("")
    take = read_take(folder)
    rewrite_record(replace(take, composer=take.composer | {"model": "other", "model_sha256": "00"}), folder)
    assert "another model" in refuse(ModelError, desk, composer, shots=[1]).what
    clicks = score_edit(new_edit(tmp_path / "clicks.otio"), composer=ClickComposer())[0]
    refuse(ModelError, clicks.timeline, composer, shots=[1])


def test_wishes_that_make_no_sense() -> None:
    for wrong in ({"style": "polka"}, {"energy": 1.5}, {"seed": -1}, {"on": {"bass"}, "off": {"bass"}}):
        with pytest.raises(SettingsError):
            Ask(**{name: frozenset(value) if isinstance(value, set) else value for name, value in wrong.items()})
    assert read_roles("-drums, +melody,bass") == (frozenset({"melody", "bass"}), frozenset({"drums"}))
    with pytest.raises(SettingsError, match="tuba"):
        read_roles("-tuba")


def test_what_was_seen_is_kept(desk: Path) -> None:
    import numpy as np

    from vem_plugin.takes.seen import read_seen, write_seen

    found = take_in(desk)
    seen = read_seen(found.folder, found.take.storyboard)
    assert seen is not None
    assert [shot.shot for shot in seen.shots] == [shot.number for shot in found.take.storyboard.shots]
    write_seen(seen, desk.parent)
    again = read_seen(desk.parent, found.take.storyboard)
    assert seen.surroundings is not None
    assert again is not None
    assert again.surroundings is not None
    assert all(map(np.array_equal, vars(seen.surroundings).values(), vars(again.surroundings).values()))
    assert len(again.surroundings.difference) == len(found.take.storyboard.transitions)
    assert (again.transitions, again.summary, again.encoders) == (seen.transitions, seen.summary, seen.encoders)
    for one, other in zip(seen.shots, again.shots, strict=True):
        assert (one.words, one.labels, one.cinematics) == (other.words, other.labels, other.cinematics)
        np.testing.assert_array_equal(one.text, other.text)
    (desk.parent / "seen.npz").write_bytes(b"gone")
    assert read_seen(desk.parent, found.take.storyboard) is None


def test_a_bundle_stays_a_bundle(desk: Path, composer: VeMComposer, new_edit: NewEdit, tmp_path: Path) -> None:
    """The new audio goes in, the old goes out, every other member stays; and back again, in place."""
    edit = new_edit(tmp_path / "bare.otio")
    bundle, scored, after = (tmp_path / name for name in ("edit.otioz", "scored.otioz", "after.otioz"))
    with zipfile.ZipFile(bundle, "w") as packed:
        packed.writestr("content.otio", edit.read_text())
        packed.writestr("media/gone.mov", b"film")
    first = take_in(desk)
    second = rescore(desk, shots=[2], composer=composer)
    write_scored(bundle, scored, music_clip(first.take, first.folder))
    repoint(scored, after, music_clip(second.take, second.folder))
    with zipfile.ZipFile(after) as packed:
        assert set(packed.namelist()) == {"content.otio", "media/gone.mov", "media/walk_v02_MX.wav"}
        assert packed.read("media/gone.mov") == b"film"
        assert packed.read("media/walk_v02_MX.wav") == (second.folder / "walk_v02_MX.wav").read_bytes()
    held = music_in(after)
    assert held is not None
    assert (held.take_id, held.audio) == (second.take.take_id, "media/walk_v02_MX.wav")
    repoint(after, after, music_clip(first.take, first.folder))
    with zipfile.ZipFile(after) as packed:
        assert set(packed.namelist()) == {"content.otio", "media/gone.mov", "media/walk_v01_MX.wav"}


def test_a_timeline_in_xml_holds_another_take(desk: Path, composer: VeMComposer, tmp_path: Path) -> None:
    sample = Path(__file__).parents[1] / "samples" / "timelines" / "otio-fcp-adapter__premiere_example.xml"
    scored, after = tmp_path / "scored.xml", tmp_path / "after.xml"
    first = take_in(desk)
    second = rescore(desk, shots=[2], composer=composer)
    write_scored(sample, scored, music_clip(first.take, first.folder))
    held = music_in(scored)
    assert held is not None
    assert first.take.take_id.startswith(held.take_id)
    repoint(scored, after, music_clip(second.take, second.folder))
    repoint(after, after, music_clip(second.take, second.folder))
    held = music_in(after)
    assert held is not None
    assert second.take.take_id.startswith(held.take_id)
    assert [path.name for path in tmp_path.glob(".*")] == []
    assert music_in(sample) is None
