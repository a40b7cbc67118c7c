"""Write the last known outcomes and measurements as tables; every format has the same rows.

`docs/reference/api.md` and the method page describe the columns with the texts of `OUTCOME_COLUMNS` and
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
    "case": "the id of the case, which never changes: framework/function/variant",
    "function": "the public dotted name that the case checks",
    "outcome": "the last known outcome, a word of the legend",
    "evidence": "the kind of evidence",
    "stage": "the compilation stage that failed, empty for other outcomes",
    "message": "one line from the framework, may be empty",
    "since": "start of the first run with this outcome, without another known outcome since; UTC",
    "build": "the last build with a result, as a requirement: jax==0.10.2",
    "observed": "start of the run with that result; UTC",
    "run": "the id of that run, as in the address of its page",
}

KEY_COLUMNS = ("target", "framework", "suite", "case", "evidence", "build", "observed", "run")
MEASUREMENT_COLUMNS = {
    "latency_first": "the very first call, compilation included; microseconds, as all latencies",
    "latency_median": "one call: the median over blocks of calls",
    "latency_minimum": "one call in the fastest block",
    "latency_spread": "the interquartile range over the blocks",
    "latency_blocks": "number of timed blocks",
    "latency_calls": "number of calls per block",
    "latency_second": "the second call",
    "max_abs": "the largest deviation from the oracle, in the unit of the result",
    "max_rel": "the same, relative to the magnitude of the oracle",
    "max_ulp": "the same, in units in the last place of the result's dtype",
    "compiled_programs": "number of programs that the case compiled to",
    "compiled_seconds": "compilation time in seconds",
    "compiled_flops": "floating-point operations",
    "compiled_bytes": "bytes read from and written to memory",
    "compiled_memory": "device memory of the largest program, in bytes",
    "compiled_code": "machine code, in bytes",
}


def download_files(series: Sequence[SeriesStatus], generated: datetime) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the address of each file, and the function that makes its content."""

    @cache  # shared by several formats
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


def outcome_row(series: SeriesStatus, status: CaseStatus) -> Mapping[str, str]:
    """Return a row of the outcomes by column."""
    return dict(zip(OUTCOME_COLUMNS, _outcome_values(series, status), strict=True))


def _outcome_values(series: SeriesStatus, status: CaseStatus) -> tuple[str, ...]:
    run = status.run
    return (
        series.target,
        series.framework,
        series.suite,
        status.case,
        status.function,
        status.outcome.value,
        status.evidence.value if status.outcome.known else "",
        status.stage.value if status.stage else "",
        status.message,
        status.turns[-1].run.started if status.turns else "",
        run.build.requirement if run.build else "",
        run.started,
        run.id,
    )


def _measurement_values(series: SeriesStatus, status: CaseStatus) -> tuple[Any, ...]:
    run, build = status.run, status.run.build
    return (
        series.target,
        series.framework,
        series.suite,
        status.case,
        status.evidence.value,
        build.requirement if build else "",
        run.started,
        run.id,
        *_field_values(status.latency, Latency),
        *_field_values(status.error, NumericalError),
        *_field_values(status.compiled, Compiled),
    )


def _field_values(measured: Any, kind: Any) -> tuple[Any, ...]:
    return tuple([getattr(measured, name, None) for name in _field_names(kind)])


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _table(names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Return a table. Building it by column takes a tenth of the time of building it by row."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=False))  # empty without rows
    found = {
        name: np.array(values, float) if name in MEASUREMENT_COLUMNS else values for name, values in columns.items()
    }
    return pd.DataFrame(found, columns=[*names])


def _json(outcomes: Iterable[tuple[str, ...]], generated: datetime) -> bytes:
    # One row per line: `grep` works, and the file has half the size of an indented one.
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
    """Return the values of a column, escaped so that no spreadsheet reads one as a formula: messages are untrusted."""
    values: list[Any] = column.astype(object).where(column.notna(), "").tolist()
    if pd.api.types.is_numeric_dtype(column):
        return values
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
        for value in values
    ]
