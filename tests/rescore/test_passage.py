"""Playing a stretch: it sounds as the whole does, fades add up to one, files are copied byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vem_plugin.errors import RenderError
from vem_plugin.publish import ScoredTake
from vem_plugin.render.passage import Stretch, laid_in, play_passage
from vem_plugin.render.patch import layout_of, patched, read_samples
from vem_plugin.render.soundfont import load_bank
from vem_plugin.render.stems import STEMS
from vem_plugin.render.wave import FULL_SCALE, Origin, WaveWriter
from vem_plugin.score.instruments import BANK
from vem_plugin.score.palette import palette_named
from vem_plugin.take import read_score
from vem_plugin.takes.contact_sheet import contact_sheet, notes_shared

FULL = 1 << 23


def test_what_is_played_again_sounds_the_same(scored: ScoredTake) -> None:
    """So that seams join sound to itself: the stretch against the take, 60 dB and more below the music."""
    take = scored.take
    stretch = Stretch(5 * 48000, 5 * 48000, 8 * 48000, 8 * 48000)
    played = play_passage(
        read_score(scored.folder, take.cue),
        take.plan,
        stretch,
        palette=palette_named(take.palette),
        bank=load_bank(BANK),
        seed=take.seed,
        trim=take.loudness.trim,
        effects=take.effects,
    )
    for stem in STEMS:
        old = read_samples(scored.folder / take.files[f"stem_{stem}"], stretch.first, stretch.end) / FULL_SCALE
        apart = np.sqrt(np.square(played[stem] - old).mean())
        assert apart <= 1e-3 * np.sqrt(np.square(old).mean()) + 2 / FULL_SCALE, stem


def test_the_same_sound_passes_a_seam_unchanged() -> None:
    random = np.random.default_rng(1)
    old = random.integers(-FULL, FULL, (2, 4000)).astype(np.int32)
    stretch = Stretch(100, 1100, 3000, 4100)
    share = stretch.share
    assert share[0] == share[-1] == 0
    assert (share[1000:2900] == 1).all()
    assert (np.diff(share[:1000]) >= 0).all()
    assert np.abs(laid_in((old / FULL).astype(np.float32), old, stretch) - old).max() <= 1
    laid = laid_in(np.zeros((2, 4000), np.float32), old, stretch)
    assert (laid[:, 0] == old[:, 0]).all()
    assert (laid[:, -1] == old[:, -1]).all()
    assert not laid[:, 1000:2900].any()


def test_stretches_at_the_ends_have_no_fade_there() -> None:
    assert Stretch(0, 0, 1000, 1000).share.min() == 1
    assert Stretch(0, 0, 500, 1000).share[0] == 1


def test_a_patched_file_differs_in_its_stretch_only(tmp_path: Path) -> None:
    samples = np.random.default_rng(2).integers(-FULL, FULL, (2, 6000)).astype(np.int32)
    with WaveWriter(tmp_path / "old.wav", frames=6000, origin=Origin("old", loudness=-16, true_peak=-1)) as wave:
        wave.write(samples)
    patched(tmp_path / "old.wav", tmp_path / "new.wav", 1000, -samples[:, 1000:1200], description="new")
    before, after = ((tmp_path / name).read_bytes() for name in ("old.wav", "new.wav"))
    assert len(before) == len(after)
    start = layout_of(tmp_path / "new.wav").samples
    assert before[start : start + 6000] == after[start : start + 6000]
    assert before[start + 7200 :] == after[start + 7200 :]
    assert np.array_equal(read_samples(tmp_path / "new.wav", 900, 1300)[:, 100:300], -samples[:, 1000:1200])
    assert b"new" in after[:start]
    assert b"old" not in after[:start]


def test_sound_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    import soundfile

    other = tmp_path / "other.wav"
    soundfile.write(other, np.zeros((100, 1)), 44100)
    for path in (other, tmp_path / "gone.wav"):
        with pytest.raises(RenderError):
            layout_of(path)


def test_the_contact_sheet_is_drawn_under_a_free_name(scored: ScoredTake, tmp_path: Path) -> None:
    first, second = (contact_sheet([scored, scored], tmp_path) for _ in range(2))
    assert first.name == "walk_takes_v01.png"
    assert second.name == "walk_takes_v02.png"
    assert first.read_bytes()[:4] == b"\x89PNG"
    score = read_score(scored.folder, scored.take.cue)
    assert notes_shared(score, score) == 1
