"""Versions of the protocol, and how client and daemon agree on one.

A version is "MAJOR.MINOR". A new minor version adds messages, fields and codes and takes none away; a new major
version may do anything, and has another first frame.
"""

from __future__ import annotations

from collections.abc import Sequence

from vem_server.protocol.errors import ServiceError

PROTOCOL = "1.1"
"""The version that this code speaks."""
MAGIC = b"VEM1"
"""First frame of every message: the name and the major version."""


def agree(offered: Sequence[str], *, ours: str = PROTOCOL) -> str:
    """The highest version that both speak: one major version, and the smaller of the two minor ones.

    Raises
    ------
    ServiceError
        ``version``, if they have no major version in common.
    """
    major, minor = _numbers(ours)
    minors = [theirs for one, theirs in map(_numbers, offered) if one == major]
    if not minors:
        raise ServiceError(
            "version",
            f"The client speaks {', '.join(offered) or 'no version'}; the daemon speaks {ours}.",
            remedy="Update the older of the two, then `vem daemon stop`.",
        )
    return f"{major}.{min(minor, max(minors))}"


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
