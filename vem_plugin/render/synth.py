"""From notes on the beat grid to the sound of one role, exact to the sample.

Times come from the beat plan as fractions of a second and are rounded once, half up, to samples; no MIDI clock lies
between. Sound is made in consecutive blocks, so that the length of a timeline costs time but not memory.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vem_plugin.render.soundfont import SoundFont
from vem_plugin.render.voice import RATE, Voice, VoiceBox, voices_of
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import ROLES, CueSheet, Role
from vem_plugin.score.instruments import Instrument, instruments
from vem_plugin.score.layers import Layer
from vem_plugin.score.notes import STEPS_PER_BEAT, Score

_NOMINAL_LOUDNESS = -24.0  # LUFS of one note at velocity 90 in a layer at 0 dB
_LOUD_ENERGY = 0.6
_ACCENT, _SOFT_ACCENT = 0.5, 0.25  # hits at and above these are struck fully, or at less than half strength
_SOFT_ACCENT_GAIN = 0.7
_DRUM_HOLD = 6 * RATE  # drums ring as long as they like
_STOP_FADE = int(0.04 * RATE)
_CHOKE_FADE = int(0.008 * RATE)
_LONGEST_RELEASE = 3 * RATE
_SHORTEST_RELEASE = 0.015
_NEVER = 1 << 62


def frames_of(seconds: Fraction) -> int:
    """Seconds to samples at 48 kHz, rounded half up: the one rounding of time in the renderer."""
    return int(seconds * RATE + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note in samples. ``stop`` is the first sample of the next stop after it begins, where it is damped."""

    start: int
    end: int
    stop: int
    key: int
    velocity: int
    hit: float
    energy: float


def played_notes(score: Score, plan: BeatPlan) -> dict[Role, list[PlayedNote]]:
    """The notes of each role in samples, in the order they begin; notes beyond the plan's end are left out."""
    cue = score.cue
    last = plan.beats * STEPS_PER_BEAT
    known: dict[int, int] = {}

    def frame(step: int) -> int:
        if step not in known:
            known[step] = frames_of(plan.time_of(Fraction(min(step, last), STEPS_PER_BEAT)))
        return known[step]

    stops = [frame(beat * STEPS_PER_BEAT) for beat in sorted(cue.stops)]
    energies = energy_of_beats(cue)
    played: dict[Role, list[PlayedNote]] = {role: [] for role in ROLES}
    for role, first, length, key, velocity in score.notes.tolist():
        if first >= last:
            continue
        start = frame(first)
        after = bisect_right(stops, start)
        played[ROLES[role]].append(
            PlayedNote(
                start=start,
                end=max(frame(first + length), start + 1),
                stop=stops[after] if after < len(stops) else _NEVER,
                key=key,
                velocity=velocity,
                hit=0.0 if first % 2 else cue.hits.get(first // 2, 0.0),
                energy=energies[min(first // STEPS_PER_BEAT, len(energies) - 1)],
            )
        )
    for notes in played.values():
        notes.sort(key=lambda note: (note.start, note.key))
    return played


def energy_of_beats(cue: CueSheet) -> list[float]:
    """Energy at every beat, 0 to 1, sections' ramps spread over their beats."""
    energies: list[float] = []
    for section in cue.sections:
        first, second = section.energy
        energies.extend(np.linspace(first, second, section.beats).tolist())
    return energies or [0.5]


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A voice at a time and strength: held until ``end``, then released, damped over ``fade`` samples from ``cut``."""

    start: int
    end: int
    cut: int
    fade: int
    voice: Voice
    strength: float


class LayerPlayer:
    """Plays one layer of a role, block after block.

    Parameters
    ----------
    bank : SoundFont
    layer : Layer
    notes : list of PlayedNote
        The role's notes; those that the layer does not play are passed over.
    drums : bool
        Keys are drums: they ring out, and one of an exclusive group (open and closed hi-hat) chokes the other.
    others : frozenset of int
        Drum sounds that other layers of the part have taken over.
    """

    def __init__(
        self,
        bank: SoundFont,
        layer: Layer,
        *,
        notes: list[PlayedNote],
        drums: bool,
        others: frozenset[int] = frozenset(),
    ) -> None:
        instrument = instruments()[layer.instrument]
        self._box = VoiceBox(bank)
        self._gain = 10 ** ((layer.level + _NOMINAL_LOUDNESS - instrument.loudness) / 20)
        self._matrix = _stereo_matrix(layer.pan, layer.width)
        mine = [note for note in notes if _plays(layer, note, others if drums else frozenset())]
        self._strokes = _strokes_of(bank, layer, mine, instrument=instrument, drums=drums)
        self._longest: dict[tuple[int, int, int], int] = {}
        for stroke in self._strokes:
            wanted = stroke.end - stroke.start + _release_frames(stroke.voice)
            self._longest[stroke.voice.body_key] = max(wanted, self._longest.get(stroke.voice.body_key, 0))
        self._next = 0
        self._ringing = np.zeros((2, 0), np.float32)

    @property
    def is_silent(self) -> bool:
        """Whether the layer plays nothing at all."""
        return not self._strokes

    def play(self, first: int, end: int) -> NDArray[np.float32]:
        """Samples ``first`` to ``end``, shape (2, end - first); blocks must follow each other."""
        until = self._next
        while until < len(self._strokes) and self._strokes[until].start < end:
            until += 1
        strokes = [(stroke, self._sound_of(stroke)) for stroke in self._strokes[self._next : until]]
        self._next = until
        reach = max([end - first, *(stroke.start - first + len(sound) for stroke, sound in strokes)])
        bus = np.zeros((2, max(reach, self._ringing.shape[1])), np.float32)
        for stroke, sound in strokes:
            angle = (stroke.voice.pan + 1) * np.pi / 4
            gain = self._gain * stroke.voice.gain * stroke.strength
            there = slice(stroke.start - first, stroke.start - first + len(sound))
            for side, share in enumerate((np.cos(angle), np.sin(angle))):
                if share > 1e-6:
                    bus[side, there] += sound * np.float32(gain * share)
        bus = self._matrix @ bus
        bus[:, : self._ringing.shape[1]] += self._ringing
        self._ringing = bus[:, end - first :]
        return bus[:, : end - first]

    def _sound_of(self, stroke: _Stroke) -> NDArray[np.float32]:
        voice, held = stroke.voice, stroke.end - stroke.start
        body = self._box.body_of(voice, self._longest[voice.body_key])
        release = _release_frames(voice)
        damped = stroke.cut - stroke.start + stroke.fade
        sound = body[: min(held + release, damped)]
        if len(sound) > held or damped <= len(sound):
            sound = sound.copy()
        if len(sound) > held:
            time = np.arange(len(sound) - held, dtype=np.float32)
            sound[held:] *= np.exp(time * np.float32(-np.log(1e5) / (voice.release * RATE + 1)))
            last = min(_CHOKE_FADE, len(sound) - held)
            if len(sound) == held + release:  # the fall ends above silence: close the gap without a click
                sound[-last:] *= np.linspace(1, 0, last, dtype=np.float32)
        if len(sound) == damped:
            last = min(stroke.fade, damped)
            sound[-last:] *= np.linspace(1, 0, last, dtype=np.float32)
        return sound


def _plays(layer: Layer, note: PlayedNote, others: frozenset[int]) -> bool:
    if layer.sounds is not None and note.key not in layer.sounds:
        return False
    if layer.sounds is None and note.key in others:
        return False
    if layer.plays == "loud":
        return note.energy >= _LOUD_ENERGY
    if layer.plays == "soft":
        return note.energy < _LOUD_ENERGY
    return layer.plays == "always" or note.hit >= _SOFT_ACCENT


def _strokes_of(
    bank: SoundFont, layer: Layer, notes: list[PlayedNote], *, instrument: Instrument, drums: bool
) -> list[_Stroke]:
    """Every voice of every note, sorted by start; slow instruments begin early by their lead."""
    zones = bank.zones_of(instrument.bank, instrument.program)
    lead = frames_of(Fraction(instrument.lead))
    strokes: list[_Stroke] = []
    chokes: dict[int, int] = {}  # exclusive group -> start of the stroke that follows, seen from the end
    for note in reversed(notes):
        key = note.key if layer.key is None else layer.key
        key = key if instrument.is_kit else instrument.fold(key + 12 * layer.octave)
        start = max(0, note.start - lead)
        strength = _SOFT_ACCENT_GAIN if layer.plays == "accents" and note.hit < _ACCENT else 1.0
        for voice in voices_of(zones, key, note.velocity):
            cut, fade = note.stop, _STOP_FADE
            if drums and voice.group and chokes.get(voice.group, _NEVER) < cut:
                cut, fade = chokes[voice.group], _CHOKE_FADE
            end = start + _DRUM_HOLD if drums else note.end
            strokes.append(_Stroke(start, end, max(cut, start), fade, voice, strength))
        for voice in voices_of(zones, key, note.velocity):
            if voice.group:
                chokes[voice.group] = start
    return sorted(strokes, key=lambda stroke: stroke.start)


def _release_frames(voice: Voice) -> int:
    """Samples until a released voice has fallen by 65 dB."""
    return min(_LONGEST_RELEASE, int(0.65 * max(_SHORTEST_RELEASE, voice.release) * RATE))


def _stereo_matrix(pan: float, width: float) -> NDArray[np.float32]:
    """Left and right narrowed to ``width``, then balanced by the equal-power law, as a 2 x 2 matrix."""
    near, far = (1 + width) / 2, (1 - width) / 2
    angle = (pan + 1) * np.pi / 4
    balance = np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])
    return (balance * np.array([[near, far], [far, near]])).astype(np.float32)
