"""What was told about films so far, one tar a film, so that a build that was stopped goes on where it was.

A film's tar appears when all its clips are told. It holds the members of every pair, a small picture of each, and
``film.json`` with the findings and a signature of what they were made from; a tar of another signature is made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from vem_plugin.dataset.build.analysing import Finding, Settings, tell
from vem_plugin.dataset.build.films import Film
from vem_plugin.dataset.eyes import picture_encoder, text_encoder
from vem_plugin.dataset.record import FORMAT, members_of
from vem_plugin.dataset.shards import new_shard, read_shard
from vem_plugin.errors import VemError

ABOUT = "film"
"""Key of the entry that tells about the film as a whole."""
THUMBNAIL = "jpg"


class FilmReport(msgspec.Struct, kw_only=True):
    """What was found in a film; ``wrong`` says why nothing more was."""

    name: str
    signature: str
    licence: str = "unknown"
    findings: tuple[Finding, ...] = ()
    wrong: str = ""
    encoders: dict[str, str] = msgspec.field(default_factory=dict)


def signature_of(film: Film, settings: Settings) -> str:
    """Of the files (size and time of change) and of everything that decides what is told about them."""
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in (film.edit, film.sound)]
    return hashlib.sha256(repr((FORMAT, facts, film.licence, settings)).encode()).hexdigest()


def tell_into(path: Path, film: Film, settings: Settings) -> None:
    """Tell a film and write its tar. What is wrong with a film is told in it, too, and stops nobody.

    Raises
    ------
    VemError
        If the captioner is away: that says nothing about the film.
    """
    findings: list[Finding] = []
    wrong = ""
    with new_shard(path) as shard:
        try:
            for told in tell(film, settings):
                shard.add(told.finding.key, members_of(told.pair) | {THUMBNAIL: told.thumbnail})
                findings.append(told.finding)
        except VemError as error:
            if settings.captioner is not None and error.where == settings.captioner.url:
                raise
            wrong = f"{error.what} ({error.where})" if error.where else error.what
        picture = picture_encoder(settings.picture_encoder, settings.device)
        report = FilmReport(
            name=film.name,
            signature=signature_of(film, settings),
            licence=film.licence,
            findings=tuple(findings),
            wrong=wrong,
            encoders={"text": text_encoder(settings.device).name, "picture": picture.name},
        )
        shard.add(ABOUT, {"json": msgspec.json.encode(report)})


class Store:
    """A folder of told films."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, film: Film) -> Path:
        """Where a film's tar lies or will lie."""
        return self.folder / f"{film.key}.tar"

    def report_of(self, film: Film) -> FilmReport | None:
        """What was found in a film; None if it was not told yet."""
        path = self.path_of(film)
        if not path.is_file():
            return None
        about = dict(read_shard(path)).get(ABOUT)
        return None if about is None else msgspec.json.decode(about["json"].read(), type=FilmReport)

    def has(self, film: Film, settings: Settings) -> bool:
        """Whether a film was told, by these settings and as it is now."""
        report = self.report_of(film)
        return report is not None and report.signature == signature_of(film, settings)

    def members_of(self, film: Film) -> Iterator[tuple[str, Callable[[str], bytes], tuple[str, ...]]]:
        """Key, a reader by suffix, and suffixes of every clip of a film."""
        for key, members in read_shard(self.path_of(film)):
            if key != ABOUT:
                yield key, lambda suffix, members=members: members[suffix].read(), tuple(members)
