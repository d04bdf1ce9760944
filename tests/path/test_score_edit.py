"""The one path on real edits, with the click composer in the model's place: everything else is the real thing."""

from __future__ import annotations

import json
import shutil
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vem_plugin.checksum import sha256_of
from vem_plugin.errors import RenderError
from vem_plugin.measure import measure_take
from vem_plugin.models.click import ClickComposer
from vem_plugin.publish import ScoredTake
from vem_plugin.score.notes import NOTE
from vem_plugin.scoring import STAGES, score_edit
from vem_plugin.settings import Settings
from vem_plugin.take import read_score, read_take
from vem_timeline import read

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = EXAMPLES / "rush_hour.otio"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> ScoredTake:
    """The example, scored once with clicks."""
    out = tmp_path_factory.mktemp("scored")
    settings = Settings(brief="tense, driving", seed=3)
    return score_edit(EXAMPLE, out, settings=settings, composer=ClickComposer())[0]


def test_all_that_was_promised_is_there(scored: ScoredTake) -> None:
    names = {path.name for path in scored.folder.iterdir()}
    handed_off = {
        "README.txt",
        *(f"{scored.timeline.stem}_{kind}" for kind in ("markers.csv", "markers.edl", "premiere.xml", "resolve.otio")),
    }
    assert names == {*scored.take.files.values(), *handed_off, "take.json", "score.npz"}
    assert {name for name in scored.take.files if name.startswith("stem_")} == {
        "stem_drums", "stem_bass", "stem_harmony", "stem_counter", "stem_melody", "stem_effects",
    }  # fmt: skip
    assert sorted(path.name for path in scored.folder.parent.iterdir()) == [
        scored.take.name,
        f"{scored.take.name}.otio",
    ]


def test_the_mix_is_as_long_as_the_timeline_to_the_sample(scored: ScoredTake) -> None:
    storyboard = read(EXAMPLE)
    wanted = int(storyboard.duration * 48000 + Fraction(1, 2))
    for name, file in scored.take.files.items():
        if file.endswith(".wav"):
            facts = soundfile.info(scored.folder / file)
            assert (facts.frames, facts.samplerate, facts.channels) == (wanted, 48000, 2), name
            assert facts.subtype == "PCM_24"


def test_every_hit_and_nearly_every_cut_is_heard_on_time(scored: ScoredTake) -> None:
    take = scored.take
    sync = measure_take(scored.folder / take.files["mix"], take.plan, frame=Fraction(1, 25))
    hits, cuts = sync.group("hit"), sync.group("planned cut")
    assert hits is not None
    assert cuts is not None
    assert hits.worst is not None
    assert hits.worst <= 0.020
    assert cuts.within_one_frame.rate >= 0.85
    assert cuts.within_one_frame.above_chance > 0.3


def test_the_take_can_be_read_back(scored: ScoredTake) -> None:
    for path in (scored.folder, scored.folder / "take.json", scored.timeline):
        assert read_take(path) == scored.take
    score = read_score(scored.folder, scored.take.cue)
    assert score.notes.dtype == NOTE
    assert len(score.chords) == scored.take.cue.beats == scored.take.plan.beats
    record = json.loads((scored.folder / "take.json").read_text())
    assert record["edit_sha256"] == sha256_of(EXAMPLE)
    assert record["plan"]["duration"] == "1023/25"


def test_the_same_settings_give_the_same_music(scored: ScoredTake, tmp_path: Path) -> None:
    again = score_edit(EXAMPLE, tmp_path, settings=scored.take.settings, composer=ClickComposer())[0]
    for name in ("mix", "stem_drums", "stem_bass"):
        first, second = (sha256_of(take.folder / take.take.files[name]) for take in (scored, again))
        assert first == second, name
    assert again.take.plan == scored.take.plan
    assert again.take.cue == scored.take.cue


def test_takes_get_versions_and_nothing_is_overwritten(tmp_path: Path) -> None:
    stages: list[str] = []
    settings = Settings(seed=1, takes=2)
    both = score_edit(
        EXAMPLE,
        tmp_path,
        settings=settings,
        composer=ClickComposer(),
        report=lambda stage, done, note="": stages.append(stage),
    )
    assert [take.take.name for take in both] == ["rush_hour_v01", "rush_hour_v02"]
    assert [take.take.seed for take in both] == [1, 2]
    assert list(dict.fromkeys(stages)) == list(STAGES)
    before = {path: sha256_of(path) for path in tmp_path.rglob("*") if path.is_file()}
    third = score_edit(EXAMPLE, tmp_path, composer=ClickComposer())[0]
    assert third.take.name == "rush_hour_v03"
    assert {path: sha256_of(path) for path in before} == before


def test_scoring_a_scored_timeline_replaces_our_track_only(scored: ScoredTake, tmp_path: Path) -> None:
    again = score_edit(scored.timeline, tmp_path, composer=ClickComposer())[0]
    tracks = json.loads(again.timeline.read_text())["tracks"]["children"]
    names = [track["name"] for track in tracks]
    assert names.count("VEM Music") == 1
    original = json.loads(EXAMPLE.read_text())["tracks"]["children"]
    assert [track for track in tracks if track["name"] != "VEM Music"] == original
    assert again.take.plan == scored.take.plan or again.take.style != scored.take.style


def test_the_markers_lie_on_the_beats(scored: ScoredTake) -> None:
    tracks = json.loads(scored.timeline.read_text())["tracks"]["children"]
    (clip,) = next(track for track in tracks if track["name"] == "VEM Music")["children"]
    plan, frame = scored.take.plan, Fraction(1, 25)
    begins = Fraction(scored.take.time_reference, 48_000)
    assert begins == 3600, "the sound begins where the timeline does, at 01:00:00:00"
    wanted = {plan.time_of(Fraction(bar.beat)) for bar in plan.bars}
    wanted |= {entry.constraint.time for entry in plan.landings if entry.constraint.kind == "hit"}
    reds = [marker for marker in clip["markers"] if marker["color"] == "RED"]
    assert len(reds) == 1
    for marker in clip["markers"]:
        start = marker["marked_range"]["start_time"]
        time = Fraction(start["value"]).limit_denominator(10**6) / Fraction(start["rate"]).limit_denominator(10**6)
        assert min(abs(time - begins - beat) for beat in wanted) <= frame / 2
        assert scored.take.take_id[:4] in marker["name"]


def test_a_bundle_is_scored_as_a_bundle(tmp_path: Path) -> None:
    import opentimelineio as otio

    work = tmp_path / "work"
    shutil.copytree(EXAMPLES, work)
    timeline = otio.adapters.read_from_file(str(work / "rush_hour.otio"))
    for clip in timeline.find_clips():
        clip.media_reference.target_url = str(work / clip.media_reference.target_url)
    bundle = tmp_path / "rush_hour.otioz"
    otio.adapters.write_to_file(timeline, str(bundle))
    done = score_edit(bundle, tmp_path / "out", composer=ClickComposer())[0]
    assert done.timeline.suffix == ".otioz"
    assert not [note for note in done.take.remarks if "offline" in note.lower()]
    with zipfile.ZipFile(done.timeline) as inside:
        assert [name for name in inside.namelist() if name.endswith("_MX.wav")]


def test_a_plain_video_gets_a_timeline_of_its_own(tmp_path: Path) -> None:
    done = score_edit(EXAMPLES / "media" / "street.mp4", tmp_path, composer=ClickComposer())[0]
    back = read(done.timeline)
    assert len(back.shots) == len(done.take.storyboard.shots) > 1
    assert back.duration == done.take.storyboard.duration
    samples, _ = soundfile.read(done.folder / done.take.files["mix"])
    assert np.abs(samples).max() > 0.1


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(RenderError) as caught:
            score_edit(EXAMPLE, tmp_path / "out", composer=ClickComposer())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert caught.value.remedy
    assert not (tmp_path / "out").exists()
