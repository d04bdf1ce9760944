"""Notes begin, end and fall silent exactly when the beat plan says."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

import vem_plugin.render.mix as mixing
from vem_plugin.render.attack import perceived_onset
from vem_plugin.render.mix import EndFade, play_stems
from vem_plugin.render.soundfont import load_bank
from vem_plugin.render.stems import STEMS
from vem_plugin.render.synth import frames_of, played_notes
from vem_plugin.render.voice import RATE
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.instruments import BANK, instruments
from vem_plugin.score.layers import Layer, Palette, Part
from vem_plugin.score.notes import Score
from vem_plugin.score.palette import palette_for

NTSC = Fraction(24000, 1001)


class Kept:
    """Keeps what a stem was given."""

    def __init__(self) -> None:
        self.blocks: list[NDArray[np.int32]] = []

    def write(self, block: NDArray[np.int32]) -> None:
        self.blocks.append(block.copy())

    @property
    def sound(self) -> NDArray[np.float64]:
        return np.concatenate(self.blocks, axis=1) / (1 << 23)


def dry(instrument: str) -> Palette:
    """A palette of one instrument in every role, without a room."""
    parts: dict[Role, Part] = dict.fromkeys(ROLES, Part(0, (Layer(instrument, send=-200),)))
    return Palette(f"test/{instrument}", "corporate", "studio", parts)


def played(score: Score, plan: BeatPlan, palette: Palette) -> dict[Role, NDArray[np.float64]]:
    sinks = {stem: Kept() for stem in STEMS}
    play_stems(score, plan, palette=palette, bank=load_bank(BANK), trim=0.5, sinks=sinks)
    return {role: sinks[role].sound for role in ROLES}


@pytest.fixture
def winding_plan(make_plan) -> BeatPlan:
    """Tempi that meet no sample and no MIDI tick: anchors lie on frames of 23.976."""
    return make_plan((5, 61 / NTSC), (8, 89 / NTSC), (3, 47 / NTSC))


STRUCK = ["grand_piano", "standard_kit", "marimba", "celesta", "analogue_kit"]
BLOWN_AND_BOWED = ["strings", "cello", "horns", "clarinet", "pizzicato", "picked_bass"]


@pytest.mark.parametrize("instrument", [*STRUCK, *BLOWN_AND_BOWED])
def test_hits_are_heard_on_their_frame(instrument: str, winding_plan: BeatPlan, make_score) -> None:
    """Alone, out of silence: what is struck within 4 ms, what must first speak within 10."""
    steps = [6, 22, 36, 50]
    role = "drums" if instrument.endswith("kit") else "bass" if instrument.endswith("bass") else "melody"
    pitch = {"drums": 38, "bass": 40, "melody": 67}[role]
    notes = [(role, step, 3, pitch, 110) for step in steps]
    score = make_score(notes, beats=16, hits={step // 2: 1.0 for step in steps})
    sound = played(score, winding_plan, dry(instrument))[role].sum(axis=0).astype(np.float32)
    for step in steps:
        hit = frames_of(winding_plan.time_of(Fraction(step, 4)))
        heard = perceived_onset(sound[hit - RATE // 20 : hit + RATE // 3]) - 1 / 20
        assert abs(heard) < (0.004 if instrument in STRUCK else 0.010), f"step {step}: {1000 * heard:.1f} ms"
        before = np.abs(sound[hit - RATE // 20 : hit - RATE // 90]).max()
        assert before < 0.02 * np.abs(sound[hit : hit + RATE // 3]).max()


def test_a_note_moved_by_the_plan_is_the_same_sound_moved_by_samples(make_plan, make_score) -> None:
    first, second = make_plan((4, Fraction(2))), make_plan((4, Fraction(7207, 3001)))
    score = make_score([("melody", 4, 1, 72, 100)], beats=4, hits={2: 1.0})
    sounds = [played(score, plan, dry("celesta"))["melody"] for plan in (first, second)]
    starts = [int(np.flatnonzero(sound.any(axis=0))[0]) for sound in sounds]
    moved = frames_of(second.time_of(Fraction(1))) - frames_of(first.time_of(Fraction(1)))
    assert starts[1] - starts[0] == moved
    held = frames_of(Fraction(1, 8))
    early, late = (sound[:, start : start + held] for sound, start in zip(sounds, starts, strict=True))
    assert np.abs(early - late).max() < 1e-4 * np.abs(early).max()


def test_seconds_round_half_up_to_samples() -> None:
    assert frames_of(Fraction(1, 96000)) == 1
    assert frames_of(Fraction(1, 96001)) == 0
    assert frames_of(Fraction(1001, 30000) * 10) == 16016


def test_slow_instruments_begin_early_but_never_before_the_picture(make_plan, make_score) -> None:
    first, second = ("harmony", 0, 4, 60, 100), ("harmony", 8, 4, 67, 100)
    plan, palette = make_plan((4, Fraction(4))), dry("slow_strings")
    both, alone = (played(make_score(notes, beats=4), plan, palette)["harmony"] for notes in ([first, second], [first]))
    added = np.abs(both - alone).max(axis=0)
    begins = int(np.flatnonzero(added)[0]) / RATE
    speaks = min(0.12, float(instruments()["slow_strings"].speaks(67, 100)))
    assert begins == pytest.approx(2 - speaks, abs=0.015)
    assert np.abs(alone[:, : RATE // 2]).max() > 0.01


def test_release_rings_on_after_the_note_ends(make_plan, make_score) -> None:
    score = make_score([("harmony", 0, 4, 60, 100)], beats=8)
    sound = np.abs(played(score, make_plan((8, Fraction(8))), dry("strings"))["harmony"]).max(axis=0)
    held, after = sound[RATE - 4800 : RATE].max(), sound[RATE + 2400 : RATE + 7200].max()
    assert 0.02 * held < after < held
    assert sound[3 * RATE :].max() < 1e-4


def test_a_stop_is_silent(make_plan, make_score, make_song) -> None:
    notes = [note for note in make_song(16) if not 32 <= note[1] < 36]
    score = make_score(notes, beats=16, style="epic", stops=(8,))
    plan = make_plan((16, Fraction(16)))
    sounds = played(score, plan, palette_for("epic", seed=0))
    mix = np.asarray(sum(sounds.values()))
    before, within = slice(7 * RATE, 8 * RATE), slice(int(8.5 * RATE), int(8.9 * RATE))
    level = [np.sqrt(np.mean(np.square(mix[:, span]))) for span in (before, within)]
    assert level[1] < 10 ** (-30 / 20) * level[0]
    without_room = Palette("test/dry", "epic", "studio", {role: dry("strings").parts[role] for role in ROLES})
    strings = played(score, plan, without_room)["harmony"]
    assert np.abs(strings[:, int(8.2 * RATE) : int(8.9 * RATE)]).max() < 1e-4


def test_the_end_is_faded_to_zero_at_the_last_sample(winding_plan: BeatPlan, make_score, make_song) -> None:
    sounds = played(make_score(make_song(16), beats=16), winding_plan, palette_for("corporate", seed=0))
    mix = np.abs(np.asarray(sum(sounds.values()))).max(axis=0)
    assert len(mix) == frames_of(winding_plan.duration)
    assert mix[-1] == 0
    assert mix[-240:].max() < 0.01 * mix.max()
    last_chord = frames_of(winding_plan.time_of(Fraction(15)))
    assert mix[last_chord : last_chord + RATE // 5].max() > 0.1 * mix.max()


def test_end_fade_leaves_the_last_chord_room_to_sound(make_plan) -> None:
    fade = EndFade(make_plan((8, Fraction(4))), 4)
    curve = fade.curve(0, 4 * RATE)
    assert curve[0] == 1
    assert (curve[: int(2.8 * RATE)] == 1).all()
    assert curve[-1] == 0
    assert (np.diff(curve) <= 0).all()


@pytest.mark.parametrize("seconds", [1, 3])
def test_block_size_does_not_change_the_sound(
    monkeypatch: pytest.MonkeyPatch, make_plan, make_score, make_song, seconds: int
) -> None:
    score, plan = make_score(make_song(16), beats=16, style="ambient"), make_plan((16, Fraction(8)))
    whole = played(score, plan, palette_for("ambient", seed=0))
    monkeypatch.setattr(mixing, "_BLOCK", seconds * RATE + 17)
    parts = played(score, plan, palette_for("ambient", seed=0))
    for role in ROLES:
        assert np.abs(whole[role] - parts[role]).max() < 3 / (1 << 23)


def test_accents_join_on_hits_and_loud_layers_in_loud_places(make_plan, make_score) -> None:
    layers = (Layer("celesta", send=-200), Layer("glockenspiel", plays="accents", send=-200))
    palette = dry("celesta")
    accented = Palette("test/a", "corporate", "studio", palette.parts | {"melody": Part(0, layers)})
    notes, plan = [("melody", 0, 2, 72, 90), ("melody", 8, 2, 72, 90)], make_plan((4, Fraction(4)))
    plain = played(make_score(notes, beats=4), plan, accented)["melody"]
    struck = played(make_score(notes, beats=4, hits={4: 1.0}), plan, accented)["melody"]
    before, after = slice(0, 19 * RATE // 10), slice(2 * RATE, 4 * RATE)
    assert np.array_equal(plain[:, before], struck[:, before])
    assert np.abs(struck[:, after]).max() > 1.1 * np.abs(plain[:, after]).max()
    loud = Palette(
        "test/l", "corporate", "studio", palette.parts | {"melody": Part(0, (Layer("celesta", plays="loud"),))}
    )
    assert not played(make_score(notes, beats=4, energy=0.3), plan, loud)["melody"].any()
    assert played(make_score(notes, beats=4, energy=0.9), plan, loud)["melody"].any()


def test_closed_hat_chokes_the_open_one(make_plan, make_score) -> None:
    plan = make_plan((8, Fraction(8)))
    ringing = played(make_score([("drums", 0, 1, 46, 120)], beats=8), plan, dry("standard_kit"))["drums"]
    choked = played(
        make_score([("drums", 0, 1, 46, 120), ("drums", 1, 1, 42, 30)], beats=8), plan, dry("standard_kit")
    )["drums"]
    later = slice(RATE * 6 // 10, RATE)
    assert np.sqrt(np.mean(choked[:, later] ** 2)) < 0.2 * np.sqrt(np.mean(ringing[:, later] ** 2))


def test_notes_beyond_the_plan_are_left_out(make_plan, make_score) -> None:
    score = make_score([("bass", 0, 40, 40, 90), ("bass", 40, 4, 40, 90)], beats=4)
    notes = played_notes(score, make_plan((4, Fraction(2))))["bass"]
    assert [(note.start, note.end) for note in notes] == [(0, 2 * RATE)]
