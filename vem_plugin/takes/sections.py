"""What a request for a span makes of the cue sheet: sections are cut at bar lines, and those of the span asked anew.

Bars, key, mode, themes, hits, stops and swing stay; so do all sections outside the span, but for where they are cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from vem_plugin.brief.sights import Encode
from vem_plugin.brief.wishes import Wishes, read_wishes
from vem_plugin.direct.captions import ENERGY_WORDS, STYLE_NAMES
from vem_plugin.direct.energies import feel_of
from vem_plugin.errors import SettingsError
from vem_plugin.score.cue import ROLES, STYLES, CueSheet, Role, Section
from vem_plugin.score.modes import VALENCE_OF_MODE
from vem_plugin.score.moods import Feel, energy_name, mood_of

WIDEST = 0.35
"""How far a section's valence may lie from its mode's."""
ENERGY_SHARE, MOOD_SHARE = 0.5, 0.85
"""How far the words move energy, and valence and tension, from what they were to what they say."""
PITCHED: tuple[Role, ...] = ("harmony", "bass", "counter")


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a span.

    ``brief`` is free text as in ``brief.wishes``; ``style`` one of ``STYLES`` or None for the take's; ``on`` and
    ``off`` roles that shall and shall not play; ``energy`` 0 to 1 or None; ``seed`` None for a fresh one.

    A style changes what is written and not who plays it: notes ring over the seams, and the same players go on there,
    so a span that swapped its instruments would be heard as another piece put in. Another ensemble is another take of
    the whole (``vem score --style``, ``--palette``).
    """

    brief: str = ""
    style: str | None = None
    on: frozenset[Role] = frozenset()
    off: frozenset[Role] = frozenset()
    energy: float | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.style is not None and self.style not in STYLES:
            raise SettingsError(f"There is no style '{self.style}'.", remedy=f"Choose one of: {', '.join(STYLES)}.")
        if self.energy is not None and not 0 <= self.energy <= 1:
            raise SettingsError(f"An energy of {self.energy:g} is out of range.", remedy="Use 0 (still) to 1 (full).")
        if self.seed is not None and not 0 <= self.seed < 2**31:
            raise SettingsError(f"The seed {self.seed} is out of range.", remedy="Use 0 to 2147483647.")
        if self.on & self.off:
            raise SettingsError(f"{', '.join(sorted(self.on & self.off))} cannot both play and rest.")

    @property
    def words(self) -> str:
        """The request in one line for people; empty if only another take is wanted."""
        parts = [self.brief.strip(), self.style or ""]
        parts += [f"+{role}" for role in ROLES if role in self.on] + [f"-{role}" for role in ROLES if role in self.off]
        parts += [] if self.energy is None else [f"energy {self.energy:g}"]
        return ", ".join(part for part in parts if part)

    @property
    def silent(self) -> frozenset[Role]:
        """Roles that shall not play, asked for as such or in the brief."""
        return (self.off | read_wishes(self.brief).roles_off) - self.on


def read_roles(text: str) -> tuple[frozenset[Role], frozenset[Role]]:
    """Read "-drums,-melody,+bass": roles that shall play, and roles that shall rest; without a sign they play.

    Raises
    ------
    SettingsError
        If there is no such role.
    """
    named: dict[str, Role] = {role: role for role in ROLES}
    on: set[Role] = set()
    off: set[Role] = set()
    for word in (word.strip().lower() for word in text.split(",")):
        role = named.get(word.lstrip("+-"))
        if role is None:
            raise SettingsError(
                f"'{word}' is no role.",
                where="--roles",
                remedy=f"Write a list such as -drums,+melody of: {', '.join(ROLES)}.",
            )
        (off if word.startswith("-") else on).add(role)
    return frozenset(on), frozenset(off)


def asked_anew(cue: CueSheet, first: int, last: int, ask: Ask, *, encode: Encode | None = None) -> CueSheet:
    """The cue sheet with what is asked in the sections of a span.

    Parameters
    ----------
    cue : CueSheet
    first, last : int
        The span in beats, ``last`` excluded. Sections are cut at the bar lines nearest to its ends; the span has one
        bar at least.
    ask : Ask
    encode : callable, optional
        Embeds texts, so that free words are understood by meaning.

    Returns
    -------
    CueSheet
        Of the same bars. Its style is still the take's.
    """
    low, high = _bar_lines(cue, first, last)
    wishes, feel = read_wishes(ask.brief), feel_of(ask.brief, encode)
    style = ask.style or cue.style
    middle = VALENCE_OF_MODE[cue.mode]
    sections = [
        _asked(section, ask, wishes, feel, style=style, brightness=(middle - WIDEST, middle + WIDEST))
        if low <= section.start < high
        else section
        for section in cut_sections(cue.sections, (low, high))
    ]
    return replace(cue, sections=tuple(sections))


def cut_sections(sections: Sequence[Section], beats: Sequence[int]) -> list[Section]:
    """Sections cut at bar lines, their energy divided as it runs."""
    parts: list[Section] = []
    for section in sections:
        starts = np.cumsum([section.start, *section.bars])[:-1].tolist()
        levels = np.linspace(*section.energy, section.beats)
        edges = [0, *(place for place, start in enumerate(starts) if place and start in beats), len(starts)]
        for begin, end in pairwise(edges):
            bars = section.bars[begin:end]
            offset = starts[begin] - section.start
            energy = float(levels[offset]), float(levels[offset + sum(bars) - 1])
            whole = len(edges) == 2
            parts.append(section if whole else replace(section, start=starts[begin], bars=bars, energy=energy))
    return parts


def _bar_lines(cue: CueSheet, first: int, last: int) -> tuple[int, int]:
    """The bar lines nearest to the ends of a span, at least a bar apart."""
    lines = [0]
    for section in cue.sections:
        for bar in section.bars:
            lines.append(lines[-1] + bar)
    low = min(range(len(lines) - 1), key=lambda place: (abs(lines[place] - first), place))
    high = min(range(1, len(lines)), key=lambda place: (abs(lines[place] - last), place))
    if high <= low:
        middle = (first + last) / 2
        low = max(place for place in range(len(lines) - 1) if lines[place] <= middle)
        high = low + 1
    return lines[low], lines[high]


def _asked(
    section: Section,
    ask: Ask,
    wishes: Wishes,
    feel: Feel | None,
    *,
    style: str,
    brightness: tuple[float, float],
) -> Section:
    energy = _energy(section, ask, wishes, feel)
    valence, tension = section.valence, section.tension
    if feel is not None:
        valence += MOOD_SHARE * (feel.valence - valence)
        tension += MOOD_SHARE * (feel.tension - tension)
    roles = (section.roles | wishes.roles_on | ask.on) - ask.silent
    if not roles & set(PITCHED):
        roles |= {next((role for role in PITCHED if role not in ask.silent), PITCHED[0])}
    if not ask.words:
        return section
    changed = replace(
        section, energy=energy, valence=float(np.clip(valence, *brightness)), tension=tension, roles=roles
    )
    return replace(changed, caption=_caption(changed, ask, style=style))


def _energy(section: Section, ask: Ask, wishes: Wishes, feel: Feel | None) -> tuple[float, float]:
    """Energy at both ends: what the words say, and over all a number that is asked for; the slope stays, or turns."""
    first, last = section.energy
    mean, rise = (first + last) / 2, wishes.rise or last - first
    if feel is not None:
        mean += ENERGY_SHARE * (feel.energy - mean)
    if wishes.energy is not None:
        mean = wishes.energy
    mean += wishes.more
    if ask.energy is not None:
        mean, rise = ask.energy, wishes.rise
    return float(np.clip(mean - rise / 2, 0.03, 1)), float(np.clip(mean + rise / 2, 0.03, 1))


def _caption(section: Section, ask: Ask, *, style: str) -> str:
    """In the words that the composer was taught, as the conductor says it (``vem_plugin.direct.captions``)."""
    first, last = section.energy
    mean = (first + last) / 2
    parts = [ask.brief.strip()] if ask.brief.strip() else []
    parts += [f"{mood_of(section.valence, mean, section.tension)} {STYLE_NAMES[style]}"]
    parts += [ENERGY_WORDS[energy_name(mean, last - first)]]
    parts += [f"no {role}" for role in ("drums", "melody") if role not in section.roles]
    return ", ".join(parts)
