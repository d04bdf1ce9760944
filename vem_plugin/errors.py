"""Errors of the music side. The root is ``vem_timeline.errors.VemError``.

VemError                     1
+-- TimelineError            3   (vem_timeline.errors)
+-- SettingsError            2   an option or a brief that makes no sense
+-- MediaError               4   picture or sound that does not decode
+-- PlanError                7   no tempo map fits
+-- ModelError               5   model folder missing, damaged, or of another version
+-- RenderError              6   the music cannot be played or written (disk, folder, sound bank)
"""

from vem_timeline.errors import VemError


class SettingsError(VemError):
    """An option, or a brief, that makes no sense."""

    exit_code = 2


class MediaError(VemError):
    """Picture or sound that does not decode."""

    exit_code = 4


class ModelError(VemError):
    """A model folder is missing, damaged, or of another version."""

    exit_code = 5


class RenderError(VemError):
    """The music cannot be played or written."""

    exit_code = 6


class PlanError(VemError):
    """No tempo map fits the edit."""

    exit_code = 7


__all__ = ["MediaError", "ModelError", "PlanError", "RenderError", "SettingsError", "VemError"]
