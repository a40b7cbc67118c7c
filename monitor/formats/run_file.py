"""Read and write run files, which `run` writes and `record` reads.

A run file has JSON Lines, one object on each line, in this order:

    {"format": 1, "run": {...}}            once: the job, its build and its machine
    {"observation": {...}}                 once for each case, as soon as it has run
    {"name": {...}}                        once for each public name, in a run of the suite `names`
    {"comparison": {...}}                  once for each case that was compared with good builds, after those
    {"end": {...}}                         once, when every case of the run has run

A run file is also its own journal: every line is on disk before the next case starts, so a run that was killed at any
moment is continued from its file. A last line cut short is dropped; anything else out of order is an error.
`run.schema.json` beside this module is the published schema of the lines.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.formats.serialization import from_json, to_json
from monitor.model import Comparison, Observation, PublicName, Run, RunEnd

FORMAT = 1
SCHEMA = Path(__file__).with_name("run.schema.json")


class RunFileError(ValueError):
    """A malformed run file; the message names the file, the line and the field."""


@dataclass(frozen=True)
class RunFile:
    """A run file in memory: `end` is None where the run was cut short."""

    run: Run
    observations: tuple[Observation, ...]
    end: RunEnd | None
    comparisons: tuple[Comparison, ...] = ()
    names: tuple[PublicName, ...] = ()


class RunFileWriter:
    """A writer that appends to a run file; what a call writes is on disk before it returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _drop_cut_line(path)
        self._file = path.open("ab")

    def write_run(self, run: Run) -> None:
        self._write({"format": FORMAT, "run": to_json(run)})

    def write_observation(self, observation: Observation) -> None:
        self._write({"observation": to_json(observation)})

    def write_names(self, names: Iterable[PublicName]) -> None:
        """Write all names at once: thousands of single writes would take longer than the listing."""
        self._write(*({"name": to_json(name)} for name in names))

    def write_comparison(self, comparison: Comparison) -> None:
        self._write({"comparison": to_json(comparison)})

    def write_end(self, end: RunEnd) -> None:
        self._write({"end": to_json(end)})

    def _write(self, *lines: dict[str, Any]) -> None:
        self._file.writelines(
            json.dumps(line, separators=(",", ":"), allow_nan=False).encode() + b"\n" for line in lines
        )
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def read_run_file(path: Path) -> RunFile:
    """Return the contents of a run file that this machine wrote, finished or not.

    Raises RunFileError. Files of other machines pass `monitor.history.untrusted_run_file` instead.
    """
    run: Run | None = None
    end: RunEnd | None = None
    observations: list[Observation] = []
    names: list[PublicName] = []
    comparisons: list[Comparison] = []
    for number, line in complete_lines(path):
        try:
            data = json.loads(line)
            if "run" in data and run is None and data.get("format") == FORMAT:
                run = from_json(Run, data["run"])
            elif "observation" in data and run is not None and not (names or comparisons or end):
                observations.append(from_json(Observation, data["observation"]))
            elif "name" in data and run is not None and not (comparisons or end):
                names.append(from_json(PublicName, data["name"]))
            elif "comparison" in data and run is not None and end is None:
                comparisons.append(from_json(Comparison, data["comparison"]))
            elif "end" in data and run is not None and end is None:
                end = from_json(RunEnd, data["end"])
            else:
                raise ValueError("a line that does not belong here")
        except (ValueError, TypeError) as error:
            raise RunFileError(f"{path}:{number}: {error}") from error
    if run is None:
        raise RunFileError(f"{path}: no run in this file")
    return RunFile(run, tuple(observations), end, tuple(comparisons), tuple(names))


def complete_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers from 1, without a last line that was cut short."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                yield number, line


def _drop_cut_line(path: Path) -> None:
    """Remove the rest of a cut line of a killed writer, so that the next line starts on its own."""
    with path.open("rb+") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
