"""JSON-ready values as a Lua chunk that returns a table, so that a script reads an answer with ``dofile`` alone.

A list becomes a table from 1 on; ``null`` is left out, as a Lua table cannot hold it. Text is written byte by byte
where it is not plain ASCII, so no text can end its quotes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any


def as_lua(value: Any) -> str:
    """A chunk of Lua 5.1 or later that returns the value.

    Parameters
    ----------
    value : JSON-ready
        None, truth values, numbers, text, lists, and mappings from text.
    """
    return f"return {_written(value)}\n"


def _written(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value) if math.isfinite(value) else {math.inf: "1/0", -math.inf: "-1/0"}.get(value, "0/0")
        case str():
            return _quoted(value)
        case Mapping():
            pairs = (f"[{_quoted(str(key))}]={_written(item)}" for key, item in value.items() if item is not None)
            return f"{{{','.join(pairs)}}}"
        case Sequence():
            return f"{{{','.join(_written(item) for item in value)}}}"
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _quoted(text: str) -> str:
    plain = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}"
        for byte in text.encode("utf-8", "surrogatepass")
    )
    return f'"{"".join(plain)}"'
