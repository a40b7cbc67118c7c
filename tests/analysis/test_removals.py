"""An announced removal is no regression; a silent one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.outcomes.removals import mark_api_removals
from monitor.analysis.regressions.regression import Regression, RegressionState, regressions
from monitor.formats.run_file import RunFile
from monitor.history.files import Folder
from monitor.history.store import History, HistoryReader
from monitor.issues.issue_plan import plan_issues
from monitor.issues.settings import IssueSettings
from monitor.snapshot.snapshot import Snapshot, read_snapshot
from monitor.suite.catalog import replaced_names

Make = Callable[..., RunFile]
A, B = "jax/jax.core.a/eager", "jax/jax.core.b/eager"
SHIPPED = Path(__file__).parents[2] / "results"


def snapshot_after(
    tmp_path: Path, runfile: Make, says: dict[str, str], after: str = "absent", **replaced: str
) -> Snapshot:
    """Both cases pass, and then come out as `after`, with these messages."""
    answers = dict.fromkeys(says, after)
    second = runfile(2, answers, version="2", retries={case: [after] * 2 for case in says})
    observations = tuple(replace(one, message=says[one.case]) for one in second.observations)
    history = History(tmp_path / "history")
    history.record(
        [runfile(1, dict.fromkeys(says, "pass"), version="1"), replace(second, observations=observations)], "nights"
    )
    return read_snapshot(history, replaced={f"jax.core.{name}": by for name, by in replaced.items()})


def standing(material: Snapshot) -> list[RegressionState]:
    return [one.state for one in material.regressions(lambda bad: None)]


@pytest.mark.parametrize(
    "sentence",
    [
        "jax.core.a was deprecated in JAX v0.8.2 and removed in JAX v0.10.0; use jax.typeof instead.",
        "RuntimeError: This function was deprecated since version 1.9 and is now removed.",
        "jax.core.a has been removed",
    ],
)
def test_the_frameworks_own_sentence_announces(tmp_path: Path, runfile: Make, sentence: str) -> None:
    material = snapshot_after(tmp_path, runfile, {A: sentence})
    (change,) = material.nights[-1].changes
    assert (change.kind, change.text, material.nights[-1].regressions) == (ChangeKind.API_REMOVED, sentence, ())
    assert standing(material) == [RegressionState.API_REMOVED]
    assert plan_issues(material.regressions(lambda bad: None), material.nights, [], IssueSettings()) == ()


def test_the_catalog_announces_and_names_what_stands_in(tmp_path: Path, runfile: Make) -> None:
    material = snapshot_after(tmp_path, runfile, {A: "jax.core has no a"}, a="jax.typeof")
    assert [change.text for change in material.nights[-1].changes] == ["jax.core has no a; instead: jax.typeof"]
    (regression,) = material.regressions(lambda bad: None)
    assert (regression.state, regression.bad[0].instead) == (RegressionState.API_REMOVED, "jax.typeof")


@pytest.mark.parametrize("says", ["jax.core has no a", "jax.core has no deprecated_a", "AttributeError: removed_thing"])
def test_a_name_that_is_silently_gone_is_a_regression(tmp_path: Path, runfile: Make, says: str) -> None:
    material = snapshot_after(tmp_path, runfile, {A: says})
    assert [change.kind for change in material.nights[-1].regressions] == [ChangeKind.REGRESSED]
    assert standing(material) == [RegressionState.OPEN]


def test_a_function_that_fails_is_not_removed_whatever_it_says(tmp_path: Path, runfile: Make) -> None:
    material = snapshot_after(
        tmp_path, runfile, {A: "TypeError: the keyword was removed"}, after="error", a="jax.typeof"
    )
    assert standing(material) == [RegressionState.OPEN]


def test_one_that_is_silently_gone_beside_it_keeps_a_regression_open(tmp_path: Path, runfile: Make) -> None:
    material = snapshot_after(tmp_path, runfile, {A: "jax.core has no a", B: "jax.core has no b"}, a="jax.typeof")
    assert standing(material) == [RegressionState.OPEN]


@pytest.mark.no_cover  # it reads the whole shipped history
def test_every_name_that_the_shipped_history_lost_was_announced() -> None:
    found = night_changes(HistoryReader(Folder(SHIPPED)).load())

    def open_ones(replaced: dict[str, str]) -> list[Regression]:
        every = regressions(mark_api_removals(night, replaced) for night in found)
        return [one for one in every if one.state is RegressionState.OPEN]

    assert {function for one in open_ones({}) for function in one.functions} == {
        "jax.core.get_aval",
        "jax.lax.infeed",
        "jax.prng.PRNGImpl",
        "jax.tree_map",
    }
    assert open_ones(replaced_names()) == []
