"""The VeM pipeline: from conditions to score latents by flow matching, in windows that slide over long pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from numpy.typing import NDArray
from torch import Tensor

from vem_plugin.models.conditioning import ConditionBatch, Conditions, batch_of, window_of, with_entries, withheld
from vem_plugin.models.model_folder import ModelFolder
from vem_plugin.models.placement import Placement, bytes_of_model
from vem_plugin.models.score_codec import ScoreCodec
from vem_plugin.models.storyboard_tokens import SLOTS
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.progress import Report, part, silent

if TYPE_CHECKING:
    from vem_plugin.models.audio.stable_audio import StableAudioVeM

STEPS = 10
GUIDANCE = 2.0
WINDOW, OVERLAP = 192, 64
"""Beats denoised at once, and how many of them are given by the window before."""
MOST_AT_ONCE = 16
"""Takes denoised in one batch: as many as can be asked for; on a card eight take as long as one."""
SURROUNDINGS = 24
"""Beats of what is kept that are seen on each side of what is written anew."""


@dataclass(frozen=True, slots=True)
class Window:
    """Latent frames ``first`` to ``last`` (exclusive) of the piece; those before ``fresh`` are already written."""

    first: int
    last: int
    fresh: int


def windows_over(frames: int, *, size: int = WINDOW, overlap: int = OVERLAP) -> Iterator[Window]:
    """Windows of at most ``size`` frames that cover a piece, each overlapping the one before.

    The last window is moved back to full size, so that the ending, too, sees as much of the past as it can.
    """
    yield Window(0, min(size, frames), 0)
    written = size
    while written < frames:
        last = min(written + size - overlap, frames)
        yield Window(last - size, last, written)
        written = last


def stretch_to_write(written: NDArray[np.bool_], *, around: int = SURROUNDINGS) -> tuple[int, int]:
    """First frame and end of what has to be looked at to write the frames that are not written yet."""
    missing = np.flatnonzero(~written)
    if not len(missing):
        return 0, 0
    return max(0, int(missing[0]) - around), min(len(written), int(missing[-1]) + 1 + around)


class VeMPipeline(DiffusionPipeline):
    """Writes score latents under storyboard, beat grid and theme cards.

    Components: ``transformer`` (VeMTransformer), ``codec`` (ScoreCodec), ``scheduler`` (``sampler.flow_solver``).
    """

    transformer: VeMTransformer
    codec: ScoreCodec
    scheduler: DPMSolverMultistepScheduler
    folder: ModelFolder | None = None
    """Where it was loaded from, if it was."""
    placement: Placement = Placement("cpu")
    """Where it computes; `placed` moves it."""

    def __init__(self, transformer: VeMTransformer, codec: ScoreCodec, scheduler: DPMSolverMultistepScheduler) -> None:
        super().__init__()
        self.register_modules(transformer=transformer, codec=codec, scheduler=scheduler)

    @classmethod
    def from_folder(cls, checked: ModelFolder, placement: Placement) -> VeMPipeline:
        """Load a checked folder. Weights are held in float32: half precision is for the disk."""
        pipeline = cls.from_pretrained(
            checked.path,
            torch_dtype=torch.float32,
            low_cpu_mem_usage=False,
            local_files_only=True,
            use_safetensors=True,
        )
        pipeline.folder = checked
        return pipeline.placed(placement)

    def placed(self, placement: Placement) -> VeMPipeline:
        """Move it to where it shall compute, ready to write, its blocks compiled if that was asked for."""
        self.placement = placement.suited_to(self.transformer)
        placement.check_room(self.transformer, self.codec)
        self.transformer.eval()
        self.codec.eval()
        placement.compile(self.transformer.blocks)
        return self.to(placement.device)

    @staticmethod
    def from_stable_audio(folder: Path, **new_parts: Any) -> StableAudioVeM:
        """The audio pipeline around a checkpoint of Stable Audio Open; see ``StableAudioVeM.taken_from``."""
        from vem_plugin.models.audio.stable_audio import StableAudioVeM

        return StableAudioVeM.taken_from(folder, **new_parts)

    @torch.no_grad()
    def __call__(
        self,
        conditions: Conditions,
        *,
        seed: int,
        steps: int = STEPS,
        guidance: float = GUIDANCE,
        known: NDArray[np.float32] | None = None,
        known_mask: NDArray[np.bool_] | None = None,
        report: Report = silent,
    ) -> NDArray[np.float32]:
        """Write the latents of a piece.

        Parameters
        ----------
        conditions : Conditions
            Of the whole piece, T latent frames.
        seed : int
            The same seed and conditions give the same latents on one machine.
        steps : int
            Steps of the scheduler.
        guidance : float
            1 follows the conditions as learned, more exaggerates them (classifier-free guidance).
        known : (T, latent size), optional
            Latents to keep where ``known_mask`` is true; what is written in between fits them.
        known_mask : (T,) bool, optional
            Needed with ``known``.
        report : Report
            Told after each step.

        Returns
        -------
        (T, latent size) float32; exactly ``known`` where it was given.

        Raises
        ------
        ValueError
            If ``known`` and ``known_mask`` do not fit the conditions.
        """
        given, mask = _checked(known, known_mask, frames=conditions.frames, size=self._latent_size)
        return self._write([conditions], [seed], given, mask, steps=steps, guidance=guidance, report=report)[0]

    @torch.no_grad()
    def together(
        self,
        pieces: Sequence[Conditions],
        *,
        seeds: Sequence[int],
        steps: int = STEPS,
        guidance: float = GUIDANCE,
        report: Report = silent,
    ) -> list[NDArray[np.float32]]:
        """Write several pieces of equal length in one batch, or in as few as the memory budget allows.

        Each is what it would be alone, but for the order in which a processor adds up (``benchmarks/gpu.md`` says by
        how much).

        Raises
        ------
        ValueError
            If the pieces differ in length or number from each other or from ``seeds``.
        """
        frames = {piece.frames for piece in pieces}
        if len(frames) > 1 or len(pieces) != len(seeds):
            raise ValueError(f"{len(pieces)} pieces of {sorted(frames)} frames, {len(seeds)} seeds")
        given, mask = _checked(None, None, frames=pieces[0].frames, size=self._latent_size)
        most, written = self.takes_at_once(pieces[0]), []
        for first in range(0, len(pieces), most):
            batch = slice(first, min(first + most, len(pieces)))
            share = (first / len(pieces), batch.stop / len(pieces))
            written += self._write(
                pieces[batch], seeds[batch], given, mask, steps=steps, guidance=guidance, report=part(report, *share)
            )
        return written

    @property
    def _latent_size(self) -> int:
        return self.transformer.config["latent_size"]

    def takes_at_once(self, piece: Conditions) -> int:
        """How many takes of a piece are denoised in one batch within the memory budget."""
        return self.placement.rows_that_fit(
            weights=bytes_of_model(self.transformer, self.codec),
            row=2 * bytes_of_row(self.transformer, min(piece.frames, WINDOW), len(piece.text)),
            most=MOST_AT_ONCE,
        )

    def _write(
        self,
        pieces: Sequence[Conditions],
        seeds: Sequence[int],
        given: Tensor,
        mask: Tensor,
        *,
        steps: int,
        guidance: float,
        report: Report,
    ) -> list[NDArray[np.float32]]:
        """Latents (T, size) of K pieces, which keep ``given`` (T, size) where ``mask`` (T,) is true."""
        noise = torch.stack([torch.randn(given.shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds])
        latents, written = given.expand(noise.shape).clone(), mask.clone()
        first, last = stretch_to_write(mask.numpy())
        plan = list(windows_over(last - first)) if last > first else []
        for index, window in enumerate(plan):
            seen = slice(first + window.first, first + window.last)
            if bool(written[seen].all()):
                continue
            latents[:, seen] = self._denoise(
                [window_of(piece, seen.start, seen.stop) for piece in pieces],
                noise[:, seen],
                latents[:, seen],
                written[seen],
                steps=steps,
                guidance=guidance,
                report=lambda done, index=index: report("compose", (index + done) / len(plan)),
            )
            written[seen] = True
        return list(torch.where(mask[:, None], given, latents).numpy())

    def _denoise(
        self,
        pieces: Sequence[Conditions],
        noise: Tensor,
        known: Tensor,
        known_mask: Tensor,
        *,
        steps: int,
        guidance: float,
        report: Callable[[float], None],
    ) -> Tensor:
        """One window of K pieces: noise (K, T, size) to latents, keeping ``known`` where ``known_mask`` (T,) is."""
        device = self.placement.device
        entries = max(len(piece.text) for piece in pieces)
        rows = [with_entries(piece, entries) for piece in pieces]
        rows = rows if guidance == 1 else [*rows, *map(withheld, rows)]
        batch = batch_of([self._without_untaught(row) for row in rows]).to(device)
        sample, known = noise.to(device), known.to(device)
        mask = known_mask[None, :, None].float().to(device)
        self.scheduler.set_timesteps(steps, device=device)
        moments = zip(self.scheduler.timesteps, self.scheduler.sigmas.to(device), strict=False)
        for index, (timestep, sigma) in enumerate(moments):
            sample = sample * (1 - mask) + known * mask
            clean = self._predict(sample, 1 - sigma, known, mask, batch, guidance=guidance)
            velocity = (sample - clean) / sigma
            sample = self.scheduler.step(velocity, timestep, sample, return_dict=False)[0]  # pyright: ignore
            report((index + 1) / steps)
        return (sample * (1 - mask) + known * mask).cpu()

    def _predict(
        self, sample: Tensor, time: Tensor, known: Tensor, mask: Tensor, batch: ConditionBatch, *, guidance: float
    ) -> Tensor:
        """Clean latents (K, T, size), with and without wishes in one batch; ``mask`` is (1, T, 1)."""
        rows = len(batch.beat)
        times = rows // len(sample)
        moment = (time * (1 - mask) + mask).expand(rows, -1, -1)
        with self.placement.autocast():
            clean = self.transformer(
                sample.repeat(times, 1, 1), moment, known.repeat(times, 1, 1), mask.expand(rows, -1, -1), batch
            )
        if guidance == 1:
            return clean
        wished, free = clean.chunk(2)
        return free + guidance * (wished - free)

    def _without_untaught(self, row: Conditions) -> Conditions:
        """Leave pictures out if the weights never saw any, or saw embeddings of another size."""
        taught = self.transformer.config["sees_pictures"]
        if taught and row.picture.shape[1] == self.transformer.config["picture_size"]:
            return row
        return row.without_pictures()


def bytes_of_row(transformer: VeMTransformer, frames: int, entries: int) -> int:
    """About what one row of a batch takes while a block computes: hidden states, and the weights of both attentions.

    An upper bound in float32, checked against what was allocated (``benchmarks/gpu.md``).
    """
    config = transformer.config
    hidden = config["width"] * (9 + 6 + 2 * config["widen"])
    attention = 3 * config["heads"] * (2 * frames + len(SLOTS) * entries + 1)
    return 4 * frames * (hidden + attention)


def _checked(
    known: NDArray[np.float32] | None, known_mask: NDArray[np.bool_] | None, *, frames: int, size: int
) -> tuple[Tensor, Tensor]:
    """Known latents (T, size) and mask (T,) as tensors, all unknown if none are given."""
    if known is None and known_mask is None:
        return torch.zeros(frames, size), torch.zeros(frames, dtype=torch.bool)
    if known is None or known_mask is None:
        raise ValueError("known and known_mask belong together")
    if known.shape != (frames, size) or known_mask.shape != (frames,):
        raise ValueError(f"known {known.shape}, known_mask {known_mask.shape}: not of {frames} frames of {size}")
    mask = torch.from_numpy(known_mask.astype(bool))
    return torch.from_numpy(known.astype(np.float32)) * mask[:, None], mask
