"""A first night on a CPU that the shipped history has not seen is the environment's, and reports no regression."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from zlib import crc32

import pandas as pd
import pytest

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.regressions.regression import regressions
from monitor.history.files import Folder
from monitor.history.ordering import in_order
from monitor.history.run_files import RecordedRun, observations_table
from monitor.history.store import HistoryReader, LoadedHistory
from monitor.model import Evidence, Observation, Outcome, Retry
from support.loaded_history import with_cases

SHIPPED = Path(__file__).parents[2] / "results"
XEON = {"host.cpu": "Intel Xeon", "host.vectors": "AVX-512"}


@pytest.fixture(scope="module")
def shipped() -> LoadedHistory:
    return with_cases(HistoryReader(Folder(SHIPPED)).load(target="cpu"))


@pytest.fixture(scope="module")
def some(shipped: LoadedHistory) -> LoadedHistory:
    """The shipped history with one of ten cases, and the first cases of the last run of each series."""
    table = shipped.observations
    last = table["run"].isin([grid.runs[-1].run.id for grid in shipped.matrices.values()])
    kept = {*table[last].groupby("run", observed=True)["case"].first()}
    chosen = table["case"].map(lambda case: case in kept or crc32(case.encode()) % 10 == 0).astype(bool)
    return replace(shipped, observations=table[chosen].reset_index(drop=True))


@pytest.mark.parametrize(
    ("version", "turned", "past"),
    [
        *product(["the newest that is recorded", "9.9"], [0.002, 0.05, 0.5], ["some"]),
        ("the newest that is recorded", 0.05, "shipped"),
    ],
)
def test_a_first_night_on_a_cpu_that_the_shipped_history_has_not_seen(
    version: str, turned: float, past: str, request: pytest.FixtureRequest
) -> None:
    """Every executed series, with so many of its cases turned, at least one: the machine's, or nobody knows whose."""
    shipped: LoadedHistory = request.getfixturevalue(past)
    heads, tables = [*shipped.runs], [shipped.observations]
    for number, (series, grid) in enumerate(shipped.matrices.items()):
        last = grid.runs[-1].run
        assert last.build is not None
        build = last.build if version != "9.9" else replace(last.build, version=version, commit="")
        started = f"2026-12-01T03:{number:02}:00Z"
        run = replace(last, id=f"20261201T03{number:02}00Z-{number:06x}", started=started, build=build)
        head = RecordedRun(replace(run, environment=run.environment | XEON), None)
        rows = shipped.observations[shipped.observations["run"] == last.id]
        rolled = Random(number)  # noqa: S311 - a test's own dice
        observations = []
        for case, word in zip(rows["case"], rows["outcome"], strict=True):
            outcome = Outcome(word)
            if not observations or rolled.random() < turned:
                outcome = Outcome.MISMATCH if outcome is Outcome.PASS else Outcome.PASS
            again = (Retry(outcome),) * 2
            observations.append(Observation(str(case), outcome, message="another CPU", retries=again))
        assert observations
        assert series[-1] is Evidence.EXECUTED
        heads.append(head)
        tables.append(observations_table(observations).assign(run=head.run.id))
    found = night_changes(LoadedHistory(in_order(heads), pd.concat(tables, ignore_index=True)))
    tonight = [one for one in found if one.run.started.startswith("2026-12-01")]
    assert len(tonight) == len(shipped.matrices) >= 6
    for one in tonight:
        kinds = {change.kind for change in one.changes if change.kind is not ChangeKind.ADDED}
        assert kinds == {ChangeKind.ENVIRONMENT}
        assert all(
            "AMD EPYC" in change.message and "Intel Xeon" in change.message for change in one.of(ChangeKind.ENVIRONMENT)
        )
        assert (one.regressions, one.incidents) == ((), ())
    assert {one.id for one in regressions(found)} == {one.id for one in regressions(night_changes(shipped))}
