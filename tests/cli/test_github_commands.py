"""`portability actions`: what it asks of GitHub, and what it takes from there."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from support.fake_github import REPOSITORY, FakeGitHub, Fault
from support.run_files import write_run_file

Make = Callable[..., RunFile]
A = "jax/jax.lax.sort/eager-float32"


@pytest.fixture
def github(github: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> FakeGitHub:
    """As a workflow has it."""
    monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
    monkeypatch.setenv("GITHUB_REF_NAME", "main")
    return github


@pytest.fixture(autouse=True)
def history(tmp_path: Path) -> None:
    """One that nothing was recorded in: the project's own takes a while to read."""
    History(tmp_path / "history").prepare()


@pytest.fixture
def data(tmp_path: Path, runfile: Make) -> Callable[[int], bytes]:
    """The run file of a night, as it lies in an artifact."""

    def make(day: int) -> bytes:
        path = tmp_path / f"{day}.jsonl"
        write_run_file(path, runfile(day, {A: "pass"}, version=str(day)))
        return path.read_bytes()

    return make


def portability(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def fetched(tmp_path: Path) -> list[str]:
    """Fetch, and what lies there then."""
    out = tmp_path / "runs"
    done = portability("github", "download", "--history", str(tmp_path / "history"), "--out", str(out))
    assert done.exit_code == 0, done.output
    return sorted(str(path.relative_to(out)) for path in out.glob("*/*"))


def record(tmp_path: Path) -> str:
    done = portability("record", "--artifacts", str(tmp_path / "runs"), "--history", str(tmp_path / "history"))
    assert done.exit_code == 0, done.output
    return done.output


def test_a_plan_starts_one_run_for_each_target_and_kind_of_evidence(github: FakeGitHub, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    history = tmp_path / "history"
    where = ("--history", str(history), "--out", str(plan))
    planned = portability("plan", *where, "--suite", "paper", "--target", "tpu-v5e", "--target", "cpu")
    assert planned.exit_code == 0, planned.output
    done = portability("github", "dispatch", "run.yml", "--plan", str(plan), "--input", "suite=paper")
    assert done.exit_code == 0, done.output
    assert github.actions.dispatched == [
        ("run.yml", "main", {"suite": "paper", "target": "tpu-v5e", "evidence": "compiled"}),
        ("run.yml", "main", {"suite": "paper", "target": "cpu", "evidence": "executed"}),
    ]
    assert done.output.splitlines() == ["- run.yml tpu-v5e compiled: started", "- run.yml cpu executed: started"]


def test_where_every_build_is_measured_nothing_is_started(github: FakeGitHub, tmp_path: Path) -> None:
    (tmp_path / "matrix.json").write_text("[]\n")
    done = portability("github", "dispatch", "run.yml", "--plan", str(tmp_path))
    assert (done.exit_code, done.output) == (0, "- nothing is left to start\n")
    assert github.requests == []


def test_one_that_cannot_be_started_holds_back_no_other(github: FakeGitHub, tmp_path: Path) -> None:
    github.faults[1] = Fault(status=422, message="Unexpected inputs")
    matrix = [{"target": target, "evidence": "executed"} for target in ("a", "b", "b")]
    (tmp_path / "matrix.json").write_text(json.dumps(matrix))
    done = portability("github", "dispatch", "run.yml", "--plan", str(tmp_path))
    assert done.exit_code == 1
    assert [inputs["target"] for _, _, inputs in github.actions.dispatched] == ["b"]
    assert "run.yml a executed: NOT STARTED: run.yml: GitHub answers 422, Unexpected inputs" in done.output


def test_what_is_recorded_is_not_fetched_again_and_what_comes_late_is(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    actions = github.actions
    first = actions.upload(actions.run(), {"cpu-jax-paper.jsonl": data(1)}, github.url)
    slow = actions.run()
    assert fetched(tmp_path) == [f"{first}/cpu-jax-paper.jsonl"]
    assert "recorded as" in record(tmp_path)
    (tmp_path / "runs" / str(first) / "cpu-jax-paper.jsonl").unlink()
    late = actions.upload(slow, {"cpu-jax-paper.jsonl": data(2)}, github.url)
    assert fetched(tmp_path) == [f"{late}/cpu-jax-paper.jsonl"]
    record(tmp_path)
    assert History(tmp_path / "history").artifacts() == {first, late}
    assert github.storage_tokens == [None, None]


def test_a_publish_that_was_replaced_while_it_waited_loses_nothing(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    actions = github.actions
    for day in (1, 2, 3):  # three runs ask, one publish is made
        actions.upload(actions.run(), {"cpu-jax-paper.jsonl": data(day)}, github.url)
    assert len(fetched(tmp_path)) == 3
    record(tmp_path)
    builds = {item.run.build.version for item in History(tmp_path / "history").load().runs if item.run.build}
    assert {"1", "2", "3"} <= builds


@pytest.mark.parametrize(
    "fields",
    [{"branch": "other"}, {"event": "pull_request"}, {"event": "push"}, {"workflow": "ci.yml"}],
    ids=lambda fields: " ".join(map(str, fields.items())),
)
def test_what_others_hand_over_is_not_taken(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes], fields: dict[str, str]
) -> None:
    github.actions.upload(github.actions.run(**fields), {"a.jsonl": data(1)}, github.url)
    assert fetched(tmp_path) == []


def test_what_a_backfill_hands_over_is_taken_too(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    for workflow in ("run.yml", "backfill.yml"):
        github.actions.upload(github.actions.run(workflow), {"a.jsonl": data(1)}, github.url)
    assert len(fetched(tmp_path)) == 2


def test_a_forks_run_on_a_branch_of_the_same_name_is_not_taken(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    run = github.actions.run()
    run["head_repository"]["full_name"] = "stranger/monitor"
    github.actions.upload(run, {"a.jsonl": data(1)}, github.url)
    assert fetched(tmp_path) == []


def test_an_artifact_of_another_name_is_not_taken(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    github.actions.upload(github.actions.run(), {"a.jsonl": data(1)}, github.url, name="run-a")
    assert fetched(tmp_path) == []


@pytest.mark.parametrize("name", ["../a.jsonl", "/etc/a.jsonl", "a/b.jsonl", "a.html", ".jsonl", "a\nb.jsonl"])
def test_an_archive_with_planted_paths_is_refused_whole_and_the_others_are_taken(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes], name: str
) -> None:
    actions = github.actions
    bad = actions.upload(actions.run(), {"good.jsonl": data(1), name: b"x"}, github.url)
    good = actions.upload(actions.run(), {"cpu-jax-paper.jsonl": data(2)}, github.url)
    out = tmp_path / "runs"
    done = portability("github", "download", "--history", str(tmp_path / "history"), "--out", str(out))
    assert done.exit_code == 2
    assert f"refused: artifact {bad} of " in done.output
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.jsonl") if path.parent.parent == out] == [
        f"runs/{good}/cpu-jax-paper.jsonl"
    ]


def test_what_is_no_archive_or_gone_is_refused_in_a_line(github: FakeGitHub, tmp_path: Path) -> None:
    actions = github.actions
    broken = actions.upload(actions.run(), {}, github.url)
    gone = actions.upload(actions.run(), {}, github.url)
    actions.archives[broken] = b"no archive"
    del actions.archives[gone]
    done = portability("github", "download", "--history", str(tmp_path / "history"), "--out", str(tmp_path / "runs"))
    assert done.exit_code == 2
    assert "no readable archive" in done.output
    assert "GitHub answers 410" in done.output


def test_an_archive_that_unpacks_to_too_much_is_refused(
    github: FakeGitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.github.archives.MAX_ARCHIVE_BYTES", 10_000)
    github.actions.upload(github.actions.run(), {"a.jsonl": bytes(1_000_000)}, github.url)
    archive = zipfile.ZipFile(io.BytesIO(github.actions.archives[100]))
    assert archive.infolist()[0].compress_size < 10_000
    done = portability("github", "download", "--history", str(tmp_path / "history"), "--out", str(tmp_path / "runs"))
    assert (done.exit_code, [*(tmp_path / "runs").rglob("*.jsonl")]) == (2, [])


def test_a_refused_run_file_leaves_its_artifact_to_be_taken_by_a_mended_monitor(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    actions = github.actions
    bad = actions.upload(actions.run(), {"good.jsonl": data(1), "bad.jsonl": b'{"run": 1}\n'}, github.url)
    good = actions.upload(actions.run(), {"cpu-jax-paper.jsonl": data(2)}, github.url)
    fetched(tmp_path)
    done = portability("record", "--artifacts", str(tmp_path / "runs"), "--history", str(tmp_path / "history"))
    assert done.exit_code == 2
    assert History(tmp_path / "history").artifacts() == {good}
    assert bad != good


def fetch(tmp_path: Path, *options: str) -> Result:
    where = ("--history", str(tmp_path / "history"), "--out", str(tmp_path / "runs"))
    return portability("github", "download", *where, *options)


def test_what_expired_before_it_was_recorded_is_told_of_and_the_others_are_taken(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    actions = github.actions
    lost = actions.upload(actions.run(), {"a.jsonl": data(1)}, github.url, days=9, expired=True)
    there = actions.upload(actions.run(), {"b.jsonl": data(2)}, github.url)
    done = fetch(tmp_path)
    assert done.exit_code == 2
    assert f"lost: artifact {lost} of " in done.stderr
    assert "never recorded" in done.stderr
    assert [path.parent.name for path in (tmp_path / "runs").glob("*/*")] == [str(there)]


def test_a_loss_is_told_of_for_a_week_and_what_was_recorded_is_none(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    actions = github.actions
    actions.upload(actions.run(), {"a.jsonl": data(1)}, github.url, days=15, expired=True)
    taken = actions.upload(actions.run(), {"b.jsonl": data(2)}, github.url)
    fetched(tmp_path)
    record(tmp_path)
    actions.artifacts[-1]["expired"] = True
    done = fetch(tmp_path)
    assert (done.exit_code, done.stderr) == (0, "nothing new was handed over\n"), taken


def test_an_archive_that_expires_while_it_is_fetched_is_told_of(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    gone = github.actions.upload(github.actions.run(), {"a.jsonl": data(1)}, github.url)
    del github.actions.archives[gone]
    done = fetch(tmp_path)
    assert (done.exit_code, "GitHub answers 410" in done.stderr) == (2, True)


def test_runs_that_were_recorded_before_leave_no_artifact_behind(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    night = data(1)
    first = github.actions.upload(github.actions.run(), {"a.jsonl": night}, github.url)
    fetched(tmp_path)
    record(tmp_path)
    again = github.actions.upload(github.actions.run(), {"a.jsonl": night}, github.url)
    fetched(tmp_path)
    record(tmp_path)
    assert History(tmp_path / "history").artifacts() == {first, again}


def test_artifacts_of_a_run_that_is_gone_or_old_end_no_list(
    github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]
) -> None:
    """A run that was deleted has no number, one that was run again an old one; both come before what is older."""
    actions = github.actions
    old = actions.run(created_at="2020-01-01T00:00:00Z")
    there = actions.upload(actions.run(), {"a.jsonl": data(1)}, github.url)
    again = actions.upload(old, {"a.jsonl": data(2)}, github.url)
    actions.upload(actions.run(), {"a.jsonl": data(3)}, github.url, workflow_run=None)
    assert sorted(path.split("/")[0] for path in fetched(tmp_path)) == sorted([str(there), str(again)])


def test_a_list_of_many_pages_is_read_whole(github: FakeGitHub, tmp_path: Path, data: Callable[[int], bytes]) -> None:
    first = github.actions.upload(github.actions.run(), {"a.jsonl": data(1)}, github.url)
    for _ in range(130):
        github.actions.upload(github.actions.run(branch="other"), {}, github.url)
    assert fetched(tmp_path) == [f"{first}/a.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["github", "dispatch", "run.yml", "--input", "suite"],
            '--input "suite": must be NAME=VALUE, as in suite=paper',
        ),
        (["github", "dispatch", "run.yml", "--plan", "nowhere"], "`portability plan --out nowhere` makes it"),
        (["github", "download", "--repository", "monitor"], "must be OWNER/NAME"),
        (["record", "--artifacts", "nowhere"], "`portability github download --out nowhere` makes it"),
    ],
)
def test_a_bad_call_is_told_the_mend(github: FakeGitHub, arguments: list[str], said: str) -> None:
    done = portability(*arguments)
    assert said in done.output + str(done.exception)
