"""TB-As adapter: how the solved beat grid steers the diffusion (VeM, arXiv 2511.09585, transition-beat adapter)."""

from __future__ import annotations

from torch import Tensor, nn


class BeatAdapter(nn.Module):
    """Zero-initialised adaptive scale and shift of a block's hidden states: ``z + gamma * z + beta``.

    The paper's adapter feeds features of an aligner network through zero-initialised convolutions; here the aligner
    is the tempo-map solver, whose beat grid is exact, and gamma and beta come from its beat features, frame by
    frame. A linear layer over frames is the paper's 1 x 1 convolution. Untrained, the adapter changes nothing.

    Parameters
    ----------
    feature_size : int
        Width of the embedded beat features.
    width : int
        Width of the hidden states.
    """

    def __init__(self, feature_size: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(feature_size, 2 * width)
        nn.init.zeros_(self.project.weight)
        nn.init.zeros_(self.project.bias)

    def forward(self, hidden: Tensor, beat: Tensor) -> Tensor:
        """(B, T, width) hidden states under (B, T, feature_size) embedded beat features."""
        gamma, beta = self.project(beat).chunk(2, dim=-1)
        return hidden + gamma * hidden + beta
