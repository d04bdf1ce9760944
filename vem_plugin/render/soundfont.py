"""Reads SoundFont 2 and 3 banks: presets as flat lists of zones, samples decoded when they are first wanted.

A zone is one sample with its key and velocity range and every generator already resolved: the instrument's values,
the preset's added on top. SoundFont 3 is SoundFont 2 whose samples are Ogg Vorbis files.

References
----------
SoundFont Technical Specification 2.04, sections 7 to 9. Numbers of generators are those of section 8.1.2.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import RenderError

START_OFFSET, START_OFFSET_COARSE = 0, 4
FILTER_CUTOFF, INSTRUMENT, KEY_RANGE, VELOCITY_RANGE = 8, 41, 43, 44
ATTENUATION, SAMPLE, SAMPLE_MODE, SCALE_TUNING, ROOT_KEY = 48, 53, 54, 56, 58
_DEFAULTS = {
    FILTER_CUTOFF: 13500,
    **dict.fromkeys((21, 23, 25, 26, 27, 28, 30, 33, 34, 35, 36, 38), -12000),
    SCALE_TUNING: 100,
    ROOT_KEY: -1,
}
_NOT_ADDED = {0, 1, 2, 3, 4, 12, 45, 46, 47, 50, SAMPLE_MODE, 57, ROOT_KEY}  # a preset cannot set these
_SAMPLE_HEADER = "<20sIIIIIBbHH"


@dataclass(frozen=True, slots=True)
class Modulator:
    """Adds up to ``amount`` to a generator, by the value of a source (how hard, how high a note is).

    ``source`` and ``scaled_by`` are source words as section 8.2 packs them: index, direction, polarity, curve.
    """

    source: int
    generator: int
    amount: int
    scaled_by: int

    @property
    def identity(self) -> tuple[int, int, int]:
        """Two modulators with the same identity replace each other instead of adding up."""
        return self.source, self.generator, self.scaled_by


_VELOCITY_TO_ATTENUATION = Modulator(source=0x0502, generator=ATTENUATION, amount=960, scaled_by=0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording in the bank: where its bytes lie, its rate in Hz, loop in frames, root key, tuning in cents.

    ``link`` is the number of the other side of a stereo pair, or -1.
    """

    name: str
    start: int
    end: int
    loop: tuple[int, int]
    rate: int
    key: int
    cents: int
    vorbis: bool
    link: int


@dataclass(frozen=True, eq=False, slots=True)
class Zone:
    """A sample over a range of keys and velocities, with its generators and modulators."""

    sample: Sample
    keys: tuple[int, int]
    velocities: tuple[int, int]
    generators: dict[int, int]
    modulators: tuple[Modulator, ...]

    def holds(self, key: int, velocity: int) -> bool:
        """Whether a note sounds this zone."""
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


class SoundFont:
    """A bank of sampled instruments.

    Parameters
    ----------
    path : Path
        An .sf2 or .sf3 file.

    Raises
    ------
    RenderError
        The file is missing, cut short, or no SoundFont.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._silences: dict[Sample, int] = {}
        try:
            self._data = path.read_bytes()
            self._chunks = _chunks_of(self._data)
            self.presets = self._read_presets()
        except OSError as error:
            raise RenderError(
                f"The sound bank cannot be read: {error.strerror or error}.",
                where=str(path),
                remedy="Install vem-plugin again; the bank ships with it.",
            ) from error
        except (KeyError, ValueError, IndexError, struct.error) as error:
            raise RenderError(
                "The sound bank is damaged or no SoundFont.",
                where=str(path),
                remedy="Install vem-plugin again; the bank ships with it.",
            ) from error

    def zones_of(self, bank: int, program: int) -> tuple[Zone, ...]:
        """Zones of a preset; drum kits are in bank 128.

        Raises
        ------
        RenderError
            The bank has no such preset.
        """
        if (bank, program) not in self.presets:
            raise RenderError(
                f"The sound bank has no preset {program} in bank {bank}.",
                where=str(self.path),
                remedy="Use the bank that ships with vem-plugin.",
            )
        return self.presets[bank, program]

    def silence_of(self, sample: Sample) -> int:
        """Frames before a sample really begins, which would make every note late; a stereo pair keeps its phase."""
        if sample not in self._silences:
            both = [sample] if sample.link < 0 else [sample, self._samples[sample.link]]
            self._silences[sample] = min(
                _silence(self.frames_of(side, frames=side.rate // 5), side.rate) for side in both
            )
        return self._silences[sample]

    def frames_of(self, sample: Sample, *, first: int = 0, frames: int = -1) -> NDArray[np.float32]:
        """The recording, mono, at its own rate, -1 to 1: ``frames`` (all: -1) from ``first``, or what there is."""
        offset = self._chunks["smpl"][0]
        if not sample.vorbis:
            data = np.frombuffer(self._data, "<i2", sample.end - sample.start, offset + 2 * sample.start)[first:]
            return ((data if frames < 0 else data[:frames]) / np.float32(32768)).astype(np.float32)
        import soundfile

        blob = self._data[offset + sample.start : offset + sample.end]
        wanted = -1 if frames < 0 else first + frames
        try:
            sound, _ = soundfile.read(io.BytesIO(blob), wanted, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise RenderError(
                f"The sample {sample.name!r} does not decode.",
                where=str(self.path),
                remedy="Install vem-plugin again; the bank ships with it.",
            ) from error
        return np.asarray(sound[first:, 0], np.float32)

    def _records(self, chunk: str, layout: str) -> list[tuple]:
        first, size = self._chunks[chunk]
        return list(struct.iter_unpack(layout, self._data[first : first + size]))

    def _read_presets(self) -> dict[tuple[int, int], tuple[Zone, ...]]:
        samples = self._samples = [_sample_of(record) for record in self._records("shdr", _SAMPLE_HEADER)]
        instruments = [record[1] for record in self._records("inst", "<20sH")]
        inner = _Bags(*(self._records(name, form) for name, form in _forms("i")))
        outer = _Bags(*(self._records(name, form) for name, form in _forms("p")))
        heads = self._records("phdr", "<20sHHHIII")
        presets: dict[tuple[int, int], tuple[Zone, ...]] = {}
        for head, following in pairwise(heads):
            zones: list[Zone] = []
            for preset_zone in outer.zones(head[3], following[3], INSTRUMENT):
                index = preset_zone.generators[INSTRUMENT]
                inside = inner.zones(instruments[index], instruments[index + 1], SAMPLE)
                zones.extend(_merge(zone, preset_zone, samples) for zone in inside)
            presets[head[2], head[1]] = tuple(zone for zone in zones if zone.keys[0] <= zone.keys[1])
        return presets


@lru_cache(maxsize=2)
def load_bank(path: Path) -> SoundFont:
    """The bank at ``path``, read once a process."""
    return SoundFont(path)


@dataclass(frozen=True, slots=True)
class _RawZone:
    generators: dict[int, int]
    modulators: dict[tuple[int, int, int], Modulator]


class _Bags:
    """Zones of presets or of instruments, with the global zone's values filled in."""

    def __init__(self, bags: list[tuple], modulators: list[tuple], generators: list[tuple]) -> None:
        self._bags, self._modulators, self._generators = bags, modulators, generators

    def zones(self, first: int, end: int, last_generator: int) -> list[_RawZone]:
        """Zones first..end-1 that end in ``last_generator``; a first one that does not is the global zone."""
        shared = _RawZone({}, {})
        zones = []
        for index in range(first, end):
            (gen, mod), (gen_end, mod_end) = self._bags[index], self._bags[index + 1]
            values = {number: _amount(number, amount) for number, amount in self._generators[gen:gen_end]}
            own = [Modulator(s, d, amount, by) for s, d, amount, by, _ in self._modulators[mod:mod_end]]
            zone = _RawZone(shared.generators | values, shared.modulators | {one.identity: one for one in own})
            if last_generator in values:
                zones.append(zone)
            elif index == first:
                shared = zone
        return zones


def _forms(kind: str) -> tuple[tuple[str, str], ...]:
    return (f"{kind}bag", "<HH"), (f"{kind}mod", "<HHhHH"), (f"{kind}gen", "<HH")


def _amount(number: int, raw: int) -> int:
    """Ranges stay two bytes in one word, indices stay unsigned, everything else is a signed word."""
    unsigned = number in (INSTRUMENT, KEY_RANGE, VELOCITY_RANGE, SAMPLE) or raw < 0x8000
    return raw if unsigned else raw - 0x10000


def _range_of(zone: _RawZone, number: int) -> tuple[int, int]:
    word = zone.generators.get(number, 0x7F00)
    return word & 0xFF, word >> 8


def _merge(zone: _RawZone, preset: _RawZone, samples: list[Sample]) -> Zone:
    """An instrument's zone inside a preset's zone: values add, ranges intersect, modulators add."""
    values = _DEFAULTS | zone.generators
    for number, amount in preset.generators.items():
        if number not in _NOT_ADDED and number not in (INSTRUMENT, KEY_RANGE, VELOCITY_RANGE, SAMPLE):
            values[number] = values.get(number, 0) + amount
    ranges = []
    for number in (KEY_RANGE, VELOCITY_RANGE):
        (low, high), (outer_low, outer_high) = _range_of(zone, number), _range_of(preset, number)
        ranges.append((max(low, outer_low), min(high, outer_high)))
    own = {_VELOCITY_TO_ATTENUATION.identity: _VELOCITY_TO_ATTENUATION} | zone.modulators
    modulators = tuple(one for one in (*own.values(), *preset.modulators.values()) if one.amount)
    return Zone(samples[values[SAMPLE]], ranges[0], ranges[1], values, modulators)


def _sample_of(record: tuple) -> Sample:
    name, start, end, loop_start, loop_end, rate, key, cents, link, kind = record
    vorbis = bool(kind & 0x10)  # SoundFont 3: byte offsets, and a loop counted from the sample's own start
    loop = (loop_start, loop_end) if vorbis else (loop_start - start, loop_end - start)
    text = name.split(b"\0")[0].decode("latin-1")
    paired = link if kind & 0x06 else -1
    return Sample(text, start, end, loop, rate, key if key < 128 else 60, cents, vorbis, paired)


def _silence(frames: NDArray[np.float32], rate: int) -> int:
    """Leading frames below a fiftieth of the sample's early peak, less a hair; 20 ms at most."""
    early = np.abs(frames[: rate // 5])
    first = int(np.argmax(early > 0.02 * early.max(initial=0.0))) if early.size else 0
    return min(max(0, first - rate // 16000), rate // 50)


def _chunks_of(data: bytes) -> dict[str, tuple[int, int]]:
    """Offset and size of the chunks inside the lists of a RIFF/sfbk file."""
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        raise ValueError("not a SoundFont")
    chunks: dict[str, tuple[int, int]] = {}
    position = 12
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        if name == b"LIST":
            position += 12  # step into the list
            continue
        if position + 8 + size > len(data):
            raise ValueError("cut short")
        chunks[name.decode("latin-1")] = (position + 8, size)
        position += 8 + size + size % 2
    return chunks
