"""Before and between the stages of the score: its corpus, then its latents and the embeddings of its captions."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from vem_plugin.encoders.text import TextEncoder
from vem_plugin.models.placement import Device, Placement
from vem_plugin.training.codec import codec_from, encode_pieces
from vem_plugin.training.corpus.real import load_real_pieces
from vem_plugin.training.course import weights_in
from vem_plugin.training.dataset import HELDOUT_SEED, TRAIN_SEED, PieceColumns, build_columns, save_columns

logger = logging.getLogger(__name__)


def make_corpus(out: Path, *, pieces: int, heldout: int, processes: int) -> dict[str, int]:
    """Write ``train/`` and ``heldout/`` into a run folder: pieces by the rule-based composer, and all real ones.

    Returns
    -------
    How many pieces, real pieces, beats, notes and captions there are to learn from.
    """
    for count, held_out in ((heldout, True), (pieces, False)):
        name = "heldout" if held_out else "train"
        columns = build_columns(
            count,
            seed=HELDOUT_SEED if held_out else TRAIN_SEED,
            held_out=held_out,
            processes=processes,
            real=load_real_pieces(name),
        )
        save_columns(out / name, columns)
    counts = {
        "pieces": len(columns["bpm"]),
        "real": int(columns["real"].sum()),
        "beats": len(columns["root"]),
        "notes": len(columns["notes"]),
        "captions": len(columns["caption_words"]),
    }
    logger.info("corpus: %s", ", ".join(f"{count} {what}" for what, count in counts.items()))
    return counts


def encode_corpus(out: Path, *, data: Path | None = None, device: Device = "auto") -> int:
    """Encode all pieces of a corpus with the run folder's codec, and embed all captions; returns how many pieces.

    Parameters
    ----------
    out : Path
        The run folder.
    data : Path, optional
        Folder of the corpus, which gains the latents; default: the run folder.
    device : str
        Where the codec and the text encoder compute.

    Raises
    ------
    SettingsError
        If the run folder has no finished codec.
    """
    place = Placement(device)
    codec = codec_from(weights_in(out, "codec"))
    codec.to(place.device)  # pyright: ignore[reportArgumentType]  (diffusers' wrapper hides self)
    encoder = TextEncoder(device=place.encoders)
    total = 0
    for part in ("heldout", "train"):
        folder = (data or out) / part
        pieces = PieceColumns.open(folder)
        texts = encoder.encode(pieces.columns["caption_words"].tolist()).astype(np.float16)
        save_columns(folder, {"caption_text": texts, "latents": encode_pieces(codec, pieces)})
        total += len(pieces)
    return total
