"""``vem dataset build``: films with music in, a set of pairs out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vem_plugin.dataset.build.analysing import Settings
from vem_plugin.dataset.build.card import card_of
from vem_plugin.dataset.build.crew import tell_films
from vem_plugin.dataset.build.films import Film, allowed, find_films
from vem_plugin.dataset.build.filters import Thresholds
from vem_plugin.dataset.build.packing import judge, packed
from vem_plugin.dataset.build.report import Report, report_of, write_report
from vem_plugin.dataset.build.store import FilmReport, Store, signature_of
from vem_plugin.dataset.pair_set import INDEX, PairSet, open_set, write_members, write_whole
from vem_plugin.errors import MediaError, RenderError, SettingsError
from vem_plugin.progress import Report as Progress
from vem_plugin.progress import silent

STAGES = {"tell": "Watching and listening", "pack": "Filtering and writing"}
WORK = "work"
TEST_SHARE = 0.1


@dataclass(frozen=True)
class Built:
    """The set, what was found (None if it was finished before), and how many films were told now."""

    pairs: PairSet
    report: Report | None
    told: int


@dataclass(frozen=True)
class Wishes:
    """How to build: what is told about films, what is kept, and who does it (see ``crew.tell_films``)."""

    settings: Settings = field(default_factory=Settings)
    thresholds: Thresholds = field(default_factory=Thresholds.usual)
    test_share: float = TEST_SHARE
    pairs_a_shard: int = 100
    processes: int = 1
    ray: str | None = None
    keep_work: bool = False


def build_set(folder: Path, out: Path, *, wishes: Wishes | None = None, report: Progress = silent) -> Built:
    """Build a set of all films below a folder.

    A build that was stopped goes on with the films that are not told yet, and ends with the same set, byte for byte.
    A finished set whose films and wishes are as they were is left as it is.

    Raises
    ------
    SettingsError
        If there is no such folder, no film in it, or a wish makes no sense.
    MediaError
        If not one film could be used.
    RenderError
        If the set cannot be written.
    """
    wishes = wishes or Wishes()
    _check(wishes)
    films, remarks = find_films(folder)
    films = [film for film in films if allowed(film.licence, wishes.thresholds.licences)]
    if not films:
        raise SettingsError(
            "There is no film to use." if not remarks else f"There is no film to use ({remarks[0]}).",
            where=str(folder),
            remedy="Name a folder of videos with sound, or allow more licences.",
        )
    made_by = _made_by(films, wishes)
    if (out / INDEX).is_file() and (finished := open_set(out)).index.made_by == made_by:
        return Built(finished, None, 0)
    store = Store(out / WORK)
    told_now = _tell_missing(films, store, wishes, report)
    told = [(film, _report_of(film, store)) for film in films]
    pairs, outcome = _pack(told, store, out, wishes, made_by=made_by, remarks=remarks)
    if not wishes.keep_work:
        shutil.rmtree(out / WORK)
    report("pack", 1.0, f"{len(pairs)} pairs")
    return Built(pairs, outcome, told_now)


def _check(wishes: Wishes) -> None:
    least, most = wishes.settings.seconds
    if not 1 <= least <= most <= 600:
        raise SettingsError(
            f"Clips of {least:g} to {most:g} seconds make no sense.", where="--seconds", remedy="Choose 10-60, say."
        )
    if not 0 <= wishes.test_share < 1:
        raise SettingsError(
            f"A share of {wishes.test_share:g} makes no sense.", where="--test-share", remedy="Choose 0 to 0.9."
        )


def _made_by(films: Sequence[Film], wishes: Wishes) -> dict[str, Any]:
    """Everything that decides what is in the set."""
    signatures = "".join(f"{film.name}{signature_of(film, wishes.settings)}" for film in films)
    return {
        "command": "vem dataset build",
        "films": hashlib.sha256(signatures.encode()).hexdigest(),
        "thresholds": dict(wishes.thresholds.least),
        "licences": list(wishes.thresholds.licences),
        "test_share": wishes.test_share,
        "pairs_a_shard": wishes.pairs_a_shard,
    }


def _tell_missing(films: Sequence[Film], store: Store, wishes: Wishes, report: Progress) -> int:
    """Tell the films that are not told yet, each kept as soon as it is; how many."""
    missing = [film for film in films if not store.has(film, wishes.settings)]
    done = len(films) - len(missing)
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        report("tell", done / len(films), f"{done} of {len(films)} films told before")
        for film in tell_films(missing, wishes.settings, store, processes=wishes.processes, ray=wishes.ray):
            done += 1
            report("tell", done / len(films), film.name)
    except OSError as error:
        raise RenderError(
            f"The set cannot be written: {error.strerror}.", where=str(store.folder), remedy="Choose another with -o."
        ) from error
    return len(missing)


def _report_of(film: Film, store: Store) -> FilmReport:
    found = store.report_of(film)
    if found is None:
        raise MediaError("What was told about a film is gone.", where=film.name, remedy="Run the command again.")
    return found


def _pack(
    told: Sequence[tuple[Film, FilmReport]],
    store: Store,
    out: Path,
    wishes: Wishes,
    *,
    made_by: dict[str, Any],
    remarks: Sequence[str],
) -> tuple[PairSet, Report]:
    """Filter, write the report and the card, then the set itself."""
    wrong = {film.name: report.wrong for film, report in told if report.wrong}
    if len(wrong) == len(told):
        name, why = next(iter(wrong.items()))
        raise MediaError(f"Not one film could be used. {name}: {why}", remedy="See what is wrong with each.")
    verdicts = judge(told, wishes.thresholds, test_share=wishes.test_share)
    outcome = report_of(verdicts, wrong, remarks)
    version = importlib.metadata.version("vem-plugin")
    encoders = next(report.encoders for _, report in told if report.encoders)
    captioner = wishes.settings.captioner
    card = card_of(
        verdicts,
        outcome,
        wishes.thresholds,
        encoders=encoders,
        captioner=captioner.model if captioner else None,
        version=version,
    )
    write_report(out / "report", outcome, verdicts, wishes.thresholds, store)
    write_whole(out / "card.md", card.encode())
    pairs = write_members(
        out,
        packed(verdicts, store),
        pairs_a_shard=wishes.pairs_a_shard,
        version=version,
        made_by=made_by,
        encoders=encoders,
    )
    return pairs, outcome
