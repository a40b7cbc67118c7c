"""Convert frozen dataclasses to JSON values and back, by their type hints.

Only the types of `monitor.model` are supported: dataclasses, string enums, `X | None`, tuples, string-keyed dicts, str,
int, float, bool. Values equal to the default of a field are left out, so that files stay short and readable.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import Enum
from functools import cache, lru_cache, partial
from sys import intern
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return the JSON value of a dataclass, or of a value in one."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_json(item)
            for field in dataclasses.fields(value)
            if (item := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(kind: type[T], value: Any) -> T:
    """Return the dataclass `kind` from a JSON value.

    Raises TypeError or ValueError where the value has another shape. Data from outside is checked against a published
    schema first (`monitor.history.untrusted_run_file`).
    """
    return _reader(kind)(value)  # type: ignore[no-any-return, arg-type]


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return the reader of values of one kind. Hints are resolved once, since a year has thousands of runs."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        (some,) = (option for option in get_args(kind) if option is not type(None))
        read_some = _reader(some)
        return lambda value: None if value is None else read_some(value)
    if origin is tuple:
        read_item = _reader(get_args(kind)[0])
        return lambda value: tuple(map(read_item, _expect(list, value)))
    if origin is dict:
        _, hint = get_args(kind)
        read_value = _reader(hint)
        if hint is str:  # an environment, which is the same in a year of nights
            return lambda value: {intern(key): intern(read_value(item)) for key, item in _expect(dict, value).items()}
        return lambda value: {key: read_value(item) for key, item in _expect(dict, value).items()}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        read = partial(_dataclass, kind, {name: _reader(hint) for name, hint in hints.items()})
        return _once(read) if {*hints.values()} == {str} else read
    if issubclass(kind, Enum):
        return kind  # type: ignore[no-any-return]
    if kind is float:
        return lambda value: float(_expect((int, float), value))
    return lambda value: value if type(value) is kind else _expect(kind, value)


def _dataclass(kind: Any, readers: dict[str, Callable[[Any], Any]], value: Any) -> Any:
    if unknown := _expect(dict, value).keys() - readers.keys():
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}")
    return kind(**{name: readers[name](item) for name, item in value.items()})


def _once(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a caching reader for values of a few texts, such as packages: a year of runs has the same few thousand."""

    @lru_cache(maxsize=10_000)
    def read_items(items: tuple[tuple[str, Any], ...]) -> Any:
        return read(dict(items))

    return lambda value: read_items(tuple(_expect(dict, value).items()))


def _expect(kind: type | tuple[type, ...], value: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"expected {kind}, got {type(value).__name__}")
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
