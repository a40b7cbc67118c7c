"""What is known now, to download as tables: the outcomes, and what was measured. The same rows in every format.

`docs/reference/api.md` and the method page tell what the columns mean, in the words of `OUTCOME_COLUMNS` and
`MEASUREMENT_COLUMNS`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.formatting.humanize import machine_time
from monitor.model import Compiled, Latency, NumericalError

FORMAT = 1

OUTCOME_COLUMNS = {
    "target": "the piece of hardware",
    "framework": "torch, jax or tensorflow",
    "suite": "the set of cases",
    "case": "the id of the case, which is for ever: framework/function/variant",
    "function": "the public dotted name that the case checks",
    "outcome": "the last known outcome, one of the words of the legend",
    "evidence": "how strong the observation is",
    "stage": "the stage that failed on the way to another hardware's compiler, else empty",
    "message": "one line in the framework's own words, empty where there is nothing to say",
    "since": "when the case first came out like this, without another known outcome in between; UTC",
    "build": "the build that was last judged, as one would install it: jax==0.10.2",
    "observed": "when the run that judged it started; UTC",
    "run": "the id of that run, which names its page",
}

KEY_COLUMNS = ("target", "framework", "suite", "case", "evidence", "build", "observed", "run")
MEASUREMENT_COLUMNS = {
    "latency_first": "the very first call, compilation included; microseconds, as all latencies",
    "latency_median": "one call: the median over blocks of calls",
    "latency_minimum": "one call in the fastest block",
    "latency_spread": "the interquartile range over the blocks",
    "latency_blocks": "how many blocks were timed",
    "latency_calls": "how many calls a block had",
    "latency_second": "the second call",
    "max_abs": "the largest deviation from the oracle, in the unit of the result",
    "max_rel": "the same, relative to the oracle's magnitude",
    "max_ulp": "the same, in units in the last place of the result's dtype",
    "compiled_programs": "how many programs the case compiled to",
    "compiled_seconds": "what compiling them took",
    "compiled_flops": "their arithmetic",
    "compiled_bytes": "what they read and write in memory",
    "compiled_memory": "what the largest needs on the device, in bytes",
    "compiled_code": "their machine code, in bytes",
}


def download_files(series: Sequence[SeriesStatus], generated: datetime) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The address of each file, and what makes it."""

    @cache  # what several formats tell
    def outcomes() -> pd.DataFrame:
        return _table([*OUTCOME_COLUMNS], (_outcome_values(one, s) for one in series for s in one.now))

    @cache
    def measurements() -> pd.DataFrame:
        rows = (_measurement_values(one, s) for one in series for s in one.now if s.latency or s.error or s.compiled)
        return _table([*KEY_COLUMNS, *MEASUREMENT_COLUMNS], rows)

    yield "data/outcomes.json", lambda: _json((_outcome_values(one, s) for one in series for s in one.now), generated)
    for name, table in (("outcomes", outcomes), ("measurements", measurements)):
        yield f"data/{name}.csv", partial(_csv, table)
        yield f"data/{name}.parquet", partial(_parquet, table)


def outcome_row(series: SeriesStatus, standing: CaseStatus) -> Mapping[str, str]:
    """A row of the outcomes by the names of its columns."""
    return dict(zip(OUTCOME_COLUMNS, _outcome_values(series, standing), strict=True))


def _outcome_values(series: SeriesStatus, standing: CaseStatus) -> tuple[str, ...]:
    run = standing.run
    return (
        series.target,
        series.framework,
        series.suite,
        standing.case,
        standing.function,
        standing.outcome.value,
        standing.evidence.value if standing.outcome.known else "",
        standing.stage.value if standing.stage else "",
        standing.message,
        standing.turns[-1].run.started if standing.turns else "",
        run.build.label if run.build else "",
        run.started,
        run.id,
    )


def _measurement_values(series: SeriesStatus, standing: CaseStatus) -> tuple[Any, ...]:
    run, build = standing.run, standing.run.build
    return (
        series.target,
        series.framework,
        series.suite,
        standing.case,
        standing.evidence.value,
        build.label if build else "",
        run.started,
        run.id,
        *_field_values(standing.latency, Latency),
        *_field_values(standing.error, NumericalError),
        *_field_values(standing.compiled, Compiled),
    )


def _field_values(measured: Any, kind: Any) -> tuple[Any, ...]:
    return tuple([getattr(measured, name, None) for name in _field_names(kind)])


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _table(names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """A table of rows; pandas takes columns in a tenth of the time."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=False))  # where there is no row, there is no column
    found = {
        name: np.array(values, float) if name in MEASUREMENT_COLUMNS else values for name, values in columns.items()
    }
    return pd.DataFrame(found, columns=[*names])


def _json(outcomes: Iterable[tuple[str, ...]], generated: datetime) -> bytes:
    # One row a line: readable by eye and by `grep`, and half the size of an indented document.
    rows = ",\n".join(json.dumps(dict(zip(OUTCOME_COLUMNS, outcome, strict=True))) for outcome in outcomes)
    head = f'{{"format": {FORMAT}, "generated": "{machine_time(generated)}", "outcomes": ['
    return f"{head}\n{rows}\n]}}\n".encode()


def _parquet(make: Callable[[], pd.DataFrame]) -> bytes:
    file = io.BytesIO()
    make().to_parquet(file, compression="zstd", index=False)
    return file.getvalue()


def _csv(make: Callable[[], pd.DataFrame]) -> bytes:
    table = make()
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_without_formulas(table[name]) for name in table.columns), strict=True))
    return file.getvalue().encode(errors="backslashreplace")


def _without_formulas(column: pd.Series) -> list[Any]:
    """The values of a column, of which no spreadsheet takes one for a formula: messages come from other machines."""
    values: list[Any] = column.astype(object).where(column.notna(), "").tolist()
    if pd.api.types.is_numeric_dtype(column):
        return values
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
        for value in values
    ]
