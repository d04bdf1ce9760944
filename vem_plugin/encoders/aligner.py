"""The aligner as planning uses it: how much each transition of an edit deserves a hit, without torch.

The one that ships was taught by ``vem train aligner``; the README of ``weights`` says on what.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vem_plugin.encoders.manifest import SHIPPED, read_manifest
from vem_plugin.encoders.runtime import open_session
from vem_plugin.rhythm.transition_features import GROUPS, NUMBERS, TransitionFeatures


@dataclass(frozen=True)
class Judgement:
    """What the aligner says of T transitions.

    ``share`` (T,) float32, 0 to 1: the chance that the music would hit this transition. ``pull`` (T, G) float32 by
    ``transition_features.GROUPS``: how much of its log odds goes away if a group is not told; positive speaks for a
    hit; 0 where the group is unknown.
    """

    share: NDArray[np.float32]
    pull: NDArray[np.float32]


class Aligner:
    """Judges transitions with an ONNX model.

    Parameters
    ----------
    folder : Path or None
        Folder with an ``encoder.json`` of kind "aligner". None: the one that ships.
    device : str
        "auto", "cpu", "cuda" or "mps"; see ``runtime.open_session``. It is small: the processor is as fast as any.

    Raises
    ------
    ModelError
        If the folder is incomplete, damaged, or was taught on other features than this version tells.
    """

    def __init__(self, folder: Path | None = None, device: str = "cpu") -> None:
        manifest = read_manifest(folder or SHIPPED / "aligner", "aligner")
        for field, wanted in (("numbers", NUMBERS), ("groups", GROUPS)):
            if manifest.fields.get(field) != list(wanted):
                raise manifest.fault(f"It was taught on other {field} than this version tells.")
        self.name: str = manifest.name
        self._inputs = manifest.names("inputs")
        if sorted(self._inputs) != ["curves", "known", "numbers"]:
            raise manifest.fault("The field 'inputs' must name numbers, curves and known.")
        self._output = manifest.text("output")
        self._session = open_session(manifest.path("model"), device)
        manifest.check_names("input", list(self._inputs.values()), self._session.inputs)
        manifest.check_names("output", [self._output], self._session.outputs)

    def judge(self, features: TransitionFeatures) -> Judgement:
        """Judge the T transitions of an edit, and say what each group counts for."""
        count = len(features.numbers)
        if count == 0:
            return Judgement(np.zeros(0, np.float32), np.zeros((0, len(GROUPS)), np.float32))
        # Row 0 is told everything, row 1 + g everything but group g.
        told = np.concatenate([np.ones((1, len(GROUPS))), 1 - np.eye(len(GROUPS))])
        known = (features.known[None] * told[:, None]).astype(np.float32)
        rows = {
            "numbers": np.broadcast_to(features.numbers, (len(told), *features.numbers.shape)),
            "curves": np.broadcast_to(features.curves, (len(told), *features.curves.shape)),
            "known": known,
        }
        feeds = {self._inputs[name]: np.ascontiguousarray(array) for name, array in rows.items()}
        (odds,) = self._session.run(feeds, [self._output])
        share = 1 / (1 + np.exp(-odds[0].astype(np.float64)))
        return Judgement(share.astype(np.float32), (odds[0] - odds[1:]).T.astype(np.float32))
