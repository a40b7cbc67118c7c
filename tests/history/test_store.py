"""The history after a night, and with two writers at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from monitor.formats.run_file import RunFile
from monitor.history.git import GitWorkTree
from monitor.history.retention import prune_measurements
from monitor.history.store import History
from monitor.model import Comparison, ComparisonSide, Digest, Evidence, NameKind, Outcome, PublicName, Reason, Run
from support.run_files import write_run_file

CHECKOUT = Path(__file__).resolve().parents[2]
Make = Callable[..., RunFile]
REGISTERED = Evidence.REGISTERED


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def outcome_diff(directory: Path) -> list[str]:
    """The lines that the last commit removed and added under outcomes/."""
    diff = git(directory, "show", "--format=", "--unified=0", "HEAD", "--", "outcomes")
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_the_diff_of_a_night_is_its_news(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(1, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "pass"})], "first")
    history.record([runfile(2, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "absent"})], "second")
    assert outcome_diff(tmp_path / "history") == [
        "-jax/jax.b/eager,pass,executed,",
        "+jax/jax.b/eager,absent,executed,why absent",
    ]


def test_an_equal_night_has_an_empty_diff(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    for day in (1, 2):
        history.record([runfile(day, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "error"})], str(day))
    assert outcome_diff(tmp_path / "history") == []
    assert "runs/cpu/jax" in git(tmp_path / "history", "show", "--stat", "--format=", "HEAD")


def test_missing_evidence_changes_nothing_that_is_known(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    both = ("jax/jax.a/eager", "jax/jax.b/eager")
    history.record([runfile(1, dict.fromkeys(both, "pass"))], "first")
    history.record([runfile(2, {both[0]: "blocked"}, expected=both)], "cut short")
    history.record([runfile(3, {}, blocked="the build did not install")], "blocked")
    assert history.watch_list("cpu", "jax", "paper") == dict.fromkeys(both, Outcome.PASS)
    table = history.load().observations
    assert table[table["run"].str.startswith("20261102")]["outcome"].tolist() == ["blocked", "blocked"]


def test_a_selection_leaves_the_other_cases(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(1, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "pass"})], "whole")
    history.record([runfile(2, {"jax/jax.a/eager": "error"}, selection=("jax/jax.a/*",))], "selection")
    assert history.watch_list("cpu", "jax", "paper") == {
        "jax/jax.a/eager": Outcome.ERROR,
        "jax/jax.b/eager": Outcome.PASS,
    }
    history.record([runfile(3, {"jax/jax.a/eager": "error"})], "b left the suite")
    assert history.watch_list("cpu", "jax", "paper") == {"jax/jax.a/eager": Outcome.ERROR}


def test_an_old_build_that_is_run_later_is_of_the_past(tmp_path: Path, runfile: Make) -> None:
    a, b, c = (f"jax/jax.{name}/eager" for name in "abc")
    history = History(tmp_path / "history")
    history.record([runfile(1, {a: "pass", b: "blocked"}, version="2.0")], "new build")
    history.record([runfile(2, {a: "error", b: "pass", c: "pass"}, version="1.0")], "old build")
    # Only the old build has results of b and c: the run of the new build did not have c.
    assert history.watch_list("cpu", "jax", "paper") == dict.fromkeys((a, b, c), Outcome.PASS)
    history.record([runfile(3, {}, blocked="does not install", build=None)], "no build")
    versions = [item.run.build.version if item.run.build else "none" for item in history.load().runs]
    assert versions == ["1.0", "2.0", "none"]


def test_a_run_of_long_ago_does_not_know_what_the_suite_has_since(tmp_path: Path, runfile: Make) -> None:
    old, added = "jax/jax.a/eager", "jax/jax.added/eager"
    history = History(tmp_path / "history")
    history.record([runfile(1, {old: "pass"}, version="2.0")], "when the suite was small")
    history.record([runfile(2, {old: "pass", added: "pass"}, version="1.0")], "an old build, asked for more")
    assert history.watch_list("cpu", "jax", "paper") == {old: Outcome.PASS, added: Outcome.PASS}
    assert history.watch_list("cpu", "jax", "paper", version="1.5") == {old: Outcome.PASS, added: Outcome.PASS}
    history.record([runfile(3, {old: "pass"}, version="3.0")], "it left the suite")
    assert history.watch_list("cpu", "jax", "paper") == {old: Outcome.PASS}


def test_a_table_of_kernels_is_whole_whenever_it_was_read(tmp_path: Path, runfile: Make) -> None:
    there, gone = "jax/jax.a/registered", "jax/jax.gone/registered"

    def table(day: int, version: str, *names: str) -> RunFile:
        made = runfile(day, dict.fromkeys(names, "pass"), version=version, suite="kernels", evidence=REGISTERED)
        return replace(made, observations=tuple(replace(one, evidence=REGISTERED) for one in made.observations))

    history = History(tmp_path / "history")
    history.record([table(1, "2.0", there)], "the newer build, looked up first")
    history.record([table(2, "1.0", there, gone)], "the older one, with a name more")
    assert history.watch_list("cpu", "jax", "kernels", REGISTERED) == {there: Outcome.PASS}


@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
def test_what_is_known_does_not_depend_on_when_a_run_comes_in(tmp_path: Path, runfile: Make, late: bool) -> None:
    a, added = "jax/jax.a/eager", "jax/jax.added/eager"
    night = runfile(1, {a: "pass"}, version="2.0")
    past = runfile(2, {added: "absent"}, version="1.0", selection=(added,))
    history = History(tmp_path / "history")
    for one in (past, night) if late else (night, past):
        history.record([one], one.run.id)
    assert history.watch_list("cpu", "jax", "paper") == {a: Outcome.PASS, added: Outcome.ABSENT}


def test_nightlies_come_before_their_release(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    versions = ["2.10.0", "2.9.0", "2.10.0.dev20260102", "2.10.0.dev20251231", "2.9.1+cpu"]
    for day, version in enumerate(versions, start=1):
        history.record([runfile(day, {"jax/jax.a/eager": "pass"}, version=version)], version)
    found = [item.run.build.version for item in history.load().runs if item.run.build]
    assert found == ["2.9.0", "2.9.1+cpu", "2.10.0.dev20251231", "2.10.0.dev20260102", "2.10.0"]


def test_a_run_is_recorded_once(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    first = runfile(1, {"jax/jax.a/eager": "pass"})
    assert history.record([first], "first")
    head = git(tmp_path / "history", "rev-parse", "HEAD")
    assert history.record([first], "again") is None
    assert git(tmp_path / "history", "rev-parse", "HEAD") == head


def test_what_was_recorded_is_loaded_again(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    recorded = runfile(1, {"jax/jax.a/eager": "error"}, retries={"jax/jax.a/eager": ["error", "error"]})
    history.record([recorded], "first")
    loaded = history.load()
    assert [item.run for item in loaded.runs] == [Run(**{**vars(recorded.run), "cases": ()})]
    assert loaded.runs[0].end == recorded.end
    row = loaded.observations.iloc[0]
    assert (row["case"], row["outcome"], row["message"], row["retry_outcomes"]) == (
        "jax/jax.a/eager",
        "error",
        "why error",
        "error error",
    )


def test_what_was_compared_is_loaded_again(tmp_path: Path, runfile: Make) -> None:
    a, b = "jax/jax.a/eager", "jax/jax.b/eager"
    good = ComparisonSide("jax==0.9", (Outcome.PASS, Outcome.PASS), (2.5, 2.25), Digest("00ff00ff", (1, 2)))
    compared = (
        Comparison(
            a,
            Reason.FOLLOWED,
            good,
            replace(good, build="jax==1.0", latencies=(5.0, 5.5)),
            (replace(good, build="jax==0.8", latencies=(2.75,)), ComparisonSide("jax==0.7", (Outcome.ERROR,))),
        ),
        Comparison(b, Reason.TURNED, good, ComparisonSide("jax==1.0", (Outcome.ERROR, Outcome.CRASH))),
    )
    recorded = runfile(1, {a: "pass", b: "error"}, comparisons=compared)
    history = History(tmp_path / "history")
    history.record([recorded, runfile(2, {a: "pass", b: "error"})], "two nights")
    assert history.load().comparisons == {recorded.run.id: compared}
    (path,) = (tmp_path / "history").rglob("*.compared.parquet")
    table = pd.read_parquet(path)
    table[[name for name in table if not name.startswith("earlier_")]].to_parquet(path)
    git(tmp_path / "history", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-am", "as it was")
    history.refresh()
    assert history.load().comparisons == {recorded.run.id: tuple(replace(one, earlier=()) for one in compared)}, (
        "files from before there were several good builds"
    )


def test_the_recent_runs_of_a_series_are_those_that_observed_something(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(day, {"jax/jax.a/eager": "pass"}, version=f"{day}.0") for day in (1, 2, 3, 4)], "four")
    history.record([runfile(5, {}, blocked="does not install", build=None)], "blocked")
    history.record([runfile(6, {"jax/jax.a/eager": "pass"}, suite="other")], "another suite")

    def versions(nights: int, version: str = "") -> list[str]:
        series = ("cpu", "jax", "paper", Evidence.EXECUTED)
        recent = history.recent(series, nights=nights, version=version)
        assert recent.observations["run"].nunique() == len(recent.runs)
        return [item.run.build.version for item in recent.runs if item.run.build]

    assert versions(2) == ["3.0", "4.0"]
    assert versions(9) == ["1.0", "2.0", "3.0", "4.0"]
    assert versions(2, "3.0") == ["2.0", "3.0"]


def test_a_new_history_starts_from_the_shipped_one(tmp_path: Path, runfile: Make) -> None:
    History(tmp_path / "shipped").record([runfile(1, {"jax/jax.a/eager": "pass"})], "first")
    seed = tmp_path / "results"
    for part in ("outcomes", "runs", "manifest.csv"):
        (tmp_path / "shipped" / part).rename(seed / part) if seed.mkdir(exist_ok=True) is None else None
    history = History(tmp_path / "history", seed=seed)
    history.prepare()
    assert history.watch_list("cpu", "jax", "paper") == {"jax/jax.a/eager": Outcome.PASS}
    assert git(tmp_path / "history", "branch", "--show-current").strip() == "results"


def test_what_a_dead_writer_left_is_discarded(tmp_path: Path, runfile: Make) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(1, {"jax/jax.a/eager": "pass"})], "first")
    csv = tmp_path / "history" / "outcomes" / "cpu" / "jax" / "paper.csv"
    csv.write_text("half a line")
    (csv.parent / "left.csv").write_text("over")
    history.record([runfile(2, {"jax/jax.a/eager": "error"})], "second")
    assert outcome_diff(tmp_path / "history") == [
        "-jax/jax.a/eager,pass,executed,",
        "+jax/jax.a/eager,error,executed,why error",
    ]
    assert not (csv.parent / "left.csv").exists()


class KilledError(BaseException):
    """Stands for the end of a writer that was killed before its commit."""


@pytest.mark.parametrize("change", ["record", "retract", "prune"])
def test_a_writer_that_dies_before_its_commit_stops_no_later_one(
    tmp_path: Path, runfile: Make, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    history = History(tmp_path / "history")
    case = "jax/jax.a/eager"
    recorded = [runfile(day, {case: "pass"}, latencies={case: 5.0}) for day in (1, 2, 3)]
    history.record(recorded, "first")
    later = replace(runfile(4, {case: "error"}), names=(PublicName("jax.a", NameKind.FUNCTION, "(x)"),))
    changes: dict[str, Callable[[], object]] = {
        "record": lambda: history.record([later], "later", commits={"a" * 40: "b" * 40}),
        "retract": lambda: history.retract(recorded[0].run.id, "a test"),
        "prune": lambda: prune_measurements(history, date(2030, 1, 1), rewrite=False),
    }

    def killed(tree: GitWorkTree, message: str) -> str:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(GitWorkTree, "commit_all", killed)
        with pytest.raises(KilledError):
            changes[change]()
    assert git(tmp_path / "history", "status", "--porcelain"), "the writer died before it changed anything"
    history.record([later], "later")
    assert history.watch_list("cpu", "jax", "paper") == {case: Outcome.ERROR}


WRITER = """
import sys
from pathlib import Path
from monitor.formats.run_file import read_run_file
from monitor.history.store import History
directory, push, *paths = sys.argv[1:]
for path in paths:
    History(Path(directory)).record([read_run_file(Path(path))], path, push=push == "push")
"""


def write_runs(tmp_path: Path, runfile: Make, days: range) -> list[str]:
    made = {day: runfile(day, {f"jax/jax.f{day}/eager": "pass"}, suite=f"suite{day}") for day in days}
    return [str(write_run_file(tmp_path / f"{day}.jsonl", one)) for day, one in made.items()]


@pytest.mark.no_cover  # other tests record runs in their own process
@pytest.mark.parametrize("push", [False, True], ids=["one work tree", "one remote"])
def test_writers_at_once_lose_nothing(tmp_path: Path, runfile: Make, push: bool) -> None:
    paths = write_runs(tmp_path, runfile, range(1, 13))
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=results", str(remote)], check=True)
    writers = []
    for number in range(4):
        directory = tmp_path / (f"clone{number}" if push else "history")
        if push:
            ours = ["--config", "portability.history=true"]
            subprocess.run(
                ["git", "clone", "--quiet", *ours, str(remote), str(directory)], check=True, capture_output=True
            )
        command = [sys.executable, "-c", WRITER, str(directory), "push" if push else "", *paths[number::4]]
        writers.append(subprocess.Popen(command, cwd=CHECKOUT))
    assert [writer.wait() for writer in writers] == [0] * 4
    final = tmp_path / "history"
    if push:
        subprocess.run(["git", "clone", "--quiet", str(remote), str(final)], check=True)
        git(final, "config", "portability.history", "true")
    assert len(History(final).load().runs) == 12
    assert len([*(final / "outcomes").rglob("*.csv")]) == 12
    git(final, "fsck", "--strict")
