"""How strongly a cut is played: the three strengths of ``CueSheet.hits``."""

MARKED = 1.0
"""A hit that the editor marked: crash, kick, bass and chord."""
STRONG = 0.5
"""A strong cut: struck by the low roles that play, with a cymbal where drums play."""
ORDINARY = 0.25
"""An ordinary cut: some audible onset, gently accented."""
