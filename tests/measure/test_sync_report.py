"""The sync report of a take: groups, misses and words."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vem_plugin.errors import SettingsError
from vem_plugin.measure.onsets import FLUX_RATE, OnsetTrack
from vem_plugin.measure.report import (
    SyncReport,
    WantedInstant,
    measure_sync,
    measure_take,
    wanted_instants,
)
from vem_plugin.measure.wording import miss_lines, summary_lines
from vem_plugin.rhythm.beat_plan import (
    Bar,
    BeatConstraint,
    BeatPlan,
    ConstraintKind,
    Landing,
    Miss,
    TempoSegment,
)

GOLDEN = Path(__file__).with_name("golden_sync_report.json")
FRAME = Fraction(1, 25)
DURATION = Fraction(8)
BEATS = tuple(Fraction(beat, 2) for beat in range(17))
INSTANTS = (
    WantedInstant(Fraction(1), "planned cut", "cut into shot 2", "beat"),
    WantedInstant(Fraction(2), "planned cut", "cut into shot 3", "downbeat"),
    WantedInstant(Fraction(13, 5), "missed cut", "cut into shot 4", None, "too close to shot 3"),
    WantedInstant(Fraction(4), "hit", "hit", "downbeat"),
    WantedInstant(Fraction(25, 4), "planned cut", "cut into shot 5", "off-beat"),
)


def heard_at(times: list[float], *, strength: float = 3.0) -> OnsetTrack:
    """Onsets of one strength, on a flux that is flat elsewhere."""
    flux = np.full(int(DURATION) * FLUX_RATE, 0.1)
    flux[np.rint(np.array(times) * FLUX_RATE).astype(int)] = strength
    return OnsetTrack(np.array(times), np.full(len(times), strength), flux, float(DURATION))


def report_of(heard: OnsetTrack, instants: tuple[WantedInstant, ...] = INSTANTS) -> SyncReport:
    return measure_sync(heard, instants, beats=BEATS, duration=DURATION, frame=FRAME)


@pytest.fixture(scope="module")
def plan() -> BeatPlan:
    """Two bars at 60 beats a minute: three cuts (one missed), a hit, a stop and the end."""

    def constraint(time: str, kind: ConstraintKind, label: str) -> BeatConstraint:
        return BeatConstraint(Fraction(time), kind, 1.0, kind == "hit", "off-beat", label, "test")

    cut = constraint("2", "cut", "cut into shot 2")
    dissolve = constraint("5/2", "dissolve", "dissolve into shot 3")
    off = constraint("37/10", "cut", "cut into shot 4")
    hit, stop = constraint("4", "hit", "hit"), constraint("6", "stop", "stop")
    end = constraint("8", "end", "end")
    return BeatPlan(
        duration=Fraction(8),
        base_bpm=Fraction(60),
        segments=(TempoSegment(Fraction(0), Fraction(8), 16),),
        bars=(Bar(1, 0, 4), Bar(2, 4, 4)),
        landings=(
            Landing(hit, Fraction(4), "downbeat", Fraction(0)),
            Landing(cut, Fraction(2), "beat", Fraction(0)),
            Landing(dissolve, Fraction(5, 2), "off-beat", Fraction(0)),
            Landing(stop, Fraction(6), "beat", Fraction(0)),
            Landing(end, Fraction(8), "downbeat", Fraction(0)),
        ),
        misses=(Miss(off, Fraction(-1, 5), "the tempo would bend too far"),),
    )


def test_the_report_is_what_it_was() -> None:
    heard = heard_at([0.0, 1.005, 1.98, 2.0, 3.0, 4.012, 5.0, 6.1])
    assert report_of(heard).as_json() == json.loads(GOLDEN.read_text("utf-8"))


def test_perfect_sync_scores_one_everywhere() -> None:
    report = report_of(heard_at([float(instant.time) for instant in INSTANTS]))
    assert [rate.rate for group in report.groups for rate in group.rates] == [1.0] * 12
    assert [(group.median, group.worst) for group in report.groups] == [(0.0, 0.0)] * 3
    assert report.misses == ()
    assert all(group.accent > 5 for group in report.groups)


def test_each_kind_is_counted_apart() -> None:
    groups = report_of(heard_at([1.0, 4.0])).groups
    assert [(g.kind, g.count, g.downbeats, g.beats) for g in groups] == [
        ("hit", 1, 1, 1),
        ("planned cut", 3, 1, 2),
        ("missed cut", 1, 0, 0),
    ]
    assert [g.within_one_frame.matched for g in groups] == [1, 1, 0]


def test_an_edit_without_hits_has_no_such_group() -> None:
    report = report_of(heard_at([1.0]), INSTANTS[:1])
    assert report.group("hit") is None
    planned = report.group("planned cut")
    assert planned is not None
    assert planned.count == 1


def test_misses_are_listed_with_offset_and_reason() -> None:
    report = report_of(heard_at([1.0, 2.0, 4.0, 6.30]))
    assert [(miss.label, miss.reason) for miss in report.misses] == [
        ("cut into shot 4", "too close to shot 3"),
        ("cut into shot 5", "planned, but no onset is heard here"),
    ]
    assert report.misses[1].offset == pytest.approx(0.05)
    assert miss_lines(report)[1].startswith("6.250 s, cut into shot 5: the nearest onset is 50 ms late;")


def test_silence_is_defined_and_said() -> None:
    report = report_of(heard_at([]))
    assert [rate.rate for group in report.groups for rate in group.rates] == [0.0] * 12
    assert [rate.chance for group in report.groups for rate in group.rates] == [0.0] * 12
    assert report.groups[0].median is None
    assert len(report.misses) == len(INSTANTS)
    assert summary_lines(report) == ("No onset is heard at all: the sound is silent, or it only swells.",)
    assert "nothing is heard" in miss_lines(report)[0]
    json.dumps(report.as_json(), allow_nan=False)


def test_no_instants_is_defined_and_said() -> None:
    report = report_of(heard_at([1.0]), ())
    assert (report.groups, report.misses, report.tbiou) == ((), (), 0.0)
    assert "nothing to measure" in summary_lines(report)[0]


def test_words_give_count_and_chance() -> None:
    lines = summary_lines(report_of(heard_at([1.0, 2.0, 4.0])))
    assert lines[0].startswith("1 of 1 hit has an onset within one frame (chance: 0.0); median 0 ms off")
    assert lines[1].startswith("2 of 3 planned cuts have an onset within one frame (chance: 0.1)")
    assert lines[2].startswith("0 of 1 cut that the plan missed has an onset")


def test_sound_after_the_timeline_does_not_count() -> None:
    ringing = replace(heard_at([1.0, 2.0]), times=np.array([1.0, 9.0]))
    assert report_of(ringing).onsets == 1


def test_a_plan_wants_onsets_at_cuts_and_hits_but_not_at_stops_or_the_end(plan: BeatPlan) -> None:
    assert [(float(i.time), i.kind, i.on, i.reason) for i in wanted_instants(plan)] == [
        (2.0, "planned cut", "beat", ""),
        (2.5, "planned cut", "off-beat", ""),
        (3.7, "missed cut", None, "the tempo would bend too far"),
        (4.0, "hit", "downbeat", ""),
    ]


def click_track(times: list[float], folder: Path) -> Path:
    samples = np.zeros(8 * 48_000)
    for time in times:
        start = round(time * 48_000)
        samples[start : start + 480] = np.random.default_rng(1).uniform(-0.5, 0.5, 480)
    path = folder / "mix.wav"
    soundfile.write(path, np.stack([samples, samples], axis=1), 48_000, subtype="PCM_24")
    return path


def test_a_take_rendered_on_its_plan_measures_perfect(plan: BeatPlan, tmp_path: Path) -> None:
    report = measure_take(click_track([0.5, 2.0, 2.5, 4.0], tmp_path), plan, frame=FRAME)
    for kind in ("hit", "planned cut"):
        group = report.group(kind)
        assert group is not None
        assert [rate.rate for rate in group.rates] == [1.0] * 4
        assert group.worst is not None
        assert group.worst < 0.005
        assert group.accented == group.count
    assert [miss.label for miss in report.misses] == ["cut into shot 4"]


def test_a_take_rendered_a_frame_and_a_half_late_measures_late(plan: BeatPlan, tmp_path: Path) -> None:
    late = float(FRAME) * 1.5
    report = measure_take(click_track([2.0 + late, 2.5 + late, 4.0 + late], tmp_path), plan, frame=FRAME)
    for kind in ("hit", "planned cut"):
        group = report.group(kind)
        assert group is not None
        assert [rate.rate for rate in group.rates] == [0.0, 0.0, 0.0, 1.0]
        assert group.median == pytest.approx(late, abs=0.002)


@pytest.mark.parametrize(
    ("duration", "frame"), [(Fraction(0), FRAME), (DURATION, Fraction(0)), (Fraction(5), FRAME)], ids=str
)
def test_what_makes_no_sense_is_refused(duration: Fraction, frame: Fraction) -> None:
    with pytest.raises(SettingsError):
        measure_sync(heard_at([1.0]), INSTANTS, beats=BEATS, duration=duration, frame=frame)
