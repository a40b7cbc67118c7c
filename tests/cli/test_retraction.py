"""A run that is taken back: nothing follows from it any more, and it stays in sight with the reason."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.history.retraction import RetractionError
from monitor.history.store import History
from monitor.model import Build, Channel, Comparison, ComparisonSide, NameKind, Outcome, PublicName, Reason
from monitor.pipeline import snapshots
from support.run_files import write_run_file

Make = Callable[..., RunFile]
A, B, C = (f"jax/jax.lax.{name}/eager-float32" for name in ("sort", "abs", "cos"))
POISON = "20261104T030000Z-000004"
WHY = "version 1.7.3 is none of jax"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is shipped, and nothing is kept in the folder of the tests."""
    monkeypatch.setattr(snapshots, "SHIPPED_HISTORY", tmp_path / "nothing")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def nights(runfile: Make) -> list[RunFile]:
    """Three nights, each with the public names of its build, one of which changed its signature."""

    def run_of(day: int, **outcomes: str) -> RunFile:
        cases = {A: "pass", B: "error", C: "pass"} | {{"a": A, "b": B, "c": C}[key]: v for key, v in outcomes.items()}
        latencies = {case: 10.0 for case, outcome in cases.items() if outcome == "pass"}
        return runfile(day, cases, version=f"0.10.{day}", latencies=latencies, retries={B: [cases[B]] * 2})

    def names_of(day: int, text: str) -> RunFile:
        run = f"202611{day:02}T040000Z-{day:06x}"
        made = runfile(day, {}, version=f"0.10.{day}", suite="names", id=run, started=f"2026-11-{day:02}T04:00:00Z")
        of_sort, of_abs = (
            PublicName(name, NameKind.FUNCTION, shown)
            for name, shown in (("jax.lax.sort", text), ("jax.lax.abs", "(x)"))
        )
        return replace(made, names=(of_sort, of_abs))

    listed = [names_of(1, "(x)"), names_of(2, "(x)"), names_of(3, "(x, axis=0)")]
    return [run_of(1), run_of(2, b="pass"), run_of(3), *listed]


@pytest.fixture
def poison(runfile: Make) -> RunFile:
    """A night of a version that no build will exceed, which says that all is broken."""
    again = {case: ["crash"] * 2 for case in (A, B, C)}
    sides = ComparisonSide("jax==0.10.3", (Outcome.PASS,)), ComparisonSide("jax==1.7.3", (Outcome.CRASH,))
    made = runfile(4, dict.fromkeys((A, B, C), "crash"), version="1.7.3", retries=again)
    return replace(made, comparisons=(Comparison(A, Reason.TURNED, *sides),))


def called(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def ok(*arguments: object) -> str:
    done = called(*arguments)
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return done.output


def outputs_of(history: Path, out: Path) -> dict[str, object]:
    """Return all output of a history: of every command, and every file of the site but its page of runs."""
    commands = (
        *(("changes",), ("changes", "--json"), ("scores", "--json"), ("regressions", "--json"), ("failures", "--json")),
        *(
            ("changes", "--group", "--json"),
            ("flaky", "--json"),
            ("changepoints", "--json"),
            ("history", "show", "jax.lax.sort"),
        ),
    )
    found: dict[str, object] = {" ".join(one): called(*one, "--history", history).output for one in commands}
    ok("plan", "--target", "cpu", "--framework", "jax", "--suite", "paper", "--history", history, "--out", out / "plan")
    found["plan"] = (out / "plan" / "cpu-jax-paper.json").read_text()
    ok("site", "--history", history, "--site", out / "site", "--site-url", "https://example.org/")
    for path in sorted((out / "site").rglob("*")):
        name = str(path.relative_to(out / "site"))
        if path.is_file() and path.suffix != ".parquet" and name not in ("runs/index.html", ".portability-site"):
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            text = content.decode(errors="replace")
            found[name] = re.sub(
                r"20\d\d-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000|\d+ \w+ \d{4}, [\d:]+", "", text
            )
    return found


@dataclass(frozen=True)
class Recorded:
    """The history of the three nights, and all output of it."""

    history: Path
    output: dict[str, object]

    def copy(self, folder: Path) -> Path:
        """Return a copy of the history."""
        return Path(shutil.copytree(self.history, folder / "history"))


@pytest.fixture(scope="module")
def recorded(nights: list[RunFile], tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "SHIPPED_HISTORY", folder / "nothing")
        patch.chdir(folder)
        for one in nights:
            ok("record", write_run_file(folder / f"{one.run.id}.jsonl", one), "--history", folder / "history")
        return Recorded(folder / "history", outputs_of(folder / "history", folder / "output"))


@pytest.mark.no_cover  # it calls every reading command, which other tests cover
def test_a_series_that_was_poisoned_recovers(tmp_path: Path, recorded: Recorded, poison: RunFile) -> None:
    history, before = recorded.copy(tmp_path), recorded.output
    tables = {path: path.read_text() for path in history.glob("[os]*/**/*.csv")}

    evil = write_run_file(tmp_path / "evil.jsonl", poison)
    ok("record", evil, "--history", history)
    assert "1.7.3" in called("changes", "--history", history).output
    assert outputs_of(history, tmp_path / "poisoned") != before

    ok("history", "retract", POISON, "--why", WHY, "--history", history)
    after = outputs_of(history, tmp_path / "after")
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert after.keys() == before.keys()
    assert {path: path.read_text() for path in history.glob("[os]*/**/*.csv")} == tables
    assert "1.7.3" not in json.dumps(after)

    # It stays in sight, with the reason: on the page of runs, for programs, in the commit.
    page = (tmp_path / "after" / "site" / "runs" / "index.html").read_text()
    assert WHY in page[page.index('id="excluded"') :]
    assert f'id="{POISON}"' in page
    (row,) = json.loads(ok("history", "retracted", "--json", "--history", history))
    assert (row["run"], row["why"], row["build"]) == (POISON, WHY, "jax==1.7.3")
    log = subprocess.run(["git", "-C", history, "log", "-1", "--format=%B"], capture_output=True, text=True, check=True)
    assert log.stdout.splitlines()[:3] == [f"Retract run {POISON}", "", WHY]

    # Nobody can record it again, and nobody retracts twice.
    again = called("record", evil, "--history", history)
    assert again.exit_code == 2
    assert f"run.id: {POISON} was retracted on " in again.output
    assert outputs_of(history, tmp_path / "again") == before
    with pytest.raises(RetractionError, match=f"^{POISON} was retracted on .*: {WHY}$"):
        History(history).retract(POISON, "once more")


def test_what_later_runs_leave_out_is_still_read(tmp_path: Path, runfile: Make) -> None:
    """A run names the one before it for what it says again: that file stays."""
    history = History(tmp_path / "history")
    outcomes = {f"jax/jax.lax.f{number}/eager": "error" for number in range(50)}
    for day in (1, 2, 3):
        history.record([runfile(day, outcomes, version=f"1.{day}")], f"night {day}")
    before = history.load().observations
    history.retract("20261101T030000Z-000001", "a try")
    after = history.load().observations
    assert len(after) == 100
    messages = before.loc[before["run"] != "20261101T030000Z-000001", "message"].astype(str)
    assert after["message"].astype(str).tolist() == messages.tolist() == ["why error"] * 100


def test_the_last_run_of_a_series_leaves_nothing(tmp_path: Path, runfile: Make) -> None:
    history = tmp_path / "history"
    History(history).record([runfile(1, {A: "error"})], "a night")
    ok("history", "retract", "20261101T030000Z-000001", "--why", "a try", "--history", history)
    assert [*history.glob("outcomes/**/*.csv")] == []
    assert ok("failures", "--history", history) == "nothing fails\n"
    assert History(history).watch_list("cpu", "jax", "paper") == {}
    assert History(history).costs("cpu", "jax", "paper") == {}


@pytest.mark.parametrize(
    ("run", "why", "said"),
    [
        (
            "20261101T030000Z-000002",
            "x",
            'no run "20261101T030000Z-000002" is recorded; near it: 20261101T030000Z-000001',
        ),
        ("nonsense", "x", 'no run "nonsense" is recorded; near it: 20261101T030000Z-000001'),
        ("20261101T030000Z-000001", " ", "--why is empty"),
    ],
)
def test_a_call_at_fault_changes_nothing(tmp_path: Path, runfile: Make, run: str, why: str, said: str) -> None:
    history = History(tmp_path / "history")
    commit = history.record([runfile(1, {A: "pass"})], "a night")
    with pytest.raises(RetractionError, match=re.escape(said)):
        history.retract(run, why)
    head = subprocess.run(
        ["git", "-C", history.directory, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert head.stdout.strip() == commit


def test_a_retraction_is_pushed_on_top_of_what_others_recorded(tmp_path: Path, runfile: Make) -> None:
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=results", remote], check=True)
    here, there = (History(tmp_path / name) for name in ("here", "there"))
    for one in (here, there):
        one.prepare()
        subprocess.run(["git", "-C", one.directory, "remote", "add", "origin", remote], check=True)
    here.record([runfile(1, {A: "pass"}), runfile(2, {A: "error"}, version="1.7.3")], "nights", push=True)
    there.record([runfile(3, {A: "pass"}, version="2.0")], "another", push=True)
    here.retract("20261102T030000Z-000002", WHY, push=True)
    there.record([runfile(4, {A: "pass"}, version="2.1")], "another", push=True)
    versions = [item.run.build.version for item in there.load().runs if item.run.build]
    assert versions == ["1.0", "2.0", "2.1"]
    assert [*there.retractions()] == ["20261102T030000Z-000002"]
    assert there.watch_list("cpu", "jax", "paper") == {A: Outcome.PASS}


def test_a_retraction_survives_a_remote_that_was_moved_back(tmp_path: Path, runfile: Make) -> None:
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=results", remote], check=True)
    here = History(tmp_path / "here")
    here.prepare()
    subprocess.run(["git", "-C", here.directory, "remote", "add", "origin", remote], check=True)
    commit = here.record([runfile(1, {A: "pass"}), runfile(2, {A: "error"}, version="1.7.3")], "nights", push=True)
    here.retract("20261102T030000Z-000002", WHY, push=True)
    other = subprocess.run(
        [
            "git",
            "-C",
            remote,
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@y",
            "commit-tree",
            f"{commit}^{{tree}}",
            "-m",
            "rewritten",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    subprocess.run(["git", "-C", remote, "update-ref", "refs/heads/results", other], check=True)
    here.record([runfile(3, {A: "pass"}, version="2.0")], "another", push=True)
    assert [item.run.build and item.run.build.version for item in here.load().runs] == ["1.0", "2.0"]
    assert [*here.retractions()] == ["20261102T030000Z-000002"]
    assert here.watch_list("cpu", "jax", "paper") == {A: Outcome.PASS}


LOCAL = (
    Build("jax", "2.16.0a0+git1234567", Channel.EXACT),
    Build("jax", "0.10.3.dev20261103+g1234567.d20261103", Channel.NIGHTLY),
    Build("jax", "0.10.3a0", Channel.GIVEN),
    Build("jax", "mine", Channel.GIVEN),
)


@pytest.mark.no_cover  # it calls every reading command, which other tests cover
@pytest.mark.parametrize("build", LOCAL, ids=lambda build: build.version)
def test_no_series_follows_a_build_of_somebodys_own(
    tmp_path: Path, recorded: Recorded, runfile: Make, build: Build
) -> None:
    history, before = recorded.copy(tmp_path), recorded.output
    own = runfile(5, dict.fromkeys((A, B, C), "crash"), build=build)
    assert "recorded as" in ok("record", write_run_file(tmp_path / "own.jsonl", own), "--history", history)
    after = outputs_of(history, tmp_path / "after")
    shown = "history show jax.lax.sort"
    assert {name for name in before if before[name] != after.get(name)} == {shown}
    assert own.run.id in str(after[shown])
    page = (tmp_path / "after" / "site" / "runs" / "index.html").read_text()
    assert "one-off: " in page[page.index('id="excluded"') :]
    assert "3 crash" in page


@pytest.mark.parametrize("channel", [Channel.RELEASE, Channel.GIVEN])
@pytest.mark.parametrize(
    "version",
    [
        "2.13.0",
        "2.13.0+cpu",
        "2.13.0+cu130",
        "2.13.0+rocm7.2",
        "2.13.0+xpu",
        "2.13.0+cpu.cxx11.abi",
        "2.15.0rc1+cpu",
        "2.16.0.dev20261101+cu130",
        "0.12.0.1",
    ],
)
def test_a_published_build_is_no_one_off(runfile: Make, version: str, channel: Channel) -> None:
    assert runfile(1, {A: "pass"}, build=Build("torch", version, channel)).run.one_off == ""
