"""Does a job as a worker would, and is killed at a given place in the code.

python doomed.py WHERE JOURNAL REQUEST
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import msgspec

from vem_plugin import publish, stages
from vem_plugin.models.click import ClickComposer
from vem_plugin.rhythm import midi_map
from vem_server.jobs.journal import Journal
from vem_server.jobs.sweeping import JobLedger
from vem_server.jobs.work import perform
from vem_server.protocol.messages import JobRequest


def die(*_: object, **__: object) -> None:
    """What would happen here never does."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_the_second(function):
    """The function, but its second call is the end."""
    calls = []

    def counted(*arguments):
        calls.append(1)
        return function(*arguments) if len(calls) == 1 else die()

    return counted


def main() -> None:
    """As the module says."""
    where, journal, asked = sys.argv[1:]
    stages.open_composer = lambda settings, report=None: ClickComposer()
    if where == "before the timeline":
        publish._write_timeline = die
    elif where == "between picture and MIDI":
        midi_map.write_tempo_map = die
    elif where == "at the second take":
        publish.write_back = at_the_second(publish.write_back)
    perform(msgspec.json.decode(asked, type=JobRequest), ledger=JobLedger(Journal(Path(journal)), "job"))
    die()  # all is published, and nobody has been told


if __name__ == "__main__":
    main()
