"""The page of a function says when each case last ran, and names those that are stale."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.analysis.status.argument_coverage import ArgumentCoverage, FunctionArguments
from monitor.exports.documents.functions import cases_by_function, function_document
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.pipeline.function_history import function_history
from monitor.site.html.case_table import case_table
from monitor.site.html.status_table import status_table
from monitor.site.pages.function_page import function_sources
from monitor.site.pages.function_view import FunctionPage, FunctionSource
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_families import target_families
from monitor.snapshot.snapshot import Snapshot, read_snapshot

NIGHTLY, WEEKLY, OLD, NEVER = (
    f"jax/jax.numpy.exp/eager-float32{end}" for end in ("", "-special", "-scaled", "-strided")
)
PROJECT = ProjectMetadata({}, lambda case, seen: f"print({case!r}, {seen!r})\n", {})


@pytest.fixture
def history(tmp_path: Path, runfile: Callable[..., RunFile]) -> History:
    """A weekly case that rests since the fifth night, and one that should have run since the first."""
    history = History(tmp_path / "history")
    for day, cases in ((1, (OLD,)), (5, (WEEKLY,)), (9, ())):
        outcomes = dict.fromkeys((NIGHTLY, *cases), "pass") | ({NEVER: "blocked"} if day == 9 else {})
        history.record([runfile(day, outcomes, version=f"{day}.0", resting=2)], f"night {day}")
    return history


@pytest.fixture
def snapshot(history: History) -> Snapshot:
    return read_snapshot(history)


@pytest.fixture
def page(snapshot: Snapshot) -> FunctionPage:
    return source_of(snapshot).view()


def source_of(snapshot: Snapshot, *arguments: FunctionArguments) -> FunctionSource:
    families = target_families(PROJECT.hardware, (one.target for one in snapshot.series))
    (source,) = function_sources(
        snapshot.series,
        snapshot.trends,
        snapshot.nights,
        (),
        {},
        _NoLevels(),  # type: ignore[arg-type]
        PROJECT,
        families,
        arguments=ArgumentCoverage((), arguments),
    )
    return source


def words(html: str) -> str:
    """Return the text of some HTML, with one space between its parts."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


class _NoLevels:
    def of(self, _: object) -> tuple[()]:
        return ()


def test_the_page_knows_the_parameters_that_no_case_passes(snapshot: Snapshot) -> None:
    of_function = FunctionArguments("jax", "ops", "jax.numpy.exp", 7, ("dtype",), ("where", "out"), {})
    source = source_of(snapshot, of_function)
    assert source.view().never_passed == ("where", "out")
    assert source.digest != source_of(snapshot).digest


def test_each_case_has_its_last_night(page: FunctionPage) -> None:
    (section,) = page.sections
    text = words(case_table(section))
    assert "eager-float32 ✓ pass first tested with jax 1.0 9 Nov 2026" in text
    assert "eager-float32-special ✓ pass first tested with jax 5.0 5 Nov 2026 –" in text, "it rests, as planned"
    assert "no result since jax 1.0 , 1 Nov 2026 1 Nov 2026 stale" in text
    assert "never" in text


def test_each_cell_has_its_last_night(page: FunctionPage) -> None:
    assert "last ran 1 Nov 2026 to 9 Nov 2026 1 case stale" in words(status_table(page))


def test_the_api_has_the_same_dates(snapshot: Snapshot) -> None:
    ((key, cases),) = cases_by_function(snapshot.series).items()
    document = function_document(*key, cases, None, None, ())
    found = {case["case"]: (case["last_run"], case["stale"]) for case in document["cases"]}  # type: ignore[attr-defined]
    assert found == {
        NIGHTLY: ("2026-11-09", False),
        WEEKLY: ("2026-11-05", False),
        OLD: ("2026-11-01", True),
        NEVER: ("", False),
    }
    (target,) = document["targets"]  # type: ignore[misc]
    assert (target["last_run"], target["oldest_run"]) == ("2026-11-09", "2026-11-01")


def test_history_show_has_the_same_dates(history: History) -> None:
    table = function_history(history.directory, "jax.numpy.exp", "cpu").table
    found = table.groupby("case")[["last_run", "stale"]].first()
    assert found.loc[[NIGHTLY, WEEKLY, OLD, NEVER]].to_numpy().tolist() == [
        ["2026-11-09", ""],
        ["2026-11-05", ""],
        ["2026-11-01", "stale"],
        ["", ""],
    ]
