"""Errors of running editors. The root is ``vem_timeline.errors.VemError``.

VemError
+-- HostError              9   the editing program
    +-- HostAbsent             it is not running, refuses connections, or has nothing open
    +-- HostRefused            it did not do what it was asked; nothing half-done stays behind
    +-- HostLacks              its version or edition cannot do that
"""

from vem_timeline.errors import VemError


class HostError(VemError):
    """The editing program is at fault, or in the way."""

    exit_code = 9


class HostAbsent(HostError):
    """The program is not running, refuses connections, or has no project or timeline open."""


class HostRefused(HostError):
    """The program did not do what it was asked. What was begun has been taken back."""


class HostLacks(HostError):
    """This version or edition of the program cannot do that."""
