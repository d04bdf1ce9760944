"""Band music from MIDI files: which track plays which of our roles, on our grid.

A ``Tracks`` is a whole file on the grid; a ``Passage`` is some whole bars of it with roles given, its last bar cut down
to the chord struck on its downbeat. Pitches sound as written.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import symusic
from numpy.typing import NDArray

from vem_plugin.models.raster import LANES
from vem_plugin.score.cue import COMPOUND
from vem_plugin.score.notes import NOTE, STEPS_PER_BEAT
from vem_plugin.training.corpus.sketch import BASS, COUNTER, DRUMS_ROLE, HARMONY, MELODY

MOVED = 0.25
"""A note that starts further than this from the grid, in steps, counts as moved (a triplet misses it by a third)."""
DRUM_OF_GM: dict[int, int] = {
    35: 36, 36: 36, 37: 38, 38: 38, 40: 38, 39: 39, 42: 42, 44: 42, 51: 42, 53: 42, 59: 42, 46: 46,
    54: 70, 69: 70, 70: 70, 82: 70, 41: 41, 43: 41, 45: 41, 47: 47, 48: 47, 50: 47, 49: 49, 52: 49, 55: 49, 57: 49,
}  # fmt: skip
"""Which of our nine sounds stands for a General MIDI drum; the others are left out."""
BASSES = range(32, 40)
LEADS = frozenset({*range(40, 44), *range(56, 88)})
FAMILY_OF_PROGRAM: tuple[tuple[range, str], ...] = (
    (range(8), "keys"),
    (range(8, 16), "mallets"),
    (range(16, 24), "organ"),
    (range(24, 29), "guitar"),
    (range(29, 32), "heavy"),
    (range(40, 46), "strings"),
    (range(46, 48), "mallets"),
    (range(48, 52), "strings"),
    (range(52, 56), "pads"),
    (range(56, 80), "winds"),
    (range(80, 88), "synth"),
    (range(88, 104), "pads"),
)


@dataclass(frozen=True)
class Tracks:
    """A MIDI file on the grid: one array of notes a track (``role`` unset but for drums), and each track's program."""

    title: str
    notes: tuple[NDArray[np.void], ...]
    programs: tuple[int, ...]
    moved: tuple[NDArray[np.bool_], ...]
    metre: int
    bpm: float

    @property
    def bars(self) -> int:
        """Whole bars, up to the last note's start."""
        last = max((int(notes["start"].max()) for notes in self.notes if len(notes)), default=0)
        return last // (self.metre * STEPS_PER_BEAT) + 1


@dataclass(frozen=True)
class Passage:
    """Whole bars of a piece with roles: notes from step 0, last chord on ``end_beat``, who plays (``ENSEMBLES``)."""

    title: str
    notes: NDArray[np.void]
    metre: int
    bars: int
    bpm: float
    ensemble: str
    end_beat: int

    @property
    def beats(self) -> int:
        """Length in beats."""
        return self.bars * self.metre


def music_of_wad(path: Path) -> Iterator[tuple[str, bytes]]:
    """The MIDI lumps of a WAD archive: name and bytes."""
    data = path.read_bytes()
    _, count, directory = struct.unpack_from("<4sii", data)
    for entry in range(count):
        offset, size, name = struct.unpack_from("<ii8s", data, directory + 16 * entry)
        lump = data[offset : offset + size]
        if lump[:4] == b"MThd":
            yield name.rstrip(b"\0").decode("ascii").removeprefix("D_"), lump


def read_tracks(title: str, midi: bytes) -> Tracks | None:
    """Put a MIDI file on the grid; None where its metre is none of ours or it is too fast to count in quarters."""
    # Typed loosely: the stubs of symusic do not tell its three units of time apart.
    score: Any = symusic.Score.from_midi(midi)
    signatures = {(sign.numerator, sign.denominator) for sign in score.time_signatures} or {(4, 4)}
    bpm = max((float(tempo.qpm) for tempo in score.tempos if tempo.time == 0), default=120.0)
    if len(signatures) > 1 or bpm > 200:
        return None
    numerator, denominator = signatures.pop()
    metre = {(4, 4): 4, (2, 4): 4, (3, 4): 3, (6, 4): 3, (6, 8): COMPOUND}.get((numerator, denominator))
    if metre is None:
        return None
    step = score.tpq / (8 if metre == COMPOUND else STEPS_PER_BEAT)
    notes, programs, moved = [], [], []
    for track in score.tracks:
        if not len(track.notes):
            continue
        table = track.notes.numpy()
        place = table["time"] / step
        heard = np.zeros(len(place), NOTE)
        heard["start"] = np.rint(place)
        heard["length"] = np.maximum(1, np.rint(table["duration"] / step))
        heard["pitch"], heard["velocity"] = table["pitch"], np.clip(table["velocity"], 1, 127)
        heard["role"] = DRUMS_ROLE if track.is_drum else HARMONY
        notes.append(heard)
        programs.append(-1 if track.is_drum else int(track.program))
        moved.append(np.abs(place - heard["start"]) > MOVED)
    return Tracks(title, tuple(notes), tuple(programs), tuple(moved), metre, bpm * (2 if metre == COMPOUND else 1))


def passage_of(tracks: Tracks, first: int, bars: int) -> tuple[Passage, float] | None:
    """Cut bars ``first`` to ``first + bars`` (the last one only struck) and give each track a role.

    Returns the passage and the share of its notes that were moved to the grid, or None where nearly nothing sounds.
    """
    steps = tracks.metre * STEPS_PER_BEAT
    start, end, stop = first * steps, (first + bars - 1) * steps, (first + bars) * steps
    parts: list[NDArray[np.void]] = []
    programs: list[int] = []
    moved: list[NDArray[np.bool_]] = []
    for notes, program, off in zip(tracks.notes, tracks.programs, tracks.moved, strict=True):
        here = (notes["start"] >= start) & (notes["start"] <= end)
        if here.sum() < 2:
            continue
        part = notes[here].copy()
        part["start"] -= start
        part["length"] = np.where(part["start"] == end - start, stop - end, part["length"])
        part["length"] = np.minimum(
            part["length"], np.where(part["start"] == end - start, stop, end) - start - part["start"]
        )
        parts.append(part)
        programs.append(program)
        moved.append(off[here])
    if sum(len(part) for part in parts) < 2 * bars:
        return None
    roles = _roles_of(parts, programs)
    cast = [(part, role) for part, role in zip(parts, roles, strict=True) if role is not None]
    notes = np.concatenate([_in_role(part, role) for part, role in cast])
    notes = notes[np.lexsort((notes["pitch"], notes["role"], notes["start"]))]
    share = float(np.concatenate(moved).mean())
    ensemble = _ensemble_of(parts, programs)
    return Passage(tracks.title, notes, tracks.metre, bars, tracks.bpm, ensemble, (bars - 1) * tracks.metre), share


def _roles_of(parts: list[NDArray[np.void]], programs: list[int]) -> list[int | None]:
    """A role for every track: drums; the lowest line; the highest single line; one more line; chords."""
    roles: list[int | None] = [DRUMS_ROLE if program < 0 else HARMONY for program in programs]
    pitched = [number for number, program in enumerate(programs) if 0 <= program < 112]
    for number, program in enumerate(programs):
        if program >= 112:
            roles[number] = None  # percussion and sound effects on a pitched channel
    basses = [n for n in pitched if programs[n] in BASSES and parts[n]["pitch"].mean() < 56]
    if not basses:
        basses = [n for n in pitched if _thickness(parts[n]) < 1.2 and parts[n]["pitch"].mean() < 48]
    if basses:
        bass = max(basses, key=lambda n: len(parts[n]))
        for number in basses:
            roles[number] = BASS if number == bass else None
        pitched = [n for n in pitched if n not in basses]
    lines = [n for n in pitched if _thickness(parts[n]) < 1.15 and parts[n]["pitch"].mean() > 50]
    lines.sort(
        key=lambda n: parts[n]["pitch"].mean() + 6 * (programs[n] in LEADS) + 4 * np.log(len(parts[n])), reverse=True
    )
    if lines:
        roles[lines[0]] = MELODY
    if len(lines) > 1:
        roles[lines[1]] = COUNTER
    return roles


def _thickness(part: NDArray[np.void]) -> float:
    """Notes struck together, on average."""
    return len(part) / len(np.unique(part["start"]))


def _in_role(part: NDArray[np.void], role: int) -> NDArray[np.void]:
    part = part.copy()
    part["role"] = role
    if role != DRUMS_ROLE:
        return part
    part["pitch"] = [DRUM_OF_GM.get(int(pitch), 0) for pitch in part["pitch"]]
    part["length"] = 1
    return part[part["pitch"] > 0]


def _ensemble_of(parts: list[NDArray[np.void]], programs: list[int]) -> str:
    counts: Counter[str] = Counter()
    for part, program in zip(parts, programs, strict=True):
        for span, family in FAMILY_OF_PROGRAM:
            if program in span:
                counts[family] += int(part["length"].sum())
    if not counts:
        return "band"
    family, most = counts.most_common(1)[0]
    return family if most > 0.4 * counts.total() else "band"


def in_lanes(notes: NDArray[np.void]) -> NDArray[np.void]:
    """Move every role by whole octaves into its lane, fold what still stands out, and make single lines single."""
    kept = [notes[notes["role"] == DRUMS_ROLE]]
    for lane in LANES:
        part = notes[notes["role"] == lane.role].copy()
        if not len(part):
            continue
        pitch = part["pitch"].astype(np.int64)
        centre = (lane.low + lane.high) / 2
        octave = min(
            range(-4, 5),
            key=lambda o: (_outside(pitch + 12 * o, lane.low, lane.high), abs(pitch.mean() + 12 * o - centre)),
        )
        pitch = pitch + 12 * octave if _outside(pitch, lane.low, lane.high) else pitch
        pitch = np.where(pitch < lane.low, pitch + 12 * -((pitch - lane.low) // 12), pitch)
        part["pitch"] = np.where(pitch > lane.high, pitch - 12 * -(-(pitch - lane.high) // 12), pitch)
        kept.append(_untangled(part, single=lane.single, top=lane.role == MELODY))
    joined = np.concatenate(kept)
    joined = joined[np.lexsort((joined["pitch"], joined["role"], joined["start"]))]
    _, first = np.unique(joined[["role", "start", "pitch"]], return_index=True)
    return joined[np.sort(first)]


def _outside(pitch: NDArray[np.int64], low: int, high: int) -> int:
    return int(((pitch < low) | (pitch > high)).sum())


def _untangled(part: NDArray[np.void], *, single: bool, top: bool) -> NDArray[np.void]:
    """Of notes struck together in a line the top (or lowest) stays; a note ends where its pitch or line goes on."""
    order = -part["pitch"].astype(int) if top else part["pitch"].astype(int)
    part = part[np.lexsort((order, part["start"]))]
    voice = np.zeros(len(part), int) if single else part["pitch"].astype(int)
    _, first = np.unique(np.stack([voice, part["start"]]), axis=1, return_index=True)
    part, voice = part[np.sort(first)], voice[np.sort(first)]
    for line in np.unique(voice):
        mine = np.flatnonzero(voice == line)
        room = np.diff(part["start"][mine])
        part["length"][mine[:-1]] = np.minimum(part["length"][mine[:-1]], room)
    return part
