"""The manners of Resolve's script objects: what happens to a call before the program looks at it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any, ClassVar

from resolve_double.signatures import Refused, published

_numbers = itertools.count(1)


class Remote:
    """Base of the double's objects.

    A child names the class of the API it stands for and defines methods under their real names; a name that the API
    lacks is refused when the class is made. Calls are checked against the published signatures. ``hasattr`` of the
    real program is true of every name: here any name that it lacks raises `Refused`, so that a caller who asks by
    ``hasattr`` is found out. Names that start with an underscore are the test's own.
    """

    _api: ClassVar[str] = ""

    def __init_subclass__(cls, api: str) -> None:
        cls._api = api
        known = published()[api]
        for name, method in list(vars(cls).items()):
            if name[0].isupper():
                if name not in known.methods:
                    raise Refused(f"{api} has no method {name}")
                setattr(cls, name, _checked(api, name, method))

    def __init__(self) -> None:
        self._id = f"{self._api}-{next(_numbers)}"
        self._lacks: set[str] = set()

    def GetUniqueId(self) -> str:
        return self._id

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in published()[self._api].names:
            raise Refused(f"the double does not know how {self._api}.{name} behaves")
        raise Refused(f"{self._api} has no {name}")

    def __dir__(self) -> list[str]:
        return sorted(published()[self._api].names - self._lacks)


def _checked(api: str, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    overloads = published()[api].methods[name]

    @functools.wraps(method)
    def call(self: Remote, *arguments: Any, **named: Any) -> Any:
        if named:
            raise Refused(f"{api}.{name}: Resolve takes no named arguments ({', '.join(named)})")
        if name in self._lacks:
            raise Refused(f"{api}.{name}: this version lacks it")
        problems = [overload.problem(arguments) for overload in overloads]
        if all(problems):
            raise Refused(f"{api}.{name} {problems[0]}")
        return method(self, *arguments)

    return call
