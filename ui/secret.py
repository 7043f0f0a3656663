"""A value that must not be seen: it shows as stars wherever it is printed, logged or put into JSON."""

from __future__ import annotations

from typing import Any

MASK = "********"


class Secret:
    """A password or key. Only `reveal()` gives it, so that every use can be found by that word."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return MASK

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written anywhere: expected `reveal()` at the place that needs it")

    def __deepcopy__(self, _: Any) -> Secret:
        return self
