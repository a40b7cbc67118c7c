"""The history that the project ships: whole, and in agreement with itself."""

from __future__ import annotations

from pathlib import Path

from monitor.history.layout import Known, follow, outcomes_path, read_observations, read_outcomes, read_runs
from monitor.model import Evidence, Outcome

RESULTS = Path(__file__).resolve().parents[2] / "results"


def test_the_outcomes_follow_from_the_runs() -> None:
    runs = read_runs(RESULTS)
    tables = dict(tuple(read_observations(RESULTS, runs).groupby("run", observed=True)))
    known: dict[Path, dict[str, Known]] = {}
    for item in runs:
        answers = {
            row.case: Known(Outcome(row.outcome), Evidence(row.evidence), row.message)
            if Outcome(row.outcome).known
            else None
            for row in tables[item.run.id].itertuples()
        }
        path = outcomes_path(RESULTS, item.run)
        known[path] = follow(known.get(path, {}), answers, whole=not item.run.selection)
    assert known == {path: read_outcomes(path) for path in (RESULTS / "outcomes").rglob("*.csv")}


def test_every_run_says_what_was_installed() -> None:
    for item in read_runs(RESULTS):
        assert item.run.build
        assert all(len(package.sha256) == 64 for package in item.run.build.packages)
        assert "python.version" in item.run.environment
        assert item.end


def test_the_readme_lists_every_run() -> None:
    text = (RESULTS / "README.md").read_text()
    assert [item.run.id for item in read_runs(RESULTS) if item.run.id not in text] == []
