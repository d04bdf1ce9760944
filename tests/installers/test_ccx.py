"""The package for Premiere: the same files give the same bytes; a plug-in that does not hold together is refused."""

import io
import json
import zipfile
from pathlib import PurePosixPath

import pytest

from vem_installers import InstallError
from vem_installers.ccx import pack

MANIFEST = {
    "manifestVersion": 5,
    "id": "org.example.vem",
    "name": "VEM Music",
    "version": "1.2.3",
    "main": "index.html",
    "host": {"app": "premierepro", "minVersion": "25.6.0"},
}


def files(**changed):
    manifest = {key: value for key, value in (MANIFEST | changed).items() if value is not None}
    return {
        PurePosixPath("manifest.json"): json.dumps(manifest).encode(),
        PurePosixPath("index.html"): b"<html></html>",
        PurePosixPath("icons/é.png"): b"PNG",
    }


def test_same_files_same_bytes_in_any_order():
    package = pack(files().items())
    assert package.content == pack(reversed(files().items())).content
    assert package.file_name == "vem-music-1.2.3.ccx"
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["icons/é.png", "index.html", "manifest.json"]
        assert archive.read("index.html") == b"<html></html>"


@pytest.mark.parametrize(
    "changed",
    [
        {"manifestVersion": 4},
        {"host": [{"app": "premierepro"}]},
        {"host": {"app": "PS"}},
        {"id": None},
        {"main": "gone.html"},
    ],
)
def test_a_manifest_that_premiere_would_refuse(changed):
    with pytest.raises(InstallError):
        pack(files(**changed).items())


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{"])
def test_a_broken_manifest(content):
    with pytest.raises(InstallError):
        pack([(PurePosixPath("manifest.json"), content)])
