"""What the viewer sees of an edit; every truth is worked out by hand, in frames."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import opentimelineio as otio
import pytest

from vem_timeline import Storyboard, read

if TYPE_CHECKING:
    from conftest import EditDesk


def transitions(storyboard: Storyboard) -> list[tuple[str, Fraction, Fraction, int]]:
    """Kind, visible cut and length in frames, and the shot that begins."""
    rate = storyboard.clock.rate
    return [(t.kind, t.time * rate, t.duration * rate, t.into) for t in storyboard.transitions]


def test_clips_follow_each_other(desk: EditDesk) -> None:
    assert desk.shots(desk.track(desk.clip("a", 24), desk.clip("b", 36))) == [("a", 0, 24), ("b", 24, 36)]


def test_the_topmost_clip_wins(desk: EditDesk) -> None:
    below = desk.track(desk.clip("low", 100))
    above = desk.track(desk.gap(20), desk.clip("high", 30))
    assert desk.shots(below, above) == [("low", 0, 20), ("high", 20, 30), ("low", 50, 50)]


def test_the_picture_below_goes_on_where_it_would_be(desk: EditDesk) -> None:
    below = desk.track(desk.clip("low", 100, start=10))
    above = desk.track(desk.gap(20), desk.clip("high", 30))
    last = desk.read(below, above).shots[-1]
    assert last.media is not None
    assert last.media.start == Fraction(60, 24)


@pytest.mark.parametrize("hidden", ["clip", "track"])
def test_what_is_disabled_shows_what_lies_below(desk: EditDesk, hidden: str) -> None:
    below = desk.track(desk.clip("low", 50))
    above = desk.track(desk.clip("high", 50, enabled=hidden != "clip"))
    above.enabled = hidden != "track"
    assert desk.shots(below, above) == [("low", 0, 50)]


def test_a_disabled_clip_on_the_lowest_track_is_black(desk: EditDesk) -> None:
    shots = desk.read(desk.track(desk.clip("a", 10), desk.clip("off", 10, enabled=False), desk.clip("b", 10))).shots
    assert [(shot.kind, shot.duration * 24) for shot in shots] == [("picture", 10), ("gap", 10), ("picture", 10)]


def test_gaps_are_shots_and_neighbouring_gaps_are_one(desk: EditDesk) -> None:
    shots = desk.read(desk.track(desk.gap(5), desk.gap(7), desk.clip("a", 10)), desk.track(desk.gap(40))).shots
    assert [(s.kind, s.start * 24, s.duration * 24) for s in shots] == [
        ("gap", 0, 12),
        ("picture", 12, 10),
        ("gap", 22, 18),
    ]


def test_a_dissolve_is_cut_in_its_middle(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 50), desk.dissolve(4, 10), desk.clip("b", 50, start=100)))
    assert transitions(edit) == [("dissolve", 53, 14, 2)]
    first, second = edit.shots
    assert (first.duration * 24, second.start * 24, second.duration * 24) == (53, 53, 47)
    assert second.media is not None
    assert second.media.start * 24 == 103


def test_a_wipe_is_told_from_a_dissolve(desk: EditDesk) -> None:
    wipe = desk.dissolve(6, 6, kind="SMPTE_Wipe")
    assert transitions(desk.read(desk.track(desk.clip("a", 50), wipe, desk.clip("b", 50)))) == [("wipe", 50, 12, 2)]


def test_a_transition_of_no_length_is_a_cut(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 50), desk.dissolve(0, 0), desk.clip("b", 50)))
    assert transitions(edit) == [("cut", 50, 0, 2)]


def test_fades_at_both_ends_leave_no_gap(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.dissolve(0, 10), desk.clip("a", 50), desk.dissolve(20, 0)))
    assert [(shot.name, shot.start * 24, shot.duration * 24) for shot in edit.shots] == [("a", 0, 50)]
    assert transitions(edit) == [("fade_in", 5, 10, 1), ("fade_out", 40, 20, 1)]


def test_fades_to_and_from_black_within_the_edit(desk: EditDesk) -> None:
    edit = desk.read(
        desk.track(desk.clip("a", 50), desk.dissolve(10, 0), desk.gap(24), desk.dissolve(0, 8), desk.clip("b", 50))
    )
    assert transitions(edit) == [("fade_out", 45, 10, 2), ("fade_in", 78, 8, 3)]
    assert [shot.kind for shot in edit.shots] == ["picture", "gap", "picture"]


def test_a_fade_over_a_picture_is_a_dissolve(desk: EditDesk) -> None:
    below = desk.track(desk.clip("low", 100))
    above = desk.track(desk.gap(40), desk.dissolve(0, 10), desk.clip("high", 60))
    assert transitions(desk.read(below, above)) == [("dissolve", 45, 10, 2)]


def test_a_dissolve_under_another_clip_is_not_seen(desk: EditDesk) -> None:
    below = desk.track(desk.clip("a", 50), desk.dissolve(5, 5), desk.clip("b", 50))
    above = desk.track(desk.gap(30), desk.clip("high", 40))
    edit = desk.read(below, above)
    assert transitions(edit) == [("cut", 30, 0, 2), ("cut", 70, 0, 3)]
    assert [shot.name for shot in edit.shots] == ["a", "high", "b"]


def test_nested_sequences_are_opened_through_their_trim(desk: EditDesk) -> None:
    inner = desk.stack(desk.track(desk.clip("a", 20), desk.clip("b", 20), desk.clip("c", 20)), window=(10, 40))
    assert desk.shots(desk.track(desk.clip("x", 5), inner, desk.clip("y", 5))) == [
        ("x", 0, 5),
        ("a", 5, 10),
        ("b", 15, 20),
        ("c", 35, 10),
        ("y", 45, 5),
    ]


def test_nesting_goes_any_depth_and_names_the_compounds(desk: EditDesk) -> None:
    core = desk.stack(desk.track(desk.clip("a", 10), desk.clip("b", 10)), name="core", window=(5, 10))
    shell = desk.stack(desk.track(core), name="shell", window=(2, 6))
    edit = desk.read(desk.track(shell))
    assert [(s.name, s.start * 24, s.duration * 24) for s in edit.shots] == [("a", 0, 3), ("b", 3, 3)]
    assert {"shell", "core"} <= set(edit.shots[0].words)


def test_a_nested_sequence_shows_what_lies_below_it(desk: EditDesk) -> None:
    nest = desk.stack(desk.track(desk.clip("a", 10), desk.gap(10), desk.clip("b", 10)))
    assert desk.shots(desk.track(desk.clip("low", 30)), desk.track(nest)) == [
        ("a", 0, 10),
        ("low", 10, 10),
        ("b", 20, 10),
    ]


def test_cuts_inside_a_retimed_sequence_move(desk: EditDesk) -> None:
    nest = desk.stack(desk.track(desk.clip("a", 20), desk.clip("b", 20)), window=(0, 20), speed=2.0)
    assert desk.shots(desk.track(nest)) == [("a", 0, 10), ("b", 10, 10)]
    assert [shot.speed for shot in desk.read(desk.track(nest.clone())).shots] == [2, 2]


def test_a_reversed_sequence_runs_backwards(desk: EditDesk) -> None:
    nest = desk.stack(desk.track(desk.clip("a", 30), desk.clip("b", 10)), window=(0, 40), speed=-1.0)
    edit = desk.read(desk.track(nest))
    assert [(s.name, s.start * 24, s.duration * 24, s.speed) for s in edit.shots] == [
        ("b", 0, 10, -1),
        ("a", 10, 30, -1),
    ]


def test_a_frozen_sequence_is_one_still(desk: EditDesk) -> None:
    nest = desk.stack(desk.track(desk.clip("a", 10), desk.clip("b", 10, start=100)), window=(15, 48))
    nest.effects.append(otio.schema.FreezeFrame())
    (shot,) = desk.read(desk.track(nest)).shots
    assert (shot.name, shot.speed, shot.duration * 24) == ("b", 0, 48)
    assert shot.media is not None
    assert shot.media.start * 24 == 105


def test_a_dissolve_of_a_nested_sequence_holds_its_edge_picture(desk: EditDesk) -> None:
    nest = desk.stack(desk.track(desk.clip("a", 40)))
    edit = desk.read(desk.track(nest, desk.dissolve(6, 6), desk.clip("b", 40)))
    assert transitions(edit) == [("dissolve", 40, 12, 2)]
    longer = desk.stack(desk.track(desk.clip("a", 40)))
    edit = desk.read(desk.track(longer, desk.dissolve(2, 10), desk.clip("b", 40)))
    assert [shot.duration * 24 for shot in edit.shots] == [44, 36], "no black between the two"


@pytest.mark.parametrize(
    ("speed", "start", "used", "told"), [(2.0, 10, 48, 2), (0.5, 10, 12, Fraction(1, 2)), (-2.0, 10, 48, -2)]
)
def test_speed_tells_how_much_media_is_used(
    desk: EditDesk, speed: float, start: int, used: int, told: Fraction
) -> None:
    (shot,) = desk.read(desk.track(desk.clip("a", 24, start, speed=speed))).shots
    assert shot.duration == 1
    assert shot.speed == told
    assert shot.media is not None
    assert (shot.media.start * 24, shot.media.duration * 24) == (start, used)


def test_premiere_counts_the_media_of_a_retimed_clip(desk: EditDesk) -> None:
    tracks = desk.track(desk.clip("a", 48, speed=2.0), desk.clip("b", 24))
    edit = desk.read(tracks, metadata={"PremierePro_OTIO": {"MetadataVersion": "1.0"}})
    assert [(s.name, s.duration * 24) for s in edit.shots] == [("a", 24), ("b", 24)]


def test_a_freeze_frame_uses_one_frame(desk: EditDesk) -> None:
    moving, frozen = desk.read(desk.track(desk.clip("a", 24), desk.clip("a", 24, 24, speed=0))).shots
    assert (moving.speed, frozen.speed) == (1, 0)
    assert frozen.media is not None
    assert (frozen.media.start, frozen.media.duration) == (1, Fraction(1, 24))


def test_an_unknown_speed_change_is_remarked(desk: EditDesk) -> None:
    clip = desk.clip("ramp", 24)
    clip.effects.append(otio.schema.TimeEffect(name="ramp"))
    edit = desk.read(desk.track(clip))
    assert edit.shots[0].speed == 1
    assert any("speed change" in remark.what for remark in edit.remarks)


def test_rates_are_mixed_exactly(desk: EditDesk) -> None:
    ntsc = desk.clip("ntsc", 30, rate=29.97)
    edit = desk.read(desk.track(desk.clip("a", 24), ntsc, desk.clip("b", 24)))
    assert edit.clock.rate == 24
    assert [shot.start for shot in edit.shots] == [0, 1, 1 + Fraction(30 * 1001, 30000)]
    assert edit.duration == 2 + Fraction(1001, 1000)


def test_through_edits_are_no_cuts(desk: EditDesk) -> None:
    track = desk.track(
        desk.clip("a", 24), desk.clip("a", 24, 24), desk.clip("b", 24), desk.clip("c", 24), desk.clip("d", 24)
    )
    edit = desk.read(track)
    assert [(shot.name, shot.duration * 24) for shot in edit.shots] == [("a", 48), ("b", 24), ("c", 24), ("d", 24)]
    assert any("through edit" in remark.what for remark in edit.remarks)


def test_a_jump_in_the_media_is_a_cut(desk: EditDesk) -> None:
    track = desk.track(desk.clip("a", 24), desk.clip("a", 24, 48), desk.clip("b", 24))
    assert len(desk.read(track).shots) == 3


def test_a_punch_in_is_a_cut(desk: EditDesk) -> None:
    second = desk.clip("a", 24, 24)
    second.effects.append(otio.schema.Effect(name="Zoom", effect_name="Transform"))
    assert len(desk.read(desk.track(desk.clip("a", 24), second, desk.clip("b", 24), desk.clip("c", 24))).shots) == 4


def test_a_film_cut_apart_at_its_own_cuts_keeps_them(desk: EditDesk) -> None:
    edit = desk.read(desk.track(*(desk.clip("film", 24, 24 * index) for index in range(10))))
    assert len(edit.shots) == 10
    assert any("one film" in remark.what for remark in edit.remarks)


def test_a_razor_cut_under_a_cutaway_is_not_seen(desk: EditDesk) -> None:
    below = desk.track(desk.clip("low", 50), desk.clip("low", 50, 50))
    above = desk.track(desk.gap(40), desk.clip("high", 20))
    assert desk.shots(below, above) == [("low", 0, 40), ("high", 40, 20), ("low", 60, 40)]


def test_an_adjustment_clip_hides_nothing(desk: EditDesk) -> None:
    cover = desk.clip("Adjustment Clip", 40, reference=otio.schema.MissingReference())
    edit = desk.read(desk.track(desk.clip("a", 20), desk.clip("b", 20)), desk.track(cover))
    assert [shot.name for shot in edit.shots] == ["a", "b"]
    assert any("adjustment" in remark.what for remark in edit.remarks)


def test_a_title_hides_no_picture_but_is_seen_over_black(desk: EditDesk) -> None:
    title = otio.schema.GeneratorReference(name="Text+", generator_kind="Text+")
    above = desk.track(desk.gap(10), desk.clip("Text+", 30, reference=title))
    shots = desk.read(desk.track(desk.clip("a", 20), desk.gap(20)), above).shots
    assert [(shot.name, shot.kind, shot.duration * 24) for shot in shots] == [
        ("a", "picture", 20),
        ("Text+", "picture", 20),
    ]
    assert shots[1].media is None


def test_a_film_named_title_is_a_picture(desk: EditDesk) -> None:
    assert desk.shots(desk.track(desk.clip("a", 20)), desk.track(desk.clip("title sequence", 20))) == [
        ("title sequence", 0, 20)
    ]


def test_a_generator_is_a_shot_and_black_is_none(desk: EditDesk) -> None:
    bars = otio.schema.GeneratorReference(name="bars", generator_kind="SMPTEBars")
    black = otio.schema.GeneratorReference(name="black", generator_kind="black")
    shots = desk.read(
        desk.track(desk.clip("Bars", 10, reference=bars), desk.clip("Black Video", 10, reference=black))
    ).shots
    assert [(shot.name, shot.kind) for shot in shots] == [("Bars", "picture"), ("black", "gap")]


def test_a_track_may_begin_before_its_first_clip(desk: EditDesk) -> None:
    late = desk.track(desk.clip("high", 9, 100), window=(-7, 16))
    assert desk.shots(desk.track(desk.clip("low", 16)), late) == [("low", 0, 7), ("high", 7, 9)]


def test_the_tracks_themselves_may_be_trimmed(desk: EditDesk) -> None:
    path = desk.save(desk.track(desk.clip("a", 24), desk.clip("b", 24)))
    timeline = otio.adapters.read_from_file(str(path))
    timeline.tracks.source_range = desk.span(12, 24)
    otio.adapters.write_to_file(timeline, str(path))
    assert [(shot.name, shot.duration * 24) for shot in read(path).shots] == [("a", 12), ("b", 12)]


def test_a_sliver_of_rounding_is_no_shot(desk: EditDesk) -> None:
    below = desk.track(desk.clip("low", 100))
    above = desk.track(desk.clip("a", 40), desk.gap(0.2), desk.clip("b", 59.8))
    assert [shot.name for shot in desk.read(below, above).shots] == ["a", "b"]


def test_sound_runs_on_after_the_picture(desk: EditDesk) -> None:
    sound = desk.track(desk.clip("song", 120), kind="Audio")
    edit = desk.read(desk.track(desk.clip("a", 24)), sound)
    assert edit.duration == 5
    assert [shot.kind for shot in edit.shots] == ["picture", "gap"]
    assert any("runs on" in remark.what for remark in edit.remarks)


def test_one_frame_is_an_edit(desk: EditDesk) -> None:
    edit = desk.read(desk.track(desk.clip("a", 1)))
    assert edit.duration == Fraction(1, 24)
    assert len(edit.shots) == 1
    assert edit.transitions == ()
