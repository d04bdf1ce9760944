"""Who tells the films: this process, several, or a Ray cluster. The films told and their bytes are the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from vem_plugin.dataset.build.analysing import Settings
from vem_plugin.dataset.build.films import Film
from vem_plugin.dataset.build.store import Store, tell_into
from vem_plugin.dataset.crew import settle
from vem_plugin.dataset.pair_set import write_whole
from vem_plugin.errors import MediaError, SettingsError, VemError

Telling = Iterator[Film]
"""Films, in any order, each when its tar lies in the store."""
WAITING = 2
"""Films that wait for each process."""


def tell_films(
    films: Sequence[Film], settings: Settings, store: Store, *, processes: int = 1, ray: str | None = None
) -> Telling:
    """Tell films.

    Parameters
    ----------
    films : sequence of Film
    settings : Settings
    store : Store
        Where what is told is kept.
    processes : int
        On this machine; each keeps to one core, so that they do not get in each other's way.
    ray : str, optional
        Address of a Ray cluster ("auto" for one that runs here), whose machines see the films under the same paths. In
        place of processes.

    Raises
    ------
    VemError
        If the captioner is away, the cluster is, or a process died.
    """
    if ray is not None:
        return _on_cluster(films, settings, store, ray)
    if processes <= 1 or len(films) <= 1:
        return _here(films, settings, store)
    return _in_processes(films, settings, store, min(processes, len(films)))


def _here(films: Sequence[Film], settings: Settings, store: Store) -> Telling:
    for film in films:
        tell_into(store.path_of(film), film, settings)
        yield film


def _in_processes(films: Sequence[Film], settings: Settings, store: Store, processes: int) -> Telling:
    context = get_context("spawn")
    numbers = context.Queue()
    for number in range(processes):
        numbers.put(number)
    queue = iter(films)
    with ProcessPoolExecutor(processes, mp_context=context, initializer=settle, initargs=(numbers,)) as pool:
        waiting: dict[Future[None], Film] = {}
        try:
            while True:
                for film in islice(queue, WAITING * processes - len(waiting)):
                    waiting[pool.submit(tell_into, store.path_of(film), film, settings)] = film
                if not waiting:
                    return
                for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                    done.result()
                    yield waiting.pop(done)
        except BrokenProcessPool as error:
            names = ", ".join(film.name for film in waiting.values())
            raise MediaError(
                "A process died while it was telling a film.",
                where=f"one of {names}",
                remedy="Run the command again: it goes on. If it dies again, leave that film out.",
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _on_cluster(films: Sequence[Film], settings: Settings, store: Store, address: str) -> Telling:
    """Through Ray Data: a row a film, told wherever a core is free; the bytes come back to this machine."""
    try:
        import ray  # pyright: ignore[reportMissingImports]  (an extra)
        import ray.data  # pyright: ignore[reportMissingImports]
        from ray.exceptions import RayError  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise SettingsError(
            "Ray is not installed.", where="--ray", remedy="Install it with: pip install 'vem-plugin[ray]'."
        ) from error
    if not ray.is_initialized():
        try:
            ray.init(address, log_to_driver=False)
        except (ConnectionError, RayError) as error:
            raise SettingsError(
                f"The Ray cluster cannot be reached: {error}.", where=address, remedy="Start it, or leave --ray out."
            ) from error
    rows = ray.data.from_items([{"number": number} for number in range(len(films))], override_num_blocks=len(films))
    told = rows.map(_teller(films, settings), num_cpus=1)
    try:
        for row in told.iter_rows():
            if row["wrong"]:
                raise MediaError(row["wrong"], where=row["where"], remedy=row["remedy"])
            film = films[int(row["number"])]
            write_whole(store.path_of(film), row["tar"])
            yield film
    except RayError as error:
        raise SettingsError(
            f"The Ray cluster failed: {str(error).splitlines()[0]}", where=address, remedy="Run the command again."
        ) from error


def _teller(films: Sequence[Film], settings: Settings) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What runs on a cluster's machine for each row."""

    def tell(row: dict[str, Any]) -> dict[str, Any]:
        """What is told of the film with the row's number, as a tar's bytes; or what is wrong with it."""
        number = int(row["number"])
        with tempfile.TemporaryDirectory(prefix="vem-film-") as folder:
            path = Path(folder) / "film.tar"
            try:
                tell_into(path, films[number], settings)
            except VemError as error:  # an exception would come back as the cluster's own
                return {"number": number, "tar": b"", "wrong": error.what, "where": error.where, "remedy": error.remedy}
            return {"number": number, "tar": path.read_bytes(), "wrong": "", "where": "", "remedy": ""}

    return tell
