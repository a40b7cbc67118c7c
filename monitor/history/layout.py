"""Where things lie in a history, and how one run is written there.

    outcomes/<target>/<framework>/<suite>.csv     the last known outcome of every case, one sorted row a case;
                                                  overwritten, so that `git diff` is the night's news
    outcomes/…/<suite>.<evidence>.csv             the same for evidence that was not had by executing
    signatures/<framework>.csv                    what each function takes, as `monitor.history.signatures` tells
    runs/<target>/<framework>/<run>.json          what was run: build, environment, notes; never changed
    runs/<target>/<framework>/<run>.parquet       what was observed, one row a case; never changed; what an earlier run
                                                  said already is left there (`monitor.history.repeats`)
    runs/<target>/<framework>/<run>.compared.parquet
                                                  what was measured beside the last good build, where anything was: one
                                                  row a case; never changed

The outcomes follow from the runs: they could be written anew from them at any time.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from monitor.handover.codec import from_json, to_json
from monitor.handover.runfile import RunFile
from monitor.history.compact import STEPWISE, write_table
from monitor.history.repeats import AGAIN, EARLIER, REPEATED, Earlier, fill_in
from monitor.model import Comparison, Digest, End, Evidence, Observation, Outcome, Reason, Run, Series, Side

COLUMNS = {
    "case": "str",
    "outcome": "category",
    "evidence": "category",
    "message": "str",
    "stage": "category",  # the stage that failed, where the evidence is compiled; else empty
    "declared": "str",  # the limit that the function's own authors declare here
    "digest": "str",  # the hash, then the figures; empty where there is none
    "first": "category",  # the first answer, where fresh workers were asked again; else empty
    "attempts": "str",  # what they answered, in order, joined by spaces
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
# Columns that older files lack, and what they stand for.
ADDED: dict[str, str | float] = {
    "declared": "",
    "digest": "",
    "stage": "",
    **{name: float("nan") for name in COLUMNS if name.startswith(("latency_second", "compiled_"))},
}
COMPARED = ".compared.parquet"
SIDES = ("good", "new")  # of each in a comparison, four columns
SIDE_COLUMNS = ("build", "outcomes", "latencies", "digest")
OTHER_GOODS = [f"earlier_{column}" for column in SIDE_COLUMNS]  # a list a row: of the good builds before `good`
TEXTS = [name for name, kind in COLUMNS.items() if kind != "float64"]
_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {name: _TEXT if name in TEXTS else pa.float64() for name in COLUMNS}

NOT_OBSERVED = "not observed: the run was cut short"


@dataclass(frozen=True)
class RecordedRun:
    """A run in the history: its head (without the list of cases) and its end, None where it was cut short."""

    run: Run
    end: End | None


def run_path(directory: Path, run: Run, suffix: str) -> Path:
    """The path of that one of a run's files."""
    return directory / f"runs/{run.target}/{run.framework}/{run.id}{suffix}"


def observations_path(directory: Path, run: Run) -> Path:
    return run_path(directory, run, ".parquet")


def outcomes_path(directory: Path, series: Series) -> Path:
    target, framework, suite, evidence = series
    name = suite if evidence is Evidence.EXECUTED else f"{suite}.{evidence}"
    return directory / "outcomes" / target / framework / f"{name}.csv"


def write_run(directory: Path, runfile: RunFile, beside: Run | None = None) -> RecordedRun:
    """Write a run: its head, which is returned, its observations, and its comparisons where it has any.

    A case that was asked for and never answered is written as `blocked`. A run that was blocked as a whole leaves its
    head alone. `beside` is a run of the same series, which may have said most of it already.
    """
    head = write_head(directory, runfile.run, runfile.end)
    if not runfile.run.blocked:
        write_observations(directory, runfile.run, observations_table(complete(runfile)), beside)
    if runfile.comparisons:
        path = run_path(directory, runfile.run, COMPARED)
        comparisons_table(runfile.comparisons).to_parquet(path, compression="zstd", index=False)
    return head


def write_head(directory: Path, run: Run, end: End | None) -> RecordedRun:
    path = run_path(directory, run, ".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    head = RecordedRun(dataclasses.replace(run, cases=()), end)
    path.write_text(json.dumps(to_json(head), indent=1, ensure_ascii=False) + "\n")
    return head


def write_observations(directory: Path, run: Run, table: pd.DataFrame, beside: Run | None = None) -> None:
    """Write what a run observed, without what the run beside it says already, or the one that that one names."""
    path = observations_path(directory, beside) if beside else None
    earlier = (named(path) or Earlier(path.stem, _said(path, REPEATED))) if path and path.exists() else None
    write_table(table, observations_path(directory, run), earlier)


def named(path: Path) -> Earlier | None:
    """The run that a run's file names for what it says again; None where it is whole."""
    earlier = _earlier(pq.ParquetFile(path), path)
    return Earlier(earlier.stem, _said(earlier, REPEATED)) if earlier else None


def complete(runfile: RunFile) -> tuple[Observation, ...]:
    """The observations of a run, one for every case asked for, sorted by case."""
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
            o.declared,
            _digest_text(o.digest),
            o.first.value if o.first else "",
            " ".join(attempt.outcome.value for attempt in o.attempts),
            *(dataclasses.astuple(o.error) if o.error else (None,) * 3),
            *(dataclasses.astuple(o.latency) if o.latency else (None,) * 7),
            *(dataclasses.astuple(o.compiled) if o.compiled else (None,) * 6),
            o.seconds,
        )
        for o in observations
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def comparisons_table(comparisons: Iterable[Comparison]) -> pd.DataFrame:
    columns = ["case", "reason", *(f"{side}_{column}" for side in SIDES for column in SIDE_COLUMNS), *OTHER_GOODS]
    rows = [
        (c.case, c.reason.value, *_side_cells(c.good), *_side_cells(c.new), *_lists(c.earlier))
        for c in sorted(comparisons, key=lambda c: c.case)
    ]
    return pd.DataFrame(rows, columns=columns)


def _side_cells(side: Side) -> tuple[object, ...]:
    outcomes = " ".join(outcome.value for outcome in side.outcomes)
    return side.build, outcomes, list(side.latencies), _digest_text(side.digest)


def _lists(sides: Sequence[Side]) -> tuple[list[object], ...]:
    """The columns of several sides, each a list."""
    cells = [_side_cells(side) for side in sides]
    return tuple([cell[column] for cell in cells] for column in range(len(SIDE_COLUMNS)))


def read_runs(directory: Path, target: str = "*", framework: str = "*") -> tuple[RecordedRun, ...]:
    """The heads of all runs, or of those on one target, of one framework; in no order."""
    paths = (directory / "runs").glob(f"{target}/{framework}/*.json")
    return tuple(from_json(RecordedRun, json.loads(path.read_bytes())) for path in paths)


def places(directory: Path) -> tuple[tuple[str, str], ...]:
    """The targets and frameworks that have runs, sorted."""
    return tuple(sorted((path.parent.name, path.name) for path in (directory / "runs").glob("*/*") if path.is_dir()))


def count_runs(directory: Path) -> int:
    return sum(1 for _ in (directory / "runs").glob("*/*/*.json"))


def read_observations(
    directory: Path, runs: Iterable[RecordedRun], columns: Sequence[str] = tuple(COLUMNS)
) -> pd.DataFrame:
    """The observations of the given runs in one table, in the order of the runs: these columns, and `run`, its id.

    Words and texts are categories: a year of nights says the same few again and again.
    """
    paths = {item.run.id: observations_path(directory, item.run) for item in runs}
    tables = {run: read_run(path, columns) for run, path in paths.items() if path.exists()}
    return joined([*tables.values()], {run: table.num_rows for run, table in tables.items()}, columns)


def joined(tables: Sequence[pa.Table], rows: Mapping[str, int], columns: Sequence[str]) -> pd.DataFrame:
    """What runs observed in one table, from tables of these columns: one has so many `rows` of a run after another."""
    nothing = pa.table({name: pa.array([], _TYPES[name]) for name in columns})
    whole: pd.DataFrame = pa.concat_tables([nothing, *tables]).unify_dictionaries().to_pandas()
    number = np.repeat(np.arange(len(rows)), [*rows.values()])
    return whole.assign(run=pd.Categorical.from_codes(number, pd.Index([*rows])))


def read_run(path: Path, columns: Sequence[str]) -> pa.Table:
    """The wanted columns of one run, in the types of `_TYPES`.

    Files are many, and none is large: each is taken into memory at once, by one thread.
    """
    content = pa.py_buffer(path.read_bytes())
    texts = [name for name in columns if name in TEXTS and name != STEPWISE]
    try:
        file = pq.ParquetFile(content, read_dictionary=texts)
    except KeyError:  # an older file lacks one; to ask each file first would double the time of a year
        texts = [name for name in texts if name not in ADDED]
        file = pq.ParquetFile(content, read_dictionary=texts)
    repeated = tuple(name for name in columns if name in REPEATED)
    earlier = _earlier(file, path) if repeated else None
    wanted = [*dict.fromkeys((*columns, STEPWISE, AGAIN))] if earlier else [*columns]
    there = file.read(wanted, use_threads=False)
    found = pa.table([_column(there, name) for name in columns], names=[*columns])
    if not earlier:
        return found
    return fill_in(found, there[STEPWISE], there[AGAIN], _said(earlier, repeated))


def _earlier(file: pq.ParquetFile, path: Path) -> Path | None:
    """The run, in the same folder, that a file names for what it says again."""
    run = (file.metadata.metadata or {}).get(EARLIER.encode())
    return path.with_name(run.decode() + path.suffix) if run else None


def _said(path: Path, columns: tuple[str, ...]) -> pa.Table:
    """What others name a run for. The runs of a series name the same one, mostly."""
    size = path.stat().st_size
    return _said_once(path, size, columns)


@lru_cache(maxsize=4)
def _said_once(path: Path, size: int, columns: tuple[str, ...]) -> pa.Table:  # noqa: ARG001 - thinned, it is another
    return read_run(path, (STEPWISE, *columns))


def _column(there: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    if name == STEPWISE:
        return _each_once(there[name].combine_chunks().cast(_TEXT.value_type))
    return _typed(there[name], name) if name in there.column_names else _added(name, there.num_rows)


def _each_once(names: pa.Array) -> pa.DictionaryArray:
    """Names of which a run has each once, as a dictionary of themselves: to look for equal ones takes long."""
    return pa.DictionaryArray.from_arrays(np.arange(len(names), dtype=np.int32), names)


def _typed(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    wanted = _TYPES[name]
    if column.type == wanted:
        return column
    if wanted == _TEXT and not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return column.cast(wanted)


def _added(column: str, rows: int) -> pa.Array:
    """What stands for a column that an older file lacks."""
    return pa.array([ADDED[column]] * rows, _TYPES[column])


def read_comparisons(directory: Path, runs: Iterable[RecordedRun]) -> dict[str, tuple[Comparison, ...]]:
    """The comparisons of the given runs by run id, of those that have any."""
    paths = {recorded.run.id: run_path(directory, recorded.run, COMPARED) for recorded in runs}
    return {run: tuple(_comparisons(pd.read_parquet(path))) for run, path in paths.items() if path.exists()}


def _comparisons(table: pd.DataFrame) -> Iterator[Comparison]:
    for row in table.to_dict("records"):
        good, new = (_side(*(row[f"{side}_{column}"] for column in SIDE_COLUMNS)) for side in SIDES)
        # Files older than these columns have one good build.
        earlier = zip(*(row.get(column, ()) for column in OTHER_GOODS), strict=True)
        yield Comparison(row["case"], Reason(row["reason"]), good, new, tuple(_side(*cells) for cells in earlier))


def _side(build: str, outcomes: str, latencies: Iterable[float], digest: str) -> Side:
    given = parse_digest(digest) if digest else None
    return Side(build, tuple(map(Outcome, outcomes.split())), tuple(map(float, latencies)), given)


def _digest_text(digest: Digest | None) -> str:
    return " ".join(map(str, (digest.exact, *digest.figures))) if digest else ""


def parse_digest(text: str) -> Digest:
    """A digest as its column holds it."""
    exact, *figures = text.split()
    return Digest(exact, tuple(map(int, figures)))
