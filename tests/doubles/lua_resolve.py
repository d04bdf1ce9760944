"""A real Lua, as DaVinci Resolve has one, with the double of Resolve in it.

Lua's side of the double is a table for each object, whose methods are called with a colon and checked by the same rules
as Python's: the calls go to `resolve_double`. Lists and mappings become tables, and tables lists and mappings.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from resolve_double.remote import Remote
from resolve_double.signatures import published

_OBJECTS = """
function(index, call)
  local meta = { __eq = function(a, b) return rawget(a, "_handle") == rawget(b, "_handle") end }
  meta.__index = function(object, name)
    local constant = index(rawget(object, "_handle"), name)
    if constant ~= nil then return constant end
    return function(self, ...)
      if self ~= object then error("call " .. name .. " with a colon") end
      return call(rawget(object, "_handle"), name, select("#", ...), { ... })
    end
  end
  return function(handle) return setmetatable({ _handle = handle }, meta) end
end
"""
"""Objects cross as numbers: a Lua that has thrown a Python object away may hand it out again for another one."""


class Script:
    """Runs scripts with the globals that Resolve gives them.

    Parameters
    ----------
    program : Remote
        The double.
    lua : str
        Which of lupa's modules: "luajit21" (what Resolve has), "lua51", "lua54".
    wait : callable
        Called whenever a script waits: the time in which the daemon works.
    """

    def __init__(self, program: Remote, lua: str, *, wait: Callable[[], None]) -> None:
        self._kind = importlib.import_module(f"lupa.{lua}")
        self._lua = self._kind.LuaRuntime(unpack_returned_tuples=False, encoding="utf-8")
        self.printed: list[str] = []
        self._objects: list[object] = []
        self._wrap = self._lua.eval(_OBJECTS)(self._index, self._call)
        names = self._lua.globals()
        names.resolve = self._to_lua(program)
        names.print = lambda *texts: self.printed.append("\t".join(str(text) for text in texts))
        names.bmd = self._lua.table_from({"wait": lambda seconds: wait(), "createdir": self._make_folder})

    def run(self, script: Path) -> None:
        """Run a script as the menu does."""
        self._lua.execute(script.read_text(encoding="utf-8"))

    @staticmethod
    def _make_folder(path: str) -> None:
        Path(path).mkdir(parents=True, exist_ok=True)

    def _index(self, handle: int, name: str) -> Any:
        remote = self._objects[handle]
        assert isinstance(remote, Remote)
        constant = name in published()[remote._api].constants
        return self._as_object(getattr(remote, name)) if constant else None

    def _call(self, handle: int, name: str, count: int, arguments: Any) -> Any:
        given = [self._to_python(arguments[number]) for number in range(1, count + 1)]
        return self._to_lua(getattr(self._objects[handle], name)(*given))

    def _as_object(self, value: object) -> Any:
        for number, other in enumerate(self._objects):
            if other is value:
                return self._wrap(number)
        self._objects.append(value)
        return self._wrap(len(self._objects) - 1)

    def _to_python(self, value: Any) -> Any:
        if self._kind.lua_type(value) != "table":
            return value
        keys = list(value.keys())
        if keys == ["_handle"]:
            return self._objects[value["_handle"]]
        if keys and keys == list(range(1, len(keys) + 1)):
            return [self._to_python(value[key]) for key in keys]
        return {key: self._to_python(value[key]) for key in keys}

    def _to_lua(self, value: Any) -> Any:
        if isinstance(value, Remote):
            return self._as_object(value)
        if isinstance(value, list):
            return self._lua.table_from([self._to_lua(entry) for entry in value])
        if isinstance(value, dict):
            return self._lua.table_from({key: self._to_lua(entry) for key, entry in value.items()})
        return value
