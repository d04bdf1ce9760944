"""The daemon's I/O process: sockets, who gets in, answers, events, and its own life.

It computes nothing: jobs go to ``vem_server.jobs``, whose workers are processes of their own, so an answer never waits
for music. ``run.py`` puts the parts together and reads like the life of a daemon. This door opens no more than what
starts one, and loads no ZeroMQ.
"""

from vem_server.daemon.start import start_daemon

__all__ = ["start_daemon"]
