"""Shards: tar files of pairs, as WebDataset and Ray read them. The same pairs make the same bytes."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vem_plugin.dataset.pair import Stretch
from vem_plugin.errors import MediaError

Members = dict[str, bytes]
Places = dict[str, tuple[int, int]]
"""Offset and size in the shard of each file of a pair, by suffix."""


class ShardWriter:
    """Writes pairs into one tar; see `new_shard`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, key: str, members: Mapping[str, bytes]) -> Places:
        """Append the files of a pair and tell where they lie."""
        places: Places = {}
        for suffix, content in members.items():
            entry = tarfile.TarInfo(f"{key}.{suffix}")  # time 0, owner 0: the same content is the same shard
            entry.size = len(content)
            places[suffix] = (self._tar.offset + tarfile.BLOCKSIZE, len(content))
            self._tar.addfile(entry, io.BytesIO(content))
        return places


@contextmanager
def new_shard(path: Path) -> Iterator[ShardWriter]:
    """Write a shard; it appears under its name when all of it is there, or not at all.

    Keys must be ASCII of at most 80 letters, so that every entry has a head of one block.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with tarfile.open(draft, "w", format=tarfile.USTAR_FORMAT) as tar:
            yield ShardWriter(tar)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_shard(path: Path) -> Iterator[tuple[str, dict[str, Stretch]]]:
    """Keys and places of all pairs in a shard, in its order; any tar that keeps a pair's files together will do.

    Raises
    ------
    MediaError
        If it is missing or no tar.
    """
    key, members = "", dict[str, Stretch]()
    try:
        with tarfile.open(path) as tar:
            for entry in tar:
                name, _, suffix = entry.name.partition(".")
                if name != key and members:
                    yield key, members
                    members = {}
                key = name
                members[suffix] = Stretch(path, entry.offset_data, entry.size)
    except (OSError, tarfile.TarError) as error:
        raise MediaError(f"A shard cannot be read: {error}.", where=str(path), remedy="Build the set again.") from error
    if members:
        yield key, members
