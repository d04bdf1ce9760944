"""Sets and takes judged from end to end with tiny embedding models: every figure is worked out by hand beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sound_models import make_clap, make_languagebind, make_mel_model, make_sound_model
from typer.testing import CliRunner

from vem_plugin.dataset.pair import LOOK_RATE, LOOKS, Origin, Pair, Transitions, flac_of
from vem_plugin.dataset.pair_set import write_set
from vem_plugin.encoders.sound import SoundEncoder
from vem_plugin.errors import ModelError, SettingsError
from vem_plugin.evaluate.clips.judging import BY_RULE, CLICKS, MUSIC, SHUFFLED, SILENCE, Judgement, Request, judge
from vem_plugin.evaluate.clips.likeness import cosine, divergence, frechet_distance, inception_score, mean_direction
from vem_plugin.evaluate.clips.models import open_models
from vem_plugin.evaluate.clips.page import as_markdown, write_page
from vem_plugin.evaluate.clips.pairs import parsed_of, storyboard_of
from vem_plugin.evaluate.clips.sources import open_cases, open_library
from vem_plugin.evaluate.clips.stand_ins import RATE, clicks_at
from vem_plugin.evaluate.table import Row
from vem_plugin.models.click import ClickComposer
from vem_plugin.models.storyboard_tokens import ShotTable
from vem_plugin.parsing.parsed_video import TEXT_SIZE
from vem_plugin.parsing.surroundings import nothing_seen
from vem_plugin.scoring import score_edit
from vem_plugin.settings import Settings
from vem_server.cli import app

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "rush_hour.otio"
EDGES = {"one": [0.0, 1.48, 3.0, 5.52, 8.0], "two": [0.0, 2.0, 3.24, 6.0, 10.0]}
COLOURS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], np.float32)
WORDS = ("loud", "", "peaky", "even loud")
PITCH = {"one": 0.4, "two": 0.25}


def pair_of(key: str) -> Pair:
    """Four shots, and clicks over a hum exactly on their cuts and half way between them."""
    edges = np.array(EDGES[key])
    cuts, end = edges[1:-1], float(edges[-1])
    beats = tuple(np.sort(np.concatenate([edges[:-1], (edges[:-1] + edges[1:]) / 2])).tolist())
    music = clicks_at(beats, tuple(edges[:-1].tolist()), seconds=end)
    hum = PITCH[key] * 0.3 * np.sin(np.arange(len(music.samples)) * 2 * np.pi * 220 / RATE)[:, None]
    rng = np.random.default_rng(3)
    steps, text = round(end * LOOK_RATE), rng.normal(size=(4, TEXT_SIZE)).astype(np.float32)
    return Pair(
        key=key,
        origin=Origin(f"film_{key}.mp4", licence="CC0-1.0"),
        seconds=end,
        frame_rate=25.0,
        split="test",
        shots=ShotTable(
            start=edges[:-1],
            end=edges[1:],
            fade_in=np.zeros(4),
            fade_out=np.zeros(4),
            text=text / np.linalg.norm(text, axis=1, keepdims=True),
            picture=COLOURS,
            cinematics=np.full((4, 5), 0.5, np.float32),
            told=np.ones((4, 3), np.float32),
        ),
        words=WORDS,
        transitions=Transitions(
            cuts, ("cut",) * 3, np.zeros(3), np.zeros(3), np.zeros(3, np.float32), np.full(3, np.nan, np.float32)
        ),
        surroundings=nothing_seen(3),
        looks=np.full((steps, len(LOOKS)), 0.5, np.float32),
        picture_energy=np.full(steps, 0.5, np.float32),
        music_energy=np.full(steps, 0.5, np.float32),
        beats=np.array(beats),
        downbeats=edges[:-1],
        hits=np.array([[cuts[1], 1.0]]),
        caption="loud peaky",
        caption_text=text[0] / np.linalg.norm(text[0]),
        files={"flac": flac_of(np.tile(0.5 * music.samples + hum, (1, 2)), RATE)},
    )


@pytest.fixture(scope="module")
def pair_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judging") / "set"
    write_set(folder, [pair_of("one"), pair_of("two")], encoders={"picture": "tiny picture tower on CPU"})
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("models")
    return {
        "clap": make_clap(home / "clap"),
        "languagebind": make_languagebind(home / "languagebind"),
        "tags": make_sound_model(home / "tags"),
        "fad": make_sound_model(home / "fad"),
    }


@pytest.fixture(scope="module")
def judged(pair_set: Path, folders: dict[str, Path]) -> Judgement:
    return judge(Request([pair_set], embeddings=folders, device="cpu"))


def row(found: Judgement, name: str) -> Row:
    return next(row for row in found.evaluation.rows if row.name == name)


def value(found: Judgement, name: str, column: str = MUSIC) -> float:
    return row(found, name).figures[column].value


def rows_by(folder: Path, pair: Pair, start: float = 0.0, end: float | None = None) -> np.ndarray:
    samples, rate = pair.sound()
    part = samples[round(start * rate) : None if end is None else round(end * rate)]
    embeddings = SoundEncoder(folder, "cpu").hear(part, rate).embeddings
    assert embeddings is not None
    return embeddings


def test_music_on_every_cut_is_perfect_and_silence_is_nothing(judged: Judgement) -> None:
    assert judged.evaluation.columns == (MUSIC, BY_RULE, CLICKS, SHUFFLED, SILENCE)
    for name in (
        "onset within half a frame",
        "onset within one frame",
        "beat within one frame",
        "downbeat within one frame",
    ):
        assert value(judged, name) == 1
        assert value(judged, name, SILENCE) == 0
    assert value(judged, "onset within one frame, less chance") > 0.8
    assert value(judged, "nearest onset, 95 % within, ms") < 5
    assert not row(judged, "nearest onset, median, ms").figures[SILENCE].known
    assert judged.misses == ()


def test_shuffled_music_has_little_above_chance(judged: Judgement) -> None:
    assert value(judged, "onset within one frame, less chance", SHUFFLED) < 0.5


def test_clap_is_the_cosine_of_music_and_words(judged: Judgement, folders: dict[str, Path]) -> None:
    wanted = np.array([0, 1, 1]) / np.sqrt(2)
    pairs = [pair_of("one"), pair_of("two")]
    expected = [cosine(mean_direction(rows_by(folders["clap"], pair)), wanted) for pair in pairs]
    assert value(judged, "CLAP") == pytest.approx(np.mean(expected), abs=1e-4)


def test_tw_clap_weighs_the_shots_that_have_words_by_their_length(judged: Judgement, folders: dict[str, Path]) -> None:
    rows = {0: [0, 1, 0], 2: [0, 0, 1], 3: np.array([1, 1, 0]) / np.sqrt(2)}
    expected = []
    for key in EDGES:
        edges, pair = EDGES[key], pair_of(key)
        spans = {shot: (edges[shot], edges[shot + 1]) for shot in rows}
        likeness = [cosine(mean_direction(rows_by(folders["clap"], pair, *spans[shot])), rows[shot]) for shot in rows]
        expected.append(np.average(likeness, weights=[end - start for start, end in spans.values()]))
    assert value(judged, "tw-CLAP") == pytest.approx(np.mean(expected), abs=1e-4)


def test_languagebind_is_the_cosine_of_music_and_pictures(judged: Judgement, folders: dict[str, Path]) -> None:
    expected = []
    for key in EDGES:
        whole = np.average(COLOURS, axis=0, weights=np.diff(EDGES[key]))
        expected.append(cosine(mean_direction(rows_by(folders["languagebind"], pair_of(key))), whole))
    assert value(judged, "LB") == pytest.approx(np.mean(expected), abs=1e-4)
    assert -1 <= value(judged, "tw-LB") <= 1


def test_fad_and_kld_compare_with_the_sets_own_music(judged: Judgement, folders: dict[str, Path]) -> None:
    encoder = SoundEncoder(folders["fad"], "cpu")
    own = np.concatenate([rows_by(folders["fad"], pair_of(key)) for key in EDGES])
    silent = [encoder.hear(np.zeros((round(EDGES[key][-1] * RATE), 1), np.float32), RATE) for key in EDGES]
    clouds = [one.embeddings for one in silent if one.embeddings is not None]
    assert value(judged, "FAD", SILENCE) == pytest.approx(frechet_distance(np.concatenate(clouds), own), rel=1e-3)
    tags = SoundEncoder(folders["tags"], "cpu")
    expected = []
    for key, quiet in zip(EDGES, silent, strict=True):
        scores = tags.hear(*pair_of(key).sound()).scores
        assert scores is not None
        assert quiet.scores is not None
        expected.append(divergence(scores.mean(axis=0), quiet.scores.mean(axis=0)))
    assert value(judged, "KLD", SILENCE) == pytest.approx(np.mean(expected), rel=1e-3)
    for name in ("FAD", "KLD", "BIoU"):
        assert MUSIC not in row(judged, name).figures or not row(judged, name).figures[MUSIC].known
        assert row(judged, name).why == "column 'music' is the reference itself"


def test_is_takes_the_windows_of_all_clips(judged: Judgement, folders: dict[str, Path]) -> None:
    tags = SoundEncoder(folders["tags"], "cpu")
    scores = [tags.hear(*pair_of(key).sound()).scores for key in EDGES]
    assert value(judged, "IS") == pytest.approx(inception_score(np.concatenate([s for s in scores if s is not None])))


def test_every_cell_is_filled_that_can_be(judged: Judgement) -> None:
    empty = [
        (row.name, column)
        for row in judged.evaluation.rows
        for column in judged.evaluation.columns
        if column != SILENCE and not (column in row.figures and row.figures[column].known)
    ]
    assert set(empty) == {("FAD", MUSIC), ("KLD", MUSIC), ("BIoU", MUSIC), ("BIoU within 70 ms", MUSIC)}
    json.dumps(judged.as_json(), allow_nan=False)


def test_pages_hold_table_picture_and_reasons(judged: Judgement, tmp_path: Path) -> None:
    page = write_page(judged, tmp_path / "new" / "page.html")
    text = page.read_text(encoding="utf-8")
    assert "data:image/png;base64," in text
    assert "TBIoU" in text
    assert not page.with_suffix(".png").exists()
    written = write_page(judged, tmp_path / "page.md")
    assert (tmp_path / "page.png").stat().st_size > 5000
    assert written.read_text(encoding="utf-8") == as_markdown(judged, "page.png")
    assert "| onset within one frame | 1.000" in written.read_text(encoding="utf-8")
    with pytest.raises(SettingsError, match=r"page\.pdf"):
        write_page(judged, tmp_path / "page.pdf")


def test_without_models_the_columns_are_empty_and_say_why(pair_set: Path) -> None:
    found = judge(Request([pair_set], clips=1, device="cpu"))
    for name, role in (("IS", "tags"), ("KLD", "tags"), ("FAD", "fad"), ("CLAP", "clap"), ("tw-LB", "languagebind")):
        assert not any(figure.known for figure in row(found, name).figures.values())
        assert f"--embedding {role}=FOLDER" in row(found, name).why
    assert not row(found, "onset within one frame").figures[SHUFFLED].known  # one clip alone cannot be permuted


def test_a_pair_is_an_edit_again() -> None:
    pair = pair_of("one")
    board = storyboard_of(pair)
    assert [float(shot.start) for shot in board.shots] == EDGES["one"][:-1]
    assert float(board.duration) == 8
    assert [(float(marker.time), marker.text) for marker in board.markers] == [(3.0, "hit")]
    assert [change.into for change in board.transitions] == [2, 3, 4]
    assert parsed_of(pair).brief == "loud peaky"


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("take")
    scored = score_edit(EXAMPLE, home, settings=Settings(brief="loud", device="cpu"), composer=ClickComposer())
    return scored[0].folder


def test_a_take_is_measured_beside_a_reference_and_another_column(
    take: Path, folders: dict[str, Path], tmp_path: Path
) -> None:
    time = np.arange(12 * RATE) / RATE
    chosen, other = tmp_path / "chosen", tmp_path / "other"
    for folder, pitch in ((chosen, 330), (other, 550)):
        folder.mkdir()
        tone = 0.1 * np.sin(2 * np.pi * pitch * time) * (1 + np.sign(np.sin(2 * np.pi * 2 * time)))
        soundfile.write(folder / "rush_hour.wav", tone, RATE)
    runner, page = CliRunner(), tmp_path / "take.html"
    options = ["--embedding", f"tags={folders['tags']}", "--embedding", f"fad={folders['fad']}"]
    options += ["--reference", str(chosen), "--music", f"theirs={other}", "--out", str(page), "--device", "cpu"]
    done = runner.invoke(app, ["evaluate", str(take), *options, "--json"], catch_exceptions=False)
    told = json.loads(done.stdout)
    assert told["columns"] == ["music", "reference", "theirs", "by rule", "clicks", "shuffled", "silence"]
    rows = {row["name"]: row["figures"] for row in told["rows"]}
    assert rows["onset within one frame"]["music"]["value"] > 0.9  # the click composer strikes what was planned
    assert rows["onset within one frame"]["music"]["value"] > rows["onset within one frame"]["theirs"]["value"]
    assert "reference" not in rows["FAD"]
    assert set(rows["KLD"]) >= {"music", "theirs", "silence"}
    assert "theirs" in rows["BIoU"]  # beats of sound files are tracked
    assert page.is_file()
    assert all({"clip", "time", "kind", "offset"} == set(miss) for miss in told["misses"])


def test_takes_are_found_in_folders_and_by_name(take: Path, pair_set: Path) -> None:
    assert [case.clip.key for case in open_cases([take.parent, pair_set])] == [take.name, "one", "two"]
    assert "rush_hour" in open_cases([take])[0].names
    library = open_library(pair_set)
    case = open_cases([take])[0]
    assert library.of(case) is None
    assert library.of(replace(case, names=("film_two",))) is not None


def test_takes_and_sets_are_judged_apart(take: Path, pair_set: Path) -> None:
    with pytest.raises(SettingsError, match="apart"):
        judge(Request([take, pair_set], device="cpu"))


def test_options_for_takes_want_a_take(pair_set: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "--reference", str(pair_set)])
    assert isinstance(done.exception, SettingsError)


def test_what_makes_no_sense_is_refused(pair_set: Path, folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing to measure"):
        open_cases([tmp_path])
    write_set(tmp_path / "empty", [])
    with pytest.raises(SettingsError, match="not one clip"):
        open_cases([tmp_path / "empty"])
    with pytest.raises(SettingsError, match="called 'one'"):
        open_cases([pair_set, pair_set])
    with pytest.raises(SettingsError, match="no music"):
        open_library(tmp_path)
    with pytest.raises(SettingsError, match="no embedding called 'ear'"):
        open_models({"ear": folders["fad"]})
    with pytest.raises(ModelError, match="CLAP"):
        open_models({"clap": folders["fad"]}, device="cpu")
    with pytest.raises(ModelError, match="IS and KLD"):
        open_models({"tags": make_mel_model(tmp_path / "mel")}, device="cpu")
    with pytest.raises(SettingsError, match="tell nothing"):
        judge(Request([pair_set], clips=0, device="cpu"))
    with pytest.raises(SettingsError, match="called 'clicks' already"):
        judge(Request([pair_set], others={"clicks": pair_set}, device="cpu"))
