"""Values that an earlier run has are left out, and restored on reading."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from monitor.formats.run_file import RunFile
from monitor.history.files import Folder
from monitor.history.last_known import read_outcomes
from monitor.history.ordering import in_order
from monitor.history.parquet_encoding import DIGITS, round_digits, round_to_digits
from monitor.history.retention import prune_measurements
from monitor.history.run_files import (
    COLUMNS,
    TEXTS,
    complete_observations,
    earlier_run,
    observations_path,
    observations_table,
    outcomes_path,
    read_observations,
    read_run,
    read_runs,
    write_observations,
)
from monitor.history.store import History
from monitor.model import Evidence, Run

SHIPPED = Path(__file__).parents[2] / "results"
ALL = tuple(COLUMNS)
Make = Callable[..., RunFile]
CASES = [f"jax/jax.{letter}/eager" for letter in "abcdefghijklmnopqrst"]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Run]]:
    """JAX's releases on CPU as they are shipped, each written beside the one before."""
    directory = tmp_path_factory.mktemp("history")
    series = ("cpu", "jax", "paper", Evidence.EXECUTED)
    runs = [item.run for item in in_order(read_runs(Folder(SHIPPED), "cpu", "jax")) if item.run.series == series]
    for before, run in zip([None, *runs], runs, strict=False):
        (directory / observations_path(run)).parent.mkdir(parents=True, exist_ok=True)
        write_observations(directory, run, observed(SHIPPED, run), before)
    return directory, runs


def observed(directory: Path, run: Run) -> pd.DataFrame:
    return read_run(Folder(directory), observations_path(run), ALL).to_pandas().astype(COLUMNS)


def size(directory: Path, run: Run) -> int:
    return (directory / observations_path(run)).stat().st_size


def names(history: History) -> list[str]:
    """Return the run that each run of a history names, oldest first; empty for a whole run."""
    there = [earlier_run(history.files, observations_path(item.run)) for item in history.load().runs]
    return [earlier.run[:8] if earlier else "" for earlier in there]


def test_of_real_builds_nothing_is_lost(releases: tuple[Path, list[Run]]) -> None:
    directory, runs = releases
    for run in runs:
        wanted = observed(SHIPPED, run)
        short = wanted.assign(**{name: round_to_digits(wanted[name], digits) for name, digits in DIGITS.items()})
        assert_frame_equal(
            observed(directory, run).astype(dict.fromkeys(TEXTS, "str")), short.astype(dict.fromkeys(TEXTS, "str"))
        )


def test_of_real_builds_most_name_another_and_take_two_thirds(releases: tuple[Path, list[Run]], tmp_path: Path) -> None:
    directory, runs = releases
    naming = [run for run in runs if earlier_run(Folder(directory), observations_path(run))]
    assert len(naming) > len(runs) * 0.7
    for run in naming:
        (tmp_path / observations_path(run)).parent.mkdir(parents=True, exist_ok=True)
        write_observations(tmp_path, run, observed(directory, run))
    assert sum(size(directory, run) for run in naming) < sum(size(tmp_path, run) for run in naming) * 2 / 3


def test_a_run_that_another_names_is_whole(releases: tuple[Path, list[Run]]) -> None:
    directory, runs = releases
    paths = [observations_path(run) for run in runs]
    for path in paths:
        if earlier := earlier_run(Folder(directory), path):
            assert earlier_run(Folder(directory), path.with_name(earlier.run + ".parquet")) is None


def test_any_columns_can_be_asked_for_in_any_order(releases: tuple[Path, list[Run]]) -> None:
    directory, runs = releases
    recorded = [item for item in read_runs(Folder(SHIPPED), "cpu", "jax") if item.run in runs]
    for columns in (("message",), ("digest", "case"), ("max_ulp", "outcome"), ("outcome",)):
        found = read_observations(Folder(directory), recorded, columns)
        assert [*found] == [*columns, "run"]
        wanted = read_observations(Folder(SHIPPED), recorded, columns)
        texts = [name for name in found if name != "max_ulp"]
        assert found[texts].astype("str").equals(wanted[texts].astype("str"))


def test_a_run_with_too_much_news_is_whole_and_is_named_by_the_next(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    few, many = dict.fromkeys(CASES, "pass") | {CASES[0]: "error"}, dict.fromkeys(CASES, "error")
    for day, said in enumerate((dict.fromkeys(CASES, "pass"), few, many, many), start=1):
        history.record([runfile(day, said)], str(day))
    assert names(history) == ["", "20261101", "", "20261103"]
    assert [*read_outcome(history, 2)] == ["error", *["pass"] * 19]


def read_outcome(history: History, day: int) -> list[str]:
    run = history.load().runs[day - 1].run
    table = observed(history.directory, run)
    assert [*table["message"]] == [f"why {word}" if word != "pass" else "" for word in table["outcome"]]
    return [*table["outcome"]]


def test_a_case_that_the_other_run_does_not_have_is_written(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(1, dict.fromkeys(CASES[1:], "error"))], "1")
    history.record([runfile(2, dict.fromkeys(CASES[:-1], "error"))], "2")
    assert names(history) == ["", "20261101"]
    assert read_outcome(history, 2) == ["error"] * 19


def test_an_old_build_run_late_changes_nothing_of_the_others(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    for day, version, word in (
        (1, "1.0", "error"),
        (2, "3.0", "error"),
        (3, "2.0", "unsupported"),
        (4, "0.9", "error"),
    ):
        history.record([runfile(day, dict.fromkeys(CASES, word), version=version)], version)
    recorded = history.load().runs
    assert [item.run.build.version for item in recorded if item.run.build] == ["0.9", "1.0", "2.0", "3.0"]
    for place, word in enumerate(("error", "error", "unsupported", "error"), start=1):
        assert read_outcome(history, place) == [word] * 20


def test_what_is_thinned_out_can_still_be_named(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    for day in (1, 2, 3, 4):  # a Sunday, and a week of which the first keeps its measurements
        history.record([runfile(day, dict.fromkeys(CASES, "error"))], str(day))
    before = history.load().observations
    assert prune_measurements(history, date(2028, 1, 1), rewrite=False).runs == 2
    assert names(history) == ["", *["20261101"] * 3]
    assert history.load().observations["message"].equals(before["message"])


NIGHTS = st.lists(
    st.tuples(st.sampled_from(["pass", "error"]), st.sets(st.sampled_from(CASES), max_size=3), st.booleans()),
    min_size=4,
    max_size=4,
)


@settings(max_examples=int(os.environ.get("PORTABILITY_SERIES", "4")), deadline=None)
@given(nights=NIGHTS, data=st.data())
def test_runs_keep_their_values_when_the_run_that_they_repeat_is_retracted(
    runfile: Make, nights: list[tuple[str, set[str], bool]], data: st.DataObject
) -> None:
    """Nights of mostly equal answers; after each, any run until then may be retracted."""
    with TemporaryDirectory() as folder:
        history, kept = History(Path(folder) / "history"), {}
        for day, (usual, others, retracts) in enumerate(nights, start=1):
            said = {case: "crash" if case in others else usual for case in CASES}
            night = runfile(day, said, latencies=dict.fromkeys(CASES, day))
            history.record([night], str(day))
            kept[night.run.id] = night
            if retracts:
                run = data.draw(st.sampled_from(sorted(kept)))
                history.retract(run, "a test")
                del kept[run]
        remaining = history.load().runs
        assert [item.run.id for item in remaining] == sorted(kept)
        for item in remaining:
            there = observed(history.directory, item.run)
            wanted = round_digits(observations_table(complete_observations(kept[item.run.id])))
            assert_frame_equal(there.astype(dict.fromkeys(TEXTS, "str")), wanted.astype(dict.fromkeys(TEXTS, "str")))
        alone = History(Path(folder) / "alone")
        alone.record([*kept.values()], "as if the others had never been")
        path = outcomes_path(("cpu", "jax", "paper", Evidence.EXECUTED))
        assert read_outcomes(history.files, path) == read_outcomes(alone.files, path)


def test_a_damaged_run_is_whole_again_when_it_is_retracted_for_the_runs_that_repeat_it(
    tmp_path: Path, runfile: Make
) -> None:
    history = History(tmp_path / "history")
    made = [runfile(day, dict.fromkeys(CASES, "error")) for day in (1, 2, 3)]
    for night in made:
        history.record([night], night.run.id)
    assert names(history) == ["", "20261101", "20261101"]
    first, *later = [item.run for item in history.load().runs]
    (history.directory / observations_path(first)).write_bytes(b"garbage")
    git = ["git", "-C", str(history.directory), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--message=Damage"], check=True)
    history = History(history.directory)
    history.retract(first.id, "its file was damaged")
    assert [item.run.id for item in history.load().runs] == [run.id for run in later]
    for run in later:
        assert {*observed(history.directory, run)["message"]} == {"why error"}


def test_weekly_cases_of_another_night_leave_the_others_deduplicated(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    for day in (1, 2, 3):
        weekly = {f"jax/jax.w{day}{number}/eager-float32-special": "pass" for number in range(10)}
        history.record([runfile(day, dict.fromkeys(CASES, "pass") | weekly, resting=20)], str(day))
    assert names(history) == ["", "20261101", "20261101"]
    assert len(read_outcome(history, 3)) == 30


def test_a_run_of_other_cases_names_none(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(1, {CASES[0]: "pass"}, selection=("*",))], "one case")
    history.record([runfile(2, dict.fromkeys(CASES, "pass"))], "all cases")
    assert names(history) == ["", ""]
