"""Latents are the language of one model: whether a composer speaks that of a take."""

from __future__ import annotations

from vem_plugin.errors import ModelError
from vem_plugin.models.composer import Composer, Rewriter
from vem_plugin.take import Take


def composer_of_take(take: Take, composer: Composer) -> Rewriter:
    """The composer, once it is sure that it can go on writing a take.

    Raises
    ------
    ModelError
        If another composer, or another model, made the take.
    """
    made_by = take.composer.get("composer"), take.composer.get("model_sha256")
    if isinstance(composer, Rewriter) and made_by == (composer.name, composer.digest):
        return composer
    model = f"{take.composer.get('model', made_by[0])} {take.composer.get('model_version', '')}".strip()
    raise ModelError(
        f"The take was made by another model ({model}).",
        where=take.name,
        remedy="Name that model with --model, or score the edit again with this one.",
    )
