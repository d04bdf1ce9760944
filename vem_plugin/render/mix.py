"""Plays a score into stems: every role its instruments, its place and its share of the room, block by block; and the
effects. Sound that an engine wrote itself is played as it is.

Stems are rounded to 24 bits first and added up as whole numbers, so the mix before loudness *is* the sum of the stem
files, to the last bit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import repeat
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vem_plugin.progress import Report, silent
from vem_plugin.render.desk import DeskChannel
from vem_plugin.render.effects import Effect
from vem_plugin.render.effects_sound import EffectsPlayer
from vem_plugin.render.room import RoomSound
from vem_plugin.render.soundfont import SoundFont
from vem_plugin.render.stems import SOUND_STEMS, STEMS, Stem
from vem_plugin.render.synth import LayerPlayer, PlayedNote, frames_of, played_notes
from vem_plugin.render.voice import RATE
from vem_plugin.render.wave import FULL_SCALE, quantised
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import ROLES, Role
from vem_plugin.score.layers import Palette
from vem_plugin.score.notes import Score
from vem_plugin.score.palette import ROLE_LEVELS

_BLOCK = 20 * RATE
_HUSHED = 0.2
_CLOSING = RATE // 10
_REOPENING = RATE // 100
_LONGEST_FADE = Fraction(3, 2)
_SHORTEST_FADE = Fraction(1, 50)
_FADE_SHARE = Fraction(3, 5)


class Sink(Protocol):
    """Takes consecutive blocks of a stem, shape (2, n), 24-bit counts."""

    def write(self, block: NDArray[np.int32]) -> None: ...


class Player(Protocol):
    """Makes the sound of a stem."""

    def play(self, first: int, end: int) -> NDArray[np.float32]:
        """Samples ``first`` to ``end``, shape (2, end - first); blocks must follow each other."""
        ...


def play_stems(
    score: Score,
    plan: BeatPlan,
    *,
    palette: Palette,
    bank: SoundFont,
    trim: float,
    sinks: Mapping[Stem, Sink],
    seed: int = 0,
    effects: Sequence[Effect] = (),
    report: Report = silent,
) -> tuple[NDArray[np.int32], float]:
    """Plays every role, or the engine's own sound, and the effects, into its sink.

    Parameters
    ----------
    trim : float
        Linear gain of everything, so that no stem reaches full scale.
    sinks : mapping of stem to Sink
        One for every stem (`stems_of`); a stem without anything to play gets silence.
    seed : int
        The take's: the grain of chance in how notes are played.
    effects : sequence of Effect
        By time (`vem_plugin.render.effects`).

    Returns
    -------
    mix : ndarray of int32, shape (2, n)
        The sum of what the sinks got.
    peak : float
        Highest absolute value of any stem or of the mix, 1 is full scale. Above 1 the stems were clipped: play again
        with less ``trim``.
    """
    frames = frames_of(plan.duration)
    ending = EndFade(plan, score.cue.end_beat)
    notes = played_notes(score, plan, seed=seed)
    players = players_of(score, plan, notes, palette=palette, bank=bank, effects=effects)
    mix = np.zeros((2, frames), np.int32)
    peak = 0.0

    def play(stem: Stem, first: int, end: int) -> tuple[NDArray[np.int32], float]:
        sound = players[stem].play(first, end)
        sound *= trim * ending.curve(first, end)
        block = quantised(sound)
        sinks[stem].write(block)
        return block, float(np.abs(sound).max())

    with ThreadPoolExecutor(max_workers=min(len(players), os.cpu_count() or 1)) as crew:
        for first in range(0, frames, _BLOCK):
            end = min(first + _BLOCK, frames)
            for block, highest in crew.map(play, players, repeat(first), repeat(end)):
                peak = max(peak, highest)
                mix[:, first:end] += block
            peak = max(peak, float(np.abs(mix[:, first:end]).max()) / FULL_SCALE)
            report("play", end / frames, f"{end / RATE:.0f} of {frames / RATE:.0f} s")
    return mix, peak


def stems_of(score: Score) -> tuple[Stem, ...]:
    """What of a score gets a file of its own."""
    return STEMS if score.sound is None else SOUND_STEMS


def players_of(
    score: Score,
    plan: BeatPlan,
    notes: dict[Role, list[PlayedNote]],
    *,
    palette: Palette,
    bank: SoundFont,
    effects: Sequence[Effect],
) -> dict[Stem, Player]:
    """Who plays each stem of a score, in the order of `stems_of`.

    Parameters
    ----------
    notes : dict
        Those to be played, as of `synth.played_notes`.
    """
    players: dict[Stem, Player] = {}
    if score.sound is not None:
        players["music"] = SoundPlayer(score.sound)
    else:
        hush = Hush(plan, score.cue.stops)
        players |= {role: PartPlayer(bank, palette, role, notes=notes, hush=hush) for role in ROLES}
    players["effects"] = EffectsPlayer(effects, palette.room)
    return players


class SoundPlayer:
    """Sound that is there already, (samples, 2); what lies behind its end is silence."""

    def __init__(self, sound: NDArray[np.float32]) -> None:
        self._sound = sound

    def play(self, first: int, end: int) -> NDArray[np.float32]:
        """Samples ``first`` to ``end``, shape (2, end - first)."""
        part = self._sound[first:end].T.copy()
        return np.pad(part, ((0, 0), (0, end - first - part.shape[1])))


class PartPlayer:
    """All layers of one role, what the room answers, and the desk."""

    def __init__(
        self, bank: SoundFont, palette: Palette, role: Role, *, notes: dict[Role, list[PlayedNote]], hush: Hush
    ) -> None:
        part = palette.parts[role]
        taken = frozenset[int]().union(*(layer.sounds or () for layer in part.layers))
        self._gain = np.float32(10 ** ((part.level + ROLE_LEVELS[role]) / 20))
        players = [
            (LayerPlayer(bank, layer, notes=notes[role], drums=role == "drums", others=taken), 10 ** (layer.send / 20))
            for layer in part.layers
        ]
        self._players = [(player, np.float32(send)) for player, send in players if not player.is_silent]
        self._room = RoomSound(palette.room)
        self._hush = hush
        self._channel = DeskChannel(role, notes)

    def play(self, first: int, end: int) -> NDArray[np.float32]:
        """Samples ``first`` to ``end`` of the stem, shape (2, end - first); blocks must follow each other."""
        dry = np.zeros((2, end - first), np.float32)
        sent = np.zeros(end - first, np.float32)
        for player, send in self._players:
            sound = player.play(first, end)
            dry += sound
            sent += sound.sum(axis=0) * send
        dry += self._room.answer(sent) * self._hush.curve(first, end)
        dry *= self._gain
        return self._channel.passed(dry, first)


class Hush:
    """How the room is held back in the stops, where its echo would fill the silence that the hit breaks.

    Players damp their notes themselves; the room's answer goes down by 14 dB over a tenth of a second, and opens again
    with the beat that ends the stop.
    """

    def __init__(self, plan: BeatPlan, stops: frozenset[int]) -> None:
        self._spans: list[tuple[int, int]] = []
        for beat in sorted(stop for stop in stops if 0 <= stop < plan.beats):
            span = (frames_of(plan.time_of(Fraction(beat))), frames_of(plan.time_of(Fraction(beat + 1))))
            if self._spans and self._spans[-1][1] == span[0]:
                span = (self._spans.pop()[0], span[1])
            self._spans.append(span)

    def curve(self, first: int, end: int) -> NDArray[np.float32]:
        """Gain of the room from sample ``first`` to ``end``; a single 1 where no stop is near."""
        near = [span for span in self._spans if span[0] < end and span[1] + _REOPENING > first]
        if not near:
            return np.ones(1, np.float32)
        curve = np.ones(end - first, np.float32)
        for start, stop in near:
            there = np.arange(max(start, first), min(stop + _REOPENING, end))
            closing = 1 - (1 - _HUSHED) * np.clip((there - start) / _CLOSING, 0, 1)
            opening = np.clip((there - stop) / _REOPENING, 0, 1)
            curve[there - first] = closing + (1 - closing) * opening
        return curve


class EndFade:
    """How the last chord leaves with the picture: a cosine fade that is zero at the very last sample.

    It takes three fifths of the time the last chord rings, at most a second and a half.
    """

    def __init__(self, plan: BeatPlan, end_beat: int) -> None:
        ringing = plan.duration - plan.time_of(Fraction(min(max(end_beat, 0), plan.beats)))
        fade = min(_LONGEST_FADE, max(_SHORTEST_FADE, ringing * _FADE_SHARE))
        self._end = frames_of(plan.duration)
        self._length = max(1, min(self._end, frames_of(fade)))

    def curve(self, first: int, end: int) -> NDArray[np.float32]:
        """Gain of the samples ``first`` to ``end``, 1 to 0; a single 1 before the fade begins."""
        begins = self._end - 1 - self._length
        if end <= begins:
            return np.ones(1, np.float32)
        curve = np.ones(end - first, np.float32)
        left = (self._end - 1 - np.arange(max(first, begins), end)) / self._length
        curve[max(first, begins) - first :] = np.square(np.sin(np.clip(left, 0, 1) * (np.pi / 2)))
        return curve
