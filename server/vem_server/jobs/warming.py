"""Loading what the work will need, before the first job asks for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import import_module

from vem_plugin.errors import VemError
from vem_server.jobs.words import Ready
from vem_server.jobs.work import Lane

LOG = logging.getLogger(__name__)

_DESK = (
    "vem_server.as_json",
    "vem_server.jobs.work.reading",
    "vem_server.jobs.work.takes",
    "vem_server.jobs.work.thumbnails",
    "vem_server.jobs.work.peaks",
    "vem_timeline.document",
    "vem_plugin.parsing.frames",
    "vem_plugin.encoders.aligner",
    "vem_plugin.rhythm.plan",
    "vem_plugin.rhythm.picture",
)
_STUDIO = (
    "vem_server.as_json",
    "vem_server.jobs.work.scoring",
    "vem_timeline.document",
    "vem_plugin.scoring",
    "vem_plugin.publish",
    "vem_plugin.render.rendering",
    "vem_plugin.takes.steps",
)


def warm(lane: Lane) -> Iterator[Ready | None]:
    """Load everything that a lane's jobs need, step by step; for a studio also the models, which then stay.

    A desk is ready at once and loads while nobody asks for anything; a studio is ready once it has its models. Missing
    weights are no error here: the jobs that need them will say so.

    Yields
    ------
    Ready or None
        After each step: what to tell the daemon, if anything.
    """
    if lane == "desk":
        yield Ready(models=False, device="cpu")
    for module in _STUDIO if lane == "studio" else _DESK:
        import_module(module)
        yield None
    if lane == "studio":
        yield _open_models()


def _open_models() -> Ready:
    from vem_plugin import stages
    from vem_plugin.settings import Settings

    settings = Settings()
    try:
        device = settings.placement.device.type
        stages.open_composer(settings)
        stages.text_encoder(settings.placement)
        stages.picture_encoder(settings.picture_encoder, settings.placement)
        stages.aligner()
    except VemError as error:
        LOG.warning("The models could not be loaded: %s", error)
        return Ready(models=False, device="cpu", problem=str(error))
    return Ready(models=True, device=device)
