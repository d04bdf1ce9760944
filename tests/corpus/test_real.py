"""Real music: the committed pieces are whole and fit the model's world; a small piece is heard as it was written."""

from __future__ import annotations

import numpy as np
import pytest
import symusic

from vem_plugin.models.raster import LANES
from vem_plugin.score.cue import MODES, ROLES, UNTOLD
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.theme import card_features
from vem_plugin.training.corpus.build import Piece
from vem_plugin.training.corpus.real import load_real_pieces, real_columns, split_of
from vem_plugin.training.corpus.real_abc import read_tune, tunes
from vem_plugin.training.corpus.real_cut import lesson_of
from vem_plugin.training.corpus.real_midi import passage_of, read_tracks
from vem_plugin.training.corpus.real_words import all_real_captions
from vem_plugin.training.corpus.sketch import BASS, DRUMS_ROLE, HARMONY, MELODY


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    """Every tenth piece that is learnt from, and all that are held out."""
    return load_real_pieces("train")[::10] + load_real_pieces("heldout")


def test_pieces_lie_in_the_lanes_and_inside_themselves(pieces: list[Piece]) -> None:
    for piece in pieces:
        notes = piece.notes
        assert len(notes)
        assert (notes["start"] + notes["length"] <= piece.cue.beats * STEPS_PER_BEAT).all()
        assert notes["length"].min() >= 1
        for lane in LANES:
            mine = notes[notes["role"] == lane.role]
            assert ((mine["pitch"] >= lane.low) & (mine["pitch"] <= lane.high)).all()
            if lane.single:
                assert (mine["start"][1:] >= mine["start"][:-1] + mine["length"][:-1]).all()


def test_cue_sheets_are_whole(pieces: list[Piece]) -> None:
    captions = set(all_real_captions())
    for piece in pieces:
        cue = piece.cue
        assert cue.style == UNTOLD
        assert cue.mode in MODES
        assert 24 <= cue.beats <= 128
        assert 0 < cue.end_beat < cue.beats
        starts = [section.start for section in cue.sections]
        assert starts == np.cumsum([0, *(section.beats for section in cue.sections)])[:-1].tolist()
        assert {section.caption for section in cue.sections} <= captions
        for section in cue.sections:
            assert section.roles
            assert 0 <= min(section.energy) <= max(section.energy) <= 1


def test_only_roles_of_a_section_sound_in_it(pieces: list[Piece]) -> None:
    for piece in pieces:
        for section in piece.cue.sections:
            first, stop = section.start * STEPS_PER_BEAT, (section.start + section.beats) * STEPS_PER_BEAT
            notes = piece.notes[(piece.notes["start"] < stop) & (piece.notes["start"] + piece.notes["length"] > first)]
            assert {ROLES[role] for role in notes["role"]} <= section.roles


def test_chords_and_themes_are_told_for_every_beat(pieces: list[Piece]) -> None:
    for piece in pieces:
        assert len(piece.chords) == len(piece.theme.chords) == piece.cue.beats
        assert {chord.root for chord in piece.theme.chords[piece.cue.end_beat :]} == {0}
        features = card_features(piece.cue, piece.theme)
        assert features.shape[0] == piece.cue.beats
        assert np.isfinite(features).all()


def test_no_work_is_both_learnt_and_held_out() -> None:
    columns = real_columns()
    train, held = len(load_real_pieces("train")), len(load_real_pieces("heldout"))
    assert train + held == len(columns["bpm"])
    assert 0.03 < held / (train + held) < 0.15
    works = {split: {str(t) for t in columns["title"] if split_of(str(t)) == split} for split in ("train", "heldout")}
    assert works["train"].isdisjoint(works["heldout"])


def test_bass_and_harmony_mostly_agree_with_the_chords(pieces: list[Piece]) -> None:
    inside = total = 0
    for piece in pieces:
        pitched = piece.notes[np.isin(piece.notes["role"], (BASS, HARMONY))]
        for note in pitched[pitched["start"] % (2 * STEPS_PER_BEAT) == 0]:
            total += 1
            inside += int(note["pitch"]) % 12 in piece.chords[note["start"] // STEPS_PER_BEAT].tones
    assert inside / total > 0.85


def _phrase_in_e_flat() -> bytes:
    """Nine bars of a band in E flat: I vi IV V twice, and home; a lead, chords, a bass and drums."""
    score = symusic.Score(480)
    lead, chords = symusic.Track("lead", 80), symusic.Track("chords", 0)
    bass, drums = symusic.Track("bass", 33), symusic.Track("drums", 0, True)
    roots, thirds = [63, 60, 56, 58], [4, 3, 4, 4]
    for bar in range(9):
        root, third = (63, 4) if bar == 8 else (roots[bar % 4], thirds[bar % 4])
        start = bar * 4 * 480
        for interval in (0, third, 7):
            chords.notes.append(symusic.Note(start, 4 * 480, root + interval, 70))
        for beat in range(4):
            bass.notes.append(symusic.Note(start + beat * 480, 480, root - 24, 90))
            drums.notes.append(symusic.Note(start + beat * 480, 60, 36 if beat % 2 == 0 else 38, 100))
            lead.notes.append(symusic.Note(start + beat * 480, 480, root + 24 + (0, third, 7, third)[beat], 90))
    score.tracks.extend([lead, chords, bass, drums])
    score.tempos.append(symusic.Tempo(0, 120))
    score.time_signatures.append(symusic.TimeSignature(0, 4, 4))
    return score.dumps_midi()


def test_a_band_is_heard_with_its_roles_key_and_chords() -> None:
    tracks = read_tracks("phrase", _phrase_in_e_flat())
    assert tracks is not None
    cut = passage_of(tracks, 0, 9)
    assert cut is not None
    passage, moved = cut
    assert moved == 0
    lesson = lesson_of(passage, source="test", moved=moved)
    assert lesson is not None
    assert lesson.key[:2] == (3, "major")
    assert [lesson.chords[4 * bar].root for bar in range(9)] == [0, 9, 5, 7, 0, 9, 5, 7, 0]
    assert lesson.chords[4].quality == "min"
    notes = lesson.passage.notes
    assert set(notes["role"].tolist()) == {DRUMS_ROLE, BASS, HARMONY, MELODY}
    assert notes[notes["role"] == MELODY]["pitch"][0] % 12 == 0
    assert (notes[notes["start"] > 8 * 16]["start"]).size == 0


def test_music_off_the_grid_counts_as_moved() -> None:
    score = symusic.Score(480)
    track = symusic.Track("triplets", 80)
    for number in range(27 * 4):
        track.notes.append(symusic.Note(number * 160, 160, 72 + number % 3, 90))
    score.tracks.append(track)
    tracks = read_tracks("triplets", score.dumps_midi())
    assert tracks is not None
    cut = passage_of(tracks, 0, 8)
    assert cut is not None
    assert cut[1] > 0.5


def test_all_traditional_tunes_can_be_read() -> None:
    found = list(tunes())
    assert len(found) >= 50
    assert len({tune.title for tune in found}) == len(found)


def test_a_tune_is_read_with_pickup_key_dots_and_ties() -> None:
    tune = read_tune('X:1\nT:Try\nR:tune\nM:4/4\nL:1/4\nQ:100\nK:G\nD|"G"G>FG2-|"D7"GA^cF|c2=F')
    assert tune.pickup == 4
    assert tune.notes[1:4] == [(4, 6, 67), (10, 2, 66), (12, 12, 67)]
    assert [pitch for *_, pitch in tune.notes[4:]] == [69, 73, 66, 72, 65]
    assert [(step, chord.root, chord.quality) for step, chord in tune.chords] == [(4, 0, "maj"), (20, 7, "dom7")]


def test_a_bar_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="bar"):
        read_tune("X:1\nT:Try\nR:tune\nM:3/4\nL:1/4\nQ:100\nK:C\nCDEF|CDE|")
