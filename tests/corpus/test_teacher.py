"""The teacher keeps its promises: on 100 random pieces, everything the cue sheet asks for is in the notes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from vem_plugin.score.cue import COMPOUND, METRES, ROLES, SCALES, STYLES, tempo_range
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import DRUMS, NOTE
from vem_plugin.score.progressions import LoopChord
from vem_plugin.score.theme import ThemeNote, draw_cards
from vem_plugin.training.corpus.build import Piece, build_piece, build_pieces
from vem_plugin.training.corpus.counter_line import CounterLine
from vem_plugin.training.corpus.patterns import fit, read
from vem_plugin.training.corpus.random_cue import random_cue
from vem_plugin.training.corpus.sketch import BASS, COUNTER, DRUMS_ROLE, HARMONY, MELODY, Sketch
from vem_plugin.training.corpus.teacher import compose_by_rule
from vem_plugin.training.corpus.voicing import voice_chord

PIECES = [build_piece(number, seed=2027) for number in range(100)]
RANGES = {"bass": (24, 59), "harmony": (46, 85), "counter": (48, 95), "melody": (55, 98)}


def _of_role(piece: Piece, role: int) -> np.ndarray:
    return piece.notes[piece.notes["role"] == role]


def _sections_by_step(piece: Piece) -> list:
    return [section for section in piece.cue.sections for _ in range(section.beats * 4)]


def test_random_cues_are_whole_and_within_their_bounds() -> None:
    for piece in PIECES:
        cue = piece.cue
        starts = np.cumsum([0] + [section.beats for section in cue.sections])
        assert [section.start for section in cue.sections] == starts[:-1].tolist()
        assert 4 <= cue.beats <= 128
        assert cue.metre in METRES
        assert all(2 <= beats <= cue.metre + 1 for section in cue.sections for beats in section.bars)
        slowest, fastest = tempo_range(cue.style, cue.metre)
        assert slowest <= cue.bpm <= fastest
        assert cue.end_beat in (cue.beats - 1, cue.beats - cue.sections[-1].bars[-1])
        assert all(0 < eighth < 2 * cue.beats for eighth in cue.hits)
        assert set(cue.hits.values()) <= {0.25, 0.5, 1.0}
    assert {piece.cue.style for piece in PIECES} == set(STYLES)


def test_random_cues_cut_like_real_edits() -> None:
    rng = np.random.default_rng(3)
    cues = [random_cue(rng) for _ in range(400)]
    rates = [len(cue.hits) / cue.beats * cue.bpm for cue in cues]
    assert np.percentile(rates, 90) > 22
    off_beat = np.mean([eighth % 2 for cue in cues for eighth in cue.hits])
    assert 0.1 < off_beat < 0.3
    assert any(not cue.hits for cue in cues)
    assert sum(len(cue.stops) for cue in cues) > 40
    bars = Counter(len(section.bars) for cue in cues for section in cue.sections)
    assert (bars[1] + bars[2]) / bars.total() > 0.25


def test_every_hit_outside_stops_has_an_onset_that_stands_out() -> None:
    for piece in PIECES:
        starts = piece.notes["start"]
        downbeats = [bar.step for bar in bars_of(piece.cue)] + [piece.cue.beats * 4]
        for eighth, strength in piece.cue.hits.items():
            if eighth // 2 in piece.cue.stops:
                continue
            struck = piece.notes[starts == 2 * eighth]
            assert len(struck), (piece.cue, eighth)
            place = int(np.searchsorted(downbeats, 2 * eighth, side="right")) - 1
            bar = piece.notes[(starts >= downbeats[place]) & (starts < downbeats[place + 1])]
            louder = [2 * other for other, strong in piece.cue.hits.items() if strong > strength]
            plain = bar["velocity"][~np.isin(bar["start"], louder)]
            assert struck["velocity"].max() >= np.median(plain) - 3
            if strength == 1:
                assert {49, 36} <= set(struck["pitch"][struck["role"] == DRUMS_ROLE].tolist())
                assert {BASS, HARMONY} <= set(struck["role"].tolist())
                assert struck["velocity"].max() >= 115


def test_stops_are_silent() -> None:
    seen = 0
    for piece in PIECES:
        for beat in piece.cue.stops:
            sounding = (piece.notes["start"] < 4 * beat + 4) & (piece.notes["start"] + piece.notes["length"] > 4 * beat)
            assert not sounding.any()
            seen += 1
    assert seen > 10


def test_roles_left_out_start_no_note_but_for_hits_and_the_end() -> None:
    for piece in PIECES:
        sections = _sections_by_step(piece)
        excused = {2 * eighth for eighth in piece.cue.hits} | {4 * piece.cue.end_beat}
        for note in piece.notes:
            if int(note["start"]) not in excused:
                assert ROLES[note["role"]] in sections[note["start"]].roles


def test_roles_that_play_are_heard() -> None:
    heard = asked = 0
    for piece in PIECES:
        for section in piece.cue.sections:
            if section.start + section.beats > piece.cue.end_beat or section.beats < 8:
                continue
            inside = (piece.notes["start"] >= 4 * section.start) & (
                piece.notes["start"] < 4 * (section.start + section.beats)
            )
            for role in section.roles - {"drums"}:
                asked += 1
                heard += ROLES.index(role) in piece.notes["role"][inside]
    assert asked > 500
    assert heard / asked > 0.97


def test_notes_lie_in_range_and_inside_the_piece() -> None:
    for piece in PIECES:
        notes = piece.notes
        assert notes.dtype == NOTE
        assert (np.diff(notes["start"]) >= 0).all()
        assert notes["length"].min() >= 1
        assert (notes["start"] + notes["length"]).max() == 4 * piece.cue.beats
        assert 20 <= notes["velocity"].min() <= notes["velocity"].max() <= 127
        assert set(_of_role(piece, DRUMS_ROLE)["pitch"].tolist()) <= set(DRUMS)
        for role, (low, high) in RANGES.items():
            pitches = _of_role(piece, ROLES.index(role))["pitch"]
            assert not len(pitches) or low <= pitches.min() <= pitches.max() <= high


@pytest.mark.parametrize("role", [BASS, MELODY])
def test_single_lines_sound_one_note_at_a_time(role: int) -> None:
    for piece in PIECES:
        line = _of_role(piece, role)
        assert (line["start"][1:] >= (line["start"] + line["length"])[:-1]).all()


def test_pitches_stay_in_key() -> None:
    shares = []
    for piece in PIECES:
        pitched = piece.notes[piece.notes["role"] != DRUMS_ROLE]
        shares.append(np.isin(pitched["pitch"] % 12, SCALES[piece.cue.mode]).mean())
    assert np.mean(shares) > 0.95


def test_the_bass_stands_on_chord_tones_or_on_its_pedal() -> None:
    fitting = total = 0
    for piece in PIECES:
        half = 12 if piece.cue.metre == COMPOUND else 8
        strong = {bar.step + step for bar in bars_of(piece.cue) for step in range(0, bar.steps, half)}
        for note in _of_role(piece, BASS):
            if int(note["start"]) in strong:
                chord = piece.theme.chords[note["start"] // 4]
                total += 1
                fitting += int(note["pitch"]) % 12 in {*chord.tones, chord.bass}
    assert fitting / total > 0.99


def test_the_tune_is_played_as_written() -> None:
    for piece in PIECES:
        written = {(note.start, note.pitch) for note in piece.theme.melody}
        excused = {2 * eighth for eighth in piece.cue.hits}
        played = {(int(n["start"]), int(n["pitch"])) for n in _of_role(piece, MELODY)}
        assert {note for note in played if note[0] not in excused} <= written


def test_the_tune_comes_back() -> None:
    shares = []
    for piece in PIECES:
        tune = _of_role(piece, MELODY)
        if len(tune) < 24:
            continue
        grams = [
            (*tune["pitch"][i : i + 4].tolist(), *np.diff(tune["start"][i : i + 4]).tolist())
            for i in range(len(tune) - 3)
        ]
        counts = Counter(grams)
        shares.append(sum(count for count in counts.values() if count > 1) / len(grams))
    assert np.mean(shares) > 0.15


def test_the_melody_lies_above_the_harmony() -> None:
    for piece in PIECES:
        tune, chords = _of_role(piece, MELODY), _of_role(piece, HARMONY)
        if len(tune):
            assert np.median(tune["pitch"]) > np.median(chords["pitch"]) + 4


def test_fuller_sections_are_busier_and_louder() -> None:
    notes_a_beat: dict[int, list[float]] = {0: [], 2: []}
    loudness: dict[int, list[float]] = {0: [], 2: []}
    for piece in PIECES:
        for bar in bars_of(piece.cue):
            inside = (piece.notes["start"] >= bar.step) & (piece.notes["start"] < bar.step + bar.steps)
            if bar.level in notes_a_beat and inside.any():
                notes_a_beat[bar.level].append(inside.sum() / bar.beats)
                loudness[bar.level].append(piece.notes["velocity"][inside].mean())
    assert np.mean(notes_a_beat[2]) > 2 * np.mean(notes_a_beat[0])
    assert np.mean(loudness[2]) > np.mean(loudness[0]) + 15


def test_pieces_are_told_by_seed_and_number_alone() -> None:
    again = build_piece(17, seed=2027)
    assert again.cue == PIECES[17].cue
    assert again.theme == PIECES[17].theme
    assert (again.notes == PIECES[17].notes).all()
    assert build_piece(17, seed=2028).cue != PIECES[17].cue


def test_building_on_two_processes_gives_the_same_pieces_in_order() -> None:
    built = list(build_pieces(5, seed=2027, processes=2))
    assert [piece.cue for piece in built] == [piece.cue for piece in PIECES[:5]]
    assert all((one.notes == two.notes).all() for one, two in zip(built, PIECES, strict=False))


def test_striking_splits_a_note_that_sounds() -> None:
    sketch = Sketch(32)
    sketch.add(HARMONY, 0, 16, 60, 70)
    sketch.strike(HARMONY, 6, (64,), 100, longest=4)
    notes = sketch.fair_copy(np.random.default_rng(0))
    assert notes[["start", "length", "pitch"]].tolist() == [(0, 6, 60), (6, 10, 60)]
    assert notes["velocity"][1] > 90


@pytest.mark.parametrize("metre", METRES)
@pytest.mark.parametrize("style", STYLES)
def test_every_style_plays_in_every_metre(style: str, metre: int) -> None:
    rng = np.random.default_rng([STYLES.index(style), metre])
    cue = random_cue(rng, style=style, metre=metre, min_beats=72, max_beats=96)
    everybody = tuple(replace(section, roles=frozenset(ROLES)) for section in cue.sections)
    cue = replace(cue, sections=everybody, hits={}, stops=frozenset())
    notes, chords = compose_by_rule(cue, draw_cards(cue, rng), rng)
    assert len(chords) == cue.beats
    assert set(notes["role"].tolist()) >= {BASS, HARMONY, COUNTER, MELODY}
    bars = [bar for bar in bars_of(cue) if bar.beat + bar.beats <= cue.end_beat]
    leans: list[float] = []
    for bar in bars:
        inside = notes[(notes["start"] < bar.step + bar.steps) & (notes["start"] + notes["length"] > bar.step)]
        assert {BASS, HARMONY} & set(inside["role"].tolist())
        first = inside["start"] == bar.step
        later = inside["start"] > bar.step
        if first.any() and later.any():
            leans.append(inside["velocity"][first].mean() - inside["velocity"][later].mean())
    assert np.median(leans) > 0


def test_metres_come_up_as_often_as_they_should() -> None:
    rng = np.random.default_rng(11)
    metres = Counter(random_cue(rng).metre for _ in range(600))
    assert 0.72 < metres[4] / 600 < 0.86
    assert min(metres[3], metres[COMPOUND]) > 36


def test_some_pieces_end_in_a_higher_key_and_the_staid_ones_never() -> None:
    rng = np.random.default_rng(5)
    cues = [random_cue(rng) for _ in range(600)]
    shifted = [cue for cue in cues if any(section.shift for section in cue.sections)]
    assert 0.07 < len(shifted) / len(cues) < 0.17
    assert not {"ambient", "lofi"} & {cue.style for cue in shifted}
    for cue in shifted:
        shifts = [section.shift for section in cue.sections]
        assert shifts == sorted(shifts)
        assert shifts[0] == 0
        assert 1 <= shifts[-1] <= 3


def test_choirs_and_strings_lead_without_parallels_with_the_bass() -> None:
    parallel = changes = 0
    for number in range(160):
        piece = build_piece(number, seed=31)
        if piece.cue.style not in {"epic", "emotional", "ambient", "tense", "documentary"}:
            continue
        before: tuple[int, int, int] | None = None
        for beat in range(piece.cue.end_beat + 1):
            if beat and piece.theme.chords[beat] == piece.theme.chords[beat - 1]:
                continue
            if len(piece.theme.chords[beat].tones) < 3:  # bare fifths move as one
                before = None
                continue
            now = _outer_voices(piece, 4 * beat)
            if before and now and before[0] != now[0]:
                changes += 1
                parallel += any(
                    before[k] != now[k] and (before[k] - before[0]) % 12 == (now[k] - now[0]) % 12 in (0, 7)
                    for k in (1, 2)
                )
            before = now
    assert changes > 150
    assert parallel / changes < 0.01


def _outer_voices(piece: Piece, step: int) -> tuple[int, int, int] | None:
    """Bass and the harmony's lowest and highest voice, where both strike a step."""
    struck = piece.notes[piece.notes["start"] == step]
    bass, hand = (struck["pitch"][struck["role"] == role] for role in (BASS, HARMONY))
    return (int(bass[0]), int(hand.min()), int(hand.max())) if len(bass) == 1 and len(hand) > 2 else None


def test_sevenths_and_suspensions_fall_by_step_or_stay() -> None:
    home = voice_chord(LoopChord(0, "maj"), (55, 59, 62, 65), before=LoopChord(7, "dom7"))
    assert {63, 64, 65} & set(home)
    assert voice_chord(LoopChord(7, "maj"), (55, 60, 62), before=LoopChord(7, "sus4")) == (55, 59, 62)


def test_endings_close_on_the_tonic() -> None:
    for piece in PIECES:
        last = piece.notes[piece.notes["start"] == 4 * piece.cue.end_beat]
        bass = last[last["role"] == BASS]
        assert (bass["pitch"] % 12).tolist() == [0]
        assert (bass["start"] + bass["length"]).tolist() == [4 * piece.cue.beats]
        assert piece.chords[piece.cue.end_beat].root == 0


def test_energy_asked_is_energy_heard() -> None:
    shares = []
    for piece in PIECES:
        starts = piece.notes["start"]
        asked, heard = [], []
        for section in piece.cue.sections:
            first, last = 4 * section.start, 4 * min(section.start + section.beats, piece.cue.end_beat)
            if last > first:
                inside = (starts >= first) & (starts < last)
                asked.append(sum(section.energy))
                heard.append(piece.notes["velocity"][inside].sum(dtype=float) / (last - first))
        if len(asked) > 3 and np.ptp(asked) > 0.5:
            shares.append(spearmanr(asked, heard)[0])
    assert len(shares) > 30
    assert np.mean(shares) > 0.85


def test_bent_bars_break_off_or_play_their_last_beat_again() -> None:
    bar = read("R---R---5---O-O-")[0]
    assert [stroke.start for stroke in fit(bar, 16, 8)] == [0, 4]
    assert [stroke.start for stroke in fit(bar, 16, 20)] == [0, 4, 8, 12, 14, 16, 18]
    assert fit(read("R---------------")[0], 16, 20)[0].length == 20


def test_the_counter_melody_moves_against_the_tune() -> None:
    line = CounterLine(60)
    chord = LoopChord(0, "maj")
    rising = [ThemeNote(0, 8, 76), ThemeNote(8, 8, 79)]
    (_, _, first), (_, _, second) = line.bar(((0, 16, chord),), rising, SCALES["major"], 4, sparse=False)
    assert second < first
    assert all(pitch % 12 in chord.tones for pitch in (first, second))
    answer = line.bar(((0, 16, chord),), [], SCALES["major"], 4, sparse=True)
    assert len(answer) > 2
