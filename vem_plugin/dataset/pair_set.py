"""A set on disk: ``set.json`` (what is in it and where), ``card.md``, ``report/`` and ``shards/``.

``set.json`` is written last, so a folder with one is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import msgspec

from vem_plugin.dataset.pair import Pair, Split, Stretch
from vem_plugin.dataset.record import members_of, pair_of
from vem_plugin.dataset.shards import Members, new_shard
from vem_plugin.errors import MediaError, RenderError

INDEX = "set.json"
SHARDS = "shards"
FORMAT = 1
PAIRS_A_SHARD = 100


class Entry(msgspec.Struct, frozen=True):
    """Where a pair lies: number of its shard, and offset and size of each file in it by suffix."""

    key: str
    split: Split
    seconds: float
    shard: int
    places: dict[str, tuple[int, int]]


class Index(msgspec.Struct, kw_only=True):
    """What ``set.json`` holds. ``made_by`` is the command's name and options; ``encoders`` name text and picture
    encoder; ``shards`` are file names in ``shards/``."""

    format: int = FORMAT
    version: str = ""
    made_by: dict[str, Any] = msgspec.field(default_factory=dict)
    encoders: dict[str, str] = msgspec.field(default_factory=dict)
    shards: tuple[str, ...] = ()
    pairs: tuple[Entry, ...] = ()


class PairSet:
    """Pairs by number, each read when it is asked for.

    Parameters
    ----------
    index : Index
    folder : Path or None
        Where the shards lie; None for a set in memory.
    pairs : sequence of Pair
        A set in memory: the pairs themselves, in place of the index's.
    """

    def __init__(self, index: Index, folder: Path | None = None, *, pairs: Sequence[Pair] = ()) -> None:
        self.index = index
        self.folder = folder
        self._pairs = tuple(pairs)

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> PairSet:
        """A set in memory."""
        return cls(Index(), pairs=tuple(pairs))

    def __len__(self) -> int:
        return len(self._pairs) if self.folder is None else len(self.index.pairs)

    @overload
    def __getitem__(self, number: int) -> Pair: ...
    @overload
    def __getitem__(self, number: slice) -> PairSet: ...
    def __getitem__(self, number: int | slice) -> Pair | PairSet:
        if isinstance(number, slice):
            chosen = msgspec.structs.replace(self.index, pairs=self.index.pairs[number])
            return PairSet(chosen, self.folder, pairs=self._pairs[number])
        if self.folder is None:
            return self._pairs[number]
        entry = self.index.pairs[number]
        shard = self.folder / SHARDS / self.index.shards[entry.shard]
        members: Mapping[str, Stretch] = {name: Stretch(shard, *place) for name, place in entry.places.items()}
        return pair_of(members, where=f"{shard}: {entry.key}")

    def __iter__(self) -> Iterator[Pair]:
        return (self[number] for number in range(len(self)))

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all pairs, without reading them."""
        return tuple(item.key for item in (self._pairs or self.index.pairs))

    @property
    def seconds(self) -> float:
        """Length of all pairs together."""
        return float(sum(item.seconds for item in (self._pairs or self.index.pairs)))

    def split(self, name: Split) -> PairSet:
        """The pairs to learn from ("train") or those kept out ("test")."""
        kept = tuple(entry for entry in self.index.pairs if entry.split == name)
        pairs = tuple(pair for pair in self._pairs if pair.split == name)
        return PairSet(msgspec.structs.replace(self.index, pairs=kept), self.folder, pairs=pairs)


def open_set(folder: Path) -> PairSet:
    """Open a set.

    Raises
    ------
    MediaError
        If the folder holds none, a damaged one, or one of a newer version.
    """
    path = folder / INDEX
    try:
        index = msgspec.json.decode(path.read_bytes(), type=Index)
    except OSError as error:
        raise MediaError(
            f"There is no finished set: {INDEX} is missing.",
            where=str(folder),
            remedy="Make one with 'vem dataset build' or 'vem dataset synth'; run it again if it was stopped.",
        ) from error
    except msgspec.MsgspecError as error:
        raise MediaError(f"{INDEX} is damaged: {error}.", where=str(path), remedy="Build the set again.") from error
    if index.format > FORMAT:
        raise MediaError("The set is of a newer version.", where=str(path), remedy="Update vem-plugin.")
    return PairSet(index, folder)


def write_set(folder: Path, pairs: Iterable[Pair], **about: Any) -> PairSet:
    """Write pairs as a set in one go; ``about`` are fields of ``Index``."""
    return write_members(folder, ((pair.key, pair.split, pair.seconds, members_of(pair)) for pair in pairs), **about)


def write_members(
    folder: Path,
    pairs: Iterable[tuple[str, Split, float, Members]],
    *,
    pairs_a_shard: int = PAIRS_A_SHARD,
    **about: Any,
) -> PairSet:
    """Write pairs that are bytes already: key, split, seconds, and files by suffix.

    Raises
    ------
    RenderError
        If the folder cannot be written.
    """
    shards: list[str] = []
    entries: list[Entry] = []
    pending = iter(pairs)
    try:
        (folder / SHARDS).mkdir(parents=True, exist_ok=True)
        (folder / INDEX).unlink(missing_ok=True)
        following = next(pending, None)
        while following is not None:
            name = f"part-{len(shards):05d}.tar"
            with new_shard(folder / SHARDS / name) as shard:
                for _ in range(pairs_a_shard):
                    key, split, seconds, members = following
                    entries.append(Entry(key, split, seconds, len(shards), shard.add(key, members)))
                    following = next(pending, None)
                    if following is None:
                        break
            shards.append(name)
        index = Index(shards=tuple(shards), pairs=tuple(entries), **about)
        for old in (folder / SHARDS).glob("part-*.tar"):
            if old.name not in shards:
                old.unlink()
        write_whole(folder / INDEX, msgspec.json.format(msgspec.json.encode(index, order="deterministic"), indent=1))
    except OSError as error:
        raise RenderError(
            f"The set cannot be written: {error.strerror}.", where=str(folder), remedy="Free some space, or choose -o."
        ) from error
    return PairSet(index, folder)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step: it is there whole or as it was before."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
