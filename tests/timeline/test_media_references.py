"""Media references of every kind lead to the right file and the right stretch of it, or are tolerated."""

from __future__ import annotations

import zipfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import opentimelineio as otio
import pytest

from vem_timeline import MediaUse, read, unpack
from vem_timeline.media import paths_of_url

if TYPE_CHECKING:
    from conftest import EditDesk

HOME = Path("/edit")


def media_of(desk: EditDesk, clip: otio.schema.Clip) -> MediaUse:
    media = desk.read(desk.track(clip)).shots[0].media
    assert media is not None
    return media


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///media/a%20b.mov", "/media/a b.mov"),
        ("file:///media/a b.mov", "/media/a b.mov"),
        ("file://localhost/media/a.mov", "/media/a.mov"),
        ("file:/media/a.mov", "/media/a.mov"),
        ("/media/100%/a#1.mov", "/media/100%/a#1.mov"),
        ("file:///media/what%3F%231.mov", "/media/what?#1.mov"),
        ("file:///media/what?#1.mov", "/media/what?#1.mov"),
        ("media/a.mov", "/edit/media/a.mov"),
        ("./a.mov", "/edit/a.mov"),
        ("file:///f%C3%BCr/%E6%98%A0.mov", "/für/映.mov"),
        ("für/映.mov", "/edit/für/映.mov"),
    ],
)
def test_urls_lead_to_paths(url: str, path: str) -> None:
    assert paths_of_url(url, HOME, windows=False)[0] == Path(path)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///C:/media/a%20b.mov", "C:/media/a b.mov"),
        ("file://localhost/D%3a/media/a.mov", "D:/media/a.mov"),
        ("file://C:/media/a.mov", "C:/media/a.mov"),
        ("C:\\media\\a.mov", "C:\\media\\a.mov"),
        ("C:/media/a.mov", "C:/media/a.mov"),
        ("file://server/share/a.mov", "//server/share/a.mov"),
        ("\\\\server\\share\\a.mov", "\\\\server\\share\\a.mov"),
    ],
)
def test_windows_paths_exist_on_windows_only(url: str, path: str) -> None:
    assert paths_of_url(url, HOME, windows=True)[0] == Path(path)
    assert paths_of_url(url, HOME, windows=False) == []


@pytest.mark.parametrize("url", ["https://example.org/a.mov", "s3://bucket/a.mov"])
def test_remote_media_have_no_path(url: str) -> None:
    assert paths_of_url(url, HOME) == []


def test_an_embedded_timecode_is_subtracted(desk: EditDesk) -> None:
    use = media_of(desk, desk.clip("a", 48, 86424, available=(86400, 480)))
    assert (use.start, use.duration) == (1, 2)


def test_a_range_written_without_the_timecode_is_understood(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 48, 24, available=(86400, 480))))
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.start == 1
    assert any("outside its media" in remark.what for remark in edit.remarks)


def test_a_range_outside_its_media_is_brought_inside(desk: EditDesk) -> None:
    use = media_of(desk, desk.clip("a", 48, 900_000, available=(125, 159)))
    assert use.start * 24 == 159 - 48


def test_a_clip_without_a_range_shows_all_of_its_media(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", None, available=(86400, 72))))
    assert edit.duration == 3
    assert edit.shots[0].media is not None
    assert (edit.shots[0].media.start, edit.shots[0].media.duration) == (0, 3)


def test_files_that_exist_are_online(desk: EditDesk) -> None:
    (desk.folder / "für #1.mov").write_bytes(b"film")
    edit = desk.read(desk.track(desk.clip("a", 24, url="für #1.mov"), desk.clip("b", 24, url="gone.mov")))
    first, second = (shot.media for shot in edit.shots)
    assert first is not None
    assert second is not None
    assert (first.path, first.online) == (desk.folder / "für #1.mov", True)
    assert (second.path, second.online) == (desk.folder / "gone.mov", False)
    assert [remark.what for remark in edit.remarks] == ["Media is offline."]


def test_moved_media_are_found_beside_the_timeline(desk: EditDesk) -> None:
    (desk.folder / "media").mkdir()
    (desk.folder / "media" / "a b.mov").write_bytes(b"film")
    edit = desk.read(desk.track(desk.clip("a", 24, url="file:///E:/cards/a%20b.mov")))
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.path == desk.folder / "media" / "a b.mov"
    assert any("beside the timeline" in remark.what for remark in edit.remarks)


def test_stills_have_no_start(desk: EditDesk) -> None:
    use = media_of(desk, desk.clip("card", 48, 1000, url="card.PNG", available=(0, 1)))
    assert (use.still, use.start, use.duration) == (True, 0, 2)


def test_an_image_sequence_is_shown_by_its_middle_image(desk: EditDesk) -> None:
    (desk.folder / "seq").mkdir()
    image = desk.folder / "seq" / "img.0136.png"
    image.write_bytes(b"image")
    reference = otio.schema.ImageSequenceReference(
        target_url_base=(desk.folder / "seq").as_uri(),
        name_prefix="img.",
        name_suffix=".png",
        start_frame=100,
        frame_step=1,
        rate=24,
        frame_zero_padding=4,
        available_range=desk.span(1000, 240),
    )
    use = media_of(desk, desk.clip("seq", 24, 1024, reference=reference))
    assert (use.path, use.online, use.still) == (image, True, True)
    assert use.url.endswith("img.%04d.png")


def test_missing_media_do_not_abort(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("lost", 24, reference=otio.schema.MissingReference()), desk.clip("a", 24)))
    assert [shot.name for shot in edit.shots] == ["lost", "a"]
    assert edit.shots[0].media is None
    assert any("missing" in remark.what for remark in edit.remarks)


def test_the_active_media_count(desk: EditDesk) -> None:
    clip = desk.clip("a", 24)
    clip.set_media_references(
        {
            "proxy": otio.schema.ExternalReference(target_url="proxy.mov"),
            "DEFAULT_MEDIA": otio.schema.ExternalReference(target_url="full.mov"),
        },
        "proxy",
    )
    assert media_of(desk, clip).url == "proxy.mov"


def test_other_media_stand_in_for_missing_ones(desk: EditDesk) -> None:
    clip = desk.clip("a", 24)
    clip.set_media_references(
        {
            "DEFAULT_MEDIA": otio.schema.MissingReference(),
            "proxy": otio.schema.ExternalReference(target_url="proxy.mov"),
        },
        "DEFAULT_MEDIA",
    )
    assert media_of(desk, clip).url == "proxy.mov"


def bundle_of(desk: EditDesk) -> Path:
    path = desk.save(desk.track(desk.clip("a", 24, 12, url="media/a b.mov"), desk.clip("b", 24, url="media/b.mov")))
    bundle = desk.folder / "edit.otioz"
    with zipfile.ZipFile(bundle, "w") as out:
        out.write(path, "content.otio")
        out.writestr("version.txt", "1.0.0")
        out.writestr("media/a b.mov", b"film a")
        out.writestr("media/b.mov", b"film b")
        out.writestr("media/unused.wav", b"sound")
    return bundle


def test_media_stay_in_a_bundle_until_they_are_asked_for(desk: EditDesk) -> None:
    edit = read(bundle_of(desk))
    assert [(shot.media.path, shot.media.online) for shot in edit.shots if shot.media] == [(None, True)] * 2
    assert edit.remarks == ()


@pytest.mark.parametrize("at_once", [True, False])
def test_media_of_a_bundle_are_unpacked(desk: EditDesk, at_once: bool) -> None:
    folder = desk.folder / "unpacked"
    bundle = bundle_of(desk)
    edit = read(bundle, media_folder=folder) if at_once else unpack(read(bundle), folder)
    assert [shot.media.path.read_bytes() for shot in edit.shots if shot.media and shot.media.path] == [
        b"film a",
        b"film b",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["a b.mov", "b.mov"], "only what is shown"
    assert edit.shots[0].media is not None
    assert edit.shots[0].media.start == Fraction(1, 2)


def test_unpacking_leaves_other_storyboards_alone(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 24)))
    assert unpack(edit, desk.folder / "unpacked") is edit
    assert not (desk.folder / "unpacked").exists()
