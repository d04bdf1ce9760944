"""A whole take: stems that add up, a mix at its loudness, files that are all there or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

import vem_plugin.render.rendering as rendering
from vem_plugin.errors import RenderError, SettingsError
from vem_plugin.measure.mix import measure_mix_on_disk
from vem_plugin.render.rendering import RenderedTake, render
from vem_plugin.render.synth import frames_of
from vem_plugin.score.cue import ROLES

FULL = 1 << 23


def counts_of(path: Path) -> NDArray[np.int64]:
    """A file's samples as 24-bit counts, shape (2, n)."""
    return soundfile.read(path, dtype="int32")[0].T.astype(np.int64) >> 8


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("takes")


@pytest.fixture
def take(module_folder: Path, make_plan, make_score, make_song, request: pytest.FixtureRequest) -> RenderedTake:
    """A take at a loudness that needs no limiter; rendered once."""
    kept = getattr(request.module, "_kept", None)
    if kept is None:
        score, plan = make_score(make_song(16), beats=16), make_plan((16, Fraction(9)))
        kept = render(score, plan, folder=module_folder, name="edit", seed=0, loudness=-26)
        request.module._kept = kept
    return kept


def test_stems_add_up_to_the_mix_before_loudness(take: RenderedTake) -> None:
    assert take.limiting == 0
    together = np.sum([counts_of(path) for path in take.stems.values()], axis=0)
    mix = counts_of(take.mix)
    assert np.abs(mix - together * 10 ** (take.gain / 20)).max() <= 1
    assert np.abs(mix).max() > FULL // 20


def test_every_role_has_a_stem_of_its_own_of_the_same_length_and_so_have_the_effects(take: RenderedTake) -> None:
    assert set(take.stems) == {*ROLES, "effects"}
    assert {soundfile.info(path).frames for path in (*take.stems.values(), take.mix)} == {take.samples}
    assert all(np.abs(counts_of(take.stems[role])).max() > FULL // 500 for role in ROLES)


def test_the_mix_holds_in_mono_and_does_not_boom_or_bite(take: RenderedTake) -> None:
    report = measure_mix_on_disk({str(stem): path for stem, path in take.stems.items()}, take.mix)
    assert min(report.correlation.values()) > 0
    assert report.worst_correlation > 0
    assert report.rumble < -30
    assert report.harshness < 5
    assert report.overlap < 0.3
    assert report.ending < -15


def test_effects_sound_into_the_hit_are_silent_in_the_stop_and_can_be_left_out(
    tmp_path: Path, make_plan, make_score, make_song
) -> None:
    notes = [note for note in make_song(16) if not 44 <= note[1] < 48]
    score = make_score(notes, beats=16, style="trailer", hits={24: 1.0}, stops=(11,), energy=0.9)
    plan = make_plan((16, Fraction(8)))
    take = render(score, plan, folder=tmp_path, name="with", seed=1)
    plain = render(score, plan, folder=tmp_path, name="without", seed=1, effects=False)
    sound = np.abs(counts_of(take.stems["effects"])).max(axis=0)
    build, stop, impact = (
        slice(int(start * 48000), int(end * 48000)) for start, end in ((5, 5.5), (5.54, 5.99), (6, 7))
    )
    assert {effect.kind for effect in take.effects if effect.time == 6} == {"impact"}
    assert sound[build].max() > FULL // 100
    assert not sound[stop].any()
    assert sound[impact].max() > FULL // 30
    assert plain.effects == ()
    assert not counts_of(plain.stems["effects"]).any()
    assert all(np.array_equal(counts_of(plain.stems[role]), counts_of(take.stems[role])) for role in ROLES)


def test_names_follow_the_convention(take: RenderedTake) -> None:
    names = {path.name for path in (take.mix, take.midi, *take.stems.values())}
    stems = {f"edit_MX_{role.upper()}_48k24.wav" for role in (*ROLES, "effects")}
    assert names == {"edit_MX.wav", "edit_MX.mid"} | stems


def test_loudness_is_what_was_asked_for(take: RenderedTake) -> None:
    truth = pyloudnorm.Meter(48000).integrated_loudness(counts_of(take.mix).T / FULL)
    assert truth == pytest.approx(-26, abs=0.2)
    assert take.loudness == pytest.approx(truth, abs=0.1)


@pytest.mark.parametrize("style", ["epic", "electronic"])
def test_default_loudness_and_true_peak_hold(tmp_path: Path, make_plan, make_score, make_song, style: str) -> None:
    score, plan = make_score(make_song(24), beats=24, style=style), make_plan((24, Fraction(12)))
    take = render(score, plan, folder=tmp_path, name="edit", seed=0)
    mix = counts_of(take.mix).T / FULL
    assert pyloudnorm.Meter(48000).integrated_loudness(mix) == pytest.approx(-16, abs=0.2)
    assert 20 * np.log10(np.abs(resample_poly(mix, 4, 1, axis=0)).max()) <= -1
    assert take.true_peak is not None
    assert take.true_peak <= -1
    assert not take.remark


@pytest.mark.parametrize(
    ("frames", "rate"),
    [
        (241, Fraction(24000, 1001)),
        (97, Fraction(30000, 1001)),
        (111, Fraction(25)),
        (1, Fraction(24)),
        (5, Fraction(60)),
    ],
)
def test_length_is_the_timelines_to_the_sample(
    tmp_path: Path, make_plan, make_score, make_song, frames: int, rate: Fraction
) -> None:
    score, plan = make_score(make_song(4), beats=4), make_plan((4, frames / rate))
    take = render(score, plan, folder=tmp_path, name="edit", seed=1)
    exact = frames / rate * 48000
    assert abs(take.samples - exact) <= Fraction(1, 2)
    assert soundfile.info(take.mix).frames == take.samples == frames_of(frames / rate)


def test_two_renders_are_identical_and_neither_replaces_the_other(
    tmp_path: Path, make_plan, make_score, make_song
) -> None:
    score, plan = make_score(make_song(8), beats=8, style="tense"), make_plan((8, Fraction(4)))
    first = render(score, plan, folder=tmp_path, name="edit", seed=3, description="music")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(RenderError, match="already"):
        render(score, plan, folder=tmp_path, name="edit", seed=3)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    second = render(score, plan, folder=tmp_path, name="again", seed=3, description="music")
    for one, other in (
        (first.mix, second.mix),
        (first.midi, second.midi),
        *zip(first.stems.values(), second.stems.values(), strict=True),
    ):
        assert one.read_bytes() == other.read_bytes()


def test_a_score_without_notes_is_silence_not_an_error(tmp_path: Path, make_plan, make_score) -> None:
    take = render(make_score([], beats=4), make_plan((4, Fraction(2))), folder=tmp_path, name="edit", seed=0)
    assert take.loudness is None
    assert take.true_peak is None
    assert not counts_of(take.mix).any()


def test_stems_that_would_clip_are_played_softer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_plan, make_score, make_song
) -> None:
    monkeypatch.setattr(rendering, "_FIRST_TRIM", 30.0)
    score, plan = make_score(make_song(8), beats=8), make_plan((8, Fraction(4)))
    take = render(score, plan, folder=tmp_path, name="edit", seed=0)
    stems = [counts_of(path) for path in take.stems.values()]
    assert max(np.abs(stem).max() for stem in stems) < FULL - 1
    assert np.abs(np.sum(stems, axis=0)).max() > FULL // 2
    assert take.loudness == pytest.approx(-16, abs=0.2)


@pytest.mark.parametrize("loudness", [0.0, -80.0, float("nan")])
def test_senseless_loudness_is_refused(tmp_path: Path, make_plan, make_score, loudness: float) -> None:
    with pytest.raises(SettingsError):
        render(
            make_score([], beats=4), make_plan((4, Fraction(2))), folder=tmp_path, name="e", seed=0, loudness=loudness
        )


def test_three_hours_are_refused_at_once(tmp_path: Path, make_plan, make_score) -> None:
    plan = make_plan((20000, Fraction(10800)))
    with pytest.raises(RenderError, match="180 minutes"):
        render(make_score([], beats=4), plan, folder=tmp_path / "new", name="edit", seed=0)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, make_plan, make_score) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RenderError, match="cannot be written") as caught:
        render(make_score([], beats=4), make_plan((4, Fraction(2))), folder=tmp_path / "file", name="e", seed=0)
    assert caught.value.exit_code == 6
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path, make_plan, make_score) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RenderError, match="cannot be written"):
        render(make_score([], beats=4), make_plan((4, Fraction(2))), folder=tmp_path, name="e", seed=0)


DISK_FULL = """
import resource, sys
from fractions import Fraction
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import plan_of, score_of, song
from vem_plugin.errors import RenderError
from vem_plugin.render.rendering import render
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    render(score_of(song(16), beats=16), plan_of((16, Fraction(8))), folder=Path({folder!r}), name="edit", seed=0)
except RenderError as error:
    print(error)
    raise SystemExit(error.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX matter")
@pytest.mark.parametrize("existing", [True, False])
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path, existing: bool) -> None:
    """A real error of the operating system: no file may grow beyond a megabyte; the stems want 2.3."""
    folder = tmp_path / "out"
    if existing:
        folder.mkdir()
        (folder / "cut.otio").write_text("{}")
    code = DISK_FULL.format(tests=str(Path(__file__).parent), limit=1_000_000, folder=str(folder))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 6, run.stderr
    assert "disk filled up" in run.stdout
    assert folder.exists() == existing
    if existing:
        assert [path.name for path in folder.iterdir()] == ["cut.otio"]
