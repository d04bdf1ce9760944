"""Is the brief heard in the notes? And does the picture alone move the music the right way?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vem_plugin.evaluate.baselines import Task, fitting, shuffled
from vem_plugin.evaluate.counting import Count, figure_of
from vem_plugin.evaluate.edits import plain_edit, score_parsed
from vem_plugin.evaluate.made_up_edits import BUSIER, CALMER, edit_that_shows
from vem_plugin.evaluate.obedience import power_of
from vem_plugin.evaluate.places import PITCHED, check, of_role
from vem_plugin.evaluate.style_ear import StyleEar
from vem_plugin.evaluate.table import MODEL, SHUFFLED, TEACHER, Row, at_least
from vem_plugin.evaluate.takes import Desk, Take
from vem_plugin.models.placement import Placement
from vem_plugin.training.corpus.build import Piece

BRIEFS: dict[str, str] = {
    "epic": "The army gathers at dawn. Huge, proud, drums and brass, make it feel like the battle of a lifetime.",
    "emotional": "She finds her late father's letters. Piano and a few strings, let me cry but gently.",
    "corporate": "Image film for a solar start-up, confident and friendly, something the board will nod along to.",
    "folk": "Two friends restore an old van and drive to the sea. Guitars, handmade, sunny.",
    "lofi": "Night-time study session, rain on the window, sleepy beat, dusty keys.",
    "thriller": "The hacker has ninety seconds before the door opens. Ticking, nervous, never lets go.",
    "electronic": "Sneaker drop at a warehouse rave, four on the floor, strobe lights.",
    "playful": "Our cat tries to steal a sausage from the kitchen table. Sneaky, cheeky, plucked.",
}
"""Eight briefs in editors' words, by the style they ask for; none is in the caption bank or was tuned on."""
PAIR = 5
FIFTHS = np.array([0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5])
"""Place of each pitch class above the tonic on the line of fifths: bright above, dark below."""


def rows_of_briefs(
    desk: Desk, corpus: Sequence[Piece], heldout: Sequence[Piece], *, seeds: int, placement: Placement
) -> list[Row]:
    """Share of takes whose notes tell an ear for styles, trained on the corpus, what they were made for."""
    styles = tuple(BRIEFS)
    ear = StyleEar(fitting(corpus, styles))
    right: dict[str, list[Count]] = {MODEL: [], TEACHER: [], SHUFFLED: []}
    chosen: list[Count] = []
    for number, (style, brief) in enumerate(BRIEFS.items()):
        for seed in range(seeds):
            take = _take_of_brief(desk, brief, number, seed, placement)
            taught = _taught_again(take, seed)
            chosen.append(Count(take.piece.cue.style == style, 1))
            for column, piece in ((MODEL, take.piece), (TEACHER, taught), (SHUFFLED, shuffled(taught))):
                right[column].append(Count(ear.tell(piece) == style, 1))
    known = [Count(ear.tell(piece) == piece.cue.style, 1) for piece in fitting(heldout, styles)]
    return [
        Row(
            "brief",
            f"told apart by ear, {len(styles)} briefs (chance {1 / len(styles):.3f})",
            {column: figure_of(counts) for column, counts in right.items()},
            at_least(0.7),
        ),
        Row("brief", "style chosen as the brief asks", {MODEL: figure_of(chosen)}, None),
        Row("brief", "the same ear on held-out pieces of the teacher", {TEACHER: figure_of(known)}, None),
    ]


def _take_of_brief(desk: Desk, brief: str, number: int, seed: int, placement: Placement) -> Take:
    from vem_plugin.stages import text_encoder

    parsed = plain_edit(brief, np.random.default_rng([number, seed]), text_encoder(placement).encode)
    return score_parsed(desk, parsed, seed=100 * number + seed, placement=placement)


def _taught_again(take: Take, seed: int) -> Piece:
    """The rule-based composer under the cue sheet of a take, on its theme."""
    return Task(seed, take.piece.cue, take.piece.theme).taught()


def rows_of_pictures(desk: Desk, *, pairs: int, placement: Placement) -> list[Row]:
    """A calm beach against a night chase: no brief, no notes, no names; only what is seen and how it is cut.

    Energy is the power struck a second, mood the brightness of the notes; each pair must move the right way.
    """
    louder, brighter, both = [], [], []
    for number in range(pairs):
        beach, chase = (_take_of_look(desk, kind, number, placement) for kind in (CALMER, BUSIER))
        more = power_a_second(chase) > power_a_second(beach)
        darker = brightness(chase.piece) < brightness(beach.piece)
        louder.append(Count(more, 1))
        brighter.append(Count(darker, 1))
        both.append(Count(more and darker, 1))
    return [
        Row("picture", "night chase has more energy than beach", {MODEL: figure_of(louder)}, at_least(0.9)),
        Row("picture", "night chase is darker than beach", {MODEL: figure_of(brighter)}, at_least(0.9)),
        Row("picture", "both at once", {MODEL: figure_of(both)}, None),
    ]


def _take_of_look(desk: Desk, kind: str, number: int, placement: Placement) -> Take:
    from vem_plugin.stages import text_encoder

    parsed = edit_that_shows(kind, np.random.default_rng([number, PAIR]), text_encoder(placement).encode)
    return score_parsed(desk, parsed, seed=number, placement=placement)


def power_a_second(take: Take) -> float:
    """Sum of squared velocities (1 is the loudest) struck, a second."""
    return power_of(take.piece.notes) / float(take.plan.duration)


def brightness(piece: Piece) -> float:
    """Mean place of what sounds on the line of fifths around the tonic, weighed by length; lydian 3, phrygian -2.

    Raises
    ------
    SettingsError
        If the piece is ill-formed.
    """
    check(piece)
    notes = of_role(piece, *PITCHED)
    if not len(notes):
        return 0.0
    return float(np.average(FIFTHS[notes["pitch"] % 12], weights=notes["length"]))
