"""Facts of the declared cases are kept until a file of the suites changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.pipeline import suite_counts, suite_sources
from monitor.pipeline.suite_cache import FOLDER, SuiteCache
from monitor.pipeline.suite_counts import function_counts
from monitor.pipeline.suite_sources import kept_arguments, kept_computed_functions
from monitor.suite.computed_functions import computed_functions
from monitor.suite.passed_arguments import declared_arguments

PAPER, CHAINS = ("jax", "array_api"), ("torch", "chains")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder in the place of the code of the suites."""
    (tmp_path / "code" / "inner").mkdir(parents=True)
    (tmp_path / "code" / "inner" / "cases.py").write_text("one")
    return tmp_path / "code"


def test_kept_counts_are_those_of_the_cases(tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = function_counts([PAPER, CHAINS], SuiteCache(tmp_path, [code]))
    assert {(one.framework, one.suite) for one in counted} == {PAPER, CHAINS}
    assert sum(one.weekly for one in counted if one.suite == "chains") == 1000
    monkeypatch.setattr(suite_counts, "_counted", pytest.fail)
    assert function_counts([CHAINS, PAPER], SuiteCache(tmp_path, [code])) == counted
    assert function_counts([CHAINS], SuiteCache(tmp_path, [code])) == [one for one in counted if one.suite == "chains"]


@pytest.mark.parametrize("change", ["content", "time", "new file", "damage"])
def test_cases_are_counted_again_after_a_change(tmp_path: Path, code: Path, change: str) -> None:
    cases, kept_file = code / "inner" / "cases.py", tmp_path / FOLDER / "counts-jax-array_api.json"
    counted = function_counts([PAPER], SuiteCache(tmp_path, [code]))
    kept = kept_file.read_text()
    kept_file.write_text(kept.replace(counted[0].function, "wrong"))
    assert function_counts([PAPER], SuiteCache(tmp_path, [code])) != counted, "the kept counts are read"
    if change == "content":
        cases.write_text("other")
    elif change == "time":
        os.utime(cases, (1, 1))
    elif change == "new file":
        (code / "more.csv").touch()
    else:
        kept_file.write_text(kept[: len(kept) // 2])
    assert function_counts([PAPER], SuiteCache(tmp_path, [code])) == counted


def test_a_cache_that_cannot_be_written_is_left_out(tmp_path: Path, code: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert function_counts([PAPER], SuiteCache(tmp_path / "cache", [code]))


def test_kept_arguments_and_functions_are_those_of_the_source(
    tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, computed = [*declared_arguments(["jax"], ["paper"])], computed_functions()
    assert [*kept_arguments(SuiteCache(tmp_path, [code]), ["jax"], ["paper"])] == read
    assert kept_computed_functions(SuiteCache(tmp_path, [code])) == computed
    for name in ("declared_arguments", "computed_functions"):
        monkeypatch.setattr(suite_sources, name, None)
    assert [*kept_arguments(SuiteCache(tmp_path, [code]), ["jax"], ["paper"])] == read
    assert kept_computed_functions(SuiteCache(tmp_path, [code])) == computed
