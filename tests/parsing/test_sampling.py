"""Which frames are looked at: a few a shot, none twice, bounded on long edits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from vem_plugin.parsing.sampling import choose_frames, places_of_shot
from vem_timeline.clock import Clock
from vem_timeline.storyboard import MediaUse, Shot, Storyboard


def shot(
    number: int,
    seconds: Fraction | int = 1,
    *,
    media_start: Fraction | int = 0,
    file: str = "a.mp4",
    speed: int = 1,
    still: bool = False,
    online: bool = True,
) -> Shot:
    length = Fraction(seconds)
    media = MediaUse(
        f"file:///{file}", Path(file), Fraction(media_start), length * abs(speed), online=online, still=still
    )
    return Shot(number, file, Fraction(number), length, "picture", media, speed=Fraction(speed))


def board(*shots: Shot) -> Storyboard:
    return Storyboard("edit", Clock(Fraction(25)), Fraction(len(shots)), shots, (), ())


def test_longer_shots_are_looked_at_more_often() -> None:
    counts = [len(places_of_shot(shot(1, seconds))) for seconds in (Fraction(1, 2), 2, 5, 6, 60)]
    assert counts == [1, 2, 2, 3, 3]


def test_glimpses_cover_the_shots_media_and_nothing_else() -> None:
    places = places_of_shot(shot(1, 9, media_start=100))
    assert places[0][1].start == 100
    assert places[-1][1].end == 109
    assert all(one[1].end == other[1].start for one, other in pairwise(places))


def test_a_reversed_shot_is_seen_backwards() -> None:
    forwards, backwards = (places_of_shot(shot(1, 9, media_start=3, speed=speed)) for speed in (1, -1))
    assert backwards == forwards[::-1]


def test_freezes_and_stills_are_one_frame_without_a_pair() -> None:
    for each in (shot(1, 9, media_start=4, speed=0), shot(1, 9, media_start=4, still=True)):
        ((_, glimpse),) = places_of_shot(each)
        assert glimpse.duration == 0
        assert not glimpse.pair
    assert places_of_shot(shot(1, 9, media_start=4, speed=0))[0][1].start == 4


def test_the_same_place_is_looked_at_once() -> None:
    sampling = choose_frames(board(*[shot(number, media_start=7) for number in range(1, 6)]))
    assert [len(glimpses) for glimpses in sampling.glimpses_by_file().values()] == [1]


def test_offline_media_and_gaps_are_left_out() -> None:
    gap = Shot(2, "black", Fraction(1), Fraction(1), "gap", None)
    sampling = choose_frames(board(shot(1, online=False), gap, shot(3)))
    assert set(sampling.places) == {3}


def test_a_busy_edit_gets_one_look_a_shot() -> None:
    shots = [shot(number, 9, media_start=10 * number) for number in range(1, 41)]
    sampling = choose_frames(board(*shots), most=60)
    assert {len(places) for places in sampling.places.values()} == {1}
    assert not sampling.shared


def test_a_huge_edit_is_thinned_evenly_and_the_rest_share_the_nearest_of_the_same_media() -> None:
    shots = [shot(number, media_start=3 * number, file="a.mp4" if number % 2 else "b.mp4") for number in range(1, 5001)]
    sampling = choose_frames(board(*shots), most=600)
    assert sum(len(glimpses) for glimpses in sampling.glimpses_by_file().values()) == 600
    assert len(sampling.places) == 600
    assert len(sampling.shared) == 4400
    distances = [abs(number - other) for number, other in sampling.shared.items()]
    assert max(distances) < 40
    assert sum(distances) / len(distances) < 10
    assert all((number - other) % 2 == 0 for number, other in sampling.shared.items())
