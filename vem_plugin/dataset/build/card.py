"""The data card: what a set holds, where it is from, what may be done with it, how it was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from vem_plugin.dataset.build.films import UNKNOWN
from vem_plugin.dataset.build.filters import FILTERS, Thresholds
from vem_plugin.dataset.build.packing import Verdict
from vem_plugin.dataset.build.report import Report


def card_of(
    verdicts: Sequence[Verdict],
    report: Report,
    thresholds: Thresholds,
    *,
    encoders: Mapping[str, str],
    captioner: str | None,
    version: str,
) -> str:
    """The card of a built set, Markdown."""
    kept = [verdict for verdict in verdicts if verdict.kept]
    splits = Counter(verdict.split for verdict in kept)
    sources = sorted({(verdict.film.name, verdict.film.licence) for verdict in kept})
    removed = [
        f"| {item.says} (`{item.option}`) | {thresholds.told(item.figure)} | {report.removed[item.figure]} |"
        for item in FILTERS
    ]
    lines = [
        "# Pairs of film and music",
        "",
        f"{len(kept)} clips, {report.kept_seconds / 60:.1f} minutes: {splits['train']} to learn from, "
        f"{splits['test']} held out. Clips of one film, and clips that share music or picture, are in the same part.",
        "",
        f"Made by `vem dataset build` (vem-plugin {version}) from "
        f"{len(report.wrong) + len({v.film for v in verdicts})} films, of which "
        f"{len(report.wrong)} could not be used. Encoders: "
        + ", ".join(f"{role} {name}" for role, name in sorted(encoders.items()))
        + f". Captions: {captioner or 'the summary of what was seen; no captioner was asked'}.",
        "",
        "## What was removed",
        "",
        "| filter | least value | clips removed |",
        "|---|---|---|",
        *removed,
        f"| licence ({', '.join(thresholds.licences) or 'all allowed'}) | | {report.removed['licence']} |",
        f"| the same sound and picture as another clip | | {report.removed['duplicate']} |",
        "",
        "Figures of every clip, kept or not: `report/report.json`. Shots, beats and downbeats are told by programs and "
        "not corrected by hand; nobody knows which cuts the music was meant to hit (`hit` is NaN).",
        "",
        "## Licences",
        "",
        *_licences(kept),
        "",
        "| film | licence |",
        "|---|---|",
        *(f"| {name.replace('|', '/')} | {licence.replace('|', '/')} |" for name, licence in sources),
        "",
    ]
    return "\n".join(lines)


def _licences(kept: Sequence[Verdict]) -> list[str]:
    seconds: Counter[str] = Counter()
    for verdict in kept:
        seconds[verdict.film.licence] += verdict.finding.seconds  # pyright: ignore[reportArgumentType]
    lines = [f"- {licence}: {length / 60:.1f} minutes" for licence, length in sorted(seconds.items())]
    if UNKNOWN in seconds:
        lines += [
            "",
            "**Some films have no licence that could be found.** Put one beside them (`film.mp4.licence`, a LICENSE "
            "file in the folder, or a line in INDEX.tsv), or keep them out with `--licences-only`. Do not pass the set "
            "on before that.",
        ]
    return lines
