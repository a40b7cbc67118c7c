"""Read run files from machines that ran nightly code, as untrusted input.

Every line is checked against the published schema and every size is bounded. A faulty file is refused whole, with one
line that names the place. `monitor.history.consistency` checks what the schema cannot express. Only names that the
schema allows become paths, and only for targets that the project knows.

Every later command can read an accepted file, because it is first written to a temporary history and read back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Never, TypeVar

import jsonschema_rs

from monitor.formats.run_file import SCHEMA, RunFile, RunFileError
from monitor.formats.serialization import from_json
from monitor.history.consistency import Fault, comparison_faults, end_faults, observation_faults, run_faults
from monitor.model import NAMES, Comparison, Observation, PublicName, Run, RunEnd

T = TypeVar("T")

MAX_FILE_BYTES = 64 << 20
MAX_NAMES = 50_000  # TensorFlow has the most, about 24,000
MAX_LINE_BYTES = 8 << 20  # the first line of a run of 50,000 cases has about 5 MiB

PUBLISHED = json.loads(SCHEMA.read_text())
KINDS = ("run", "observation", "name", "comparison", "end")  # of lines, in their order
# The schema of each by itself, so that a refusal names the field and not the alternatives.
VALIDATORS = {
    kind: jsonschema_rs.validator_for({"$ref": f"#/$defs/{kind}Line", "$defs": PUBLISHED["$defs"]}) for kind in KINDS
}
# The characters that a line of text may have.
TEXT_VALIDATOR = jsonschema_rs.validator_for(PUBLISHED["$defs"]["line"])


def read_untrusted(path: Path, *, targets: Collection[str], now: datetime | None = None) -> RunFile:
    """Return a checked run file, also an unfinished one. Raises RunFileError naming file, line and field.

    `now` is the time of the check, by default that of this machine's clock.
    """
    checker = _Checker(path, now or datetime.now(UTC))
    for number, data in checker.objects():
        checker.take(number, data)
    run = checker.run
    if run is None:
        raise RunFileError(f"{path}: no run in this file")
    if run.target not in targets:
        raise RunFileError(f"{path}:1: run.target: {run.target} has no runner file here")
    return RunFile(
        run,
        tuple(checker.observations.values()),
        checker.end,
        tuple(checker.comparisons.values()),
        tuple(checker.names.values()),
    )


class _Checker:
    """Checks the lines of one file in order."""

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = path
        self.now = now
        self.run: Run | None = None
        self.end: RunEnd | None = None
        self.observations: dict[str, Observation] = {}
        self.names: dict[str, PublicName] = {}
        self.comparisons: dict[str, Comparison] = {}
        self._wanted: frozenset[str] = frozenset()
        self._reached = "run"

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the complete lines, parsed, with their numbers from 1."""
        try:
            yield from self._read_objects()
        except OSError as error:  # a folder, a file that may not be read, a disk that fails
            raise RunFileError(f"{self.path}: {error.strerror}") from error

    def _read_objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if self.path.stat().st_size > MAX_FILE_BYTES:
            raise RunFileError(f"{self.path}: larger than {MAX_FILE_BYTES} bytes")
        with self.path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    self._refuse(number, f"a line of over {MAX_LINE_BYTES} bytes")
                if not line.endswith(b"\n"):
                    return  # the writer was killed within this line
                yield number, self._parse(number, line)

    def _parse(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            # Decoded here: the parser itself takes UTF-16 too, and halves of characters.
            text = line.decode("utf-8")
            data = json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_duplicates)
            field = _unencodable(data) if "\\u" in text else ""
        except (ValueError, RecursionError) as error:
            self._refuse(number, f"not JSON: {error}")
        if not isinstance(data, dict):
            self._refuse(number, "not an object")
        if field:
            self._refuse(number, f"{field}: half of a character, which no file can hold")
        return data

    def take(self, number: int, data: dict[str, Any]) -> None:
        kind = next((kind for kind in VALIDATORS if kind in data), "observation")
        missed = KINDS.index(kind) < KINDS.index(self._reached)
        if (kind == "run") is not (self.run is None) or missed or self.end:
            self._refuse(number, "out of order: one run, then observations, then names, then comparisons, one end")
        self._reached = kind
        for problem in VALIDATORS[kind].iter_errors(data):
            where = ".".join(map(str, problem.instance_path))
            self._refuse(number, f"{where or 'line'}: {_said(problem)}")
        if kind == "run":
            self.run = self._read(Run, number, data["run"], "run")
            self._wanted = frozenset(self.run.cases)
            self._check(number, run_faults(self.run, self.now))
        elif kind == "observation":
            self._take_observation(number, self._read(Observation, number, data["observation"], "observation"))
        elif kind == "name":
            self._take_name(number, self._read(PublicName, number, data["name"], "name"))
        elif kind == "comparison":
            self._take_comparison(number, self._read(Comparison, number, data["comparison"], "comparison"))
        elif self.run:
            self.end = self._read(RunEnd, number, data["end"], "end")
            self._check(number, end_faults(self.end, self.run, self.now))

    def _read(self, kind: type[T], number: int, value: object, field: str) -> T:
        """Return the record of a line. The schema accepts 1.0 as a whole number, as JSON does; this does not."""
        try:
            return from_json(kind, value)
        except (TypeError, ValueError) as error:
            self._refuse(number, f"{field}: {error}")

    def _take_observation(self, number: int, observation: Observation) -> None:
        if observation.case not in self._wanted:
            self._refuse(number, f"observation.case: {observation.case} was not asked for")
        if self.run and observation.evidence is not self.run.evidence:
            self._refuse(number, f"observation.evidence: {observation.evidence} in a run that is {self.run.evidence}")
        if observation.case in self.observations:
            self._refuse(number, f"observation.case: {observation.case} was answered before")
        self._check(number, observation_faults(observation))
        self.observations[observation.case] = observation

    def _take_name(self, number: int, name: PublicName) -> None:
        if self.run and self.run.suite != NAMES:
            self._refuse(number, f"name.name: {name.name} in a run of suite {self.run.suite}")
        if name.name in self.names:
            self._refuse(number, f"name.name: {name.name} was listed before")
        if len(self.names) == MAX_NAMES:
            self._refuse(number, f"name.name: more than {MAX_NAMES} names")
        self.names[name.name] = name

    def _take_comparison(self, number: int, comparison: Comparison) -> None:
        if comparison.case not in self.observations:
            self._refuse(number, f"comparison.case: {comparison.case} was not answered")
        if comparison.case in self.comparisons:
            self._refuse(number, f"comparison.case: {comparison.case} was compared before")
        self._check(number, comparison_faults(comparison, self.run.build if self.run else None))
        self.comparisons[comparison.case] = comparison

    def _check(self, number: int, faults: Iterator[Fault]) -> None:
        for field, reason in faults:
            self._refuse(number, f"{field}: {reason}")

    def _refuse(self, number: int, reason: str) -> Never:
        reason = "".join(character if character.isprintable() else "?" for character in reason)
        raise RunFileError(f"{self.path}:{number}: {reason}")


def _said(problem: jsonschema_rs.ValidationError) -> str:
    """Return the fault in short; for a text with an invisible character, that character."""
    text = problem.instance
    if isinstance(text, str) and (hidden := next((c for c in text if not TEXT_VALIDATOR.is_valid(c)), "")):
        return f"has a character that does not show, U+{ord(hidden):04X}"
    return problem.message[:200]


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is more than a number can be")
    return number


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not a number")


def _unencodable(value: Any) -> str:
    """Return the dotted path of the first text that UTF-8 cannot hold; empty if there is none."""
    return next(_unencodable_paths(value, ()), "")


def _unencodable_paths(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, str) and not _encodable(value):
        yield ".".join(path)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        name = str(key)
        if not _encodable(name):  # the name itself cannot be shown
            yield ".".join(path) or "line"
            return
        yield from _unencodable_paths(item, (*path, name))


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a member twice in one object")
    return result
