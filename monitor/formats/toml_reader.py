"""Read TOML files that people write, field by field: each mistake is one line with the file, the field and the remedy.

The module is in this package because `monitor.execution` reads runner files, and `monitor.analysis` reads reviewed
lists, and neither imports the other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

LINE = r".*\S.*"  # a pattern: one line that is not blank

TOML_NAMES: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    int | float: "a number",
    list: "a list of strings",
    dict: "a table",
    date: "a date, without quotes: 2027-06-30",
}


class FieldError(ValueError):
    """A mistake in a file that somebody wrote: one line with the file, the field and the remedy."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of an error line on an unknown `name`: the likely meaning, or all known names."""
    known = sorted(known)
    if close := get_close_matches(name, known, n=1):
        return f'did you mean "{close[0]}"?'
    return f"known: {', '.join(known)}" if known else "there is none"


def read_toml(path: Path, error: type[FieldError] = FieldError) -> TomlTable:
    """Return a file as a table. Raises `error` where it is not readable or not TOML."""
    try:
        return TomlTable(str(path), parse_toml(path.read_text(encoding="utf-8")), error=error)
    except OSError as fault:
        raise error(f"{path}: cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise error(f"{path}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as fault:
        raise error(f"{path}: is not TOML: {fault}") from None


@lru_cache(maxsize=64)  # a dozen runner files name the same file of builds
def parse_toml(text: str) -> dict[str, Any]:
    """Return the content of a file, which nobody changes."""
    return tomllib.loads(text)


class TomlTable:
    """One table of a file. Fields are taken one by one; `finish` refuses the rest by raising `error`."""

    def __init__(
        self, file: str, values: Mapping[str, Any], where: str = "", error: type[FieldError] = FieldError
    ) -> None:
        self.file = file
        self.where = where
        self._error = error
        self._values = dict(values)
        self._taken: set[str] = set()

    def text(self, field: str, *, default: str | None = None, pattern: str = LINE, shape: str = "") -> str:
        """Return a string that matches `pattern`; `shape` is the pattern in words."""
        value: str = self._take(field, str, default)
        return self._match(field, value, pattern, shape or "a line of text") if field in self else value

    def regex(self, field: str) -> str:
        """Return a regular expression; empty where the field is absent."""
        value = self.text(field, default="")
        try:
            re.compile(value)
        except re.error as error:
            self.refuse(field, f'"{value}" is not a regular expression: {error}')
        return value

    def number(self, field: str, *, default: int) -> int:
        """Return a whole number from 1 up."""
        value: int = self._take(field, int, default)
        if field in self and value < 1:
            self.refuse(field, f"{value} is not a whole number from 1 up")
        return value

    def measure(self, field: str) -> float:
        """Return a number above zero."""
        value = self._take(field, int | float, None)
        if value <= 0:
            self.refuse(field, f"{value} is not above zero")
        return float(value)

    def day(self, field: str) -> date:
        """Return a date."""
        value: date = self._take(field, date, None)
        if isinstance(value, datetime):
            self.refuse(field, f"must be {TOML_NAMES[date]}, and not a time")
        return value

    def texts(
        self,
        field: str,
        *,
        default: tuple[str, ...] | None = None,
        pattern: str = LINE,
        shape: str = "a line of text",
    ) -> tuple[str, ...]:
        """Return a list of strings, not empty unless that is the default; a single string counts as a list of one."""
        value = self._values.get(field)
        values = [value] if isinstance(value, str) else self._take(field, list, default)
        self._taken.add(field)
        if not values and default != ():
            self.refuse(field, "must not be empty")
        for item in values:
            if not isinstance(item, str):
                self.refuse(field, f"must be {TOML_NAMES[list]}, not of {_kind(item)}")
            self._match(field, item, pattern, shape)
        return tuple(values)

    def variables(self, field: str) -> dict[str, str]:
        """Return a table of environment variables."""
        values = self._take(field, dict, {})
        for name, value in values.items():
            if not isinstance(value, str):
                self.refuse(f"{field}.{name}", f"must be a string, not {_kind(value)}: write it in quotes")
        return dict(values)

    def table(self, field: str) -> TomlTable:
        """Return a table inside this one."""
        return self._inside(self._take(field, dict, None), self._path(field))

    def records(self, field: str) -> tuple[TomlTable, ...]:
        """Return the tables of an array of tables; none where it is absent."""
        values = self._take(field, list, [])
        for item in values:
            if not isinstance(item, dict):
                self.refuse(field, f"must be a list of tables, not of {_kind(item)}: write [[{self._path(field)}]]")
        return tuple(self._inside(item, f"{self._path(field)}[{number}]") for number, item in enumerate(values))

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables inside this one that were not taken."""
        return tuple(
            name for name, value in self._values.items() if isinstance(value, dict) and name not in self._taken
        )

    def __contains__(self, field: str) -> bool:
        return field in self._values

    def finish(self, noun: str = "field", among: Iterable[str] = ()) -> None:
        """Refuse every field that was not taken. `noun` is the word for an unknown table in this one."""
        for field in self._values:
            if field not in self._taken:
                meant = noun if isinstance(self._values[field], dict) else "field"
                self.refuse(field, f"unknown {meant}, {nearest(field, {*self._taken, *among})}")

    def refuse(self, field: str, fault: str) -> NoReturn:
        raise self._error(f"{self.file}: {self._path(field)}: {fault}")

    def _inside(self, values: Mapping[str, Any], where: str) -> TomlTable:
        return TomlTable(self.file, values, where, self._error)

    def _take(self, field: str, kind: Any, default: Any) -> Any:
        self._taken.add(field)
        if field not in self._values:
            if default is None:
                close = get_close_matches(field, self._values.keys() - self._taken, n=1)
                mend = f'is "{close[0]}" meant for it?' if close else f"it must be {TOML_NAMES[kind]}"
                self.refuse(field, f"is missing; {mend}")
            return default
        value = self._values[field]
        if not isinstance(value, kind) or isinstance(value, bool):
            self.refuse(field, f"must be {TOML_NAMES[kind]}, not {_kind(value)}")
        return value

    def _match(self, field: str, value: str, pattern: str, shape: str) -> str:
        if not re.fullmatch(pattern, value):
            self.refuse(field, f'"{value}" is not {shape}')
        return value

    def _path(self, field: str) -> str:
        return f"{self.where}.{field}" if self.where else field


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    return TOML_NAMES.get(type(value), type(value).__name__)
