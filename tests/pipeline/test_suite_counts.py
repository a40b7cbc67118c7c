"""Counts of cases are kept until a file of the suites changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.pipeline import suite_counts
from monitor.pipeline.suite_counts import FILE, function_counts

PAPER, CHAINS = ("jax", "array_api"), ("torch", "chains")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder in the place of the code of the suites."""
    (tmp_path / "code" / "inner").mkdir(parents=True)
    (tmp_path / "code" / "inner" / "cases.py").write_text("one")
    return tmp_path / "code"


def test_kept_counts_are_those_of_the_cases(tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = function_counts([PAPER, CHAINS], tmp_path, [code])
    assert {(one.framework, one.suite) for one in counted} == {PAPER, CHAINS}
    assert sum(one.weekly for one in counted if one.suite == "chains") == 1000
    monkeypatch.setattr(suite_counts, "_counted", None)
    assert function_counts([CHAINS, PAPER], tmp_path, [code]) == counted
    assert function_counts([CHAINS], tmp_path, [code]) == [one for one in counted if one.suite == "chains"]


@pytest.mark.parametrize("change", ["content", "time", "new file", "damage"])
def test_cases_are_counted_again_after_a_change(tmp_path: Path, code: Path, change: str) -> None:
    cases = code / "inner" / "cases.py"
    counted = function_counts([PAPER], tmp_path, [code])
    kept = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(kept.replace(counted[0].function, "wrong"))
    assert function_counts([PAPER], tmp_path, [code]) != counted, "the kept counts are read"
    if change == "content":
        cases.write_text("other")
    elif change == "time":
        os.utime(cases, (1, 1))
    elif change == "new file":
        (code / "more.csv").touch()
    else:
        (tmp_path / FILE).write_text(kept[: len(kept) // 2])
    assert function_counts([PAPER], tmp_path, [code]) == counted


def test_a_cache_that_cannot_be_written_is_left_out(tmp_path: Path, code: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert function_counts([PAPER], tmp_path / "cache", [code])
