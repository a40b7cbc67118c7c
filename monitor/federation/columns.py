"""A fork's column: as its site publishes it, as it is kept between fetching and showing, and as the pages have it.

Whatever a fork says is untrusted. It is held against the published schema, of which only the fields that are shown are
kept; every address is made here from names, so that no link of a fork's leads anywhere but below its own site.
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

# A runner that works once a week may miss a week; what is older says nothing of tonight's builds.
STALE_DAYS = 14
# Clocks differ by minutes. What is further ahead was made up, and would never grow old.
MAX_CLOCK_SKEW = timedelta(days=1)

FORMAT = 1
API_SCHEMA = Path(__file__).parents[1] / "exports" / "api.schema.json"


class ColumnError(Exception):
    """A column that cannot be shown; one line that says why, with no word of the fork's in it."""


class FederationError(Exception):
    """A file that `portability federation` did not write; one line."""


@dataclass(frozen=True)
class ForeignCell:
    """A function on a fork's target: what its cases came to, by variant, in the newest build that judged them."""

    cell: FunctionStatus
    outcomes: Mapping[str, Outcome]
    build: str
    observed: str


@dataclass(frozen=True)
class ForeignColumn:
    """A target of a fork's over its functions, by framework and name."""

    fork: Fork
    target: str
    cells: Mapping[tuple[str, str], ForeignCell]

    @property
    def label(self) -> str:
        """What the pages call it; `@` is in no target's name, so it is never taken for one of ours."""
        return f"{self.target}@{self.fork.name}"

    @property
    def observed(self) -> str:
        """When the newest run that judged anything started; empty where none did."""
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
        """The fork's own page of the target."""
        return self.fork.site + target_page(self.target)

    def function_page(self, framework: str, name: str) -> str:
        """The fork's own page of a function."""
        return self.fork.site + function_page(framework, name)


@dataclass(frozen=True)
class Federation:
    """Columns of forks, and a line for each that is left out, which names target and fork and says why."""

    columns: tuple[ForeignColumn, ...] = ()
    excluded: tuple[str, ...] = ()


def parse_column(fork: Fork, target: str, document: Any) -> ForeignColumn:
    """A column as its fork published it. Raises ColumnError."""
    try:
        _validator().validate(document)
    except jsonschema_rs.ValidationError as error:
        # Where in the schema, and not where in the document: that may hold names of the fork's making.
        raise ColumnError(f"is not as the schema says, see #/{'/'.join(map(str, error.schema_path))}") from None
    except ValueError:
        raise ColumnError("is nested deeper than a column is, or holds what is no text") from None
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
    """Keep what was fetched, and a line for each column that was not."""
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
    """What was fetched, less what is stale by now. Raises FederationError."""
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
    """Why a column says nothing of tonight; empty where it does."""
    if not column.observed:
        return "nothing was judged there yet"
    observed = datetime.fromisoformat(column.observed)
    if observed > now + MAX_CLOCK_SKEW:
        return f"last seen on a day that has not come, {observed:%Y-%m-%d}"
    if now - observed > timedelta(days=STALE_DAYS):
        return f"last seen on {observed:%Y-%m-%d}, more than {STALE_DAYS} days ago"
    return ""


def _cell(line: Mapping[str, Any]) -> ForeignCell:
    try:
        observed = machine_time(datetime.fromisoformat(line["observed"]).astimezone(UTC))
    except (ValueError, OverflowError):
        raise ColumnError("has a time that no clock shows") from None
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
    """A column as its fork published it, in the fields that are known."""
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
