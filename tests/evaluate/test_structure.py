"""Bars, keys and grooves from the sound alone: golden, perfect, silent, ill-formed; mir_eval agrees on keys."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest

from vem_plugin.errors import SettingsError
from vem_plugin.evaluate.clips.clip import Clip, Music
from vem_plugin.evaluate.clips.structure import (
    KEYS,
    MAJOR,
    bars_alike,
    bars_of,
    bars_that_return,
    chroma_of,
    groove_kept,
    key_kept,
    key_likeness,
    key_of,
    pattern_of,
    structure_of,
)
from vem_plugin.evaluate.counting import NOTHING

RATE = 22_050
BAR = 2.0
NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
TONIC = (60, 64, 67)
MUSIC = {"I": TONIC, "IV": (60, 65, 69), "V": (62, 67, 71), "off": (61, 66, 70)}


def chords(*names: str, key: int = 0) -> Music:
    """Two seconds each of the chords, in sines, with a downbeat at each."""
    time = np.arange(round(BAR * RATE)) / RATE
    bars = []
    for name in names:
        pitches = [440 * 2 ** ((pitch + key - 69) / 12) for pitch in MUSIC[name]]
        bars.append(0.2 * np.sum([np.sin(2 * np.pi * pitch * time) for pitch in pitches], axis=0))
    samples = np.concatenate(bars).astype(np.float32)[:, None]
    beats = tuple(np.arange(0, len(names) * BAR, BAR / 4).tolist())
    return Music(samples, RATE, beats, tuple(np.arange(0, (len(names) + 1) * BAR, BAR).tolist()))


def clip_for(music: Music) -> Clip:
    return Clip("clip", music.seconds, 0.04, ())


def test_bars_that_come_again_are_found() -> None:
    music = chords("I", "V", "I", "V", "I", "V")
    chroma, bars = chroma_of(music), bars_of(clip_for(music), music)
    assert len(bars) == 6
    again, blind = bars_that_return(chroma, bars), bars_alike(chroma, bars)
    assert again.good / again.of > 0.97
    assert blind.good < 0.85


def test_bars_that_are_all_the_same_are_alike() -> None:
    music = chords("I", "I", "I", "I")
    blind = bars_alike(chroma_of(music), bars_of(clip_for(music), music))
    assert blind.good > 0.97


def test_music_with_fewer_than_three_bars_tells_nothing() -> None:
    music = chords("I", "V")
    assert bars_that_return(chroma_of(music), bars_of(clip_for(music), music)) == NOTHING
    assert bars_alike(chroma_of(music), ()) == NOTHING


def test_silence_has_no_structure() -> None:
    quiet = Music(np.zeros((10 * RATE, 2), np.float32), RATE)
    counts = structure_of(clip_for(quiet), quiet, np.zeros(0))
    assert set(counts.values()) == {NOTHING}


@pytest.mark.parametrize("key", [0, 5, 10])
def test_a_key_is_heard_and_kept(key: int) -> None:
    music = chords("I", "IV", "V", "I", "I", "IV", "V", "I", key=key)
    chroma = chroma_of(music)
    assert key_of(chroma.sum(axis=0)) == (key, "major")
    kept = key_kept(chroma)
    assert kept.good / kept.of > 0.85


def test_a_change_of_key_is_heard() -> None:
    one, other = chords(*["I", "IV", "V", "I"] * 2), chords(*["I", "IV", "V", "I"] * 2, key=6)
    both = Music(np.concatenate([one.samples, other.samples]), RATE)
    steady, changed = key_kept(chroma_of(one)), key_kept(chroma_of(both))
    assert changed.good / changed.of < 0.75 < steady.good / steady.of


def test_the_profile_of_a_key_is_in_that_key() -> None:
    for tonic in range(12):
        assert key_of(np.roll(MAJOR, tonic)) == (tonic, "major")


@pytest.mark.parametrize("reference", KEYS)
def test_the_likeness_of_keys_is_mir_evals(reference: tuple[int, str]) -> None:
    for heard in KEYS:
        names = (f"{NAMES[tonic]} {mode}" for tonic, mode in (reference, heard))
        assert key_likeness(reference, heard) == mir_eval.key.weighted_score(*names)


def test_a_pattern_is_where_the_onsets_are() -> None:
    pattern = pattern_of(np.array([2.0, 2.51, 3.0, 3.99, 9.0]), 2.0, 4.0)
    assert np.flatnonzero(pattern).tolist() == [0, 4, 8]  # 3.99 s belongs to the bar after


def test_a_steady_groove_scores_one_and_a_golden_one_what_it_should() -> None:
    bars = ((0.0, 2.0), (2.0, 4.0), (4.0, 6.0))
    steady = np.array([0.0, 0.5, 1.0, 1.5])
    assert groove_kept(np.concatenate([steady, steady + 2, steady + 4]), bars).good == 1
    # the third bar lacks one onset: of three pairs two differ in one of sixteen places
    missing = groove_kept(np.concatenate([steady, steady + 2, steady[:3] + 4]), bars)
    assert missing.good == pytest.approx(1 - 2 / 3 / 16)


def test_bars_without_onsets_are_no_groove() -> None:
    assert groove_kept(np.array([0.0]), ((0.0, 2.0), (2.0, 4.0), (4.0, 6.0))) == NOTHING


@pytest.mark.parametrize("bad", [np.ones(12), np.ones(11), -np.arange(12), np.full(12, np.nan)], ids=str)
def test_what_has_no_key_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(SettingsError):
        key_of(bad)
