"""Everything that a check looks up: the names of the newest builds, and the verdicts on each target.

`packed` and `unpacked` convert it to one small file and back, which the site publishes for each build of it. A check
gives the same answer with the file as with the history that it was made from.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO

from monitor.analysis.names.name_history import BuildNames, FrameworkNames, NameRecord
from monitor.analysis.status.current_status import SeriesStatus
from monitor.check.verdict_lookup import JudgedCase, TargetVerdicts, target_verdicts
from monitor.formats.serialization import from_json, to_json
from monitor.model import Evidence, Outcome, Run

FORMAT = 1
LARGEST = 100 * 2**20  # bytes of an unpacked file; the shipped history makes 10 MiB


class CheckDataError(Exception):
    """A file that has no data of a check, in one line."""


@dataclass(frozen=True)
class CheckData:
    """The public names of each framework, and the verdicts on each target; `generated` is empty for a history."""

    names: Mapping[str, FrameworkNames]
    verdicts: Mapping[str, TargetVerdicts]
    generated: str = ""


@dataclass(frozen=True)
class _Names:
    """The names of a framework, and the newest run that listed them."""

    framework: str
    newest: Run
    records: dict[str, NameRecord]


@dataclass(frozen=True)
class _Result:
    """The result that many cases share."""

    outcome: Outcome
    evidence: Evidence
    build: str
    message: str = ""
    since: str = ""


@dataclass(frozen=True)
class _Cases:
    """The cases of a function: the variants, and the number of the result of each."""

    variants: tuple[str, ...]
    results: tuple[int, ...]


@dataclass(frozen=True)
class _Verdicts:
    """The verdicts on a target; `kernels` has the number of the result of each operator."""

    target: str
    results: tuple[_Result, ...]
    cases: dict[str, _Cases]
    kernels: dict[str, int]


@dataclass(frozen=True)
class _Package:
    """The content of a file."""

    format: int
    generated: str
    names: tuple[_Names, ...]
    verdicts: tuple[_Verdicts, ...]


@dataclass
class _Results:
    """Numbers of different results."""

    numbers: dict[_Result, int] = field(default_factory=dict)

    def number(self, case: JudgedCase) -> int:
        result = _Result(case.outcome, case.evidence, case.build, case.message, case.since)
        return self.numbers.setdefault(result, len(self.numbers))


def check_data(
    series: Sequence[SeriesStatus], names: Mapping[str, FrameworkNames], targets: Iterable[str], generated: str = ""
) -> CheckData:
    """Return the data of a check on some targets."""
    return CheckData(names, {target: target_verdicts(target, series, names) for target in targets}, generated)


def packed(data: CheckData) -> bytes:
    """Return the content of the file: JSON, compressed by gzip."""
    package = _Package(
        FORMAT,
        data.generated,
        tuple(_packed_names(one) for one in data.names.values()),
        tuple(map(_packed_verdicts, data.verdicts.values())),
    )
    text = json.dumps(to_json(package), separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def unpacked(content: bytes) -> CheckData:
    """Return the data in the content of a file. Raises CheckDataError."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise CheckDataError("it is too large for data of a check")
        document = json.loads(text)
        if document.get("format") != FORMAT:
            raise CheckDataError(f"its format is {document.get('format')}, and this version reads {FORMAT}: update it")
        package = from_json(_Package, document)
        names = {one.framework: _unpacked_names(one) for one in package.names}
        verdicts = {one.target: _unpacked_verdicts(one) for one in package.verdicts}
    except (OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise CheckDataError(f"no data of a check ({type(error).__name__})") from None
    return CheckData(names, verdicts, package.generated)


def _packed_names(names: FrameworkNames) -> _Names:
    return _Names(
        names.framework,
        replace(names.builds[-1].run, environment={}),
        {name: _needed(record) for name, record in names.records.items()},
    )


def _needed(record: NameRecord) -> NameRecord:
    """Return what a check reads of a record: a signature counts only if another one was before it."""
    if record.signature_before and record.works:
        return record
    return replace(record, listed=replace(record.listed, signature=""), signature_since="", signature_before="")


def _unpacked_names(names: _Names) -> FrameworkNames:
    newest = BuildNames(names.newest, None, len(names.records), ())
    return FrameworkNames(names.framework, (newest,), names.records)


def _packed_verdicts(verdicts: TargetVerdicts) -> _Verdicts:
    results = _Results()
    cases = {
        function: _Cases(tuple(one.variant for one in found), tuple(map(results.number, found)))
        for function, found in verdicts.cases.items()
    }
    kernels = {operator: results.number(case) for operator, case in verdicts.kernels.items()}
    return _Verdicts(verdicts.target, tuple(results.numbers), cases, kernels)


def _unpacked_verdicts(verdicts: _Verdicts) -> TargetVerdicts:
    def case(variant: str, number: int) -> JudgedCase:
        result = verdicts.results[number]
        return JudgedCase(variant, result.outcome, result.evidence, result.build, result.message, result.since)

    return TargetVerdicts(
        verdicts.target,
        {
            function: tuple(case(*one) for one in zip(found.variants, found.results, strict=True))
            for function, found in verdicts.cases.items()
        },
        {operator: case("kernel", number) for operator, number in verdicts.kernels.items()},
    )
