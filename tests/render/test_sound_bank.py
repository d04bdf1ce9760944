"""The bank that ships: it reads, every instrument sounds, in tune, and louder when struck harder."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.render.attack import perceived_onset
from vem_plugin.render.calibrate import lead_of, loudness_of, sound_of
from vem_plugin.render.soundfont import SoundFont, load_bank
from vem_plugin.render.voice import RATE, VoiceBox, voices_of
from vem_plugin.score.cue import ROLES, STYLES
from vem_plugin.score.instruments import BANK, TOUCHES, instruments
from vem_plugin.score.notes import DRUMS
from vem_plugin.score.palette import PALETTES, palette_for, palette_named, palette_names

MELODIC = [name for name, instrument in instruments().items() if not instrument.is_kit]
ALL_PALETTES = list(itertools.chain.from_iterable(PALETTES.values()))
TUNED = ["grand_piano", "strings", "horns", "flute", "cello", "fingered_bass", "saw_lead", "choir", "marimba"]


def test_bank_is_small_enough_to_ship() -> None:
    assert BANK.stat().st_size < 24_000_000


@pytest.mark.parametrize("name", MELODIC)
def test_every_instrument_sounds_at_both_ends_of_its_range(name: str) -> None:
    bank, instrument = load_bank(BANK), instruments()[name]
    for key in instrument.keys:
        sound = sound_of(bank, instrument, key)
        assert np.sqrt(np.mean(np.square(sound))) > 10 ** (-50 / 20), f"{name} is silent at key {key}"
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() < 1.5


@pytest.mark.parametrize("name", TUNED)
def test_instruments_are_in_tune(name: str) -> None:
    instrument = instruments()[name]
    key = sum(instrument.keys) // 2
    wave = sound_of(load_bank(BANK), instrument, key).sum(axis=0)[RATE // 5 :]
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 20))
    hertz = 440 * 2 ** ((key - 69) / 12)
    bins = np.arange(len(spectrum)) * RATE / (1 << 20)
    near = (bins > hertz * 0.96) & (bins < hertz * 1.04)  # sections and vibrato spread around the pitch
    found = np.average(bins[near], weights=np.square(spectrum[near]))
    assert abs(1200 * np.log2(found / hertz)) < 20


@pytest.mark.parametrize("name", ["grand_piano", "strings", "standard_kit", "saw_bass"])
def test_striking_harder_is_louder(name: str) -> None:
    bank, instrument = load_bank(BANK), instruments()[name]
    zones = bank.zones_of(instrument.bank, instrument.program)
    levels = []
    for velocity in (40, 70, 100, 127):
        box, sound = VoiceBox(bank), np.zeros(RATE // 2, np.float32)
        for voice in voices_of(zones, 38, velocity):
            body = box.body_of(voice, RATE // 2)[: RATE // 2] * voice.gain
            sound[: len(body)] += body
        levels.append(np.sqrt(np.mean(np.square(sound))))
    assert all(later > 1.2 * earlier for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize("name", ["grand_piano", "celesta", "pizzicato", "timpani", "taiko", "standard_kit", "harp"])
def test_fast_instruments_speak_at_once(name: str) -> None:
    instrument = instruments()[name]
    key = 38 if instrument.is_kit else sum(instrument.keys) // 2
    assert perceived_onset(sound_of(load_bank(BANK), instrument, key).sum(axis=0)) < 0.012


@pytest.mark.parametrize("name", ["strings", "cello", "grand_piano", "electronic_kit"])
def test_levels_file_agrees_with_the_bank(name: str) -> None:
    bank, instrument = load_bank(BANK), instruments()[name]
    assert loudness_of(bank, instrument) == pytest.approx(instrument.loudness, abs=0.3)
    for key in (38, 49, 57):
        for touch in TOUCHES:
            assert lead_of(bank, instrument, key, touch) == pytest.approx(instrument.speaks(key, touch) * 1000, abs=3)


def test_every_key_of_every_instrument_has_its_lead() -> None:
    for instrument in instruments().values():
        low, high = instrument.keys
        assert [len(leads) for leads in instrument.leads] == [high - low + 1] * len(TOUCHES), instrument.name
        assert all(0 <= lead <= 300 for leads in instrument.leads for lead in leads), instrument.name


def test_attack_is_heard_on_the_slope_not_at_the_first_sample() -> None:
    time = np.arange(RATE // 2) / RATE
    tone = np.sin(2 * np.pi * 440 * time)
    struck, bowed = tone * np.exp(-4 * time), tone * np.clip(time / 0.2, 0, 1)
    assert perceived_onset(struck.astype(np.float32)) < 0.004
    assert 0.05 < perceived_onset(bowed.astype(np.float32)) < 0.09
    late = np.concatenate([np.zeros(2400), struck[:-2400]]).astype(np.float32)
    assert perceived_onset(late) == pytest.approx(0.05, abs=0.004)


def test_every_palette_plays_every_role_with_instruments_of_the_bank() -> None:
    known = instruments()
    assert set(PALETTES) == set(STYLES)
    for palette in ALL_PALETTES:
        assert set(palette.parts) == set(ROLES)
        for role, part in palette.parts.items():
            assert any(layer.plays == "always" for layer in part.layers), f"{palette.name}: {role} falls silent"
            assert all(layer.instrument in known for layer in part.layers)


@pytest.mark.parametrize("palette", ALL_PALETTES, ids=lambda palette: palette.name)
def test_every_palette_answers_every_drum_sound(palette) -> None:
    bank, layers = load_bank(BANK), palette.parts["drums"].layers
    for sound in DRUMS:
        own = [layer for layer in layers if layer.sounds and sound in layer.sounds]
        playing = own or [layer for layer in layers if layer.sounds is None]
        assert playing, f"nobody plays {sound}"
        for layer in playing:
            instrument = instruments()[layer.instrument]
            assert np.abs(sound_of(bank, instrument, layer.key or sound)).max() > 0.02


def test_seed_chooses_the_palette() -> None:
    assert palette_for("epic", seed=4) is palette_for("epic", seed=4)
    assert len({palette_for("epic", seed=seed).name for seed in range(2)}) == 2
    with pytest.raises(SettingsError, match="polka"):
        palette_for("polka", seed=0)


def test_palettes_have_names_of_their_own_and_answer_to_them() -> None:
    names = palette_names()
    assert len(set(names)) == len(names) == len(ALL_PALETTES)
    assert all(palette_named(name).name == name for name in names)
    assert all(palette_names(style) and palette_named(palette_names(style)[0]).style == style for style in STYLES)
    with pytest.raises(SettingsError, match="epic/kazoo"):
        palette_named("epic/kazoo")


@pytest.mark.parametrize("palette", ALL_PALETTES, ids=lambda palette: palette.name)
def test_chords_on_a_hit_have_an_instrument_with_an_attack(palette) -> None:
    """A pad alone has no onset that an eye could match to a cut."""
    quick = [layer for layer in palette.parts["harmony"].layers if layer.plays in ("always", "accents")]
    assert any(instruments()[layer.instrument].speaks(60, 96) < 0.05 for layer in quick)


def test_missing_bank_is_told(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="cannot be read"):
        SoundFont(tmp_path / "none.sf3")


@pytest.mark.parametrize("damage", [b"not a bank at all", BANK.read_bytes()[:200_000]], ids=["other", "cut short"])
def test_damaged_bank_is_told(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "bank.sf3"
    path.write_bytes(damage)
    with pytest.raises(RenderError, match="damaged"):
        SoundFont(path)


def test_unknown_preset_is_told() -> None:
    with pytest.raises(RenderError, match="preset 127"):
        load_bank(BANK).zones_of(0, 127)
