"""Everything an audio model is told about a piece: the score model's conditions, read at a fixed frame rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vem_plugin.models.audio.frame_features import beats_at, frame_features
from vem_plugin.models.beat_features import features_of
from vem_plugin.models.conditioning import Conditions
from vem_plugin.models.seen_shots import sections_as_shots, shots_seen
from vem_plugin.models.storyboard_tokens import style_vector, tokens_of
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.score.cue import CueSheet
from vem_plugin.score.theme import RealisedTheme, card_features


def frame_conditions(
    cue: CueSheet,
    theme: RealisedTheme,
    parsed: ParsedVideo | None,
    beat_times: NDArray[np.float64],
    clock: NDArray[np.float64],
) -> Conditions:
    """Conditions of T audio latent frames.

    Parameters
    ----------
    cue, theme, parsed
        As for the score model (``vem_composer.conditions_for``).
    beat_times : (beats + 1,) seconds
        Start of every beat, and the end: the solved tempo map.
    clock : (T,) seconds
        Start of every latent frame.
    """
    shots = shots_seen(parsed) if parsed is not None else sections_as_shots(cue, beat_times)
    caption = parsed.brief_text if parsed is not None and parsed.brief else None
    tokens = tokens_of(shots, clock, caption=caption, style=style_vector(cue), beats=beat_times[:-1])
    features = features_of(cue, beat_times[:-1])
    number = beats_at(clock, beat_times)
    eighths = np.interp(np.arange(2 * cue.beats + 1) / 2, np.arange(cue.beats + 1), beat_times)
    hits = eighths[[eighth for eighth in sorted(cue.hits) if 0 <= eighth < len(eighths)]]
    return Conditions(
        beat=frame_features(features.beat, clock, beat_times, hits),
        direction=features.direction[number],
        card=card_features(cue, theme).astype(np.float32)[number],
        piece=np.zeros(len(clock), np.int64),
        text=tokens.text,
        picture=tokens.picture,
        look=tokens.look,
        time=tokens.time,
        present=tokens.present,
        relation=tokens.relation,
        mask=tokens.mask,
    )
