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

from vem_plugin.render.kernels import add_stroke
from vem_plugin.render.performance import MANNERS, PlayedNote, dynamics, grain_of, perform
from vem_plugin.render.phrase import PhraseArc
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
_RISE = int(0.006 * RATE)  # what begins in the middle of its attack begins softly
_LONGEST_RELEASE = 3 * RATE
_SHORTEST_RELEASE = 0.015
_NEVER = 1 << 62
_LONGEST_PEDAL = 8  # beats
_OPEN_AT_REST, _OPEN_AT_MOST = 11000.0, 22000.0
"""What sounds above this, Hz, is dimmed in notes that swell: when they are neither soft nor loud, and at the most."""
_OPENING = 3.0  # dB that open a note by an octave

Curve = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


def frames_of(seconds: Fraction) -> int:
    """Seconds to samples at 48 kHz, rounded half up: the one rounding of time in the renderer."""
    return int(seconds * RATE + Fraction(1, 2))


def played_notes(score: Score, plan: BeatPlan, *, seed: int = 0) -> dict[Role, list[PlayedNote]]:
    """The notes of each role in samples, in the order they begin; notes beyond the plan's end are left out.

    What falls on a hit is exact; the rest is swung as the cue sheet wants it. ``seed`` is the grain of chance that
    ``perform`` plays with.
    """
    grid = _Grid(score, plan)
    arc = PhraseArc(score.cue, grid.beat)
    chords: dict[tuple[int, int], list[int]] = {}
    for role, first, _, key, _ in score.notes.tolist():
        chords.setdefault((role, first), []).append(key)
    played: dict[Role, list[PlayedNote]] = {role: [] for role in ROLES}
    for role, first, length, key, velocity in score.notes.tolist():
        if first >= grid.last:
            continue
        start = grid.frame(first)
        end = max(grid.frame(first + length), start + 1)
        others = chords[role, first]
        played[ROLES[role]].append(
            PlayedNote(
                start=start,
                end=end,
                stop=grid.stop_after(start),
                key=key,
                velocity=velocity,
                hit=grid.hit(first),
                energy=grid.energy(first),
                exact=grid.on_hit(first),
                pedal=grid.change_after(first, first + length),
                rank=sum(other < key for other in others) / (len(others) - 1) if len(others) > 1 else 0.5,
                chord=len(others),
                upstroke=first % STEPS_PER_BEAT != 0,
                grain=grain_of(seed, role, first, key),
                phrase=() if ROLES[role] == "drums" else arc.over(start, end),
            )
        )
    for notes in played.values():
        notes.sort(key=lambda note: (note.start, note.key))
    return played


class _Grid:
    """Where steps, beats and changes of a score lie, in samples."""

    def __init__(self, score: Score, plan: BeatPlan) -> None:
        self.last = plan.beats * STEPS_PER_BEAT
        self._plan, self._cue, self._chords = plan, score.cue, score.chords
        self._frames: dict[int, int] = {}
        self._stops = [self.beat(Fraction(beat)) for beat in sorted(score.cue.stops)]
        self._energies = energy_of_beats(score.cue)

    def beat(self, beat: Fraction) -> int:
        """Sample of a beat, or of a place between two."""
        return frames_of(self._plan.time_of(min(max(beat, Fraction(0)), Fraction(self._plan.beats))))

    def frame(self, step: int) -> int:
        """Sample of a step: swung, unless it is on a hit."""
        if step not in self._frames:
            place = Fraction(step, STEPS_PER_BEAT) if self.on_hit(step) else self._cue.swing.place(step)
            self._frames[step] = self.beat(place)
        return self._frames[step]

    def on_hit(self, step: int) -> bool:
        """Whether a step falls on a hit, however weak."""
        return step % 2 == 0 and step // 2 in self._cue.hits

    def hit(self, step: int) -> float:
        """Strength of the hit on a step, or 0."""
        return self._cue.hits[step // 2] if self.on_hit(step) else 0.0

    def energy(self, step: int) -> float:
        """Energy of the beat of a step, 0 to 1."""
        return self._energies[min(step // STEPS_PER_BEAT, len(self._energies) - 1)]

    def stop_after(self, frame: int) -> int:
        """First sample of the next stop."""
        after = bisect_right(self._stops, frame)
        return self._stops[after] if after < len(self._stops) else _NEVER

    def change_after(self, first: int, end: int) -> int:
        """Sample where the harmony of step ``first`` changes, if that is after step ``end``; else 0."""
        beat = first // STEPS_PER_BEAT
        change = beat + 1
        while (
            change < len(self._chords)
            and change <= beat + _LONGEST_PEDAL
            and self._chords[change] == self._chords[beat]
        ):
            change += 1
        return self.frame(change * STEPS_PER_BEAT) if change * STEPS_PER_BEAT > end else 0


def energy_of_beats(cue: CueSheet) -> list[float]:
    """Energy at every beat, 0 to 1, sections' ramps spread over their beats."""
    energies: list[float] = []
    for section in cue.sections:
        first, second = section.energy
        energies.extend(np.linspace(first, second, section.beats).tolist())
    return energies or [0.5]


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A voice at a time: held until ``end``, then released, damped over ``fade`` samples from ``cut``.

    Its first ``missed`` frames are left out. ``curve`` is its dynamics: frames of the body, gains, and how open it
    sounds.
    """

    start: int
    end: int
    cut: int
    fade: int
    missed: int
    voice: Voice
    curve: Curve


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
            wanted = stroke.end - stroke.start + stroke.missed + _release_frames(stroke.voice)
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
        reach = max([end - first, *(stroke.start - first + span[1] - span[0] for stroke, (_, span) in strokes)])
        bus = np.zeros((2, max(reach, self._ringing.shape[1])), np.float32)
        bus[:, : self._ringing.shape[1]] = self._ringing
        for stroke, (body, span) in strokes:
            self._add(bus, stroke, at=stroke.start - first, body=body, span=span)
        self._ringing = bus[:, end - first :]
        return bus[:, : end - first]

    def _sound_of(self, stroke: _Stroke) -> tuple[NDArray[np.float32], tuple[int, int]]:
        """The body of a stroke, and which of its frames sound."""
        body = self._box.body_of(stroke.voice, self._longest[stroke.voice.body_key])
        held = stroke.end - stroke.start + stroke.missed
        damped = stroke.cut - stroke.start + stroke.missed + stroke.fade
        return body, (min(stroke.missed, len(body)), min(len(body), held + _release_frames(stroke.voice), damped))

    def _add(
        self, bus: NDArray[np.float32], stroke: _Stroke, *, at: int, body: NDArray[np.float32], span: tuple[int, int]
    ) -> None:
        voice, held = stroke.voice, stroke.end - stroke.start + stroke.missed
        fade = 0
        if span[1] == held + _release_frames(voice):  # the fall ends above silence: close the gap without a click
            fade = min(_CHOKE_FADE, span[1] - held)
        if span[1] == stroke.cut - stroke.start + stroke.missed + stroke.fade:
            fade = min(stroke.fade, span[1] - span[0])
        angle = (voice.pan + 1) * np.pi / 4
        left, right = self._matrix @ (np.cos(angle), np.sin(angle)) * (self._gain * voice.gain)
        release = held, float(np.exp(-np.log(1e5) / (voice.release * RATE + 1)))
        places, gains, opens = stroke.curve
        fades = min(_RISE, span[0]), fade
        add_stroke(bus, at, body, span, fades, release, places, gains, opens, (float(left), float(right)))


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
    """Every voice of every note, sorted by start; each begins early by what its instrument takes to be heard."""
    manner = MANNERS[instrument.family]
    zones = bank.zones_of(instrument.bank, instrument.program)
    performed = sorted((perform(note, instrument, drums=drums) for note in notes), key=lambda note: note.start)
    strokes: list[_Stroke] = []
    chokes: dict[int, int] = {}  # exclusive group -> start of the stroke that follows, seen from the end
    for note in reversed(performed):
        key = note.key if layer.key is None else layer.key
        key = key if instrument.is_kit else instrument.fold(key + 12 * layer.octave)
        early, left_out = manner.lead(instrument.speaks(key, note.velocity), exact=note.exact)
        lead, skipped = round(early * RATE), round(left_out * RATE)
        start = max(0, note.start - lead)
        missed = skipped + lead - (note.start - start)
        curve = _curve_of(note, instrument, layer, origin=note.start - lead - skipped)
        voices = voices_of(zones, key, note.velocity)
        for voice in voices:
            cut, fade = note.stop, _STOP_FADE
            if drums and voice.group and chokes.get(voice.group, _NEVER) < cut:
                cut, fade = chokes[voice.group], _CHOKE_FADE
            end = start + _DRUM_HOLD if drums else note.end
            strokes.append(_Stroke(start, max(end, start + 1), max(cut, start), fade, missed, voice, curve))
        chokes.update({voice.group: start for voice in voices if voice.group})
    return sorted(strokes, key=lambda stroke: stroke.start)


def _curve_of(note: PlayedNote, instrument: Instrument, layer: Layer, *, origin: int) -> Curve:
    """The dynamics of a note as the kernel wants them; what begins softer also begins darker, as bows and lips do."""
    points = dynamics(note, instrument)
    softer = 20 * np.log10(_SOFT_ACCENT_GAIN) if layer.plays == "accents" and note.hit < _ACCENT else 0.0
    levels = np.array([level for _, level in points])
    places = np.array([time - origin for time, _ in points], np.int64)
    gains = (10 ** ((levels + softer) / 20)).astype(np.float32)
    opens = np.ones(len(points), np.float32)
    if MANNERS[instrument.family].sustains:
        cutoff = np.minimum(_OPEN_AT_REST * np.exp2(levels / _OPENING), _OPEN_AT_MOST)
        opens = (1 - np.exp(-2 * np.pi * cutoff / RATE)).astype(np.float32)
    return places, gains, opens


def _release_frames(voice: Voice) -> int:
    """Samples until a released voice has fallen by 65 dB."""
    return min(_LONGEST_RELEASE, int(0.65 * max(_SHORTEST_RELEASE, voice.release) * RATE))


def _stereo_matrix(pan: float, width: float) -> NDArray[np.float32]:
    """Left and right narrowed to ``width``, then balanced by the equal-power law, as a 2 x 2 matrix."""
    near, far = (1 + width) / 2, (1 - width) / 2
    angle = (pan + 1) * np.pi / 4
    balance = np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])
    return (balance * np.array([[near, far], [far, near]])).astype(np.float32)
