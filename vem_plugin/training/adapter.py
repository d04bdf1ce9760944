"""Stage three: teach TB-As alone, on a transformer that has never seen the beat grid (VeM, arXiv 2511.09585).

Everything but the adapters and the embedding of the beat features is frozen. The adapters begin at zero, so the first
step is that of the transformer as it was.
"""

from __future__ import annotations

from pathlib import Path

from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.training.course import weights_in
from vem_plugin.training.diffusion import DiffusionStage, beat_parts


class AdapterStage(DiffusionStage):
    """TB-As on the run folder's finished diffusion."""

    def network(self, start: Path | None) -> VeMTransformer:
        """The transformer of the stage before, all frozen but TB-As."""
        network = super().network(start or weights_in(self.out, "diffusion"))
        network.requires_grad_(False)
        for part in beat_parts(network):
            part.requires_grad_(True)
        return network
