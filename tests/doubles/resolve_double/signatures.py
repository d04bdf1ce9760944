"""What DaVinci Resolve's objects can be asked, read from the published signatures of PyPI's ``fusionscript-stubs``.

A double made of these cannot know a call that the real program lacks. Of each method the stubs tell the arguments and
their types; ``Optional`` ones may be left out. Some that the vendor documents as optional are plain in the stubs:
they are named in ``_MAY_BE_LEFT_OUT``.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from importlib.metadata import distribution

_MAY_BE_LEFT_OUT = {
    "subframe_precision",  # GetStart(), GetEnd(): added to a call that took nothing before
    "exportSubtype",  # needed for AAF and EDL only
    "importOptions",
    "subTrackType",  # left out, the track is mono
    "newTrackOptions",
    "Bool",  # DeleteClips(items, ripple=False)
}
_PLAIN = {"str": str, "bool": bool, "int": int, "float": (int, float)}


class Refused(AssertionError):
    """A call that the real program does not know. No product code catches it."""


@dataclass(frozen=True)
class Signature:
    """How one method may be called: least and most arguments, and the plain type of each, where it has one."""

    least: int
    most: int
    types: tuple[type | tuple[type, ...] | None, ...]

    def problem(self, arguments: tuple[object, ...]) -> str:
        """What is wrong with a call; empty if nothing is."""
        if not self.least <= len(arguments) <= self.most:
            return f"takes {self.least} to {self.most} arguments, got {len(arguments)}"
        for number, (value, kind) in enumerate(zip(arguments, self.types, strict=False), start=1):
            if kind is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
                return f"argument {number} is {value!r}"
        return ""


@dataclass(frozen=True)
class Published:
    """One class of the API: its methods, each with its overloads, and its constants."""

    methods: dict[str, tuple[Signature, ...]]
    constants: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """All that may be asked of it."""
        return frozenset(self.methods) | self.constants


@functools.cache
def published() -> dict[str, Published]:
    """Every class of the API, by name."""
    stubs = distribution("fusionscript-stubs").locate_file("fusionscript-stubs/fusionscript.pyi")
    tree = ast.parse(stubs.read_text(encoding="utf-8"))
    return {node.name: _class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class(node: ast.ClassDef) -> Published:
    methods: dict[str, tuple[Signature, ...]] = {}
    constants = set()
    for entry in node.body:
        if isinstance(entry, ast.FunctionDef):
            methods[entry.name] = (*methods.get(entry.name, ()), _signature(entry))
        elif isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name):
            constants.add(entry.target.id)
    return Published(methods, frozenset(constants))


def _signature(method: ast.FunctionDef) -> Signature:
    arguments = method.args.args[1:]
    defaults = [None] * (len(arguments) - len(method.args.defaults)) + list(method.args.defaults)
    needed = [not _may_be_left_out(entry, default) for entry, default in zip(arguments, defaults, strict=True)]
    least = max((number for number, need in enumerate(needed, start=1) if need), default=0)
    most = 99 if method.args.vararg else len(arguments)
    return Signature(least, most, tuple(_PLAIN.get(_text(entry.annotation)) for entry in arguments))


def _may_be_left_out(argument: ast.arg, default: ast.expr | None) -> bool:
    optional = _text(argument.annotation).startswith("Optional[")
    return default is not None or optional or argument.arg in _MAY_BE_LEFT_OUT


def _text(annotation: ast.expr | None) -> str:
    return "" if annotation is None else ast.unparse(annotation)
