"""From told films to a set: what is kept, what is the same as something else, what is held out for tests."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vem_plugin.dataset.build.analysing import Finding, words_of_hex
from vem_plugin.dataset.build.films import Film, allowed
from vem_plugin.dataset.build.filters import Thresholds
from vem_plugin.dataset.build.fingerprint import Fingerprint, likenesses
from vem_plugin.dataset.build.store import THUMBNAIL, FilmReport, Store
from vem_plugin.dataset.pair import Split
from vem_plugin.dataset.record import with_split
from vem_plugin.dataset.shards import Members

LICENCE, DUPLICATE = "licence", "duplicate"
"""Reasons beside the figures of ``filters.FILTERS``."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a clip: ``reasons`` to remove it, none if it is kept; the ``split`` it then belongs to; the key
    of the clip that it ``repeats``."""

    film: Film
    finding: Finding
    reasons: tuple[str, ...] = ()
    split: Split = "train"
    repeats: str = ""

    @property
    def kept(self) -> bool:
        """Whether the clip gets into the set."""
        return not self.reasons


def judge(told: Sequence[tuple[Film, FilmReport]], thresholds: Thresholds, *, test_share: float) -> list[Verdict]:
    """Decide about all clips, in the order of films and clips; the same findings bring the same verdicts.

    A clip repeats an earlier one that is kept if sound and picture are the same. Clips of one film, and clips that
    share either sound or picture, stand in the same split: a test must not know the music it is tested with.
    """
    verdicts = [
        Verdict(film, finding, _refused(film, finding, thresholds))
        for film, report in told
        for finding in report.findings
    ]
    kept = [number for number, verdict in enumerate(verdicts) if verdict.kept]
    alike = list(likenesses([_print_of(verdicts[number].finding) for number in kept]))
    for likeness in alike:
        first, second = kept[likeness.first], kept[likeness.second]
        if likeness.sound and likeness.picture and verdicts[first].kept:
            original = verdicts[first].finding.key
            verdicts[second] = replace(verdicts[second], reasons=(DUPLICATE,), repeats=original)
    groups = _Groups()
    for likeness in alike:
        groups.join(verdicts[kept[likeness.first]].film.name, verdicts[kept[likeness.second]].film.name)
    return [replace(verdict, split=_split_of(groups.head(verdict.film.name), test_share)) for verdict in verdicts]


def reasons_of(verdicts: Sequence[Verdict]) -> Counter[str]:
    """How many clips each reason removes; a clip may have several."""
    return Counter(reason for verdict in verdicts for reason in verdict.reasons)


def packed(verdicts: Sequence[Verdict], store: Store) -> Iterator[tuple[str, Split, float, Members]]:
    """The kept clips as a set stores them."""
    wanted = {verdict.finding.key: verdict for verdict in verdicts if verdict.kept}
    for film in dict.fromkeys(verdict.film for verdict in verdicts if verdict.kept):
        for key, read, suffixes in store.members_of(film):
            if key not in wanted:
                continue
            verdict = wanted[key]
            members = {suffix: read(suffix) for suffix in suffixes if suffix != THUMBNAIL}
            members["json"] = with_split(members["json"], verdict.split)
            yield key, verdict.split, verdict.finding.seconds, members


def _refused(film: Film, finding: Finding, thresholds: Thresholds) -> tuple[str, ...]:
    licence = () if allowed(film.licence, thresholds.licences) else (LICENCE,)
    return licence + thresholds.refused(finding.figures)


def _print_of(finding: Finding) -> Fingerprint:
    sound, picture = words_of_hex(finding.sound_words, np.uint32), words_of_hex(finding.picture_words, np.uint64)
    return Fingerprint(sound, picture)


def _split_of(name: str, test_share: float) -> Split:
    """By a checksum of the name, so that a film stays where it is when others come."""
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64
    return "test" if place < test_share else "train"


class _Groups:
    """Names that belong together; each group is known by its first name in the alphabet."""

    def __init__(self) -> None:
        self._heads: dict[str, str] = {}

    def head(self, name: str) -> str:
        """The group of a name."""
        while (above := self._heads.get(name, name)) != name:
            name = above
        return name

    def join(self, one: str, other: str) -> None:
        """Put two groups together."""
        first, last = sorted((self.head(one), self.head(other)))
        self._heads[last] = first
