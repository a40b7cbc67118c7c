"""Build the page of removed and deprecated public names, and the list of all names for the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.version import Version

from monitor.analysis.names.name_changes import nested
from monitor.analysis.names.name_history import BuildNames, FrameworkNames, NameRecord
from monitor.formatting.display_names import label_title
from monitor.history.name_table import public_version
from monitor.history.ordering import version_sort_key
from monitor.model import Function
from monitor.site.js_data import data_script
from monitor.usage import Usage

PAGE = "names.html"
NAMES_FILE = "data/names.js"

Calls = Mapping[tuple[str, str], int]  # calls of current code by framework and name
Pages = Mapping[tuple[str, str], str]  # the page of each function that has one


@dataclass(frozen=True)
class NameRow:
    """A removed or deprecated name. `below` counts the names below it that share its fate, and have no row.

    `calls` are those of current code to all of these names. `replacement` comes from the catalog or from the
    framework's own text, `replacement_page` and `page` are empty where there is none.
    """

    name: str
    record: NameRecord
    below: int
    calls: int
    page: str
    replacement: str
    replacement_page: str


@dataclass(frozen=True)
class NameTable:
    """Removed and deprecated names of a framework, the most-called first, and its listed builds."""

    framework: str
    builds: tuple[BuildNames, ...]
    removed: tuple[NameRow, ...]
    deprecated: tuple[NameRow, ...]

    @property
    def count(self) -> int:
        """Return the number of names in the newest build."""
        return self.builds[-1].count


def name_tables(
    names: Mapping[str, FrameworkNames], catalog: Mapping[str, Function], usage: Usage, pages: Pages
) -> tuple[NameTable, ...]:
    """Return the removed and deprecated names of each framework."""
    calls = {(one.framework, one.function): one.calls for one in usage.calls}
    return tuple(_table(one, catalog, calls, pages) for one in names.values())


def _table(names: FrameworkNames, catalog: Mapping[str, Function], calls: Calls, pages: Pages) -> NameTable:
    removed = {name: one for name, one in names.records.items() if one.removed}
    deprecated = {name: one for name, one in names.records.items() if one.works and one.listed.deprecated}
    return NameTable(
        names.framework,
        names.builds,
        _in_order(_rows(names, removed, catalog, calls, pages), lambda one: one.removed),
        _in_order(_rows(names, deprecated, catalog, calls, pages), lambda one: one.deprecated),
    )


def _in_order(rows: Iterable[NameRow], build: Callable[[NameRecord], str]) -> tuple[NameRow, ...]:
    """Return rows by calls, then by the build of their change, the newest first; the oldest build's are last."""

    def order(row: NameRow) -> tuple[int, Version]:
        return row.calls, version_sort_key(public_version(build(row.record)) or "0")

    return tuple(sorted(sorted(rows, key=lambda row: row.name), key=order, reverse=True))


def _rows(
    names: FrameworkNames,
    records: Mapping[str, NameRecord],
    catalog: Mapping[str, Function],
    calls: Calls,
    pages: Pages,
) -> Iterator[NameRow]:
    """Yield a row for each name, except those that share their build with a name above them."""
    fates = {name: (record.removed, record.deprecated) for name, record in records.items()}
    for name, under in nested(fates).items():
        entry = catalog.get(name)
        replacement = (entry.replaced_by if entry else "") or names.replacement(name)
        page, other = (pages.get((names.framework, one), "") for one in (name, replacement))
        called = sum(calls.get((names.framework, one), 0) for one in (name, *under))
        yield NameRow(name, records[name], len(under), called, page, replacement, other)


def names_script(names: Mapping[str, FrameworkNames], pages: Pages) -> bytes:
    """Return all names with their states as a script, for a search that finds no function with cases."""
    return data_script("const publicNames", [_searched(one, pages) for one in names.values()])


def _searched(names: FrameworkNames, pages: Pages) -> dict[str, object]:
    return {
        "listed": " ".join(sorted(names.records)),
        "states": {name: state for name, record in names.records.items() if (state := _state(names, name, record))},
        "pages": {name: page for name in names.records if (page := _page_of(names, name, pages))},
    }


def _page_of(names: FrameworkNames, name: str, pages: Pages) -> str:
    """Return the page of a name, or of another name of its object; empty without one."""
    return next(
        (page for one in (name, *names.other_names(name)) if (page := pages.get((names.framework, one), ""))), ""
    )


def _state(names: FrameworkNames, name: str, record: NameRecord) -> str:
    """Return the state of a name in words; empty for one that works as ever."""
    if not (record.removed or record.listed.deprecated):
        return f"the same as {record.listed.alias_of}" if record.listed.alias_of else ""
    replacement = names.replacement(name)
    instead = f"; use {replacement}" if replacement else ""
    return (f"removed with {label_title(record.removed)}" if record.removed else "deprecated") + instead
