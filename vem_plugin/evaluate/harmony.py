"""Measures of harmony: the key, chord tones under strong beats, and roles that rub against each other."""

from __future__ import annotations

import numpy as np

from vem_plugin.evaluate.counting import NOTHING, Count
from vem_plugin.evaluate.places import BASS, HARMONY, MELODY, PITCHED, check, of_role, strong_steps
from vem_plugin.score.cue import SCALES
from vem_plugin.score.cue_bars import bars_of
from vem_plugin.score.notes import STEPS_PER_BEAT
from vem_plugin.training.corpus.build import Piece


def notes_in_key(piece: Piece) -> Count:
    """Pitched notes whose pitch class belongs to the mode's scale.

    Raises
    ------
    SettingsError
        As every measure here: if ``piece`` is ill-formed (``places.check``).
    """
    check(piece)
    pitched = of_role(piece, *PITCHED)
    return Count(float(np.isin(pitched["pitch"] % 12, SCALES[piece.cue.mode]).sum()), len(pitched))


def bass_on_chord(piece: Piece) -> Count:
    """Bass notes struck on strong beats that are tones of the chord, or the note it stands over."""
    return _on_chord(piece, BASS)


def melody_on_chord(piece: Piece) -> Count:
    """Melody notes struck on strong beats that are tones of the chord."""
    return _on_chord(piece, MELODY)


def _on_chord(piece: Piece, role: int) -> Count:
    check(piece)
    strong = strong_steps(piece.cue, bars_of(piece.cue))
    good = of = 0
    for note in of_role(piece, role):
        step = int(note["start"])
        if step in strong:
            beat = step // STEPS_PER_BEAT
            tones = {tone % 12 for tone in piece.chords[beat].tones}
            if role == BASS:
                tones |= {piece.chords[beat].root % 12, piece.theme.chords[beat].bass % 12}
            good += int(note["pitch"]) % 12 in tones
            of += 1
    return Count(good, of)


def clashes_a_bar(piece: Piece) -> Count:
    """How often a bar two roles meet a semitone, a major seventh or a minor ninth apart.

    Counted is every note that is struck while a note of another role sounds (or is struck with it) at such a distance.
    """
    check(piece)
    notes = of_role(piece, *PITCHED)
    start, end = notes["start"], notes["start"] + notes["length"]
    order = np.arange(len(notes))
    meets = (start[None] <= start[:, None]) & (end[None] > start[:, None]) & (notes["role"][:, None] != notes["role"])
    meets &= (start[None] < start[:, None]) | (order[None] < order[:, None])
    apart = (notes["pitch"].astype(np.int16)[:, None] - notes["pitch"].astype(np.int16)) % 12
    return Count(float((meets & np.isin(apart, (1, 11))).sum()), len(bars_of(piece.cue)))


def changes_on_barlines(piece: Piece) -> Count:
    """Changes of the chord's root that fall on a bar line, on the middle of a bar, or on the last chord."""
    check(piece)
    cue = piece.cue
    places = {cue.end_beat}
    for bar in bars_of(cue):
        places |= {bar.beat, bar.beat + bar.beats // 2} if bar.beats % 2 == 0 else {bar.beat}
    changes = [beat for beat in range(1, cue.beats) if piece.chords[beat].root != piece.chords[beat - 1].root]
    return Count(sum(beat in places for beat in changes), len(changes))


def roots_as_told(piece: Piece) -> Count:
    """Beats whose chord has the root that the theme tells; nothing where the piece has no themes of its own."""
    check(piece)
    told = piece.theme.chords
    return Count(sum(a.root == b.root for a, b in zip(told, piece.chords, strict=True)), len(told)) if told else NOTHING


def melody_above_harmony(piece: Piece) -> Count:
    """Melody notes that lie above all harmony notes that sound with them."""
    check(piece)
    harmony, good, of = of_role(piece, HARMONY), 0, 0
    ends = harmony["start"] + harmony["length"]
    for note in of_role(piece, MELODY):
        sounding = harmony["pitch"][(harmony["start"] <= note["start"]) & (ends > note["start"])]
        if len(sounding):
            good += bool(note["pitch"] > sounding.max())
            of += 1
    return Count(good, of)
