"""What an editor would say about a section or a piece, drawn from a finite bank of wordings.

The bank is small enough to be embedded once (``all_captions``). A caption never says what is not so: words
are picked from lists that fit the section's style, mood, energy, roles and theme, and the piece's metre, tempo and
curve. Held-out captions come from other templates *and* other synonyms, to measure whether the model understands
wordings it has not met.

Not every synonym meets every other: the bank says facts together in a few ways (``WAYS``), taking synonyms in turn,
which keeps it small while all words are met in many places.
"""

from __future__ import annotations

from itertools import product
from zlib import crc32

import numpy as np

from vem_plugin.score.cue import COMPOUND, COMPOUND_PACE, UNTOLD, CueSheet, Section
from vem_plugin.score.moods import energy_name, mood_of
from vem_plugin.training.corpus.caption_words import CUE_TEMPLATES, TAUGHT_WORDS, TEMPLATES
from vem_plugin.training.corpus.held_out_words import HELD_OUT_CUE_TEMPLATES, HELD_OUT_TEMPLATES, HELD_OUT_WORDS

_SLOTS = {
    template: tuple(slot for slot in TAUGHT_WORDS if f"{{{slot}}}" in template)
    for template in (*TEMPLATES, *CUE_TEMPLATES, *HELD_OUT_TEMPLATES, *HELD_OUT_CUE_TEMPLATES)
}
WAYS = {1: 99, 2: 4, 3: 2}
"""Most wordings of one, two and three facts said together."""
SLOW, FAST = 78.0, 120.0
"""Quarter notes a minute up to which a piece is slow, and from which it is fast."""
CLEARLY = 0.12
"""Energy by which a theme that returns is smaller or bigger than it was."""


def caption_for(section: Section, cue: CueSheet, rng: np.random.Generator, *, held_out: bool = False) -> str:
    """Say one section in words.

    Parameters
    ----------
    section : Section
    cue : CueSheet
        Tells the style (of a piece without one nothing is said about style), and what sounded before.
    rng : numpy.random.Generator
    held_out : bool
        Draw from the wordings kept out of training.
    """
    energy = sum(section.energy) / 2
    facts = {
        **_style_facts(cue),
        "mood": (mood_of(section.valence, energy, section.tension),),
        "energy": (energy_name(energy, section.energy[1] - section.energy[0]),),
        "roles": roles_said(section),
        "theme": theme_said(section, cue),
        "metre": _metre_said(cue),
    }
    return _say(HELD_OUT_TEMPLATES if held_out else TEMPLATES, facts, rng, held_out=held_out)


def caption_of_cue(cue: CueSheet, rng: np.random.Generator, *, held_out: bool = False) -> str:
    """Say the whole piece in words; its energy curve, metre and tempo count here."""
    weights = [section.beats for section in cue.sections]
    energy = float(np.average([sum(section.energy) / 2 for section in cue.sections], weights=weights))
    valence = float(np.average([section.valence for section in cue.sections], weights=weights))
    tension = float(np.average([section.tension for section in cue.sections], weights=weights))
    facts = {
        **_style_facts(cue),
        "mood": (mood_of(valence, energy, tension),),
        "energy": (energy_name(energy, 0),),
        "curve": (curve_of(cue),),
        "metre": _metre_said(cue),
        "tempo": (tempo_said(cue),),
    }
    return _say(HELD_OUT_CUE_TEMPLATES if held_out else CUE_TEMPLATES, facts, rng, held_out=held_out)


def all_captions() -> list[str]:
    """Every caption that can be drawn, held-out ones included, sorted, each once."""
    found: set[str] = set()
    for held_out, templates in (
        (False, (*TEMPLATES, *CUE_TEMPLATES)),
        (True, (*HELD_OUT_TEMPLATES, *HELD_OUT_CUE_TEMPLATES)),
    ):
        words = HELD_OUT_WORDS if held_out else TAUGHT_WORDS
        for template in templates:
            for values in product(*(words[slot] for slot in _SLOTS[template])):
                found.update(_wordings(template, values, held_out=held_out))
    return sorted(found)


def roles_said(section: Section) -> tuple[str, ...]:
    """What may truly be said about who plays: keys of ``ROLE_WORDS``."""
    roles = section.roles
    said = [f"no {role}" for role in ("drums", "bass", "melody", "counter") if role not in roles]
    said += [role for role in ("drums", "melody", "bass", "counter") if role in roles]
    if len(roles) == 5:
        said.append("everyone")
    if roles == {"harmony"}:
        said.append("chords only")
    return tuple(said)


def theme_said(section: Section, cue: CueSheet) -> tuple[str, ...]:
    """What may truly be said about the theme of a section: a key of ``THEMES``; nothing of the first section."""
    before = [other for other in cue.sections if other.start < section.start]
    if not before:
        return ()
    same = [other for other in before if other.theme == section.theme]
    if not same:
        return ("other",)
    gain = (sum(section.energy) - sum(same[-1].energy)) / 2
    return ("smaller" if gain < -CLEARLY else "bigger" if gain > CLEARLY else "again",)


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


def tempo_said(cue: CueSheet) -> str:
    """Name the tempo of a piece: a key of ``TEMPI_SAID``."""
    quarters = cue.bpm / COMPOUND_PACE if cue.metre == COMPOUND else cue.bpm
    return "slow" if quarters <= SLOW else "fast" if quarters >= FAST else "walking"


def _style_facts(cue: CueSheet) -> dict[str, tuple[str, ...]]:
    named = () if cue.style == UNTOLD else (cue.style,)
    return {"style": named, "scene": named}


def _metre_said(cue: CueSheet) -> tuple[str, ...]:
    """The metre, where it is worth a word: nobody asks for four."""
    return () if cue.metre == 4 else (str(cue.metre),)


def _say(
    templates: tuple[str, ...],
    facts: dict[str, tuple[str, ...]],
    rng: np.random.Generator,
    *,
    held_out: bool,
) -> str:
    usable = [template for template in templates if all(facts.get(slot) for slot in _SLOTS[template])]
    template = usable[rng.integers(len(usable))]
    values = tuple(facts[slot][rng.integers(len(facts[slot]))] for slot in _SLOTS[template])
    wordings = _wordings(template, values, held_out=held_out)
    return wordings[rng.integers(len(wordings))]


def _wordings(template: str, values: tuple[str, ...], *, held_out: bool) -> list[str]:
    """The ways in which a template says these values, one for each of its ``_SLOTS``."""
    words = HELD_OUT_WORDS if held_out else TAUGHT_WORDS
    slots = _SLOTS[template]
    choices = [words[slot][value] for slot, value in zip(slots, values, strict=True)]
    count = min(WAYS[len(slots)], max(map(len, choices)))
    # Where each list begins depends on its neighbours, or the same synonyms would always meet.
    begins = [crc32("/".join((slot, *values)).encode()) for slot in slots]
    chosen = (
        [words[(begin + k) % len(words)] for words, begin in zip(choices, begins, strict=True)] for k in range(count)
    )
    return [template.format(**dict(zip(slots, words, strict=True))) for words in chosen]
