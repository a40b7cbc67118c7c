"""The history that the project ships: whole, and in agreement with itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pandas as pd
import pytest

from monitor.analysis.names.name_history import framework_names
from monitor.formats.serialization import from_json, to_json
from monitor.history.consistency import end_faults, run_faults
from monitor.history.files import Folder
from monitor.history.last_known import known_after, read_outcomes
from monitor.history.name_table import NAMES_FILE, listings
from monitor.history.ordering import in_order, with_extent
from monitor.history.retraction import read_retractions, series_runs
from monitor.history.run_files import RecordedRun, outcomes_path, read_runs
from monitor.history.untrusted_run_file import PUBLISHED, TEXT_VALIDATOR, VALIDATORS
from monitor.model import NAMES

RESULTS = Path(__file__).resolve().parents[2] / "results"
FILES = Folder(RESULTS)

WITHOUT_HASH = "20261127T153149Z-bdf6d5"  # the index that torch 2.10.0 came from did not give its wheel's


def relative(paths: Iterable[Path]) -> list[PurePosixPath]:
    """Paths in the history."""
    return [PurePosixPath(path.relative_to(RESULTS)) for path in paths]


@pytest.mark.no_cover  # it reads the whole shipped history
def test_the_outcomes_follow_from_the_runs() -> None:
    series: dict[PurePosixPath, list[RecordedRun]] = {}
    for item in in_order(series_runs(read_runs(FILES), read_retractions(FILES))):
        series.setdefault(outcomes_path(item.run.series), []).append(item)
    known = {path: known_after(FILES, with_extent(runs)) for path, runs in series.items() if path.stem != NAMES}
    assert known == {path: read_outcomes(FILES, path) for path in relative((RESULTS / "outcomes").rglob("*.csv"))}


def test_every_run_says_what_was_installed() -> None:
    for item in read_runs(FILES):
        assert item.run.build
        unknown = [package.name for package in item.run.build.packages if len(package.sha256) != 64]
        assert unknown == (["torch"] if item.run.id == WITHOUT_HASH else [])
        assert "python.version" in item.run.environment
        assert item.end


def test_the_readme_lists_every_run_and_no_other() -> None:
    text = (RESULTS / "README.md").read_text()
    shipped = {item.run.id for item in read_runs(FILES)}
    assert shipped == {*re.findall(r"\d{8}T\d{6}Z-[0-9a-f]{6}", text)}


def test_the_public_names_of_each_framework_are_listed() -> None:
    runs = read_runs(FILES)
    for framework in ("jax", "tensorflow", "torch"):
        names = framework_names(framework, listings(FILES, [item for item in runs if item.run.framework == framework]))
        assert len(names.builds) >= 2
        assert all(one.count > 2000 for one in names.builds)
        assert any(record.removed for record in names.records.values())


def test_the_runs_that_the_project_ships_are_within_the_bounds() -> None:
    heads = [*RESULTS.glob("runs/*/*/*.json")]
    now = datetime.now(UTC)
    for path in heads:
        head = from_json(RecordedRun, json.loads(path.read_bytes()))
        faults = [*run_faults(head.run, now), *(end_faults(head.end, head.run, now) if head.end else ())]
        assert [field for field, _ in faults if field != "run.cases"] == []  # a head does not list its cases
        if head.end:
            VALIDATORS["end"].validate({"end": to_json(head.end)})
    assert len(heads) > 100


def test_what_the_shipped_runs_observed_is_within_the_bounds() -> None:
    """Every recorded measurement is within the bounds, which are the limits of hardware and not of the records."""
    of_column = {
        f"{prefix}{name}": bounds
        for kind, prefix in (("error", ""), ("latency", "latency_"), ("compiled", "compiled_"))
        for name, bounds in PUBLISHED["$defs"][kind]["properties"].items()
    }
    seen = set()
    for path in RESULTS.glob("runs/*/*/*.parquet"):
        if path.name.endswith(NAMES_FILE):
            continue
        table = pd.read_parquet(path)
        for column in table.columns.intersection([*of_column]):
            values = table[column].dropna()
            assert values.between(of_column[column]["minimum"], of_column[column]["maximum"]).all(), (path, column)
            seen |= {column} if len(values) else set()
        for text in {*table["message"].dropna(), *table["declared_limit"].dropna()}:
            assert TEXT_VALIDATOR.is_valid(str(text)), (path, text)
    assert seen == {*of_column}
