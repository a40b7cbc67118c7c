"""Keep what follows from the code of the suites in the user's cache, until that code changes.

Declaring every case takes two seconds, and reading its source two more; reading a kept value takes a few hundredths.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import monitor.model
import monitor.pipeline
import monitor.suite

# The packages that determine the values: the cases, the model of a case, and the form in which values are kept.
CODE = tuple(
    Path(folder) for package in (monitor.suite, monitor.model, monitor.pipeline) for folder in package.__path__
)
FOLDER = "suites"  # in the cache


class SuiteCache:
    """Values that follow from the files in the folders `code`, one JSON file each in the folder `suites` of a cache."""

    def __init__(self, cache: Path, code: Iterable[Path] = CODE) -> None:
        self._folder = cache / FOLDER
        self._code = tuple(code)

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """Return the JSON value of this name: the kept one, or what `make` returns if there is none of this code."""
        file = self._folder / f"{name}.json"
        with suppress(OSError, ValueError, KeyError, TypeError):  # missing or damaged
            content = json.loads(file.read_bytes())
            if content["version"] == self._version:
                return content["value"]
        value = make()
        self._write(file, {"version": self._version, "value": value})
        return value

    @cached_property
    def _version(self) -> str:
        """Return a digest of the path, size and time of change of each file of the code, and of Python's version."""
        files = sorted(
            f"{file.path} {(status := file.stat()).st_size} {status.st_mtime_ns}" for file in _files(self._code)
        )
        return hashlib.sha256("\n".join((sys.version, *files)).encode()).hexdigest()

    def _write(self, file: Path, content: object) -> None:
        """Write a value. It only saves time, so a folder that cannot be written stays as it is."""
        draft = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(content))
            draft.replace(file)


@cache
def suite_cache(folder: Path) -> SuiteCache:
    """Return the values of this process in a cache. The code that a process runs is that of its start."""
    return SuiteCache(folder)


def _files(folders: Iterable[Path]) -> Iterator[os.DirEntry[str]]:
    for folder in folders:
        for entry in os.scandir(folder):
            if not entry.is_dir():
                yield entry
            elif entry.name != "__pycache__":
                yield from _files([Path(entry.path)])
