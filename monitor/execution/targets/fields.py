"""Fields of runner files as data: the reader of a table and its JSON Schema come from one description.

A kind of field reads its value from a `TomlTable` and returns its schema. A `TableFields` lists the fields of a table,
checks them, and makes a record from their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from monitor.formats.toml_reader import LINE, TomlTable, nearest

Schema = dict[str, Any]
T = TypeVar("T")

FILE_NAME = r"[a-z0-9][a-z0-9-]{0,40}"


class FieldKind(Protocol):
    """The type and the bounds of a field."""

    def read(self, table: TomlTable, name: str, default: Any, /) -> Any:
        """Return the checked value of a field; None as `default` means that the field is required."""

    def schema(self, default: Any, /) -> Schema:
        """Return the JSON Schema of the values that `read` takes."""


@dataclass(frozen=True)
class Text:
    """A string that matches `pattern`; `shape` is the pattern in words, for error lines."""

    pattern: str = LINE
    shape: str = "a line of text"

    def read(self, table: TomlTable, name: str, default: Any, /) -> str:
        return table.text(name, default=default, pattern=self.pattern, shape=self.shape)

    def schema(self, _: Any, /) -> Schema:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def read(self, table: TomlTable, name: str, default: Any, /) -> str:
        pattern = "|".join(self.words)
        return table.text(name, default=default, pattern=pattern, shape=f"one of {pattern}")

    def schema(self, _: Any, /) -> Schema:
        return {"enum": [*self.words]}


@dataclass(frozen=True)
class Regex:
    """A regular expression; empty where the field is absent."""

    def read(self, table: TomlTable, name: str, _: Any, /) -> str:
        return table.regex(name)

    def schema(self, _: Any, /) -> Schema:
        return {"type": "string", "format": "regex", "pattern": f"^(?:{LINE})$"}


@dataclass(frozen=True)
class Texts:
    """A list of strings that match `pattern`, or one such string. It may be empty where the default is `()`."""

    pattern: str = LINE
    shape: str = "a line of text"

    def read(self, table: TomlTable, name: str, default: Any, /) -> tuple[str, ...]:
        return table.texts(name, default=default, pattern=self.pattern, shape=self.shape)

    def schema(self, default: Any, /) -> Schema:
        item = {"type": "string", "pattern": f"^(?:{self.pattern})$"}
        several = {"type": "array", "items": item} | ({} if default == () else {"minItems": 1})
        return {"anyOf": [item, several]}


@dataclass(frozen=True)
class Links(Texts):
    """URLs and folders. A folder is relative to the folder of the file, wherever the program runs."""

    def read(self, table: TomlTable, name: str, default: Any, /) -> tuple[str, ...]:
        folder = Path(table.file).parent
        links = super().read(table, name, default)
        return tuple(link if "://" in link else str((folder / link).resolve()) for link in links)


@dataclass(frozen=True)
class FileName:
    """The name of a TOML file in `folder`, which is beside the file that is read; the suffix is left out."""

    folder: str

    def read(self, table: TomlTable, name: str, default: Any, /) -> Path | None:
        if name not in table and default is not None:
            return None
        directory = Path(table.file).parent / self.folder
        file = table.text(name, pattern=FILE_NAME, shape=f"the name of a file in {self.folder}/")
        known = [path.stem for path in directory.glob("*.toml")]
        if file not in known:
            table.refuse(name, f'"{file}" has no file in {self.folder}/, {nearest(file, known)}')
        return directory / f"{file}.toml"

    def schema(self, _: Any, /) -> Schema:
        return {"type": "string", "pattern": f"^(?:{FILE_NAME})$"}


@dataclass(frozen=True)
class Whole:
    """A whole number from 1 up."""

    def read(self, table: TomlTable, name: str, default: Any, /) -> int:
        return table.number(name, default=default)

    def schema(self, _: Any, /) -> Schema:
        return {"type": "integer", "minimum": 1}


@dataclass(frozen=True)
class Measure:
    """A number above zero."""

    def read(self, table: TomlTable, name: str, _: Any, /) -> float:
        return table.measure(name)

    def schema(self, _: Any, /) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0}


@dataclass(frozen=True)
class Variables:
    """A table of environment variables."""

    def read(self, table: TomlTable, name: str, _: Any, /) -> dict[str, str]:
        return table.variables(name)

    def schema(self, _: Any, /) -> Schema:
        return {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True)
class Inner(Generic[T]):
    """A table inside a table; `default` where it is absent."""

    fields: TableFields[T]

    def read(self, table: TomlTable, name: str, default: Any, /) -> T | Any:
        if name not in table and default is not None:
            return None if default is ABSENT else default
        return self.fields.read(table.table(name))

    def schema(self, _: Any, /) -> Schema:
        return {"$ref": f"#/$defs/{self.fields.name}"}


@dataclass(frozen=True)
class Records(Generic[T]):
    """An array of tables."""

    fields: TableFields[T]

    def read(self, table: TomlTable, name: str, _: Any, /) -> tuple[T, ...]:
        return tuple(map(self.fields.read, table.records(name)))

    def schema(self, _: Any, /) -> Schema:
        return {"type": "array", "items": {"$ref": f"#/$defs/{self.fields.name}"}}


class FolderName:
    """An existing folder, relative to the folder of the file that is read."""

    def read(self, table: TomlTable, name: str, _: Any, /) -> Path | None:
        if name not in table:
            return None
        folder = (Path(table.file).parent / table.text(name)).resolve()
        if not folder.is_dir():
            table.refuse(name, f"{folder} is no folder")
        return folder

    def schema(self, _: Any, /) -> Schema:
        return {"type": "string", "minLength": 1}


class _Absent:
    """The default of a table whose absence reads as None."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Field:
    """One field of a table.

    `doc` is its description in the schema. It is required where `default` is None. `needs` names another field of the
    table without which this one has no use.
    """

    name: str
    kind: FieldKind
    doc: str
    default: Any = None
    needs: str = ""


@dataclass(frozen=True)
class TableFields(Generic[T]):
    """The fields of a table, and the rules that join them.

    `name` is the definition in the schema, `make` turns the values into a record: it takes the table, for error lines,
    and the values by attribute name ("case-seconds" is `case_seconds`). One of `any_of` must be present. `refused` maps
    fields that need a special error line to that line. `noun` is the word for an unknown table in this one. `rules` are
    further keywords of the schema, for rules that `make` checks.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    make: Callable[[TomlTable, dict[str, Any]], T]
    any_of: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    noun: str = "field"
    rules: Mapping[str, Any] = field(default_factory=dict)

    def read(self, table: TomlTable) -> T:
        """Return the record of a table. Raises the error of the table at the first fault."""
        for name, fault in self.refused.items():
            if name in table:
                table.refuse(name, fault)
        values = {each.name.replace("-", "_"): each.kind.read(table, each.name, each.default) for each in self.fields}
        table.finish(self.noun, [each.name for each in self.fields])
        for each in self.fields:
            if each.needs and each.name in table and each.needs not in table:
                table.refuse(each.name, f"is of no use without [{each.needs}]")
        if self.any_of and not any(name in table for name in self.any_of):
            table.refuse(self.any_of[0], f"is missing; add a table of: {', '.join(self.any_of)}")
        return self.make(table, values)

    def schema(self) -> Schema:
        """Return the JSON Schema of the table."""
        needs = {each.name: [each.needs] for each in self.fields if each.needs}
        return {
            "type": "object",
            "description": self.doc,
            "additionalProperties": False,
            "properties": {each.name: _property(each) for each in self.fields},
            **({"required": required} if (required := [f.name for f in self.fields if f.default is None]) else {}),
            **({"anyOf": [{"required": [name]} for name in self.any_of]} if self.any_of else {}),
            **({"dependentRequired": needs} if needs else {}),
            **self.rules,
        }

    def definitions(self) -> dict[str, Schema]:
        """Return the schemas of all tables inside this one, by name."""
        found: dict[str, Schema] = {}
        for each in self.fields:
            if isinstance(each.kind, Inner | Records):
                inner = each.kind.fields
                found |= {inner.name: inner.schema()} | inner.definitions()
        return found


def record(make: Callable[..., T]) -> Callable[[TomlTable, dict[str, Any]], T]:
    """Return a `make` that calls a record's constructor with the values."""
    return lambda _, values: make(**values)


def _property(each: Field) -> Schema:
    shown = each.default if isinstance(each.default, str | int | tuple) and each.default else None
    default = shown[0] if isinstance(shown, tuple) and len(shown) == 1 else shown
    return {
        **each.kind.schema(each.default),
        "description": each.doc,
        **({"default": default} if default is not None else {}),
    }
