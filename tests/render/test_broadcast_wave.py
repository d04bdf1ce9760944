"""The WAV files: sound bit for bit as given, ``bext`` and iXML as the standards lay them out."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from vem_plugin.errors import RenderError
from vem_plugin.render.wave import Origin, Stamp, WaveWriter, quantised, stamp_of

FILM, NTSC = Fraction(24000, 1001), Fraction(30000, 1001)


def chunks_of(path: Path) -> dict[bytes, bytes]:
    data = path.read_bytes()
    assert data[:4] == b"RIFF"
    assert data[8:12] == b"WAVE"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    found, position = {}, 12
    while position < len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        found[name] = data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    return found


def written(path: Path, origin: Origin, frames: int = 5001) -> np.ndarray:
    random = np.random.default_rng(5)
    sound = random.integers(-(1 << 23), 1 << 23, (2, frames), dtype=np.int32)
    sound[:, :4] = [[0, 1, -1, (1 << 23) - 1], [-(1 << 23), 255, 256, -257]]
    with WaveWriter(path, frames=frames, origin=origin) as wave:
        wave.write(sound[:, :1000])
        wave.write(sound[:, 1000:])
    return sound


def test_soundfile_reads_back_every_bit(tmp_path: Path) -> None:
    sound = written(tmp_path / "a.wav", Origin("noise"))
    back, rate = soundfile.read(tmp_path / "a.wav", dtype="int32")
    info = soundfile.info(tmp_path / "a.wav")
    assert (rate, info.channels, info.subtype, info.frames) == (48000, 2, "PCM_24", 5001)
    assert np.array_equal(back.T >> 8, sound)


@pytest.mark.parametrize(
    ("frames", "rate", "drop_frame", "samples"),
    [
        (0, Fraction(25), False, 0),
        (86400, Fraction(24), False, 172_800_000),
        (90000, Fraction(25), False, 172_800_000),
        (108000, Fraction(30), False, 172_800_000),
        (86400, FILM, False, 172_972_800),
        (108000, NTSC, False, 172_972_800),
        (107892, NTSC, True, 172_799_827),
        (1, NTSC, False, 1602),
        (24 * 90000, Fraction(25), False, 24 * 172_800_000),
    ],
)
def test_time_reference_counts_samples_since_midnight(
    tmp_path: Path, frames: int, rate: Fraction, drop_frame: bool, samples: int
) -> None:
    stamp = stamp_of(frames, rate, drop_frame=drop_frame)
    assert stamp is not None
    assert stamp.samples == samples
    written(tmp_path / "a.wav", Origin("at a timecode", stamp=stamp), frames=10_000)
    bext = chunks_of(tmp_path / "a.wav")[b"bext"]
    low, high = struct.unpack_from("<II", bext, 338)
    assert low + (high << 32) == samples


def test_bext_says_who_what_and_how_loud(tmp_path: Path) -> None:
    origin = Origin("Grüße, take 3", "2026-11-23", "14:05:00", loudness=-16.04, true_peak=-1.2)
    written(tmp_path / "a.wav", origin)
    bext = chunks_of(tmp_path / "a.wav")[b"bext"]
    assert len(bext) == 602
    assert bext[:256].rstrip(b"\0") == b"Gr??e, take 3"
    assert bext[256:288].rstrip(b"\0") == b"vem-plugin"
    assert bext[320:338] == b"2026-11-2314:05:00"
    assert struct.unpack_from("<H", bext, 346)[0] == 2
    loudness, loudness_range, peak = struct.unpack_from("<hhh", bext, 412)
    assert (loudness, loudness_range, peak) == (-1604, 0x7FFF, -120)


def test_without_a_timecode_nothing_is_claimed(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", Origin("plain"))
    chunks = chunks_of(tmp_path / "a.wav")
    assert struct.unpack_from("<II", chunks[b"bext"], 338) == (0, 0)
    assert chunks[b"bext"][320:338] == bytes(18)
    assert b"iXML" not in chunks


def test_ixml_tells_the_timecode_rate(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", Origin("plain", stamp=Stamp(5_000_000_000, NTSC, drop_frame=True)))
    speed = ElementTree.fromstring(chunks_of(tmp_path / "a.wav")[b"iXML"]).find("SPEED")
    assert speed is not None
    said = {element.tag: element.text for element in speed}
    assert said["TIMECODE_RATE"] == "30000/1001"
    assert said["TIMECODE_FLAG"] == "DF"
    assert said["FILE_SAMPLE_RATE"] == "48000"
    high, low = (int(said[f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{half}"] or 0) for half in ("HI", "LO"))
    assert (high << 32) + low == 5_000_000_000


def test_more_than_riff_can_count_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="do not fit"):
        WaveWriter(tmp_path / "a.wav", frames=(1 << 32) // 6, origin=Origin("long"))
    assert not (tmp_path / "a.wav").exists()


def test_announced_length_is_kept(tmp_path: Path) -> None:
    block = np.zeros((2, 10), np.int32)
    with (
        pytest.raises(ValueError, match="missing"),
        WaveWriter(tmp_path / "a.wav", frames=11, origin=Origin("")) as wave,
    ):
        wave.write(block)
    with (
        pytest.raises(ValueError, match="more samples"),
        WaveWriter(tmp_path / "b.wav", frames=9, origin=Origin("")) as wave,
    ):
        wave.write(block)


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        WaveWriter(tmp_path / "a.wav", frames=1, origin=Origin(""))
    assert (tmp_path / "a.wav").read_bytes() == b"mine"


def test_quantising_rounds_and_clips() -> None:
    step = 1 / (1 << 23)
    sound = np.array([[0.4 * step, 0.6 * step, 2.0, -2.0]])
    assert quantised(sound).tolist() == [[0, 1, (1 << 23) - 1, -(1 << 23)]]
