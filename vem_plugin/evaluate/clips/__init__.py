"""Music on the edits it was made for, measured in the sound: takes, data sets, other people's music.

The front door is ``judging.judge`` (``vem evaluate PATH...``). The picture side is a ``clip.Clip``, the sound side a
``clip.Music``; every measure takes these two and knows nothing of who wrote the music, so that whatever is compared
goes through the same door: takes, a set's own music, stand-ins that anybody should beat (``stand_ins``), sound files
of another system. Figures pool over clips; their intervals come from drawing the clips again.
"""
