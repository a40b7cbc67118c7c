"""Read the past of one function from a history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from monitor.analysis.status.array_api import full_name
from monitor.analysis.status.current_status import is_stale
from monitor.execution.targets.target import load_targets
from monitor.history.function_index import load_function
from monitor.history.ordering import in_order
from monitor.history.run_files import RecordedRun, read_runs
from monitor.history.run_list import places
from monitor.model import ARRAY_API, Outcome, Series
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.locations import INDEX, RUNNERS
from monitor.pipeline.snapshots import open_history
from monitor.suite.array_api.standard import sections
from monitor.suite.catalog import load_catalog

SUGGESTIONS = 3
SIMILARITY = 0.6  # of two names, as `difflib` measures it


@dataclass(frozen=True)
class FunctionHistory:
    """Observations of one function on one target; `elsewhere` are the other targets that observed it.

    `table` has the columns run, case, outcome, message, max_rel, max_ulp, latency_median, latency_spread, and for each
    case the date `last_run` of its last outcome, empty if it has none, and `stale`: "stale" if that is more than seven
    nights before the newest run of its series, else empty.
    """

    table: pd.DataFrame
    elsewhere: tuple[str, ...]


def function_history(directory: Path, function: str, target: str) -> FunctionHistory:
    """Return the observations of a function on a target.

    Raises UserError, with near names, if no run observed the function and the catalog does not have it.
    """
    refuse_unknown("target", target, load_targets(RUNNERS))
    frameworks = _frameworks_of(function)
    files = open_history(directory).files
    tables = []
    for framework in frameworks:
        table = load_function(files, INDEX, target, framework, function)
        if not table.empty:
            tables.append(_with_last_run(table, read_runs(files, target, framework)))
    if tables:
        return FunctionHistory(pd.concat(tables, ignore_index=True), ())
    others = [(name, of) for name, of in places(files) if of in frameworks and name != target]
    elsewhere = {name for name, of in others if not load_function(files, INDEX, name, of, function).empty}
    if not elsewhere and function not in _known_functions():
        raise UserError(f'no function "{function}"{_suggestion(function)}')
    return FunctionHistory(pd.DataFrame(), tuple(sorted(elsewhere)))


def _with_last_run(table: pd.DataFrame, heads: Sequence[RecordedRun]) -> pd.DataFrame:
    """Return the observations with the columns `last_run` and `stale` of each case, from the heads of all runs."""
    run_of = {item.run.id: item.run for item in heads}
    regular = [item for item in heads if not (item.run.blocked or item.run.one_off)]
    newest = {item.run.series: item.run.started[:10] for item in in_order(regular)}
    series = [run_of[run].series for run in table["run"]]
    last: dict[tuple[Series, str], str] = {}
    for key, run, outcome in zip(zip(series, table["case"], strict=True), table["run"], table["outcome"], strict=True):
        if Outcome(outcome).known and not run_of[run].one_off:
            last[key] = max(run_of[run].started[:10], last.get(key, ""))
    dates = [last.get(key, "") for key in zip(series, table["case"], strict=True)]
    stale = ["stale" if is_stale(night, newest.get(of, night)) else "" for night, of in zip(dates, series, strict=True)]
    return table.assign(last_run=dates, stale=stale)


def _frameworks_of(function: str) -> Sequence[str]:
    """Return the frameworks that may observe a function, by the first part of its name. Raises UserError."""
    prefix, dot, _ = function.partition(".")
    by_prefix = {name.partition(".")[0]: known.framework for name, known in load_catalog().items()}
    if dot and prefix == ARRAY_API:
        return sorted(set(by_prefix.values()))
    if not dot or prefix not in by_prefix:
        raise UserError(f'no function "{function}"{_suggestion(function)}')
    return (by_prefix[prefix],)


def _known_functions() -> list[str]:
    """Return the functions of the catalog and those of the array API standard."""
    return [*load_catalog(), *(full_name(name) for names in sections().values() for name in names)]


def _suggestion(function: str) -> str:
    """Return near names, as the end of an error line: those with the same last part first, then similar names."""
    names = _known_functions()
    last = function.rpartition(".")[2]
    same_last = sorted(name for name in names if name.rpartition(".")[2] == last)
    near = [*same_last, *get_close_matches(function, names, n=SUGGESTIONS, cutoff=SIMILARITY)]
    quoted = [f'"{name}"' for name in dict.fromkeys(near)][:SUGGESTIONS]
    return f", did you mean {' or '.join(quoted)}?" if quoted else "; `portability suite list --by function` has all"
