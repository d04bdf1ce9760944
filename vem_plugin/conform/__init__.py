"""Re-conform: the edit has changed, the same music is to fit it.

`matching` finds every shot again, `joining` puts kept and new notes together, `sheet` writes the cue sheet of both,
`fates` tells what became of every shot, `picture` draws it. The tempo map is solved by ``vem_plugin.rhythm.plan`` with
the earlier one in mind (``vem_plugin.rhythm.former``).
"""
