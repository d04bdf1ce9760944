"""The conductor decides what the music does, bar by bar, before a note is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vem_plugin.brief import Brief, read_wishes
from vem_plugin.brief.sights import Encode, sights_of_shots
from vem_plugin.direct.accents import end_beat_of, hits_of
from vem_plugin.direct.captions import caption_of_piece, caption_of_scene
from vem_plugin.direct.energies import Character, characters_of
from vem_plugin.direct.feel import swing_of
from vem_plugin.direct.modulation import shifts_of
from vem_plugin.direct.orchestra import roles_of, themes_of
from vem_plugin.direct.scenes import Scene, scenes_of
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.rhythm.beat_plan import BeatPlan
from vem_plugin.score.cue import CueSheet, Section
from vem_plugin.score.modes import MODE_SHARES, VALENCE_OF_MODE

MODE_SHARPNESS = 3.0
"""How much a mode's share falls for each unit by which it is brighter or darker than asked."""
WIDEST = 0.35
"""How far a section's valence may lie from its mode's."""


def direct(
    parsed: ParsedVideo,
    plan: BeatPlan,
    brief: Brief,
    *,
    style: str,
    seed: int,
    mode: str | None = None,
    encode: Encode | None = None,
) -> CueSheet:
    """Write the cue sheet of an edit (VeM, "music conductor").

    Parameters
    ----------
    parsed : ParsedVideo
        What the picture says.
    plan : BeatPlan
        Where bars and beats fall, and what landed on them.
    brief : Brief
        What the editor asks for, with notes for spans.
    style : str
        One of ``STYLES``.
    seed : int
        Decides key, mode, swing, modulation and the finer points of who plays; one seed gives one cue sheet.
    mode : str, optional
        One of ``MODES`` to be kept if the style is at home in it: that of a theme which is given.
    encode : callable, optional
        Embeds texts, (n, size) float32 with unit norm; lets free words and what is seen be understood by meaning.

    Returns
    -------
    CueSheet
        Its sections cover all bars of the plan.
    """
    rng = np.random.default_rng([seed, 0xC0DE])
    wishes = read_wishes(brief.text)
    scenes = scenes_of(parsed, plan, brief, sights=sights_of_shots(parsed, encode))
    characters = characters_of(scenes, brief, style=style, encode=encode)
    drawn = _mode_of(scenes, characters, style, rng)
    mode = mode if mode in MODE_SHARES[style] else drawn
    roles = roles_of(scenes, characters, wishes, style=style, rng=rng)
    themes = themes_of(scenes, characters)
    shifts = shifts_of(scenes, characters, themes, style=style, rng=rng)
    swing = swing_of(style, plan.metre, wishes.swing, rng)
    end_beat = end_beat_of(plan)
    hits, stops = hits_of(parsed, plan, scenes, characters, end_beat)
    middle = VALENCE_OF_MODE[mode]
    sections = tuple(
        Section(
            start=scene.bars[0].beat,
            bars=tuple(bar.beats for bar in scene.bars),
            energy=character.energy,
            valence=float(np.clip(character.valence, middle - WIDEST, middle + WIDEST)),
            tension=character.tension,
            theme=theme,
            roles=playing,
            shots=scene.shots,
            caption=caption_of_scene(scene, character, style=style, roles=playing),
            shift=shift,
        )
        for scene, character, theme, playing, shift in zip(scenes, characters, themes, roles, shifts, strict=True)
    )
    caption = caption_of_piece(brief, sections, style=style)
    key, bpm = int(rng.integers(12)), float(plan.base_bpm)
    return CueSheet(style, mode, key, bpm, sections, hits, stops, end_beat, caption, plan.metre, swing)


def _mode_of(scenes: Sequence[Scene], characters: Sequence[Character], style: str, rng: np.random.Generator) -> str:
    """Draw a mode of the style, the likelier the nearer its brightness is to the scenes'."""
    lengths = [float(scene.end - scene.start) for scene in scenes]
    valence = float(np.average([character.valence for character in characters], weights=lengths))
    modes = list(MODE_SHARES[style])
    nearness = [-MODE_SHARPNESS * abs(VALENCE_OF_MODE[mode] - valence) for mode in modes]
    chances = np.array([MODE_SHARES[style][mode] for mode in modes]) * np.exp(nearness)
    return modes[int(rng.choice(len(modes), p=chances / chances.sum()))]
