"""The conductor: scenes on bar lines, energy from picture and words, roles as asked, hits where cuts landed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from vem_plugin.brief import Brief, SpanNote, read_spans
from vem_plugin.direct import direct
from vem_plugin.direct.captions import ENERGY_WORDS, STYLE_NAMES
from vem_plugin.score.cue import MODES, STYLES, CueSheet, Section
from vem_plugin.score.modes import MODE_SHARES
from vem_plugin.score.swing import STRAIGHT
from vem_plugin.score.theme import draw_cards
from vem_plugin.training.corpus.caption_words import ENERGIES, MOODS, STYLE_WORDS
from vem_plugin.training.corpus.teacher import compose_by_rule
from vem_timeline.storyboard import Marker

MakeEdit = Callable[..., Any]
SHOTS = (8, 8, 6, 2, 4, 4, 8, 3, 5, 8, 8, 16)
"""Lengths of the shots of an ordinary edit in beats: 80 in all."""


def _conduct(
    edit: Any, text: str = "", *, spans: tuple[SpanNote, ...] = (), style: str = "corporate", seed: int = 1
) -> CueSheet:
    parsed, plan = edit
    return direct(parsed, plan, Brief(text, spans=spans), style=style, seed=seed)


def _note(first_beat: int, last_beat: int, text: str) -> tuple[SpanNote, ...]:
    marker = Marker(Fraction(first_beat, 2), Fraction(last_beat - first_beat, 2), text, "", "", "timeline")
    return read_spans([marker])


def _section_at(cue: CueSheet, beat: int) -> Section:
    return next(s for s in cue.sections if s.start <= beat < s.start + s.beats)


def _mean_energy(section: Section) -> float:
    return sum(section.energy) / 2


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(6))
def test_sections_cover_the_plan_and_the_teacher_can_play_them(edit_of: MakeEdit, style: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 12, 14).tolist()
    parsed, plan = edit_of(lengths, motion=rng.random(14).tolist(), pictures=rng.integers(0, 4, 14).tolist())
    cue = direct(parsed, plan, Brief(), style=style, seed=seed)
    assert cue.beats == plan.beats
    assert [beats for s in cue.sections for beats in s.bars] == [bar.beats for bar in plan.bars]
    downbeats = {bar.beat for bar in plan.bars}
    assert all(section.start in downbeats for section in cue.sections)
    assert cue.mode in MODE_SHARES[style]
    assert cue.mode in MODES
    for section in cue.sections:
        assert 0 <= min(section.energy) <= max(section.energy) <= 1
        assert section.roles & {"bass", "harmony", "counter"}
        assert section.shots
        assert section.caption
    notes, chords = compose_by_rule(cue, draw_cards(cue, rng), rng)
    assert len(chords) == cue.beats
    assert {2 * eighth for eighth in cue.hits} <= set(notes["start"].tolist())


def test_one_seed_gives_one_cue_sheet_and_seeds_differ(edit_of: MakeEdit) -> None:
    edit = edit_of(SHOTS)
    assert _conduct(edit, seed=4) == _conduct(edit, seed=4)
    assert len({(cue.key, cue.mode) for cue in (_conduct(edit, seed=seed) for seed in range(8))}) > 2


def test_every_landed_cut_is_a_hit(edit_of: MakeEdit) -> None:
    cue = _conduct(edit_of(SHOTS))
    cuts = {2 * int(beat) for beat in np.cumsum(SHOTS)[:-1]}
    assert cuts <= cue.hits.keys()
    assert cue.hits.keys() - cuts == {2 * cue.end_beat} - cuts
    assert all(cue.hits[eighth] <= 0.5 for eighth in cuts)


def test_markers_are_full_hits_and_a_stop_is_silent_before_it(edit_of: MakeEdit) -> None:
    markers = {Fraction(21): "hit", Fraction(40): "drop", Fraction(50): "stop", Fraction(61): "beat"}
    cue = _conduct(edit_of(SHOTS, markers=markers))
    assert [cue.hits[eighth] for eighth in (42, 80, 100, 122)] == [1.0, 1.0, 1.0, 0.25]
    assert cue.stops == {49}
    assert not {98, 99} & cue.hits.keys()


def test_a_stop_never_silences_a_marked_hit(edit_of: MakeEdit) -> None:
    cue = _conduct(edit_of(SHOTS, markers={Fraction(20): "hit", Fraction(21): "stop"}))
    assert cue.hits[40] == cue.hits[42] == 1.0
    assert not cue.stops


def test_off_beat_cuts_keep_their_eighth(edit_of: MakeEdit) -> None:
    cue = _conduct(edit_of(SHOTS, markers={Fraction(45, 2): "cut"}))
    assert cue.hits[45] == 0.25


def test_a_drop_begins_a_full_section_after_a_rise(edit_of: MakeEdit) -> None:
    cue = _conduct(edit_of(SHOTS, markers={Fraction(48): "drop"}))
    drop = _section_at(cue, 48)
    assert drop.start == 48
    assert drop.energy[0] >= 0.85
    before = _section_at(cue, 47)
    assert before.energy[1] > before.energy[0] + 0.1


def test_notes_bound_sections_and_are_obeyed_there(edit_of: MakeEdit) -> None:
    edit = edit_of(SHOTS, motion=[0.9] * len(SHOTS))
    cue = _conduct(edit, spans=_note(16, 40, "no drums, mood: tense"), style="electronic")
    assert {16, 40} <= {section.start for section in cue.sections}
    for section in cue.sections:
        inside = 16 <= section.start < 40
        assert ("drums" in section.roles) == (not inside)
        assert not inside or section.tension > 0.6
        assert inside == ("no drums, mood: tense" in section.caption)
    themes = {section.theme for section in cue.sections if 16 <= section.start < 40}
    assert 0 not in themes


def test_a_note_may_ask_for_certain_roles_only(edit_of: MakeEdit) -> None:
    cue = _conduct(edit_of(SHOTS), spans=_note(32, 64, "only piano and bass"))
    assert _section_at(cue, 40).roles == {"harmony", "bass"}


def test_a_brief_without_drums_has_none(edit_of: MakeEdit) -> None:
    edit = edit_of(SHOTS, motion=[0.9] * len(SHOTS))
    assert any("drums" in section.roles for section in _conduct(edit).sections)
    assert not any("drums" in section.roles for section in _conduct(edit, "hopeful, no percussion").sections)


def test_a_brief_that_builds_grows_to_the_end_and_one_that_settles_falls(edit_of: MakeEdit) -> None:
    edit = edit_of(SHOTS)
    growing = [_mean_energy(section) for section in _conduct(edit, "builds to the end").sections]
    assert growing == sorted(growing)
    assert growing[-1] > growing[0] + 0.35
    falling = [_mean_energy(section) for section in _conduct(edit, "winds down").sections]
    assert falling[-1] < falling[0] - 0.35


def test_motion_and_fast_cutting_make_energy(edit_of: MakeEdit) -> None:
    lengths = [8] * 4 + [1] * 32 + [8] * 4
    motion = [0.1] * 4 + [0.9] * 32 + [0.1] * 4
    cue = _conduct(edit_of(lengths, motion=motion))
    fast = np.mean([_mean_energy(s) for s in cue.sections if 32 <= s.start < 64])
    slow = np.mean([_mean_energy(s) for s in cue.sections if s.start >= 64])
    assert fast > slow + 0.2


def test_calm_words_mean_less_energy_and_dark_words_less_light(edit_of: MakeEdit) -> None:
    edit = edit_of(SHOTS)
    plain, calm, dark = (_conduct(edit, text).sections for text in ("", "calm and quiet", "dark and grim"))
    assert np.mean([_mean_energy(s) for s in calm]) < np.mean([_mean_energy(s) for s in plain]) - 0.12
    assert np.mean([s.tension for s in dark]) > np.mean([s.tension for s in calm])
    modes = [_conduct(edit, text, style="lofi", seed=seed).mode for seed in range(40) for text in ("dark", "joyful")]
    assert modes[1::2].count("major") > modes[::2].count("major") + 8


@pytest.mark.parametrize("seed", range(8))
def test_the_fullest_scene_sings(edit_of: MakeEdit, seed: int) -> None:
    cue = _conduct(edit_of(SHOTS), "builds to the end", seed=seed)
    assert "melody" in max(cue.sections, key=_mean_energy).roles


def test_speech_leaves_room(edit_of: MakeEdit) -> None:
    spoken = _conduct(edit_of(SHOTS, speech=[(16, 48)]))
    free = _conduct(edit_of(SHOTS))
    for section in spoken.sections:
        if section.start >= 16 and section.start + section.beats <= 48:
            assert "melody" not in section.roles
            assert _mean_energy(section) < _mean_energy(_section_at(free, section.start))
    assert any("melody" in section.roles for section in free.sections)


def test_a_note_leaves_room_for_a_voice(edit_of: MakeEdit) -> None:
    cue = _conduct(
        edit_of(SHOTS, motion=[0.9] * len(SHOTS)), spans=_note(16, 48, "leave room for the voice"), style="pop"
    )
    for section in cue.sections:
        if 16 <= section.start < 48:
            assert not section.roles & {"melody", "counter"}
            assert _mean_energy(section) <= 0.5


def test_the_same_theme_smaller_is_the_first_one_with_less_energy(edit_of: MakeEdit) -> None:
    edit = edit_of([8] * 10, pictures=[0, 0, 1, 1, 2, 2, 2, 1, 1, 1], motion=[0.6] * 10)
    cue = _conduct(edit, spans=_note(48, 64, "the same theme, smaller"))
    reprise = _section_at(cue, 50)
    assert reprise.theme == 0
    assert _mean_energy(reprise) <= 0.7 * _mean_energy(cue.sections[0]) + 1e-9
    other = _conduct(edit, spans=_note(48, 64, "another theme"))
    assert _section_at(other, 50).theme != 0


def test_bigger_and_half_time_are_told_against_what_there_would_be(edit_of: MakeEdit) -> None:
    def at_40(text: str) -> float:
        return _mean_energy(_section_at(_conduct(edit_of(SHOTS), spans=_note(32, 48, text)), 40))

    assert at_40("bigger") > at_40("green") + 0.15
    assert at_40("half-time") < at_40("green") - 0.08
    assert at_40("drop out") < 0.12


@pytest.mark.parametrize("seed", range(12))
def test_a_build_to_the_last_shot_never_turns_back(edit_of: MakeEdit, seed: int) -> None:
    rng = np.random.default_rng(seed)
    edit = edit_of(rng.integers(2, 12, 14).tolist(), motion=rng.random(14).tolist())
    for style in ("epic", "ambient", "action"):
        cue = _conduct(edit, "build to the last shot", style=style, seed=seed)
        line = [value for section in cue.sections for value in section.energy]
        assert line == sorted(line)
        assert line[-1] > line[0] + 0.3
        assert _mean_energy(cue.sections[-1]) == max(map(_mean_energy, cue.sections))


def test_about_one_take_in_five_lifts_its_last_theme_and_never_against_a_note(edit_of: MakeEdit) -> None:
    rng = np.random.default_rng(3)
    edits = [edit_of(rng.integers(3, 12, 12).tolist(), pictures=rng.integers(0, 3, 12).tolist()) for _ in range(12)]
    cues = [_conduct(edit, text, style=s, seed=k) for edit in edits for k, s in enumerate(("pop", "epic") * 8)
            for text in ("", "builds to the end")]  # fmt: skip
    lifted = [cue for cue in cues if cue.sections[-1].shift]
    assert 0.1 < len(lifted) / len(cues) < 0.3
    for cue in lifted:
        shifts = [section.shift for section in cue.sections]
        first = next(number for number, shift in enumerate(shifts) if shift)
        assert cue.sections[first].theme == 0
        assert set(shifts[:first]) <= {0}
        assert len(set(shifts[first:])) == 1
        assert shifts[-1] in (1, 2, 3)
    note = _note(0, 200, "green")
    assert not any(
        s.shift for e in edits for k in range(9) for s in _conduct(e, spans=note, style="pop", seed=k).sections
    )
    assert not any(s.shift for e in edits for k in range(9) for s in _conduct(e, style="lofi", seed=k).sections)


def test_metre_and_swing_reach_the_cue_sheet(edit_of: MakeEdit) -> None:
    parsed, plan = edit_of((6,) * 12)
    six = direct(parsed, replace(plan, metre=6), Brief("a swinging jig"), style="folk", seed=1)
    assert (six.metre, six.swing) == (6, STRAIGHT)
    lazy = [_conduct((parsed, plan), style="lofi", seed=seed).swing for seed in range(9)]
    assert all(swing.unit == "sixteenth" and Fraction(56, 100) <= swing.share <= Fraction(62, 100) for swing in lazy)
    assert len(set(lazy)) > 2
    assert _conduct((parsed, plan), "straight beat", style="lofi").swing == STRAIGHT
    assert _conduct((parsed, plan), style="pop").swing == STRAIGHT
    assert _conduct((parsed, plan), "swing", style="pop").swing.unit == "eighth"
    playful = {_conduct((parsed, plan), style="playful", seed=seed).swing for seed in range(12)}
    assert len(playful) == 2


def test_scenes_are_told_in_words_that_were_taught() -> None:
    assert STYLE_NAMES.keys() == set(STYLES)
    assert all(name in STYLE_WORDS[style] for style, name in STYLE_NAMES.items())
    assert all(word in ENERGIES[energy] for energy, word in ENERGY_WORDS.items())
    assert all(mood in words for mood, words in MOODS.items())


def test_a_given_mode_is_kept_where_the_style_is_at_home_in_it(edit_of: MakeEdit) -> None:
    parsed, plan = edit_of(SHOTS)
    modes = {direct(parsed, plan, Brief(), style="folk", seed=seed, mode="dorian").mode for seed in range(6)}
    assert modes == {"dorian"}
    assert direct(parsed, plan, Brief(), style="pop", seed=1, mode="phrygian").mode != "phrygian"


def test_what_looks_alike_shares_a_theme_and_the_first_one_returns(edit_of: MakeEdit) -> None:
    pictures = [0, 0, 1, 1, 0, 0, 2, 2, 0, 0]
    cue = _conduct(edit_of([8] * 10, pictures=pictures, strengths=[0.1, 0.9] * 4 + [0.1]))
    named = {beat: _section_at(cue, beat).theme for beat in (4, 20, 36, 52, 76)}
    assert named[4] == named[36] == named[76] == 0
    assert named[20] != 0
    assert named[52] not in (0, named[20])


def test_the_last_chord_waits_for_a_marker_on_the_final_beat(edit_of: MakeEdit) -> None:
    assert _conduct(edit_of([16, 16])).end_beat == 28
    assert _conduct(edit_of([16, 16], markers={Fraction(31): "hit"})).end_beat == 31


@pytest.mark.parametrize("beats", [[1], [2], [3], [1, 1, 1, 2]])
def test_the_shortest_edits_have_a_cue_sheet(edit_of: MakeEdit, beats: list[int]) -> None:
    cue = _conduct(edit_of(beats))
    assert cue.beats == sum(beats)
    notes, _ = compose_by_rule(cue, draw_cards(cue, np.random.default_rng(0)), np.random.default_rng(0))
    assert (notes["start"] + notes["length"]).max() <= 4 * cue.beats


def test_thousands_of_cuts_are_conducted_in_seconds(edit_of: MakeEdit) -> None:
    rng = np.random.default_rng(5)
    cue = _conduct(edit_of(rng.integers(1, 9, 3000).tolist(), pictures=rng.integers(0, 8, 3000).tolist()))
    assert len(cue.hits) >= 2999


def test_scenes_are_mostly_two_to_eight_bars(edit_of: MakeEdit) -> None:
    rng = np.random.default_rng(11)
    lengths = []
    for seed in range(20):
        beats = rng.integers(1, 12, 30).tolist()
        cue = _conduct(edit_of(beats, strengths=rng.random(29).tolist()), seed=seed)
        lengths += [len(section.bars) for section in cue.sections]
    assert np.mean([2 <= length <= 8 for length in lengths]) > 0.9
