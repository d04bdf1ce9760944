"""The whole judgement: every clip with its own music and with stand-ins, heard, counted, pooled into one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vem_plugin.errors import PlanError, SettingsError
from vem_plugin.evaluate.clips import stand_ins
from vem_plugin.evaluate.clips.clip import Case, Music
from vem_plugin.evaluate.clips.hearing import Heard, Reference, hear, reference_of, wanted_of
from vem_plugin.evaluate.clips.models import Models, open_models
from vem_plugin.evaluate.clips.pooling import rows_of
from vem_plugin.evaluate.clips.sources import Library, open_cases, open_library
from vem_plugin.evaluate.clips.timing import Miss
from vem_plugin.evaluate.table import Evaluation
from vem_plugin.progress import Report, silent

MUSIC, REFERENCE, BY_RULE, CLICKS, SHUFFLED, SILENCE = (
    "music",
    "reference",
    "by rule",
    "clicks",
    "shuffled",
    "silence",
)
"""What is judged; the music that people chose (only with a reference of its own); the rule-based composer on the same
edit; clicks at the best constant tempo; the music of another clip; nothing."""
STAND_INS = (BY_RULE, CLICKS, SHUFFLED, SILENCE)
STAGES = {"reference": "Listening to the reference", "listen": "Listening to the music", "draw": "Drawing"}
"""The stages that ``judge`` reports, in order, with plain words for people."""

Source = Callable[[int], Music | None]


@dataclass(frozen=True)
class Judgement:
    """The table, the misses of what was judged, and what was heard by column, clip by clip."""

    evaluation: Evaluation
    misses: tuple[Miss, ...]
    heard: Mapping[str, Sequence[Heard]]

    def as_json(self) -> dict[str, Any]:
        """JSON-ready; times to the millisecond."""
        misses = [
            {
                "clip": miss.clip,
                "time": round(miss.time, 3),
                "kind": miss.kind,
                "offset": None if miss.offset is None else round(miss.offset, 3),
            }
            for miss in self.misses
        ]
        return self.evaluation.as_json() | {"misses": misses}


@dataclass(frozen=True)
class Request:
    """What is judged and with what.

    Parameters
    ----------
    paths : sequence of Path
        Takes, folders of takes, sets; see ``sources.open_cases``.
    embeddings : mapping of str to Path
        Folders of models by the names of ``models.ROLES``.
    reference : Path or None
        A set, or a folder of sound files: the music that people chose. Without one, a set's own music is the
        reference for everything else in the table.
    others : mapping of str to Path
        More columns: sets or folders of sound files named like the clips, by the column's name.
    clips : int or None
        How many clips, spread evenly over all; None takes all.
    tracked : bool
        Look for every music's beats in its sound instead of believing who made it.
    device : str
        Where the models run.
    """

    paths: Sequence[Path]
    embeddings: Mapping[str, Path] = field(default_factory=dict)
    reference: Path | None = None
    others: Mapping[str, Path] = field(default_factory=dict)
    clips: int | None = None
    tracked: bool = False
    device: str = "auto"


def judge(request: Request, *, report: Report = silent) -> Judgement:
    """Measure music on clips beside what anybody should beat.

    Returns
    -------
    Judgement

    Raises
    ------
    SettingsError
        If there is nothing to judge, or a name makes no sense.
    ModelError, MediaError
        If a model's folder or a sound cannot be read.
    """
    models = open_models(request.embeddings, device=request.device)
    cases = _some(open_cases(request.paths), request.clips)
    if len({case.own_is_reference for case in cases}) > 1:
        raise SettingsError("Takes and sets are judged apart.", remedy="Name the takes, and the set as --reference.")
    library = None if request.reference is None else open_library(request.reference)
    others = {name: open_library(path) for name, path in request.others.items()}
    taken = next((name for name in others if name in (MUSIC, REFERENCE, *STAND_INS)), None)
    if taken is not None:
        raise SettingsError(f"A column is called '{taken}' already.", where="--music", remedy="Choose another name.")
    sources = _sources(cases, library, others)
    clouds = [] if library is None else _clouds_of(library, models, report)
    heard: dict[str, list[Heard]] = {name: [] for name in sources}
    for number, case in enumerate(cases):
        report("listen", number / len(cases), case.clip.key)
        for name, one in _hear_all(number, case, sources, library, models, tracked=request.tracked).items():
            heard[name].append(one)
    report("listen", 1.0)
    own, reference = heard[MUSIC], _reference_name(library, cases)
    if reference == MUSIC:
        clouds = [one.cloud for one in own if one.cloud is not None]
    rows = rows_of(heard, models, np.concatenate(clouds) if clouds else None, reference=reference)
    facts = _facts(request, cases, models) | {"reference": str(request.reference or reference or "none")}
    evaluation = Evaluation(tuple(rows), facts, columns=tuple(sources))
    return Judgement(evaluation, tuple(miss for one in own for miss in one.timing.misses), heard)


def _some(cases: Sequence[Case], count: int | None) -> Sequence[Case]:
    if count is None or count >= len(cases):
        return cases
    if count < 1:
        raise SettingsError(f"{count} clips tell nothing.", where="--clips", remedy="Ask for one at least.")
    return [cases[index] for index in np.linspace(0, len(cases) - 1, count).round().astype(int)]


def _sources(cases: Sequence[Case], library: Library | None, others: Mapping[str, Library]) -> dict[str, Source]:
    """Where the music of every column comes from, by the number of the clip; None where a column has none for it."""
    partners = stand_ins.partners(len(cases))

    def named(known: Library) -> Source:
        def music(number: int) -> Music | None:
            found = known.of(cases[number])
            return None if found is None else found()

        return music

    def by_rule(number: int) -> Music | None:
        try:
            return cases[number].by_rule()
        except PlanError:  # an edit that no tempo map fits has no such music; the others still tell
            return None

    def shuffled(number: int) -> Music | None:
        return stand_ins.as_long_as(cases[number].clip, cases[partners[number]].own()) if partners else None

    return {
        MUSIC: lambda number: cases[number].own(),
        **({} if library is None else {REFERENCE: named(library)}),
        **{name: named(known) for name, known in others.items()},
        BY_RULE: by_rule,
        CLICKS: lambda number: stand_ins.clicks(cases[number].clip),
        SHUFFLED: shuffled,
        SILENCE: lambda number: stand_ins.silence(cases[number].clip),
    }


def _hear_all(
    number: int,
    case: Case,
    sources: Mapping[str, Source],
    library: Library | None,
    models: Models,
    *,
    tracked: bool,
) -> dict[str, Heard]:
    """One clip with the music of every column; the reference is not compared with itself."""
    wanted = wanted_of(case, models)
    reference = _reference_for(case, library, models)
    itself = REFERENCE if library is not None else MUSIC
    heard = {}
    for name, music_of in sources.items():
        music = music_of(number)
        if music is None:
            continue
        compared = None if name == itself else reference
        heard[name] = hear(case.clip, music, wanted, models, reference=compared, tracked=tracked)
    return heard


def _reference_for(case: Case, library: Library | None, models: Models) -> Reference | None:
    if library is None:
        return reference_of(case.own(), case.clip, models) if case.own_is_reference else None
    found = library.of(case)
    return None if found is None else reference_of(found(), case.clip, models)


def _clouds_of(library: Library, models: Models, report: Report) -> list[NDArray[np.float32]]:
    """Embeddings of all music of a reference, matched to a clip or not."""
    clouds: list[NDArray[np.float32]] = []
    if models.fad is None:
        return clouds
    for number, (name, music_of) in enumerate(library.music.items()):
        report("reference", number / len(library.music), name)
        music = music_of()
        rows = models.fad.hear(music.samples, music.rate).embeddings
        clouds += [] if rows is None else [rows]
    report("reference", 1.0)
    return clouds


def _reference_name(library: Library | None, cases: Sequence[Case]) -> str | None:
    """The column whose music is the reference, or None if there is none."""
    if library is not None:
        return REFERENCE
    return MUSIC if cases[0].own_is_reference else None


def _facts(request: Request, cases: Sequence[Case], models: Models) -> dict[str, object]:
    return {
        "measured": [str(path) for path in request.paths],
        "clips": len(cases),
        "minutes": round(sum(case.clip.seconds for case in cases) / 60, 2),
        "instants": sum(len(case.clip.instants) for case in cases),
        "beats": "tracked in the sound" if request.tracked else "as the maker of the music tells them",
        "models": models.names,
    }
