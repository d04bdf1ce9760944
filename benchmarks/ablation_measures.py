"""What the ablation (``ablation.py``) measures in music that a variant wrote for held-out pieces.

All of it is measured in what the network wrote: nothing is repaired (``vem_plugin.models.finish``), or a variant that
knows no hits would be given them. Shares are pooled over pieces; *minus elsewhere* means that the same is counted
where it was not asked for, and taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vem_plugin.evaluate import harmony, obedience
from vem_plugin.evaluate.clips.likeness import frechet_distance
from vem_plugin.evaluate.counting import Count
from vem_plugin.evaluate.places import BASS, DRUMS, STEPS_PER_EIGHTH, end_step, hit_steps, within
from vem_plugin.models.attention import StoryboardAttention
from vem_plugin.models.conditioning import Conditions, batch_of
from vem_plugin.models.storyboard_tokens import HIDDEN, ShotTable
from vem_plugin.models.transformer import VeMTransformer
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.score.strengths import STRONG
from vem_plugin.training.corpus.build import Piece
from vem_plugin.training.corpus.grooves import KICK

MOTION = 4
"""Of a shot's cinematics: the one that follows the energy of its section."""
WATCHED_AT = 0.5
"""Diffusion time at which attention is watched."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A held-out piece: what its teacher wrote, its shots, what a model is told, and its latents (beats, size)."""

    number: int
    piece: Piece
    shots: ShotTable
    conditions: Conditions
    latents: NDArray[np.float32]

    @property
    def shot_beats(self) -> NDArray[np.float64]:
        """Where shots begin, and the end, in beats."""
        edges = np.append(self.shots.start, self.shots.end[-1])
        return edges * self.piece.cue.bpm / 60


@dataclass(frozen=True, slots=True)
class Written:
    """What was written for a held-out piece: latents (beats, size) and the piece they spell."""

    held_out: HeldOut
    latents: NDArray[np.float32]
    piece: Piece


def figures_of(takes: Sequence[Written], others: Sequence[HeldOut]) -> dict[str, float]:
    """All measures over some takes; ``others`` are held-out pieces that none of them was written for."""
    pieces = [take.piece for take in takes]
    return {
        "Fréchet distance": frechet_distance(
            _pairs_of_beats([take.latents for take in takes]), _pairs_of_beats([other.latents for other in others])
        ),
        "accents on hits": _pooled(strong_hits_accented, pieces) - _pooled(obedience.false_accents, pieces),
        "accents or hits": _pooled(accents_among_hits, pieces),
        "onsets on hits": _pooled(struck_on_hits, pieces),
        "downbeats": _pooled(low_on_downbeats, pieces),
        "energy by shot": float(np.mean([c.good for c in map(energy_by_shot, takes) if c.of])),
        "roles": (_pooled(obedience.roles_asked_for, pieces) + _pooled(obedience.roles_left_out, pieces)) / 2,
        "change at sections": _pooled(_change_at_sections, pieces) - _pooled(_change_inside, pieces),
        "in key": _pooled(harmony.notes_in_key, pieces),
    }


MEANINGS = {
    "error t=.3": "mean squared error of the clean latents at diffusion time .3 (0 noise, 1 clean)",
    "error t=.5": "the same at .5",
    "Fréchet distance": "between latents of neighbouring beats, written and of other held-out pieces (FAD's analogue)",
    "accents on hits": "share of strong and marked hits that stand out of the bars around, minus that of other beats",
    "accents or hits": "beats accented and hit among those that are either (TBIoU's analogue, without tolerance)",
    "onsets on hits": "share of all hits with an onset on their sixteenth, minus that of places where nothing is asked",
    "downbeats": "share of downbeats with kick or bass, minus that of other beats (BIoU's analogue)",
    "energy by shot": "rank correlation of a shot's motion and the power played in it, mean over pieces",
    "roles": "mean of: roles asked for that play, roles left out that do not",
    "change at sections": "how unlike neighbouring bars are (role and place) at section borders, minus inside sections",
    "in key": "share of pitched notes in the mode's scale",
    "leak": "share of attention that falls on shots the mask is meant to hide",
    "own": "share of attention on the shot on screen",
}
LESS_IS_BETTER = ("error", "Fréchet", "leak")


def _pooled(measure, pieces: Sequence[Piece]) -> float:
    counts = [measure(piece) for piece in pieces]
    return sum(count.good for count in counts) / max(1e-9, sum(count.of for count in counts))


def _pairs_of_beats(latents: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Latents of neighbouring beats side by side, (n, 2 * size)."""
    return np.concatenate([np.concatenate([piece[:-1], piece[1:]], 1) for piece in latents])


def _strong_beats_hit(piece: Piece) -> set[int]:
    cue = piece.cue
    beats = {eighth // 2 for eighth, strength in cue.hits.items() if strength >= STRONG and eighth % 2 == 0}
    return {beat for beat in beats - set(cue.stops) if beat < cue.end_beat}


def strong_hits_accented(piece: Piece) -> Count:
    """Strong and marked hits on beats that are accented (``obedience.accented``)."""
    hits, power = _strong_beats_hit(piece), obedience.power_by_step(piece.notes)
    return Count(sum(obedience.accented(piece, beat * STEPS_PER_BEAT, power) for beat in hits), len(hits))


def accents_among_hits(piece: Piece) -> Count:
    """Beats that are accented and hit, among those that are either; weak hits and stops count for neither."""
    cue, power, hits = piece.cue, obedience.power_by_step(piece.notes), _strong_beats_hit(piece)
    weak = {eighth // 2 for eighth in cue.hits} - hits
    beats = set(range(cue.end_beat)) - weak - set(cue.stops)
    accents = {beat for beat in beats if obedience.accented(piece, beat * STEPS_PER_BEAT, power)}
    return Count(len(accents & hits), len(accents | hits))


def struck_on_hits(piece: Piece) -> Count:
    """Hits with an onset, less what a place of the same kind (beat or off-beat) has where nothing is asked for."""
    cue, struck = piece.cue, set(piece.notes["start"].tolist())
    free = [e for e in range(2 * cue.end_beat) if e not in cue.hits and e // 2 not in cue.stops]
    good = of = 0.0
    for off_beat in (0, 1):
        hits = [e for e in cue.hits if e % 2 == off_beat and e // 2 not in cue.stops]
        elsewhere = [e for e in free if e % 2 == off_beat]
        chance = np.mean([e * STEPS_PER_EIGHTH in struck for e in elsewhere]) if elsewhere else 0.0
        good += sum(e * STEPS_PER_EIGHTH in struck for e in hits) - len(hits) * chance
        of += len(hits)
    return Count(good, of)


def low_on_downbeats(piece: Piece) -> Count:
    """Downbeats with a kick or a bass note, less the share of other beats that have one; hits count for neither."""
    cue, notes = piece.cue, piece.notes
    low = ((notes["role"] == DRUMS) & (notes["pitch"] == KICK)) | (notes["role"] == BASS)
    struck = set(notes["start"][low].tolist())
    taken = {eighth // 2 for eighth in cue.hits} | set(cue.stops)
    beats = set(range(cue.end_beat)) - taken
    downbeats = {bar.beat for bar in bars_of(cue)} & beats
    others = beats - downbeats
    chance = np.mean([beat * STEPS_PER_BEAT in struck for beat in others]) if others else 0.0
    found = sum(beat * STEPS_PER_BEAT in struck for beat in downbeats)
    return Count(found - len(downbeats) * chance, len(downbeats))


def energy_by_shot(take: Written) -> Count:
    """Rank correlation of the motion a shot shows and the power struck a beat while it is seen, hits left out."""
    piece, shots = take.piece, take.held_out.shots
    notes = piece.notes[~np.isin(piece.notes["start"], list(hit_steps(piece.cue)))]
    notes = notes[notes["start"] < end_step(piece.cue)]
    asked, heard = [], []
    for index, (first, last) in enumerate(pairwise(take.held_out.shot_beats)):
        last = min(last, piece.cue.end_beat)
        if shots.told[index, 2] and last - first >= 1:
            inside = (notes["start"] >= first * STEPS_PER_BEAT) & (notes["start"] < last * STEPS_PER_BEAT)
            asked.append(float(shots.cinematics[index, MOTION]))
            heard.append(obedience.power_of(notes[inside]) / (last - first))
    return obedience.rank_correlation(asked, heard)


def _change_at_sections(piece: Piece) -> Count:
    return _change(piece, at_borders=True)


def _change_inside(piece: Piece) -> Count:
    return _change(piece, at_borders=False)


def _change(piece: Piece, *, at_borders: bool) -> Count:
    """One minus the likeness (Jaccard of role and place in the bar) of neighbouring bars."""
    changes = []
    for one, other in pairwise(bars_of(piece.cue)):
        if one.ends_section == at_borders and other.beat < piece.cue.end_beat:
            before, after = (_places(piece, bar) for bar in (one, other))
            if before | after:
                changes.append(1 - len(before & after) / len(before | after))
    return Count(float(np.sum(changes)), len(changes))


def _places(piece: Piece, bar) -> set[tuple[int, int]]:
    inside = within(piece.notes, bar)
    return set(zip(inside["role"].tolist(), (inside["start"] - bar.step).tolist(), strict=True))


@torch.no_grad()
def attention_of(model: VeMTransformer, pieces: Sequence[HeldOut]) -> dict[str, float]:
    """Where SG-CAtt looks, mean over heads, blocks, frames and pieces: ``own`` shot, and ``leak`` (see MEANINGS)."""
    watched = [module for module in model.modules() if isinstance(module, StoryboardAttention)]
    if not watched:
        return {}
    shares: list[tuple[float, float]] = []
    generator = torch.Generator().manual_seed(7)
    seen: list[tuple[StoryboardAttention, Any]] = []
    hooks = [module.register_forward_pre_hook(lambda module, given: seen.append((module, given))) for module in watched]
    for held_out in pieces:
        seen.clear()
        clean = torch.from_numpy(held_out.latents)[None]
        noisy = WATCHED_AT * clean + (1 - WATCHED_AT) * torch.randn(clean.shape, generator=generator)
        nothing = torch.zeros(1, clean.shape[1], 1)
        batch = batch_of([held_out.conditions.without_pictures()])
        model(noisy, nothing + WATCHED_AT, torch.zeros_like(clean), nothing, batch)
        hidden = torch.from_numpy(held_out.conditions.mask <= HIDDEN / 2)
        own = torch.from_numpy(held_out.conditions.relation[..., 1] > 0)
        for module, given in seen:
            weights = module.weights(*given)[0, ..., :-1]
            slots = weights.shape[-1] // hidden.shape[1]
            shares.append(tuple(float((weights * kind.repeat(1, slots)).sum(-1).mean()) for kind in (own, hidden)))
    for hook in hooks:
        hook.remove()
    own_share, leak = np.mean(shares, axis=0)
    return {"own": float(own_share), "leak": float(leak)}
