"""What an editor would say about a section or a piece, drawn from a finite bank of wordings.

The bank is small enough to be embedded once (``all_captions``). A caption never says what is not so: words
are picked from lists that fit the section's style, mood, energy and roles. Held-out captions come from other
templates *and* other synonyms, to measure whether the model understands wordings it has not met.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from vem_plugin.score.cue import CueSheet, Section
from vem_plugin.score.moods import energy_name, mood_of
from vem_plugin.training.corpus.caption_words import (
    CUE_TEMPLATES,
    CURVES,
    ENERGIES,
    HELD_OUT_CUE_TEMPLATES,
    HELD_OUT_TEMPLATES,
    HELD_OUT_WORDS,
    MOODS,
    ROLE_WORDS,
    STYLE_WORDS,
)

Words = dict[str, dict[str, tuple[str, ...]]]
_WORDS: Words = {
    "style": STYLE_WORDS,
    "mood": MOODS,
    "energy": ENERGIES,
    "roles": ROLE_WORDS,
    "curve": CURVES,
}


def caption_for(section: Section, cue: CueSheet, rng: np.random.Generator, *, held_out: bool = False) -> str:
    """Say one section in words.

    Parameters
    ----------
    section : Section
    cue : CueSheet
        Tells the style.
    rng : numpy.random.Generator
    held_out : bool
        Draw from the wordings kept out of training.
    """
    templates = HELD_OUT_TEMPLATES if held_out else TEMPLATES
    energy = sum(section.energy) / 2
    facts = {
        "style": (cue.style,),
        "mood": (mood_of(section.valence, energy, section.tension),),
        "energy": (energy_name(energy, section.energy[1] - section.energy[0]),),
        "roles": roles_said(section),
    }
    return _say(templates, facts, rng, held_out=held_out)


def caption_of_cue(cue: CueSheet, rng: np.random.Generator, *, held_out: bool = False) -> str:
    """Say the whole piece in words; its energy curve counts here."""
    templates = HELD_OUT_CUE_TEMPLATES if held_out else CUE_TEMPLATES
    weights = [section.beats for section in cue.sections]
    energy = float(np.average([sum(section.energy) / 2 for section in cue.sections], weights=weights))
    valence = float(np.average([section.valence for section in cue.sections], weights=weights))
    tension = float(np.average([section.tension for section in cue.sections], weights=weights))
    facts = {
        "style": (cue.style,),
        "mood": (mood_of(valence, energy, tension),),
        "energy": (energy_name(energy, 0),),
        "curve": (curve_of(cue),),
    }
    return _say(templates, facts, rng, held_out=held_out)


def all_captions() -> list[str]:
    """Every caption that can be drawn, held-out ones included, sorted, each once."""
    found: set[str] = set()
    for held_out, templates in (
        (False, TEMPLATES),
        (False, CUE_TEMPLATES),
        (True, HELD_OUT_TEMPLATES),
        (True, HELD_OUT_CUE_TEMPLATES),
    ):
        for template in templates:
            slots = _slots_of(template)
            choices = [
                [word for value in _WORDS[slot] for word in _synonyms(slot, value, held_out=held_out)] for slot in slots
            ]
            for words in product(*choices):
                found.add(template.format(**dict(zip(slots, words, strict=True))))
    return sorted(found)


def roles_said(section: Section) -> tuple[str, ...]:
    """What may truly be said about who plays: keys of ``ROLE_WORDS``."""
    roles = section.roles
    said = [f"no {role}" for role in ("drums", "bass", "melody") if role not in roles]
    said += [role for role in ("drums", "melody", "bass") if role in roles]
    if len(roles) == 5:
        said.append("everyone")
    if roles <= {"harmony", "counter"}:
        said.append("chords only")
    return tuple(said)


def curve_of(cue: CueSheet) -> str:
    """Name the energy curve of a piece: a key of ``CURVES``."""
    line = np.concatenate([np.linspace(*section.energy, section.beats) for section in cue.sections])
    thirds = [float(part.mean()) for part in np.array_split(line, 3) if len(part)]
    first, last, middle = thirds[0], thirds[-1], thirds[len(thirds) // 2]
    if last > first + 0.25:
        return "builds"
    if last < first - 0.25:
        return "settles"
    if middle > max(first, last) + 0.12:
        return "arc"
    return "steady" if line.std() < 0.12 else "waves"


def _say(
    templates: tuple[str, ...],
    facts: dict[str, tuple[str, ...]],
    rng: np.random.Generator,
    *,
    held_out: bool,
) -> str:
    usable = [template for template in templates if all(facts.get(slot) for slot in _slots_of(template))]
    template = usable[rng.integers(len(usable))]
    words = {}
    for slot in _slots_of(template):
        values = facts[slot]
        synonyms = _synonyms(slot, values[rng.integers(len(values))], held_out=held_out)
        words[slot] = synonyms[rng.integers(len(synonyms))]
    return template.format(**words)


def _synonyms(slot: str, value: str, *, held_out: bool) -> tuple[str, ...]:
    return HELD_OUT_WORDS[slot][value] if held_out else _WORDS[slot][value]


def _slots_of(template: str) -> tuple[str, ...]:
    return _SLOTS[template]


TEMPLATES = (
    "{style}",
    "{mood}",
    "{energy}",
    "{roles}",
    "{mood} {style}",
    "{mood}, {energy}",
    "{style}, {energy}",
    "{mood}, {roles}",
    "{style}, {roles}",
    "{energy}, {roles}",
)
_SLOTS = {
    template: tuple(slot for slot in _WORDS if f"{{{slot}}}" in template)
    for template in (*TEMPLATES, *CUE_TEMPLATES, *HELD_OUT_TEMPLATES, *HELD_OUT_CUE_TEMPLATES)
}
