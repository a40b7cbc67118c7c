"""Count the cases of each function, and keep the counts until the code of the suites changes.

Declaring every case takes two seconds, and reading the counts a few hundredths.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import monitor.model
import monitor.suite
from monitor.model import Period, function_of, period_of
from monitor.suite.discovery import declared_ids, generated, is_listed

# The packages that determine the counts: the cases, and the period in which a case runs.
CODE = tuple(Path(folder) for package in (monitor.suite, monitor.model) for folder in package.__path__)
FILE = "suite-counts.json"  # in the cache


@dataclass(frozen=True)
class FunctionCount:
    """Numbers of cases of a function in a suite: those that run every night, and those that run once a week."""

    framework: str
    suite: str
    function: str
    nightly: int
    weekly: int


def function_counts(suites: Iterable[tuple[str, str]], cache: Path, code: Iterable[Path] = CODE) -> list[FunctionCount]:
    """Return the counts of these (framework, suite) pairs, sorted; a suite that only a build lists has none.

    The counts of earlier calls are read from the folder `cache` if no file in the folders `code` has changed. Raises
    DeclarationError.
    """
    version = _version(code)
    kept = _read(cache / FILE, version)
    known = {pair: kept[pair] if pair in kept else [*_counted(*pair)] for pair in suites}
    if known.keys() - kept.keys():
        _write(cache / FILE, version, kept | known)
    return sorted((count for counts in known.values() for count in counts), key=lambda one: tuple(vars(one).values()))


def _counted(framework: str, suite: str) -> Iterator[FunctionCount]:
    cases = generated(framework, suite) if is_listed(framework, suite) else declared_ids(framework, suite)
    counts: dict[str, Counter[Period]] = {}
    for case in cases:
        counts.setdefault(function_of(case), Counter())[period_of(suite, case)] += 1
    for function, found in counts.items():
        yield FunctionCount(framework, suite, function, found[Period.NIGHT], found[Period.WEEK])


def _version(folders: Iterable[Path]) -> list[str]:
    """Return the path, size and time of change of each file in some folders, as text."""
    return sorted(f"{file.path} {(status := file.stat()).st_size} {status.st_mtime_ns}" for file in _files(folders))


def _files(folders: Iterable[Path]) -> Iterator[os.DirEntry[str]]:
    for folder in folders:
        for entry in os.scandir(folder):
            if not entry.is_dir():
                yield entry
            elif entry.name != "__pycache__":
                yield from _files([Path(entry.path)])


def _read(file: Path, version: list[str]) -> dict[tuple[str, str], list[FunctionCount]]:
    """Return the kept counts of each suite; none if the file is missing, damaged, or of another version."""
    try:
        content = json.loads(file.read_bytes())
        if content["version"] != version:
            return {}
        return {
            (framework, suite): [FunctionCount(framework, suite, *row) for row in rows]
            for framework, suite, rows in content["counts"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(file: Path, version: list[str], counts: dict[tuple[str, str], list[FunctionCount]]) -> None:
    """Write the counts. They only save time, so a folder that cannot be written stays as it is."""
    rows = [
        (*pair, [(one.function, one.nightly, one.weekly) for one in functions]) for pair, functions in counts.items()
    ]
    draft = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"version": version, "counts": rows}))
        draft.replace(file)
