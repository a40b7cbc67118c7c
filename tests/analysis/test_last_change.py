"""The last change of a case is found in recorded runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from monitor.analysis.outcomes.last_change import NoChangeError, last_change
from monitor.formats.run_file import RunFile
from monitor.history.ordering import in_order
from monitor.history.run_files import RecordedRun, observations_table
from monitor.history.store import LoadedHistory
from monitor.model import Digest, Evidence

Make = Callable[..., RunFile]
CASE = "jax/jax.a/eager"


@pytest.fixture
def history_of(runfile: Make) -> Callable[..., LoadedHistory]:
    """A history of one case: an outcome for each version, or an outcome with the figure that was given."""

    def make(**versions: str) -> LoadedHistory:
        heads, tables = [], []
        for day, (version, words) in enumerate(versions.items(), start=1):
            outcome, _, figure = words.partition(" ")
            one = runfile(day, {CASE: outcome}, version=version.strip("v_").replace("_", "."))
            digest = Digest("a", (int(figure),)) if figure else None
            heads.append(RecordedRun(one.run, one.end))
            table = observations_table(replace(o, digest=digest) for o in one.observations)
            tables.append(table.assign(run=one.run.id))
        return LoadedHistory(in_order(heads), pd.concat(tables, ignore_index=True))

    return make


@pytest.mark.parametrize(
    ("words", "good", "bad"),
    [
        (["pass", "pass", "error"], "1.2", "1.3"),
        (["pass", "error", "absent"], "1.1", "1.2"),
        (["pass", "error", "pass", "error", "error"], "1.3", "1.4"),
        (["pass", "blocked", "flaky", "error", "flaky"], "1.1", "1.4"),
        (["pass 10", "pass 10", "pass 90", "pass 90"], "1.2", "1.3"),
        (["pass 10", "pass 90", "error", "pass 90", "pass 10"], "1.4", "1.5"),
    ],
)
def test_the_last_turn(history_of: Callable[..., LoadedHistory], words: list[str], good: str, bad: str) -> None:
    versions = {f"v1_{number}": word for number, word in enumerate(words, start=1)}
    turn = last_change(history_of(**versions), "cpu", CASE, Evidence.EXECUTED)
    assert (turn.suite, turn.good.version, turn.bad.version) == ("paper", good, bad)


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        (
            {"v1": "pass", "v2": "error", "v3": "pass"},
            "passes under jax==3, the newest recorded, with the values it had",
        ),
        ({"v1": "error", "v2": "absent"}, "passes under no recorded build, jax==1 to jax==2"),
        ({"v1": "blocked"}, "no run recorded jax/jax.a/eager on cpu, executed"),
        ({"v1": "pass", "v1_": "error"}, "changed between two runs of one build, jax==1"),
    ],
)
def test_no_turn(history_of: Callable[..., LoadedHistory], versions: dict[str, str], said: str) -> None:
    with pytest.raises(NoChangeError, match=re.escape(said)):
        last_change(history_of(**versions), "cpu", CASE, Evidence.EXECUTED)


def test_what_was_mended(history_of: Callable[..., LoadedHistory]) -> None:
    recorded = history_of(v1="error", v2="pass", v3="error", v4="absent", v5="pass", v6="pass")
    turn = last_change(recorded, "cpu", CASE, Evidence.EXECUTED, fixed=True)
    assert (turn.good.version, turn.bad.version) == ("4", "5")
    with pytest.raises(NoChangeError, match="was never fixed"):
        last_change(history_of(v1="pass", v2="error"), "cpu", CASE, Evidence.EXECUTED, fixed=True)


def test_an_old_build_that_was_run_later_is_old(history_of: Callable[..., LoadedHistory]) -> None:
    turn = last_change(history_of(v1="pass", v3="error", v2="pass"), "cpu", CASE, Evidence.EXECUTED)
    assert (turn.good.version, turn.bad.version) == ("2", "3")
