"""Models from a hub of models, fetched only when the user names one: ``hub:OWNER/NAME`` or ``hub:OWNER/NAME@REVISION``.

The hub is spoken to through ``huggingface_hub``, which keeps its own settings: ``HF_ENDPOINT`` names another hub,
``HF_TOKEN`` is for models whose licence must be accepted first, ``HF_HUB_OFFLINE`` forbids all of it.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from vem_plugin.errors import ModelError
from vem_plugin.models.model_folder import INDEX, read_index

PREFIX = "hub:"
ADDRESS = re.compile(r"hub:([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
DIFFUSERS_INDEX = "model_index.json"
PAPERS = ["LICENSE*", "LICENCE*", "NOTICE*", "README.md"]
"""Licence, and the model card that names it."""
COMPONENT = ("*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model")
"""What is fetched of each part of a diffusers folder. No pickles: they could run code."""
PATIENCE = 10.0
"""Seconds in which a hub must answer the first question."""


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model on a hub; ``revision`` is a branch, tag or commit, None the newest."""

    name: str
    revision: str | None = None

    @property
    def address(self) -> str:
        """As the user writes it."""
        return f"{PREFIX}{self.name}" + (f"@{self.revision}" if self.revision else "")


def hub_model_of(source: str) -> HubModel | None:
    """The model that a source names, or None if the source is no address on a hub.

    Raises
    ------
    ModelError
        If it begins as one and is none.
    """
    if not source.startswith(PREFIX):
        return None
    found = ADDRESS.fullmatch(source)
    if found is None:
        raise ModelError(
            "This is no address on a hub.", where=source, remedy="Write it as hub:OWNER/NAME, or with @REVISION."
        )
    return HubModel(found[1], found[2])


def fetch(model: HubModel, into: Path) -> Path:
    """Download a model's files, and no others, into a folder.

    A folder of ours gives exactly the files of its index; a folder of diffusers its components, licence and card.

    Returns
    -------
    Path
        ``into``.

    Raises
    ------
    ModelError
        If ``huggingface_hub`` is missing, the hub does not answer, or it has no such model or does not give it.
    """
    try:
        import huggingface_hub
    except ImportError as error:
        raise ModelError(
            "Downloading models needs the package huggingface_hub.", remedy="pip install huggingface_hub"
        ) from error
    endpoint = os.environ.get("HF_ENDPOINT")
    try:
        about = huggingface_hub.HfApi(endpoint).model_info(model.name, revision=model.revision, timeout=PATIENCE)
        there = {file.rfilename for file in about.siblings or ()}
        index = next((file for file in (INDEX, DIFFUSERS_INDEX) if file in there), None)
        if index is None:
            raise ModelError(
                f"The hub has this model, but in no form we know: neither {INDEX} nor {DIFFUSERS_INDEX} is there.",
                where=model.address,
                remedy="Name a model of vem-plugin, or one in the format of diffusers.",
            )
        same = {"revision": about.sha, "local_dir": into, "endpoint": endpoint}
        got = Path(huggingface_hub.hf_hub_download(model.name, index, **same))
        wanted = list(read_index(into).files) if index == INDEX else _files_of_diffusers(got)
        huggingface_hub.snapshot_download(model.name, allow_patterns=wanted, **same)
    except (OSError, ValueError, RuntimeError, *_errors()) as error:
        raise _refusal(model, error) from error
    return into


def _files_of_diffusers(index: Path) -> list[str]:
    """Patterns of the files that a diffusers folder consists of, by its index."""
    told = json.loads(index.read_text(encoding="utf-8"))
    parts = [name for name, what in told.items() if not name.startswith("_") and isinstance(what, list) and what[0]]
    return [DIFFUSERS_INDEX, *PAPERS, *(f"{part}/{pattern}" for part in parts for pattern in COMPONENT)]


def _errors() -> tuple[type[Exception], ...]:
    """What huggingface_hub and the HTTP library below it raise besides the built-in errors."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError

    return HfHubHTTPError, httpx.HTTPError


def _refusal(model: HubModel, error: Exception) -> ModelError:
    """Our words for what a hub said."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return ModelError(
            "The hub gives this model only to those who have accepted its licence.",
            where=model.address,
            remedy="Accept it on the model's page, then set HF_TOKEN to a token of yours and try again.",
        )
    if isinstance(error, (RepositoryNotFoundError, RevisionNotFoundError)):
        return ModelError(
            "The hub has no such model, or no such revision of it, or does not show it to you.",
            where=model.address,
            remedy="Check owner and name; for a private one set HF_TOKEN.",
        )
    first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ModelError(
        f"The hub does not answer as it should: {first_line[:200]}",
        where=model.address,
        remedy="Check the network and HF_ENDPOINT, or download the folder elsewhere and add it by its path.",
    )
