"""`portability health`: the monitor's own troubles, each an issue that opens, follows and closes by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.github.client import GitHubClient
from monitor.history.store import History
from monitor.model import Build, Channel
from monitor.site import site_freshness
from support.fake_github import REPOSITORY, FakeGitHub

Make = Callable[..., RunFile]
TF = Build("tensorflow-cpu", "2", Channel.RELEASE)
A, B = "jax/jax.lax.sort/eager-float32", "jax/jax.lax.sort/eager-int32"

RUNNER = """
title = "CPU"
[execute]
labels = ["ubuntu-latest"]
[jax]
device = "cpu"
suites = [{suites}]
distributions = ["jax"]
[jax.release]
packages = ["jax", "jaxlib", "numpy"]
"""
TENSORFLOW = """
[tensorflow]
device = "cpu"
suites = ["paper"]
distributions = ["tensorflow-cpu"]
[tensorflow.release]
packages = ["tensorflow-cpu", "numpy"]
"""


@pytest.fixture(autouse=True)
def one_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A monitor of nothing but the study's functions of JAX on the CPU."""
    (tmp_path / "runners").mkdir()
    (tmp_path / "runners" / "cpu.toml").write_text(RUNNER.format(suites='"paper"'))
    monkeypatch.setattr("monitor.pipeline.health.RUNNERS", tmp_path / "runners")


@pytest.fixture
def record(tmp_path: Path, runfile: Make) -> Callable[..., None]:
    """Record a run of so many days ago."""

    def record(days: float, outcomes: dict[str, str], **run: object) -> None:
        started = datetime.now(UTC) - timedelta(days=days)
        time = f"{started:%Y-%m-%dT%H:%M:%SZ}"
        made = runfile(1, outcomes, id=f"{started:%Y%m%dT%H%M%SZ}-{int(days * 10):06x}", started=time, **run)
        History(tmp_path / "history").record([made], "a night")

    return record


def health(directory: Path, *options: str) -> Result:
    command = ["health", "--history", str(directory / "history"), "--repository", REPOSITORY]
    return CliRunner().invoke(app, [*command, *options])


def only(github: FakeGitHub) -> dict[str, object]:
    (issue,) = github.issues
    return issue


def test_all_is_well(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(1, {A: "pass"})
    done = health(tmp_path)
    assert (done.exit_code, github.writes) == (0, [])
    assert "nothing to do" in done.stderr


def test_a_silent_target_is_one_issue_until_data_flows(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None]
) -> None:
    record(5, {A: "pass"})
    assert health(tmp_path).exit_code == 0
    issue = only(github)
    assert (issue["title"], issue["state"]) == ("Targets are silent", "open")
    assert [label["name"] for label in issue["labels"]] == ["monitor"]
    assert "| `cpu, executed` | `no run since " in str(issue["body"])
    written = len(github.writes)
    assert health(tmp_path).exit_code == 0
    assert len(github.writes) == written  # nothing is done twice
    record(0.5, {A: "pass"})
    assert health(tmp_path).exit_code == 0
    assert (only(github)["state"], only(github)["state_reason"]) == ("closed", "completed")
    assert health(tmp_path, "--days", "1").exit_code == 0
    assert only(github)["state"] == "closed"


def silent(tmp_path: Path) -> list[tuple[str, str]]:
    """Return what `watch` calls silent: the name and the trouble of each row."""
    done = health(tmp_path, "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    bodies = [one["body"] for one in json.loads(done.stdout) if one["title"] == "Targets are silent"]
    rows = [line.split("`") for body in bodies for line in body.splitlines() if line.startswith("| `")]
    return [(row[1], row[3].partition(",")[0]) for row in rows]


def days_ago(days: int) -> str:
    return f"no run since {datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}"


def test_each_suite_and_framework_is_silent_for_itself(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None]
) -> None:
    (tmp_path / "runners" / "cpu.toml").write_text(RUNNER.format(suites='"paper", "harness"') + TENSORFLOW)
    record(6, {A: "pass"}, suite="harness")
    record(5, {"tensorflow/tf.add/eager": "pass"}, framework="tensorflow", build=TF)
    record(1, {A: "pass"})
    assert silent(tmp_path) == [
        ("cpu, executed: jax, suite harness", days_ago(6)),
        ("cpu, executed: tensorflow", days_ago(5)),
    ]
    record(0.5, {A: "pass"}, suite="harness")
    record(0.4, {"tensorflow/tf.add/eager": "pass"}, framework="tensorflow", build=TF)
    assert silent(tmp_path) == []


@pytest.mark.parametrize(
    "other",
    [
        {"build": Build("jax", "0.4.1", Channel.EXACT)},  # a backfill, or an experiment
        {"selection": ("*sort*",)},
        {"build": None, "blocked": "jax does not install", "cases": ()},
    ],
)
def test_only_a_run_of_the_nightly_job_is_a_sign_of_life(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None], other: dict[str, object]
) -> None:
    record(5, {A: "pass"})
    record(0.5, {} if "blocked" in other else {A: "pass"}, **other)
    assert silent(tmp_path) == [("cpu, executed", days_ago(5))]


def test_what_comes_back_opens_the_same_issue(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(0.5, {A: "pass"})
    for state, expected in (("disabled_inactivity", "open"), ("active", "closed"), ("disabled_manually", "open")):
        github.actions.states["nightly.yml"] = state
        assert health(tmp_path).exit_code == 0
        assert only(github)["state"] == expected
    assert only(github)["title"] == "The monitor's workflows are disabled"
    assert "| `nightly.yml` | `a person disabled it` |" in str(only(github)["body"])


def test_a_night_that_saw_too_little(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(0.5, {A: "pass"}, expected=(A, B))
    assert health(tmp_path).exit_code == 0
    assert only(github)["title"] == "Nights have low coverage"
    assert "| `cpu, executed: jax, suite paper` | `only 1 of 2 cases were observed` |" in str(only(github)["body"])


def test_a_person_who_closes_it_is_heeded(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(5, {A: "pass"})
    health(tmp_path)
    only(github).update(state="closed", state_reason="not_planned")
    assert health(tmp_path).exit_code == 0
    assert only(github)["state"] == "closed"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Publish what a site says of itself; gives its address."""
    index = tmp_path / "site" / "api" / "v1" / "index.json"
    index.parent.mkdir(parents=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

        def publish(text: str) -> str:
            index.write_text(text)
            return f"http://127.0.0.1:{server.server_port}"

        yield publish
        server.shutdown()


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        (json.dumps({"generated": "2026-01-01T00:00:00Z"}), "`written on 2026-01-01, "),
        ("<html>", "`does not answer with its own JSON`"),
        ("[]", "`does not state when it was written`"),
    ],
)
def test_an_old_site(
    github: FakeGitHub,
    tmp_path: Path,
    record: Callable[..., None],
    site: Callable[[str], str],
    text: str,
    trouble: str,
) -> None:
    record(0.5, {A: "pass"})
    assert health(tmp_path, "--site-url", site(text)).exit_code == 0
    assert only(github)["title"] == "The published site is stale"
    assert trouble in str(only(github)["body"])
    fresh = site(json.dumps({"generated": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}))
    assert health(tmp_path, "--site-url", fresh).exit_code == 0
    assert only(github)["state"] == "closed"


def test_a_site_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_freshness, "TIMEOUT_SECONDS", 1)
    with pytest.raises(site_freshness.FreshnessUnknownError, match="does not answer: no connection"):
        site_freshness.site_written_at("http://127.0.0.1:9/")


def test_a_dry_run_writes_nothing(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(5, {A: "pass"})
    done = health(tmp_path, "--dry-run", "--json")
    (planned,) = json.loads(done.stdout)
    assert (planned["step"], planned["title"], github.writes) == ("open", "Targets are silent", [])


def body_of(github: FakeGitHub, title: str) -> str:
    (found,) = (issue for issue in github.issues if issue["title"] == title)
    return str(found["body"])


def test_results_that_nobody_recorded(github: FakeGitHub, tmp_path: Path, record: Callable[..., None]) -> None:
    record(0.5, {A: "pass"})
    actions = github.actions
    lost = actions.upload(actions.run(), {}, github.url, days=9, expired=True)
    waits = actions.upload(actions.run(), {}, github.url, days=3)
    actions.upload(actions.run(), {}, github.url, days=0.5)  # the next publish takes it
    assert health(tmp_path).exit_code == 0
    body = body_of(github, "Results were uploaded but not recorded")
    assert f"artifact {lost} of " in body
    assert "never recorded" in body
    assert f"artifact {waits} of " in body
    assert "uploaded 3 days ago, not recorded yet" in body
    assert "artifact 102" not in body
    actions.artifacts.clear()
    assert health(tmp_path).exit_code == 0
    assert (only(github)["state"], "stays lost" in str(github.comments[1])) == ("closed", True)


def test_a_run_of_the_future_is_no_sign_of_life(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None]
) -> None:
    record(5, {A: "pass"})
    record(-400, {A: "pass"})
    assert health(tmp_path).exit_code == 0
    assert "no run since " in body_of(github, "Targets are silent")
    assert "days in the future, and does not count" in body_of(github, "A clock is wrong")


def test_a_clock_that_is_wrong_is_told_of_and_the_rest_is_judged_by_githubs(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    record(0.5, {A: "pass"})
    ahead = partial(GitHubClient, write_interval=0, clock=lambda: datetime.now(UTC) + timedelta(days=30))
    monkeypatch.setattr("monitor.pipeline.github_access.GitHubClient", ahead)
    assert health(tmp_path).exit_code == 0
    assert only(github)["title"] == "A clock is wrong"
    assert "clock is 30 days ahead of GitHub's" in str(only(github)["body"])


def test_a_site_of_the_future(
    github: FakeGitHub, tmp_path: Path, record: Callable[..., None], site: Callable[[str], str]
) -> None:
    record(0.5, {A: "pass"})
    assert health(tmp_path, "--site-url", site(json.dumps({"generated": "2990-01-01T00:00:00Z"}))).exit_code == 0
    assert "which is in the future" in body_of(github, "The published site is stale")
