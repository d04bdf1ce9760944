"""``python -m vem_server`` is ``vem``: what a login service runs, where no script may stand in its way."""

from vem_server.cli import main

main()
