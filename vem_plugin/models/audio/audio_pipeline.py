"""From conditions to audio latents: one loop for every network and every scheduler of diffusers.

A piece is denoised in windows of as many frames as the network was trained with; each is given the last frames of the
window before. Given frames are put in place before every step, with the noise of that step, and are told to the
network beside it (``given``), so that also a checkpoint that never learned to be given anything fits in.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import msgspec
import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from numpy.typing import NDArray
from torch import Tensor, nn

from vem_plugin.models.audio.audio_codec import AudioCodec
from vem_plugin.models.audio.audio_windows import filled_up, padded, seed_of_window, windows_to_write
from vem_plugin.models.audio.extra import check_installed, loading_quietly
from vem_plugin.models.conditioning import ConditionBatch, Conditions, batch_of, window_of, withheld
from vem_plugin.models.model_folder import ModelFolder
from vem_plugin.models.placement import Placement, bytes_of_model
from vem_plugin.progress import Report, silent

CLASSES = {
    "StableAudioVeM": "vem_plugin.models.audio.stable_audio",
    "AudioLDM2VeM": "vem_plugin.models.audio.audioldm2",
}
"""Pipelines of a model folder of kind "audio", by the class its index names, and their modules."""
Words = Callable[[float, float], str]
"""What to say, in words, of the music from one second to another."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a text is to a network: ``words`` (B, L, size) for its cross-attention, ``whole`` as it takes it or None.

    Rows: without the wish, then with it; only the latter where nothing is guided.
    """

    words: Tensor
    whole: Tensor | None


class VeMAudioPipeline(DiffusionPipeline):
    """Writes audio latents under words, storyboard and beat grid; subclasses know their checkpoint."""

    scheduler: Any
    codec: AudioCodec
    folder: ModelFolder | None = None
    """Where it was loaded from, if it was."""
    placement: Placement = Placement("cpu")
    """Where it computes; `placed` moves it."""
    steps: ClassVar[int]
    guidance: ClassVar[float]
    """What the checkpoint's authors recommend."""

    @classmethod
    def from_folder(cls, checked: ModelFolder, placement: Placement) -> VeMAudioPipeline:
        """Load a checked folder: the pipeline that its index names, in the precision of the place.

        Raises
        ------
        ValueError
            If it names none of ours.
        """
        check_installed()
        named = msgspec.json.decode((checked.path / "model_index.json").read_bytes()).get("_class_name")
        if named not in CLASSES:
            raise ValueError(f"{named} is no audio pipeline of ours")
        made = getattr(import_module(CLASSES[named]), named)
        with loading_quietly():
            pipeline = made.from_pretrained(
                checked.path,
                torch_dtype={"default": placement.weights, "vae": torch.float32},  # rounding there is heard as noise
                low_cpu_mem_usage=False,
                local_files_only=True,
                use_safetensors=True,
            )
        pipeline.folder = checked
        return pipeline.placed(placement)

    def placed(self, placement: Placement) -> VeMAudioPipeline:
        """Prepare it to compute there, its blocks compiled if that was asked for; parts move when they work."""
        self.placement = placement
        parts = [part for part in self.components.values() if isinstance(part, nn.Module)]
        placement.check_room(*parts)
        for part in parts:
            part.eval()
        placement.compile(self.blocks)
        return self

    def working(self, *parts: nn.Module) -> AbstractContextManager[None]:
        """Parts on the device and in its precision, for as long as they work."""
        return _working(self.placement, parts, taking_turns=self._taking_turns)

    @property
    def _taking_turns(self) -> bool:
        modules = (part for part in self.components.values() if isinstance(part, nn.Module))
        return self.placement.offloads(bytes_of_model(*modules))

    @property
    @abstractmethod
    def blocks(self) -> Iterable[nn.Module]:
        """The denoiser's blocks, which are compiled one by one."""

    @abstractmethod
    def decoded(self, latents: NDArray[np.float32], samples: int, first: float, last: float) -> NDArray[np.float32]:
        """Sound as of ``audio_codec.decoded_between``."""

    @property
    @abstractmethod
    def network(self) -> Any:
        """The denoiser, with the call form of ``VeMAudioTransformer``."""

    @property
    @abstractmethod
    def longest(self) -> int:
        """Latent frames denoised at once."""

    @abstractmethod
    def told(self, text: str, first: float, last: float, *, guided: bool) -> Told:
        """A text, and where in the piece the window begins and the piece ends (seconds), in the network's terms."""

    def folded(self, frames: NDArray[np.float32]) -> Tensor:
        """Codec latents (T, latent size) in the network's shape, (1, C, T) here; time is the third axis."""
        return torch.from_numpy(frames.T.copy())[None]

    def unfolded(self, latents: Tensor) -> NDArray[np.float32]:
        """The way back."""
        return latents[0].T.float().cpu().numpy()

    @torch.no_grad()
    def __call__(
        self,
        conditions: Conditions,
        words: Words,
        *,
        seconds: float,
        seed: int,
        steps: int | None = None,
        guidance: float | None = None,
        known: NDArray[np.float32] | None = None,
        known_mask: NDArray[np.bool_] | None = None,
        report: Report = silent,
    ) -> NDArray[np.float32]:
        """Write the latents of a piece.

        Parameters
        ----------
        conditions : Conditions
            Of the whole piece, T latent frames (``frame_conditions``).
        words : callable
            Gives the text for the checkpoint's own cross-attention.
        seconds : float
            Length of the piece.
        seed : int
            The same seed and conditions give the same latents on one machine.
        steps, guidance
            Of the scheduler, and of classifier-free guidance (1 is none); None is what the checkpoint recommends.
        known : (T, latent size), optional
            Latents to keep where ``known_mask`` is true.
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
        frames, size = conditions.frames, self.longest
        whole = max(frames, size)
        given, written = filled_up(known, known_mask, frames, whole, self.codec.latent_size)
        row = padded(self._without_untaught(conditions), whole)
        latents = self.folded(given)
        noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(seed))
        plan = windows_to_write(written[:frames], whole, size)
        for index, window in enumerate(plan):
            part = slice(window.first, window.last)
            first = window.first / float(self.codec.frame_rate)
            last = min(seconds, window.last / float(self.codec.frame_rate))
            latents[:, :, part] = self._denoise(
                window_of(row, part.start, part.stop),
                self.told(words(first, last), first, seconds, guided=_or(guidance, self.guidance) > 1),
                noise[:, :, part],
                latents[:, :, part],
                self.folded(np.repeat(written[part, None], self.codec.latent_size, 1).astype(np.float32)),
                steps=steps or self.steps,
                guidance=_or(guidance, self.guidance),
                seed=seed_of_window(seed, index),
                report=lambda done, index=index: report("compose", (index + done) / len(plan)),
            )
            written[part] = True
        result = self.unfolded(latents)[:frames]
        return result if known is None or known_mask is None else np.where(known_mask[:, None], known, result)

    def _denoise(
        self,
        conditions: Conditions,
        told: Told,
        noise: Tensor,
        known: Tensor,
        mask: Tensor,
        *,
        steps: int,
        guidance: float,
        seed: int,
        report: Callable[[float], None],
    ) -> Tensor:
        """One window in the network's shape: noise to latents, keeping ``known`` where ``mask`` is 1."""
        device, solver = self.placement.device, self.scheduler
        noise, known, mask = (part.to(device) for part in (noise, known, mask))
        rows = [withheld(conditions), conditions] if guidance > 1 else [conditions]
        batch = batch_of(rows).to(device)
        generator = torch.Generator().manual_seed(seed)
        solver.set_timesteps(steps, device=device)
        sample = noise * solver.init_noise_sigma
        with self.working(self.network), rounding_of_noise_untold():
            for index, moment in enumerate(solver.timesteps):
                sample = torch.where(mask > 0, solver.add_noise(known, noise, moment[None]), sample)
                predicted = self._predicted(sample, moment, told, batch, known, mask, guidance=guidance)
                sample = self._stepped(predicted, moment, sample, generator)
                report((index + 1) / steps)
        return torch.where(mask > 0, known, sample).cpu()

    def _predicted(
        self,
        sample: Tensor,
        moment: Tensor,
        told: Told,
        batch: ConditionBatch,
        known: Tensor,
        mask: Tensor,
        *,
        guidance: float,
    ) -> Tensor:
        """What the network predicts, with and without the wish in one batch."""
        rows = len(batch.beat)
        wanted = (rows, *[-1] * (sample.ndim - 1))
        predicted = self.network(
            self.scheduler.scale_model_input(sample, moment).expand(wanted),
            moment.expand(rows),
            words=told.words,
            whole=told.whole,
            conditions=batch,
            known=known.expand(wanted),
            known_mask=mask[:, :1].expand(wanted),
        ).float()
        if guidance <= 1:
            return predicted
        free, wished = predicted.chunk(2)
        return free + guidance * (wished - free)

    def _stepped(self, predicted: Tensor, moment: Tensor, sample: Tensor, generator: torch.Generator) -> Tensor:
        """One step of the scheduler."""
        return self.scheduler.step(predicted, moment, sample, generator=generator, return_dict=False)[0]

    def _without_untaught(self, row: Conditions) -> Conditions:
        """Leave pictures out if the weights never saw any, or saw embeddings of another size."""
        config = self.network.config
        if config["sees_pictures"] and row.picture.shape[1] == config["picture_size"]:
            return row
        return row.without_pictures()


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


@contextmanager
def _working(placement: Placement, parts: Sequence[nn.Module], *, taking_turns: bool) -> Iterator[None]:
    with ExitStack() as hosted:
        for part in parts:
            hosted.enter_context(placement.hosting(part, taking_turns=taking_turns))
        hosted.enter_context(placement.autocast())
        yield


@contextmanager
def rounding_of_noise_untold() -> Iterator[None]:
    """Without torchsde's remark that the last sigma is a rounding error outside its interval, which it then mends."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Should have .*", category=UserWarning)
        yield
