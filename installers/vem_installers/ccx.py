"""The package that Adobe's installers take: a zip of the plug-in's folder with the suffix `.ccx`.

The same files always give the same bytes (sorted, without dates or owners), so its checksum says what is in it.
References: Adobe, "Package a UXP plugin": a .ccx is an ordinary zip, without signature.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from vem_installers.errors import InstallError

NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can carry."""


@dataclass(frozen=True, slots=True)
class Package:
    """A packed plug-in: what its manifest calls it, and the bytes of the `.ccx`."""

    plugin_id: str
    name: str
    version: str
    content: bytes

    @property
    def file_name(self) -> str:
        """A name for the file, such as ``vem-music-0.1.0.ccx``."""
        return f"{self.name.lower().replace(' ', '-')}-{self.version}.ccx"


def pack(files: Iterable[tuple[PurePosixPath, bytes]]) -> Package:
    """Pack a plug-in's files.

    Raises
    ------
    InstallError
        If its manifest is missing or is not a UXP manifest of version 5 for Premiere, or names a script that is not
        among the files.
    """
    by_place = dict(files)
    manifest = _manifest(by_place)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for place in sorted(by_place):
            entry = zipfile.ZipInfo(str(place), NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, by_place[place])
    return Package(manifest["id"], manifest["name"], manifest["version"], stream.getvalue())


def _manifest(files: dict[PurePosixPath, bytes]) -> dict[str, str]:
    place = PurePosixPath("manifest.json")
    try:
        manifest = json.loads(files[place])
    except (KeyError, ValueError) as error:
        raise InstallError("The Premiere plug-in has no readable manifest.json.", remedy="Build it anew.") from error
    host = manifest.get("host") if isinstance(manifest, dict) else None
    if not isinstance(host, dict) or host.get("app") != "premierepro" or manifest.get("manifestVersion") != 5:
        raise InstallError(
            "manifest.json is no UXP manifest of version 5 for Premiere alone.",
            where="manifest.json",
            remedy='A release wants "manifestVersion": 5 and one "host" object, not a list.',
        )
    missing = [key for key in ("id", "name", "version", "main") if not isinstance(manifest.get(key), str)]
    if missing:
        raise InstallError(f"manifest.json lacks {', '.join(missing)}.", where="manifest.json", remedy="Add it.")
    if PurePosixPath(manifest["main"]) not in files:
        raise InstallError(
            f"manifest.json names {manifest['main']}, which is not there.", where="manifest.json", remedy="Build it."
        )
    return manifest
