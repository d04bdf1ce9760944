"""Themes from outside: note names and MIDI files become cards that pieces are built on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import symusic

from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import METRES, MODES, STYLES, CueSheet
from vem_plugin.score.given_theme import HeardNote, key_of, theme_from_midi, theme_from_notes, with_theme
from vem_plugin.score.theme import ThemeCard, draw_cards, realise

MakeCue = Callable[..., CueSheet]
TUNE = "E4 E4 F4 G4 | G4 F4 E4 D4 | C4 C4 D4 E4 | E4:1.5 D4:1/2 D4:2"


def degrees_of(card: ThemeCard, bars: int = 4) -> list[int]:
    return [note.degree for bar in card.tune[:bars] for note in bar]


def test_note_names_become_degrees_of_the_mode_they_are_heard_in() -> None:
    card = theme_from_notes(TUNE)
    assert (card.mode, card.metre, len(card.tune)) == ("major", 4, 8)
    assert degrees_of(card) == [2, 2, 3, 4, 4, 3, 2, 1, 0, 0, 1, 2, 2, 1, 1]
    assert [(note.start, note.length) for note in card.tune[3]] == [(0, 6), (6, 2), (8, 8)]
    assert card.tune[:3] == card.tune[4:7]
    assert card.tune[7][-1].degree == 0


def test_the_same_tune_elsewhere_is_the_same_theme() -> None:
    higher = "F#5 F#5 G5 A5 | A5 G5 F#5 E5 | D5 D5 E5 F#5 | F#5:1.5 E5:1/2 E5:2"
    assert theme_from_notes(higher) == theme_from_notes(TUNE)


@pytest.mark.parametrize(
    ("text", "key"),
    [("A4 B4 C5 D5 E5 F5 E5:2 A4:4", (9, "minor")), ("D4 E4 F4 G4 A4 B4 A4 F4 E4 D4:4", (2, "dorian"))],
)
def test_tonic_and_mode_are_found(text: str, key: tuple[int, str]) -> None:
    names = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    notes = []
    for word in text.split():
        name, _, beats = word.partition(":")
        start = notes[-1].start + notes[-1].length if notes else 0
        notes.append(HeardNote(start, 4 * int(beats or 1), 12 * (int(name[1]) + 1) + names[name[0]]))
    assert key_of(notes) == key


def test_chromatic_notes_go_to_the_nearest_degree() -> None:
    assert degrees_of(theme_from_notes("C4 E4 G4 F#4 G4 E4 D4 C4:2 G3 C4:4"), 1) == [0, 2, 4, 3]


@pytest.mark.parametrize(("text", "words"), [("", "no note"), ("C4 H4", "'H4'"), ("r r", "no note"), ("C4:1/0", "1/0")])
def test_what_is_no_tune_is_refused(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        theme_from_notes(text)


def midi_of(
    path: Path, notes: list[tuple[int, int, int]], *, drums: bool = False, metre: tuple[int, int] = (4, 4)
) -> Path:
    file: Any = symusic.Score(480)
    file.time_signatures.append(symusic.TimeSignature(0, *metre))
    kit: Any = symusic.Track("Kit", 0, True)
    kit.notes.append(symusic.Note(0, 120, 36, 90))
    tune: Any = symusic.Track("Tune", 0, drums)
    for start, length, pitch in notes:
        tune.notes.append(symusic.Note(start, length, pitch, 90))
    file.tracks.extend([kit, tune])
    path.write_bytes(file.dumps_midi())
    return path


def test_a_midi_file_gives_its_upper_line_in_sixteenths(tmp_path: Path) -> None:
    pitches = [64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64]
    notes = [(480 * place + 7, 470, pitch) for place, pitch in enumerate(pitches)]
    notes += [(5760, 720, 64), (6480, 240, 62), (6720, 960, 62), (6720, 960, 53), (0, 1900, 48)]
    card = theme_from_midi(midi_of(tmp_path / "tune.mid", notes))
    assert card == theme_from_notes(TUNE)


def test_six_eight_is_heard_in_eighths(tmp_path: Path) -> None:
    notes = [(0, 480, 67), (480, 240, 64), (720, 480, 60), (1200, 240, 62), (1440, 1440, 60)]
    card = theme_from_midi(midi_of(tmp_path / "jig.mid", notes, metre=(6, 8)))
    assert card.metre == 6
    assert [(note.start, note.length) for note in card.tune[0]] == [(0, 8), (8, 4), (12, 8), (20, 4)]


def test_files_without_a_tune_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no pitched notes"):
        theme_from_midi(midi_of(tmp_path / "drums.mid", [(0, 120, 38)], drums=True))
    (tmp_path / "words.mid").write_text("not music")
    with pytest.raises(SettingsError, match="no MIDI file"):
        theme_from_midi(tmp_path / "words.mid")
    with pytest.raises(SettingsError, match="no MIDI file"):
        theme_from_midi(tmp_path / "missing.mid")


@pytest.mark.parametrize("style", STYLES)
def test_a_given_theme_is_heard_in_any_piece(make_cue: MakeCue, style: str) -> None:
    for seed, mode in enumerate(MODES):
        cue = make_cue(8, 4, style=style, mode=mode, metre=METRES[seed % 3], themes=(0, 1), energies=(0.8, 0.5))
        cards = draw_cards(cue, np.random.default_rng(seed))
        given = with_theme(cards, theme_from_notes(TUNE), cue)
        assert given.themes[1:] == cards.themes[1:]
        assert msgspec.json.decode(msgspec.json.encode(given.themes[0]), type=ThemeCard) == given.themes[0]
        melody = realise(cue, given).melody
        assert melody != realise(cue, cards).melody
        assert len([note for note in melody if note.start < 16 * cue.metre]) >= 12


def test_most_of_a_given_tune_is_played_as_it_was(make_cue: MakeCue) -> None:
    cue = make_cue(8, 2, style="pop", energies=(0.9, 0.9))
    cards = with_theme(draw_cards(cue, np.random.default_rng(1)), theme_from_notes(TUNE), cue)
    played = {(note.start, note.pitch % 12) for note in realise(cue, cards).melody if note.start < 64}
    scale = (0, 2, 4, 5, 7, 9, 11)
    told = {
        (16 * number + note.start, scale[note.degree % 7])
        for number, bar in enumerate(theme_from_notes(TUNE).tune[:4])
        for note in bar
    }
    assert len(played & told) >= 0.8 * len(told)


def test_a_theme_of_an_earlier_take_keeps_its_own_chords(make_cue: MakeCue) -> None:
    cue = make_cue(8, 4, style="epic", mode="minor", themes=(0, 1))
    earlier, later = (draw_cards(cue, np.random.default_rng(seed)) for seed in (1, 2))
    given = with_theme(later, earlier.themes[0], cue).themes[0]
    assert given.tune == earlier.themes[0].tune
    assert given.loop == earlier.themes[0].loop
