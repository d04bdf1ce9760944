"""Models on the shelf: what comes onto it, what is refused, and that nothing half-done stays."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_double import HubDouble, hub_running

from vem_plugin.errors import ModelError
from vem_plugin.models.arrivals import add, licence_of
from vem_plugin.models.model_folder import INDEX, SHIPPED, check_folder, load, read_index, write_index
from vem_plugin.models.pipeline import VeMPipeline
from vem_plugin.models.placement import Placement
from vem_plugin.models.shelf import model_folder_of, model_told, remove, shelf, shelved, verify


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of the test's own."""
    monkeypatch.setenv("VEM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def folder(pipeline: VeMPipeline, tmp_path: Path) -> Path:
    """A model folder as somebody hands it on."""
    made = tmp_path / "handed on"
    pipeline.save_pretrained(made)
    (made / "LICENSE").write_text("Do as you like.")
    write_index(made, name="small", version="3", licence="Apache-2.0", trained_on="nothing")
    return made


def lying_about() -> list[Path]:
    """What is on the shelf without being a model."""
    return [place for place in shelf().iterdir() if place.name.startswith(".")] if shelf().exists() else []


def rewritten(folder: Path, **changes: object) -> None:
    index = json.loads((folder / INDEX).read_text())
    (folder / INDEX).write_text(json.dumps(index | changes))


def test_a_model_is_added_told_by_name_loaded_and_removed(folder: Path) -> None:
    added = add(str(folder))
    assert (added.name, added.path) == ("small", shelf() / "small")
    assert [model.name for model in shelved()] == [read_index(SHIPPED).name, "small"]
    assert model_told("small") == added.path
    assert verify("small").digest == check_folder(folder).digest
    assert (added.path / "LICENSE").read_text() == "Do as you like."
    loaded = load(model_told("small"), Placement("cpu"))
    assert loaded.folder is not None
    assert loaded.folder.index.version == "3"
    remove("small")
    assert [model.ships for model in shelved()] == [True]
    assert not lying_about()
    assert folder.is_dir()


def test_copies_outlive_the_source_and_links_are_the_same_files(folder: Path) -> None:
    add(str(folder))
    add(str(folder), name="linked", link=True)
    weights = "codec/diffusion_pytorch_model.safetensors"
    assert (shelf() / "linked" / weights).samefile(folder / weights)
    assert not (shelf() / "small" / weights).samefile(folder / weights)
    remove("linked")
    assert check_folder(folder)


def test_only_what_the_index_names_is_taken(folder: Path) -> None:
    (folder / "notes.txt").write_text("of no concern")
    assert not (add(str(folder)).path / "notes.txt").exists()


@pytest.mark.parametrize("licence", ["", "  ", "unknown"])
def test_a_model_without_a_licence_is_refused(folder: Path, licence: str) -> None:
    rewritten(folder, licence=licence)
    with pytest.raises(ModelError, match="licence"):
        add(str(folder))
    assert [model.ships for model in shelved()] == [True]
    assert not lying_about()


def test_a_wrong_hash_is_refused(folder: Path) -> None:
    config = folder / "codec" / "config.json"
    config.write_text(config.read_text() + " ")
    with pytest.raises(ModelError, match="changed or damaged") as caught:
        add(str(folder))
    assert str(config) in caught.value.where
    assert not lying_about()


def test_pickles_are_refused_whatever_they_are_called(folder: Path) -> None:
    for name in ("codec/weights.bin", "model.ckpt", "harmless.json", "harmless.safetensors"):
        file = folder / name
        file.write_bytes(pickle.dumps({"weights": [1.0]}))
        with pytest.raises(ModelError, match="pickle") as caught:
            add(str(folder))
        assert str(file) in caught.value.where
        file.unlink()
    with zipfile.ZipFile(folder / "notes.txt", "w") as archive:
        archive.writestr("data.pkl", b"")
    with pytest.raises(ModelError, match="pickle"):
        add(str(folder))


def test_an_index_cannot_reach_outside_or_bring_programs(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    for name in ("../secret.json", str(tmp_path / "secret.json"), "codec/../../secret.json", "..\\secret.json"):
        rewritten(folder, files={name: "0" * 64})
        with pytest.raises(ModelError, match="outside its folder"):
            add(str(folder))
    (folder / "custom.py").write_text("print('here')")
    rewritten(folder, files={"custom.py": "0" * 64})
    with pytest.raises(ModelError, match="changed or damaged"):
        add(str(folder))
    from vem_plugin.checksum import sha256_of

    rewritten(folder, files={"custom.py": sha256_of(folder / "custom.py")})
    with pytest.raises(ModelError, match="such files"):
        add(str(folder))


def test_names_are_names_and_taken_once(folder: Path) -> None:
    for name in ("../elsewhere", "", ".hidden", "a/b", "x" * 65):
        rewritten(folder, name=name)
        with pytest.raises(ModelError, match="name of a model"):
            add(str(folder))
    rewritten(folder, name="small")
    add(str(folder))
    with pytest.raises(ModelError, match="already"):
        add(str(folder))
    with pytest.raises(ModelError, match="already"):
        add(str(folder), name=read_index(SHIPPED).name)


def test_the_model_that_ships_stays(folder: Path) -> None:
    name = read_index(SHIPPED).name
    assert model_told(name) == SHIPPED
    with pytest.raises(ModelError, match="ships"):
        remove(name)
    for wrong in ("nobody", "../models", str(folder)):
        with pytest.raises(ModelError, match="no model"):
            remove(wrong)
    assert folder.is_dir()


def test_only_the_shelf_itself_is_on_the_shelf(folder: Path, home: Path) -> None:
    added = add(str(folder))
    assert model_folder_of(str(added.path)) == added.path
    for told in (str(folder), str(added.path / ".." / "small"), str(home), str(added.path / "codec"), "..", "small/"):
        assert model_folder_of(told) is None, told
    assert model_told("./small") == Path("./small")


def test_a_name_that_nobody_has_is_told_at_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(str(folder))
    with pytest.raises(ModelError, match="no model 'smal'") as wrong:
        model_told("smal")
    assert "small" in wrong.value.remedy
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smal").mkdir()
    assert model_told("smal") == Path("smal")


def test_a_damaged_model_is_still_listed(folder: Path) -> None:
    added = add(str(folder))
    (added.path / INDEX).write_text("{")
    assert "does not read" in shelved()[1].problem
    remove("small")


def test_our_pipeline_without_an_index_is_indexed_if_its_licence_is_told(folder: Path) -> None:
    (folder / INDEX).unlink()
    (folder / "LICENSE").unlink()
    with pytest.raises(ModelError, match="licence"):
        add(str(folder), name="own")
    added = add(str(folder), name="own", licence="CC0-1.0")
    assert added.index is not None
    assert (added.index.kind, added.index.licence) == ("score", "CC0-1.0")
    assert load(added.path, Placement("cpu"))


def test_what_is_no_model_is_refused(folder: Path, tmp_path: Path) -> None:
    for source in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ModelError):
            add(str(source), licence="MIT")
    (folder / INDEX).unlink()
    (folder / "model_index.json").write_text('{"_class_name": "WanPipeline"}')
    with pytest.raises(ModelError, match="WanPipeline"):
        add(str(folder), licence="MIT")


def test_the_licence_is_read_from_the_card_or_the_licence_file(tmp_path: Path) -> None:
    assert licence_of(tmp_path) == ""
    (tmp_path / "LICENSE.md").write_text("# STABILITY AI COMMUNITY LICENSE AGREEMENT\nLast updated: ...")
    assert licence_of(tmp_path) == "STABILITY AI COMMUNITY LICENSE AGREEMENT"
    (tmp_path / "README.md").write_text("---\nlicense: other\nlicense_name: stable-audio-community\n---\n# Model")
    assert licence_of(tmp_path) == "stable-audio-community"
    (tmp_path / "README.md").write_text('---\ntags: [music]\nlicense: "cc-by-nc-sa-4.0"\n---\n')
    assert licence_of(tmp_path) == "cc-by-nc-sa-4.0"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[HubDouble]:
    """A hub of the test's own, which HF_ENDPOINT names."""
    with hub_running() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        yield running


def test_a_model_of_ours_is_fetched_from_a_hub_and_only_its_own_files(hub: HubDouble, folder: Path) -> None:
    (folder / "samples.txt").write_text("not in the index")
    hub.repositories["lab/small"] = folder
    added = add("hub:lab/small")
    assert verify("small").digest == check_folder(folder).digest
    assert added.index is not None
    assert set(hub.given) == {INDEX, *added.index.files}
    assert not lying_about()


def test_pickles_on_a_hub_are_not_even_fetched(hub: HubDouble, folder: Path) -> None:
    (folder / INDEX).unlink()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    (folder / "codec" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(1))
    (folder / "big.safetensors").write_bytes(b"the whole pipeline in one file, which diffusers does not need")
    hub.repositories["lab/theirs"] = folder
    added = add("hub:lab/theirs@main")
    assert added.name == "theirs"
    assert added.index is not None
    assert added.index.licence == "mit"
    assert not [name for name in hub.given if name.endswith(".bin") or name == "big.safetensors"]


def test_what_a_hub_refuses_is_said_in_words(hub: HubDouble, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    hub.repositories |= {"lab/gated": tmp_path, "lab/empty": tmp_path / "empty"}
    hub.gated.add("lab/gated")
    for source, words in (
        ("hub:lab/gated", "accepted its licence"),
        ("hub:lab/missing", "no such model"),
        ("hub:lab/empty", "no form we know"),
        ("hub:nobody", "no address"),
    ):
        with pytest.raises(ModelError, match=words):
            add(source)
    assert not lying_about()


def test_a_hub_that_does_not_answer_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="does not answer") as caught:
        add("hub:lab/small")
    assert "HF_ENDPOINT" in caught.value.remedy
