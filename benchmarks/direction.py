"""How well words and pictures are heard before a note is written: styles of briefs, and edits without a word.

    python benchmarks/direction.py > benchmarks/direction.md

Nothing here is random but by number. The briefs are in ``tests/direct``: those of the exam were written before the
sentences that they are measured against, which were tuned on the other list alone; both lists are of one hand, so a
stranger's briefs will do worse.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from vem_plugin.brief import Brief
from vem_plugin.brief.style import choose_style
from vem_plugin.direct import direct
from vem_plugin.encoders.text import TextEncoder
from vem_plugin.evaluate.made_up_edits import BUSIER, CALMER, KINDS, edit_that_shows
from vem_plugin.parsing.parsed_video import ParsedVideo
from vem_plugin.rhythm.constraints import constraints_of
from vem_plugin.rhythm.plan import plan_beats
from vem_plugin.score.cue import CueSheet, tempo_range

BRIEFS = Path(__file__).parents[1] / "tests" / "direct"
EDITS = 40
"""Made-up edits of each kind."""
MEASURES = ("valence", "energy", "tension")


def main() -> None:
    """Print the tables."""
    encoder = TextEncoder(device="cpu")
    print("# What is heard in words and seen in pictures\n\nMade by `python benchmarks/direction.py`.\n")
    print("## Briefs in editors' words: is the style one that the editor would accept?\n")
    print("| briefs | number | accepted | first choice |\n|---|---|---|---|")
    for name in ("exam", "tuning"):
        print(_row_of_briefs(name, encoder))
    print("\n## Edits without a word\n\n| seen | styles chosen | valence | energy | tension | bpm |")
    print("|---|---|---|---|---|---|")
    cues = {kind: [_cue_of(kind, number, encoder) for number in range(EDITS)] for kind in KINDS}
    for kind, made in cues.items():
        styles = ", ".join(f"{style} {count}" for style, count in Counter(cue.style for cue in made).most_common())
        means = " | ".join(f"{value:.2f}" for value in np.mean([_feel(cue) for cue in made], axis=0))
        print(f"| {kind} | {styles} | {means} | {np.mean([cue.bpm for cue in made]):.0f} |")
    moved = np.array(
        [np.subtract(_feel(busy), _feel(calm)) for calm, busy in zip(cues[CALMER], cues[BUSIER], strict=True)]
    )
    right = (np.sign(moved) == (-1, 1, 1)).mean(axis=0)
    said = ", ".join(f"{name} {share:.0%}" for name, share in zip(MEASURES, right, strict=True))
    print(f"\nFrom {CALMER} to {BUSIER}, {EDITS} pairs, the right way: {said}.")


def _row_of_briefs(name: str, encoder: TextEncoder) -> str:
    lines = (BRIEFS / f"briefs_{name}.tsv").read_text(encoding="utf-8").splitlines()
    briefs = [(text, styles.split(",")) for text, styles in (line.split("\t") for line in lines)]
    silent = _without_look(edit_that_shows("product on white", np.random.default_rng(0), encoder.encode))
    rows = encoder.encode([text for text, _ in briefs])
    chosen = [
        choose_style(Brief(text), replace(silent, brief=text, brief_text=row), encoder)
        for (text, _), row in zip(briefs, rows, strict=True)
    ]
    accepted = np.mean([style in styles for style, (_, styles) in zip(chosen, briefs, strict=True)])
    first = np.mean([style == styles[0] for style, (_, styles) in zip(chosen, briefs, strict=True)])
    return f"| {name} | {len(briefs)} | {accepted:.0%} | {first:.0%} |"


def _without_look(parsed: ParsedVideo) -> ParsedVideo:
    """An edit of which nothing is known but its cuts."""
    return replace(parsed, shots=())


def _cue_of(kind: str, number: int, encoder: TextEncoder) -> CueSheet:
    parsed = edit_that_shows(kind, np.random.default_rng([number, 17]), encoder.encode)
    style = choose_style(Brief(), parsed, encoder)
    plan = plan_beats(
        constraints_of(parsed.storyboard),
        parsed.storyboard.duration,
        frame=Fraction(1, 25),
        tempo=tempo_range(style),
    )
    return direct(parsed, plan, Brief(), style=style, seed=number, encode=encoder.encode)


def _feel(cue: CueSheet) -> tuple[float, float, float]:
    """Valence, energy and tension of a piece: means over its beats."""
    rows = np.array([(section.valence, sum(section.energy) / 2, section.tension) for section in cue.sections])
    valence, energy, tension = np.average(rows, axis=0, weights=[section.beats for section in cue.sections])
    return float(valence), float(energy), float(tension)


if __name__ == "__main__":
    main()
