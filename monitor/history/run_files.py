"""Paths of the files of a history, and the format of one run.

    outcomes/<target>/<framework>/<suite>.csv     the last known outcome of every case, one sorted row each;
                                                  overwritten, so that `git diff` shows the changes of the night
    outcomes/…/<suite>.<evidence>.csv             the same for evidence other than executed
    manifest.csv                                  the rows of each of these tables (`monitor.history.manifest`)
    runs/<target>/<framework>/runs.csv            the list of runs (`monitor.history.run_list`)
    runs/<target>/<framework>/<run>.json          head of a run: build, environment, notes; never changed
    runs/<target>/<framework>/<run>.parquet       observations, one row for each case, without the values of an
                                                  earlier run (`monitor.history.deduplication`); never changed
    runs/<target>/<framework>/<run>.compared.parquet
                                                  comparisons with good builds, if there are any, one row for each
                                                  case; never changed
    runs/<target>/<framework>/<run>.names.parquet
                                                  public names of the build, for a run of suite `names`
                                                  (`monitor.history.name_table`); never changed

The outcomes follow from the runs and can be written again from them at any time.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from monitor.formats.run_file import RunFile
from monitor.formats.serialization import from_json, to_json
from monitor.history.comparison_table import comparisons_from, comparisons_table
from monitor.history.damage import UNREADABLE, content_of, unreadable
from monitor.history.deduplication import DEDUPLICATED, EARLIER, REPEATED, EarlierRun, restore_values
from monitor.history.digests import digest_text
from monitor.history.files import Files, Folder
from monitor.history.parquet_encoding import SORTED_COLUMN, write_table
from monitor.history.run_list import RUNS, add_run, heads, places
from monitor.model import (
    Comparison,
    Evidence,
    Observation,
    Outcome,
    Run,
    RunEnd,
    Series,
)

COLUMNS = {
    "case": "str",
    "outcome": "category",
    "evidence": "category",
    "message": "str",
    "stage": "category",  # the stage that failed, where the evidence is compiled; else empty
    "declared_limit": "str",  # the limit that the function's authors declare for the case
    "digest": "str",  # the hash, then the figures; empty where there is none
    "first_outcome": "category",  # the first outcome, if the case was rerun in fresh workers; else empty
    "retry_outcomes": "str",  # outcomes of the reruns in order, joined by spaces
    "max_abs": "float64",
    "max_rel": "float64",
    "max_ulp": "float64",
    "latency_first": "float64",  # microseconds, as in `monitor.model.Latency`
    "latency_median": "float64",
    "latency_minimum": "float64",
    "latency_spread": "float64",
    "latency_blocks": "float64",
    "latency_calls": "float64",
    "latency_second": "float64",
    "compiled_programs": "float64",  # as in `monitor.model.Compiled`
    "compiled_seconds": "float64",
    "compiled_flops": "float64",
    "compiled_bytes": "float64",
    "compiled_memory": "float64",
    "compiled_code": "float64",
    "seconds": "float64",
}
COMPARED = ".compared.parquet"
TEXTS = [name for name, kind in COLUMNS.items() if kind != "float64"]
_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {name: _TEXT if name in TEXTS else pa.float64() for name in COLUMNS}

NOT_OBSERVED = "not observed: the run was cut short"


@dataclass(frozen=True)
class RecordedRun:
    """A run in the history: its head (without the list of cases) and its end, None if it was cut short.

    `compared` is the number of its comparisons, `listed` that of its names; a run that was cut short lists none.
    """

    run: Run
    end: RunEnd | None
    compared: int = 0
    listed: int = 0


def run_path(run: Run, suffix: str) -> PurePosixPath:
    """Return the path in a history of one of a run's files."""
    return RUNS / run.target / run.framework / f"{run.id}{suffix}"


def observations_path(run: Run) -> PurePosixPath:
    return run_path(run, ".parquet")


def outcomes_path(series: Series) -> PurePosixPath:
    target, framework, suite, evidence = series
    name = suite if evidence is Evidence.EXECUTED else f"{suite}.{evidence}"
    return PurePosixPath("outcomes") / target / framework / f"{name}.csv"


def write_run(directory: Path, runfile: RunFile, previous: Run | None = None) -> RecordedRun:
    """Write the head of a run, which is returned, its observations, and its comparisons if it has any.

    A case of the run without an observation is written as `blocked`. A blocked run has only its head. `previous` is a
    run of the same series that may have most of the values already.
    """
    listed = len(runfile.names) if runfile.end else 0
    head = write_head(directory, runfile.run, runfile.end, len(runfile.comparisons), listed)
    if not runfile.run.blocked:
        write_observations(directory, runfile.run, observations_table(complete_observations(runfile)), previous)
    if runfile.comparisons:
        path = directory / run_path(runfile.run, COMPARED)
        comparisons_table(runfile.comparisons).to_parquet(path, compression="zstd", index=False)
    return head


def write_head(directory: Path, run: Run, end: RunEnd | None, compared: int = 0, listed: int = 0) -> RecordedRun:
    """Write the head of a run, which is returned, and add the run to the list of its folder."""
    add_run(directory, run_path(run, ".json"))
    path = directory / run_path(run, ".json")
    head = RecordedRun(dataclasses.replace(run, cases=()), end, compared, listed)
    path.write_text(json.dumps(to_json(head), indent=1, ensure_ascii=False) + "\n")
    return head


def write_observations(directory: Path, run: Run, table: pd.DataFrame, previous: Run | None = None) -> None:
    """Write the observations of a run without the values of the run `previous`, or of the run that that one names."""
    files, path = Folder(directory), observations_path(previous) if previous else None
    earlier = (earlier_run(files, path) or EarlierRun(path.stem, _said(files, path, REPEATED))) if path else None
    write_table(table, directory / observations_path(run), earlier)


def earlier_run(files: Files, path: PurePosixPath) -> EarlierRun | None:
    """Return the run that a run's file names for deduplicated values; None if it is whole. Raises HistoryError."""
    content = content_of(files, path)
    try:
        earlier = _earlier(pq.ParquetFile(pa.py_buffer(content)), path)
    except UNREADABLE as error:
        raise unreadable(files, path, error) from error
    return EarlierRun(earlier.stem, _said(files, earlier, REPEATED)) if earlier else None


def complete_observations(runfile: RunFile) -> tuple[Observation, ...]:
    """Return the observations of a run, one for every case that it should have, sorted by case."""
    answered = {observation.case: observation for observation in runfile.observations}
    return tuple(
        answered.get(case) or Observation(case, Outcome.BLOCKED, runfile.run.evidence, NOT_OBSERVED)
        for case in sorted(runfile.run.cases)
    )


def observations_table(observations: Iterable[Observation]) -> pd.DataFrame:
    rows = [
        (
            o.case,
            o.outcome.value,
            o.evidence.value,
            o.message,
            o.stage.value if o.stage else "",
            o.declared_limit,
            digest_text(o.digest),
            o.first_outcome.value if o.first_outcome else "",
            " ".join(retry.outcome.value for retry in o.retries),
            *(vars(o.error).values() if o.error else (None,) * 3),
            *(vars(o.latency).values() if o.latency else (None,) * 7),
            *(vars(o.compiled).values() if o.compiled else (None,) * 6),
            o.seconds,
        )
        for o in observations
    ]
    values = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return pd.DataFrame(
        {name: _values_of_kind(column, kind) for (name, kind), column in zip(COLUMNS.items(), values, strict=True)}
    )


def _values_of_kind(values: Sequence[Any], kind: str) -> pd.Series | NDArray[np.float64]:
    return np.array(values, np.float64) if kind == "float64" else pd.Series(values, dtype=kind)


def read_runs(files: Files, target: str = "*", framework: str = "*") -> tuple[RecordedRun, ...]:
    """Return the heads of all runs, or of one target and framework, in no order. Raises HistoryError."""
    chosen = [place for place in places(files) if target in ("*", place[0]) and framework in ("*", place[1])]
    return tuple(read_head(files, path) for place in chosen for path in heads(files, place))


def read_head(files: Files, path: PurePosixPath) -> RecordedRun:
    """Return the head of one run. Raises HistoryError."""
    content = content_of(files, path)
    try:
        return from_json(RecordedRun, json.loads(content))
    except UNREADABLE as error:
        raise unreadable(files, path, error) from error


def observed_paths(files: Files, target: str, framework: str) -> list[PurePosixPath]:
    """Return the paths of the observations of one framework on one target, in the order of time.

    Raises HistoryError if one is missing: only a blocked run has none.
    """
    runs = heads(files, (target, framework))
    there = {*files.names(RUNS / target / framework)}
    paths = [head.with_suffix(".parquet") for head in runs]
    for head, path in zip(runs, paths, strict=True):
        if path.name not in there and not read_head(files, head).run.blocked:
            raise files.damaged(path, "is missing")
    return [path for path in paths if path.name in there]


def count_runs(files: Files) -> int:
    return sum(len(heads(files, place)) for place in places(files))


def read_observations(
    files: Files, runs: Iterable[RecordedRun], columns: Sequence[str] = tuple(COLUMNS)
) -> pd.DataFrame:
    """Return the observations of these runs in one table, in the order of the runs.

    It has these columns, and `run`, the run's id. Texts are categories, because a year of nights repeats a few of them.
    A blocked run has no observations. Raises HistoryError if a file of another run is missing or damaged.
    """
    tables = {
        item.run.id: read_run(files, observations_path(item.run), columns) for item in runs if not item.run.blocked
    }
    return join_tables([*tables.values()], {run: table.num_rows for run, table in tables.items()}, columns)


def join_tables(tables: Sequence[pa.Table], rows: Mapping[str, int], columns: Sequence[str]) -> pd.DataFrame:
    """Return the observations of runs as one table, from tables of these columns; `rows` counts each run's rows."""
    nothing = pa.table({name: pa.array([], _TYPES[name]) for name in columns})
    whole: pd.DataFrame = pa.concat_tables([nothing, *tables]).unify_dictionaries().to_pandas()
    number = np.repeat(np.arange(len(rows)), [*rows.values()])
    return whole.assign(run=pd.Categorical.from_codes(number, pd.Index([*rows])))


def read_run(files: Files, path: PurePosixPath, columns: Sequence[str]) -> pa.Table:
    """Return columns of one run in the types of `_TYPES`. Raises HistoryError.

    Files are many and small, so one thread reads each into memory at once.
    """
    content = content_of(files, path)
    try:
        return _decoded(files, path, content, columns)
    except UNREADABLE as error:
        raise unreadable(files, path, error) from error


def read_cases(files: Files, path: PurePosixPath, cases: NDArray[np.object_]) -> pa.Table:
    """Return all columns of one run's observations of these cases, in their order. Raises HistoryError."""
    table = read_run(files, path, [*COLUMNS])
    names = table[SORTED_COLUMN].combine_chunks()
    return table.take(pc.index_in(pa.array(cases, _TEXT.value_type), value_set=names.dictionary_decode()))


def _decoded(files: Files, path: PurePosixPath, content: bytes, columns: Sequence[str]) -> pa.Table:
    buffer = pa.py_buffer(content)
    texts = [name for name in columns if name in TEXTS and name != SORTED_COLUMN]
    file = pq.ParquetFile(buffer, read_dictionary=texts)
    repeated = tuple(name for name in columns if name in REPEATED)
    earlier = _earlier(file, path) if repeated else None
    wanted = [*dict.fromkeys((*columns, SORTED_COLUMN, DEDUPLICATED))] if earlier else [*columns]
    there = file.read(wanted, use_threads=False)
    found = pa.table([_column(there, name) for name in columns], names=[*columns])
    if not earlier:
        return found
    return restore_values(found, there[SORTED_COLUMN], there[DEDUPLICATED], _said(files, earlier, repeated))


def _earlier(file: pq.ParquetFile, path: PurePosixPath) -> PurePosixPath | None:
    """Return the path of the run, in the same folder, that a file names for deduplicated values."""
    run = (file.metadata.metadata or {}).get(EARLIER.encode())
    return path.with_name(run.decode() + path.suffix) if run else None


def _said(files: Files, path: PurePosixPath, columns: tuple[str, ...]) -> pa.Table:
    """Return the values that other runs refer to. The runs of a series mostly name the same run."""
    return _said_once(files, path, files.key(path), columns)


@lru_cache(maxsize=4)
def _said_once(files: Files, path: PurePosixPath, key: str | None, columns: tuple[str, ...]) -> pa.Table:  # noqa: ARG001 - thinned, it is another
    return read_run(files, path, (SORTED_COLUMN, *columns))


def _column(there: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    if name == SORTED_COLUMN:
        return _each_once(there[name].combine_chunks().cast(_TEXT.value_type))
    return _typed(there[name], name)


def _each_once(names: pa.Array) -> pa.DictionaryArray:
    """Return distinct names as a dictionary array of themselves, which avoids a slow search for duplicates."""
    return pa.DictionaryArray.from_arrays(np.arange(len(names), dtype=np.int32), names)


def _typed(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    wanted = _TYPES[name]
    if column.type == wanted:
        return column
    if wanted == _TEXT and not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return column.cast(wanted)


def read_comparisons(files: Files, runs: Iterable[RecordedRun]) -> dict[str, tuple[Comparison, ...]]:
    """Return the comparisons of these runs by run id, of those that have any. Raises HistoryError."""
    found = {}
    for item in runs:
        if not item.compared:
            continue
        path = run_path(item.run, COMPARED)
        content = content_of(files, path)
        try:
            found[item.run.id] = tuple(comparisons_from(pd.read_parquet(io.BytesIO(content))))
        except UNREADABLE as error:
            raise unreadable(files, path, error) from error
    return found
