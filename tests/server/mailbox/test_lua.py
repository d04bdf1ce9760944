"""Any answer as a Lua chunk: what Lua reads is what was written, and text never becomes program."""

from __future__ import annotations

import math
from typing import Any

import lupa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vem_server.mailbox.lua import as_lua

LUA = lupa.LuaRuntime(unpack_returned_tuples=True, encoding=None)
ANYTHING = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.sampled_from(['"', "\\", "\0", "\r\n", "]]", "os.exit()", '"..os.exit().."', "ä\u2028🎬"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)


def read_back(value: Any, like: Any) -> Any:
    """A Lua value in the shape of what was written."""
    if isinstance(like, bool | int | float):
        return value
    if isinstance(like, str):
        return value.decode("utf-8", "surrogatepass")
    if isinstance(like, list):
        return [read_back(value[number], one) for number, one in enumerate(like, start=1)]
    assert len(list(value)) == len(like)
    return {key: read_back(value[key.encode("utf-8", "surrogatepass")], one) for key, one in like.items()}


@given(value=ANYTHING)
@settings(max_examples=300, deadline=None)
def test_lua_reads_what_was_written(value: Any) -> None:
    chunk = as_lua(value)
    assert chunk.isascii()
    assert read_back(LUA.execute(chunk.encode()), value) == value


def test_what_json_has_and_lua_has_not() -> None:
    assert LUA.execute(as_lua(None).encode()) is None
    table = LUA.execute(as_lua({"gone": None, "there": [1.5, None, math.inf]}).encode())
    assert table[b"gone"] is None
    assert (table[b"there"][1], table[b"there"][3]) == (1.5, math.inf)
    with pytest.raises(TypeError):
        as_lua(object())
