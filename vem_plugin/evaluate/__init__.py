"""How good is the music? Measures that need no ear, beside baselines, and pictures to look at.

The front door is ``vem_plugin.evaluate.evaluation.evaluate`` (``vem evaluate``). A *measure* is a pure function of a
``Piece`` (``vem_plugin.training.corpus.build``: cue sheet, theme, notes, chords; tonic-normalised) that counts good
things among all things (``counting.Count``), so that pieces can be pooled and drawn again for a confidence interval.
"""
