"""``vem dataset synth``: a set of made-up pairs, as features or as whole films."""

from __future__ import annotations

import importlib.metadata
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from vem_plugin.dataset.crew import settle
from vem_plugin.dataset.eyes import picture_encoder, text_encoder
from vem_plugin.dataset.pair import Split
from vem_plugin.dataset.pair_set import PairSet, write_members, write_whole
from vem_plugin.dataset.record import members_of
from vem_plugin.dataset.shards import Members
from vem_plugin.dataset.synth.pairs import LICENCE, draw_pair
from vem_plugin.dataset.synth.taste import TASTES
from vem_plugin.errors import SettingsError
from vem_plugin.progress import Report, silent

STAGES = {"make": "Making up pairs"}
FILMS = "films"
MOST_PAIRS = 1_000_000
TEST_SHARE = 0.1


@dataclass(frozen=True)
class Wishes:
    """What to make: ``pairs`` of a ``seed`` by a school of editing (``taste.TASTES``); how much of a pair: with
    ``words`` embedded, ``music`` written, ``sound`` played, ``video`` rendered and looked at, and with the ``films``
    themselves kept, each with its timeline."""

    pairs: int
    seed: int = 1
    taste: str = "usual"
    test_share: float = TEST_SHARE
    words: bool = True
    music: bool = True
    sound: bool = True
    video: bool = True
    films: bool = False
    pairs_a_shard: int = 100
    processes: int = 1


def make_set(out: Path, wishes: Wishes, *, report: Report = silent) -> PairSet:
    """Make up a set. The same wishes make the same set whatever the number of processes.

    Raises
    ------
    SettingsError
        If a wish makes no sense.
    RenderError
        If the folder cannot be written.
    """
    _check(wishes)
    if wishes.films:
        (out / FILMS).mkdir(parents=True, exist_ok=True)
    made = asdict(wishes)
    for name in ("processes", "films"):
        made.pop(name)
    pairs = write_members(
        out,
        _told(_made(out, wishes), wishes.pairs, report),
        pairs_a_shard=wishes.pairs_a_shard,
        version=importlib.metadata.version("vem-plugin"),
        made_by={"command": "vem dataset synth", **made},
        encoders=_encoders(wishes),
    )
    write_whole(out / "card.md", _card(pairs, wishes).encode())
    report("make", 1.0, f"{len(pairs)} pairs")
    return pairs


def _check(wishes: Wishes) -> None:
    if not 1 <= wishes.pairs <= MOST_PAIRS:
        raise SettingsError(f"{wishes.pairs} pairs make no set.", where="--pairs", remedy="Ask for 1 or more.")
    if wishes.taste not in TASTES:
        raise SettingsError(
            f"No editor has the taste {wishes.taste!r}.", where="--taste", remedy=f"Choose {' or '.join(TASTES)}."
        )
    if not 0 <= wishes.test_share <= 1:
        raise SettingsError(f"A share of {wishes.test_share:g} makes no sense.", where="--test-share")
    if wishes.sound and not wishes.music:
        raise SettingsError("Without music there is no sound.", where="--no-music", remedy="Add --no-sound.")
    if wishes.films and not wishes.video:
        raise SettingsError("Without video there are no films.", where="--films", remedy="Leave --no-video out.")


def _told(made: Iterator[tuple[str, Split, float, Members]], count: int, report: Report) -> Iterator:
    for number, pair in enumerate(made, start=1):
        report("make", number / count, pair[0])
        yield pair


def _made(out: Path, wishes: Wishes) -> Iterator[tuple[str, Split, float, Members]]:
    make = partial(make_pair, wishes=wishes, films=out.absolute() / FILMS if wishes.films else None)
    if wishes.processes <= 1:
        yield from map(make, range(wishes.pairs))
        return
    context = get_context("spawn")
    numbers = context.Queue()
    for number in range(wishes.processes):
        numbers.put(number)
    with context.Pool(wishes.processes, initializer=settle, initargs=(numbers,)) as pool:
        yield from pool.imap(make, range(wishes.pairs), chunksize=1 if wishes.video or wishes.sound else 20)


def make_pair(number: int, *, wishes: Wishes, films: Path | None = None) -> tuple[str, Split, float, Members]:
    """Make one pair as bytes: key, split, seconds, files. The k-th of ``1 / test_share`` pairs is held out."""
    held_out = int((number + 1) * wishes.test_share) > int(number * wishes.test_share)
    place = tempfile.TemporaryDirectory(prefix="vem-synth-") if films is None else nullcontext(films)
    with place as folder:
        pair = draw_pair(
            number,
            seed=wishes.seed,
            taste=TASTES[wishes.taste],
            held_out=held_out,
            encode=text_encoder().encode if wishes.words else None,
            music=wishes.music,
            sound=wishes.sound,
            films=Path(folder) if wishes.video else None,
        )
        return pair.key, pair.split, pair.seconds, members_of(pair)


def _encoders(wishes: Wishes) -> dict[str, str]:
    names = {"text": text_encoder().name} if wishes.words else {}
    return names | ({"picture": picture_encoder().name} if wishes.video else {})


def _card(pairs: PairSet, wishes: Wishes) -> str:
    parts = [name for name in ("words", "music", "sound", "video") if getattr(wishes, name)]
    return "\n".join(
        [
            "# Pairs made up",
            "",
            f"{len(pairs)} pairs, {pairs.seconds / 60:.1f} minutes: {len(pairs.split('train'))} to learn from, "
            f"{len(pairs.split('test'))} held out (other progressions and wordings). Seed {wishes.seed}, school of "
            f"editing: {wishes.taste}. With {', '.join(parts) or 'nothing but cuts and beats'}.",
            "",
            "Made by `vem dataset synth`: sections, moods and captions are drawn at random, a synthetic director cuts "
            "a film to them and says which cuts the music hits, a rule-based composer writes the music, the sampled "
            "instruments that ship with vem-plugin play it, and the pictures are waves and colours that mean nothing. "
            "No film and nobody's music is in it. What is learned here is only as good as these rules.",
            "",
            "## Licence",
            "",
            f"{LICENCE}, as the program that made it; the instruments' own licences are in its NOTICE.",
            "",
        ]
    )
