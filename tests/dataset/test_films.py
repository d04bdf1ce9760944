"""Which files belong together, what may be done with them, and where long films are cut."""

from __future__ import annotations

from fractions import Fraction

import pytest

from vem_plugin.dataset.build.clips import clips_of
from vem_plugin.dataset.build.films import allowed, find_films, licence_of
from vem_plugin.errors import SettingsError
from vem_timeline import Clock, MediaUse, Shot, Storyboard, Transition


def _touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_files_of_one_name_are_one_film(tmp_path):
    _touch(
        tmp_path, "a.mp4", "b.mov", "b.wav", "sub/c.otio", "sub/c.flac", "d.otio", "d.mp4", "e.wav", "f.edl", ".g.mp4"
    )
    films, remarks = find_films(tmp_path)
    told = {film.name: (film.edit.name, film.sound.name) for film in films}
    assert told == {
        "a": ("a.mp4", "a.mp4"),
        "b": ("b.mov", "b.wav"),
        "d": ("d.otio", "d.mp4"),
        "sub/c": ("c.otio", "c.flac"),
    }
    assert [remark.split(":")[0] for remark in remarks] == ["e", "f"]
    assert len({film.key for film in films}) == 4
    assert all(film.key.isascii() and "." not in film.key and "/" not in film.key for film in films)
    with pytest.raises(SettingsError):
        find_films(tmp_path / "nowhere")


def test_licences_are_told_by_the_nearest_file(tmp_path):
    _touch(tmp_path, "a.mp4", "b.mp4", "sub/c.mp4", "sub/deep/d.mp4", "e.mp4")
    (tmp_path / "a.mp4.licence").write_text("CC-BY-3.0\n")
    (tmp_path / "INDEX.tsv").write_text('path\tlicence\nb.mp4\t"BSD-3-Clause (no statement of its own)"\n')
    (tmp_path / "sub" / "LICENSE").write_text("Creative Commons Zero v1.0 Universal\n...")
    found = {name: licence_of(tmp_path / name, tmp_path) for name in ("a.mp4", "b.mp4", "sub/c.mp4", "e.mp4")}
    assert found == {
        "a.mp4": "CC-BY-3.0",
        "b.mp4": "BSD-3-Clause (no statement of its own)",
        "sub/c.mp4": "CC0-1.0",
        "e.mp4": "unknown",
    }
    assert licence_of(tmp_path / "sub/deep/d.mp4", tmp_path) == "CC0-1.0"
    assert allowed("CC-BY-3.0", ["cc-by"])
    assert not allowed("unknown", ["CC0", "CC-BY"])
    assert allowed("unknown", [])


def _film(*lengths: int) -> Storyboard:
    """A film of shots of so many seconds."""
    shots, start = [], Fraction(0)
    for number, length in enumerate(lengths, start=1):
        media = MediaUse("file:///x.mp4", None, start, Fraction(length), online=True)
        shots.append(Shot(number, f"Shot {number}", start, Fraction(length), "picture", media))
        start += length
    cuts = tuple(Transition(shot.start, "cut", Fraction(0), shot.number) for shot in shots[1:])
    return Storyboard("film", Clock(Fraction(25)), start, tuple(shots), cuts, ())


def test_clips_end_at_shot_borders_and_keep_their_length():
    film = _film(*[7] * 30)
    clips = list(clips_of(film))
    assert sum(clip.storyboard.duration for clip in clips) >= film.duration - 10
    for clip in clips:
        board = clip.storyboard
        assert 10 <= board.duration <= 60
        assert clip.start % 7 == 0
        assert board.shots[0].start == 0
        assert [shot.number for shot in board.shots] == list(range(1, len(board.shots) + 1))
        assert board.shots[0].media is not None
        assert board.shots[0].media.start == clip.start
        assert [change.into for change in board.transitions] == [shot.number for shot in board.shots[1:]]
        assert [change.time for change in board.transitions] == [shot.start for shot in board.shots[1:]]


def test_a_shot_longer_than_a_clip_is_cut_within():
    clips = list(clips_of(_film(5, 150, 5)))
    assert [float(clip.storyboard.duration) for clip in clips] == [60, 60, 40]
    assert clips[1].storyboard.transitions == ()
    assert clips[1].storyboard.shots[0].media is not None
    assert clips[1].storyboard.shots[0].media.duration == 60


def test_short_films_are_one_clip_or_none():
    assert len(list(clips_of(_film(4, 3, 5)))) == 1
    assert list(clips_of(_film(4, 3))) == []
