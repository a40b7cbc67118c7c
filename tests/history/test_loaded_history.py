"""The history that the tests of the analysis make without files is the one that is recorded and loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Evidence
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"


def test_it_is_the_recorded_one(tmp_path: Path, runfile: Make, whole: RunFile) -> None:
    older = runfile(5, {A: "pass", B: "flaky"}, version="0.9", retries={B: ["error", "pass"]}, latencies={A: 3.0})
    compiled = runfile(6, {A: "blocked"}, target="tpu", evidence=Evidence.COMPILED, environment={"host.cpu": "X"})
    blocked = runfile(7, {}, blocked="the build did not install", build=None)
    given = [
        *(whole, runfile(2, {A: "error"}, expected=(A, B)), runfile(3, {B: "absent"}, selection=("jax/jax.b/*",))),
        *(older, compiled, blocked),
    ]
    history = History(tmp_path / "history")
    history.record(given, "nights")
    recorded, made = history.load(), loaded_history(*given)
    assert (made.runs, made.comparisons, made.excluded_runs) == (
        recorded.runs,
        recorded.comparisons,
        recorded.excluded_runs,
    )
    # The order of the categories is that of their first use in the files, and no analysis sees it.
    pd.testing.assert_frame_equal(made.observations, recorded.observations, check_categorical=False)
    for name in recorded.observations.select_dtypes("category"):
        assert {*made.observations[name].cat.categories} == {*recorded.observations[name].cat.categories}, name
    assert len(made.observations) == 8
