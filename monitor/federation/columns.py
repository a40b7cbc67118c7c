"""Check, store and load the columns of forks.

A column of a fork is untrusted. It is validated against the published schema, and only the fields that are shown are
kept. Addresses are built here from names, so every link to a fork stays below its own site.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from monitor.analysis.status.current_status import FunctionStatus
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.analysis.status.scores import portability
from monitor.federation.forks import Fork
from monitor.formatting.humanize import machine_time
from monitor.formatting.urls import function_page, target_page
from monitor.model import Evidence, Outcome

# A weekly runner may miss one week. Older results do not describe the newest builds.
STALE_DAYS = 14
# Clocks differ by minutes. A time further ahead is invented, and would never become stale.
MAX_CLOCK_SKEW = timedelta(days=1)

FORMAT = 1
API_SCHEMA = Path(__file__).parents[1] / "exports" / "api.schema.json"


class ColumnError(Exception):
    """Column that cannot be shown; the message is one line without any text of the fork."""


class FederationError(Exception):
    """File that `portability federation` did not write; the message is one line."""


@dataclass(frozen=True)
class ForeignCell:
    """Function on a target of a fork: its outcomes by variant, and the newest build with a result."""

    cell: FunctionStatus
    outcomes: Mapping[str, Outcome]
    build: str
    observed: str


@dataclass(frozen=True)
class ForeignColumn:
    """Results of a fork on one target, by framework and function."""

    fork: Fork
    target: str
    cells: Mapping[tuple[str, str], ForeignCell]

    @property
    def label(self) -> str:
        """Return the name on the pages. No target of ours has `@` in its name."""
        return f"{self.target}@{self.fork.name}"

    @property
    def observed(self) -> str:
        """Return the start of the newest run with a result; empty if there is none."""
        return max((one.observed for one in self.cells.values() if one.cell.evidence), default="")

    @property
    def frameworks(self) -> tuple[str, ...]:
        return tuple(sorted({framework for framework, _ in self.cells}))

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        found = {one.cell.evidence for one in self.cells.values()}
        return tuple(evidence for evidence in Evidence if evidence in found)

    @property
    def page(self) -> str:
        """Return the address of the fork's page of the target."""
        return self.fork.site + target_page(self.target)

    def function_page(self, framework: str, name: str) -> str:
        """Return the address of the fork's page of a function."""
        return self.fork.site + function_page(framework, name)


@dataclass(frozen=True)
class Federation:
    """Columns of forks, and a line for each excluded one with target, fork and reason."""

    columns: tuple[ForeignColumn, ...] = ()
    excluded: tuple[str, ...] = ()


def parse_column(fork: Fork, target: str, document: Any) -> ForeignColumn:
    """Return a column from the document of a fork. Raises ColumnError."""
    try:
        _validator().validate(document)
    except jsonschema_rs.ValidationError as error:
        # The path in the schema, not in the document: that one may contain names chosen by the fork.
        raise ColumnError(f"violates the schema at #/{'/'.join(map(str, error.schema_path))}") from None
    except ValueError:
        raise ColumnError("is nested too deeply, or contains invalid text") from None
    if document["target"] != target:
        raise ColumnError("is the column of another target")
    cells: dict[tuple[str, str], ForeignCell] = {}
    for line in document["functions"]:
        key = line["framework"], line["function"]
        if key in cells:
            raise ColumnError("has a function twice")
        cells[key] = _cell(line)
    return ForeignColumn(fork, target, cells)


def write_federation(path: Path, fetched: Federation) -> None:
    """Write the fetched columns, and a line for each excluded one."""
    kept = {
        "format": FORMAT,
        "columns": [
            {"fork": one.fork.name, "site": one.fork.site, "column": _document(one)} for one in fetched.columns
        ],
        "excluded": fetched.excluded,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def load_federation(path: Path, now: datetime) -> Federation:
    """Return the fetched columns without those that are stale by now. Raises FederationError."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["format"] != FORMAT:
            raise ValueError("another format")
        columns = [_stored_column(entry) for entry in kept["columns"]]
        excluded = [str(line) for line in kept["excluded"]]
    except OSError as error:
        raise FederationError(f"{path}: cannot be read: {error.strerror}; portability federation writes it") from None
    except (ValueError, KeyError, TypeError, ColumnError):
        raise FederationError(f"{path}: is not what portability federation writes; run that again") from None
    shown = []
    for column in columns:
        if why := _why_stale(column, now):
            excluded.append(f"{column.label}: {why}")
        else:
            shown.append(column)
    return Federation(tuple(shown), tuple(sorted(excluded)))


def _stored_column(entry: Mapping[str, Any]) -> ForeignColumn:
    target = entry["column"]["target"]
    return parse_column(Fork(entry["fork"], entry["site"], (target,)), target, entry["column"])


def _why_stale(column: ForeignColumn, now: datetime) -> str:
    """Return why a column is stale; empty if it is not."""
    if not column.observed:
        return "it has no result yet"
    observed = datetime.fromisoformat(column.observed)
    if observed > now + MAX_CLOCK_SKEW:
        return f"last observed in the future, on {observed:%Y-%m-%d}"
    if now - observed > timedelta(days=STALE_DAYS):
        return f"last observed on {observed:%Y-%m-%d}, more than {STALE_DAYS} days ago"
    return ""


def _cell(line: Mapping[str, Any]) -> ForeignCell:
    try:
        observed = machine_time(datetime.fromisoformat(line["observed"]).astimezone(UTC))
    except (ValueError, OverflowError):
        raise ColumnError("has an invalid time") from None
    outcomes = {variant: Outcome(word) for variant, word in line["outcomes"].items()}
    judged = [outcome for outcome in outcomes.values() if outcome.known]
    if bool(judged) != bool(line["evidence"]):
        raise ColumnError("has outcomes without evidence, or evidence without outcomes")
    figure = FunctionStatus(
        portability(outcomes.values()),
        passed=judged.count(Outcome.PASS),
        judged=len(judged),
        unjudged=len(outcomes) - len(judged),
        evidence=Evidence(line["evidence"]) if line["evidence"] else None,
        others=(),
        outcomes=tuple(outcome for outcome in Outcome if outcome in outcomes.values()),
        sources=(MeasuredBuild(line["build"], ""),) if judged else (),
    )
    return ForeignCell(figure, outcomes, line["build"], observed)


def _document(column: ForeignColumn) -> object:
    """Return a column as its fork published it, with the known fields only."""
    return {
        "target": column.target,
        "page": target_page(column.target),
        "functions": [
            {
                "framework": framework,
                "function": name,
                "evidence": one.cell.evidence.value if one.cell.evidence else "",
                "build": one.build,
                "observed": one.observed,
                "outcomes": {variant: outcome.value for variant, outcome in one.outcomes.items()},
            }
            for (framework, name), one in column.cells.items()
        ],
    }


@cache
def _validator() -> jsonschema_rs.Validator:
    schema = json.loads(API_SCHEMA.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for({"$ref": "#/$defs/column", "$defs": schema["$defs"]})
