"""Sets come back as they were written, are the same file for the same pairs, and say what is wrong with them."""

from __future__ import annotations

import tarfile

import numpy as np
import pytest

from vem_plugin.dataset import LOOK_RATE, PairSet, open_set, write_set
from vem_plugin.dataset.pair_set import INDEX, SHARDS, write_members
from vem_plugin.dataset.record import members_of, pair_of
from vem_plugin.dataset.shards import read_shard
from vem_plugin.errors import MediaError


def test_what_was_written_is_read(pairs, tmp_path):
    write_set(tmp_path / "set", pairs, encoders={"text": "minilm"})
    found = open_set(tmp_path / "set")
    assert found.keys == ("one", "two", "three")
    assert found.index.encoders == {"text": "minilm"}
    assert found.seconds == pytest.approx(15.0)
    for before, after in zip(pairs, found, strict=True):
        assert (after.words, after.caption, after.figures) == (before.words, before.caption, before.figures)
        assert after.origin == before.origin
        assert after.transitions.kind == before.transitions.kind
        np.testing.assert_array_equal(after.shots.start, before.shots.start)
        np.testing.assert_array_equal(after.transitions.hit, before.transitions.hit)
        np.testing.assert_allclose(after.shots.text, before.shots.text, atol=1e-3)
        np.testing.assert_allclose(after.looks, before.looks, atol=1e-3)
        assert after.looks.dtype == np.float32


def test_sound_is_read_when_it_is_asked_for(pairs, tmp_path):
    found = write_set(tmp_path, pairs)
    samples, rate = found[0].sound()
    assert (rate, samples.shape, samples.dtype) == (8000, (32_000, 2), np.float32)
    np.testing.assert_array_equal(samples, pairs[0].sound()[0])
    with pytest.raises(MediaError, match=r"no \.flac file"):
        found[1].sound()


def test_splits_and_slices(pairs, tmp_path):
    for found in (write_set(tmp_path, pairs), PairSet.of(pairs)):
        assert found.split("test").keys == ("three",)
        assert [pair.key for pair in found.split("train")] == ["one", "two"]
        assert found[1:].keys == ("two", "three")
        assert found[-1].key == "three"
        with pytest.raises(IndexError):
            found[3]


def test_the_same_pairs_are_the_same_bytes(pairs, tmp_path):
    for name in ("a", "b"):
        write_set(tmp_path / name, pairs)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert [str(name) for name in files] == [INDEX, f"{SHARDS}/part-00000.tar"]
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_shards_are_plain_tars_in_the_webdataset_form(pairs, tmp_path):
    members = ((pair.key, pair.split, pair.seconds, members_of(pair)) for pair in pairs)
    found = write_members(tmp_path, members, pairs_a_shard=2)
    assert found.index.shards == ("part-00000.tar", "part-00001.tar")
    with tarfile.open(tmp_path / SHARDS / "part-00000.tar") as tar:
        names = ["one.json", "one.safetensors", "one.flac", "two.json", "two.safetensors"]
        assert tar.getnames() == names
    read = dict(read_shard(tmp_path / SHARDS / "part-00000.tar"))
    assert pair_of(read["two"]).words == pairs[1].words
    assert found[2].key == "three"


def test_looks_around_a_transition(pairs):
    pair = pairs[0]
    around = pair.around(0, seconds=0.25)
    middle = round(1.5 * LOOK_RATE)
    np.testing.assert_array_equal(around, pair.looks[middle - 4 : middle + 5])
    assert len(pair.around(0, seconds=10)) == 321


def test_a_smaller_set_leaves_nothing_of_a_larger_one(pairs, tmp_path):
    write_members(tmp_path, ((p.key, p.split, p.seconds, members_of(p)) for p in pairs), pairs_a_shard=1)
    write_set(tmp_path, pairs[:1])
    assert [path.name for path in (tmp_path / SHARDS).iterdir()] == ["part-00000.tar"]


@pytest.mark.parametrize("harm", ["none", "no json", "newer", "short"])
def test_what_is_wrong_is_said(harm, pairs, tmp_path):
    if harm != "none":
        write_set(tmp_path, pairs)
    index = tmp_path / INDEX
    shard = tmp_path / SHARDS / "part-00000.tar"
    if harm == "no json":
        index.write_bytes(b"{")
    elif harm == "newer":
        index.write_bytes(index.read_bytes().replace(b'"format": 1', b'"format": 99', 1))
    elif harm == "short":
        shard.write_bytes(shard.read_bytes()[:2000])
    with pytest.raises(MediaError) as caught:
        open_set(tmp_path)[0]
    assert caught.value.remedy
