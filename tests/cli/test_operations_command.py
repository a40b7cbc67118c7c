"""`portability operations`: one issue when the verdict on an operation of a program changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.formats.run_file import RunFile
from monitor.model import Outcome, Run
from support.fake_github import REPOSITORY, FakeGitHub
from support.published_verdicts import PROGRAM, SIN, SORT, TARGET, publish


class Subscriber:
    """A project with a file of operations, the site that it follows, and a GitHub with its issues."""

    def __init__(self, directory: Path, github: FakeGitHub, run: Run) -> None:
        self.github = github
        self.program, self.file, self.site = directory / "train.py", directory / "ops.json", directory / "site"
        (self.site / "data").mkdir(parents=True)
        handler = partial(SimpleHTTPRequestHandler, directory=str(self.site))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.publish = partial(publish, self.site / "data" / "check.json.gz", run)
        self.program.write_text(PROGRAM)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/data/check.json.gz"

    def record(self) -> None:
        """Write the file of operations."""
        options = ["--to", TARGET, "--data", self.address, "--operations", str(self.file)]
        done = CliRunner().invoke(app, ["check", str(self.program), *options])
        assert done.exit_code in (0, 1), done.output

    def follow(self) -> int:
        """Compare the verdicts, and return the number of requests that changed something."""
        before = len(self.github.writes)
        command = ["operations", str(self.file), "--data", self.address, "--repository", REPOSITORY]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
        return len(self.github.writes) - before


@pytest.fixture
def subscriber(github: FakeGitHub, tmp_path: Path, runfile: Callable[..., RunFile]) -> Iterator[Subscriber]:
    run = runfile(1, {}, suite="names").run
    one = Subscriber(tmp_path, github, run)
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_a_changed_verdict_is_one_issue_until_the_file_has_it(subscriber: Subscriber) -> None:
    good = {SIN: Outcome.PASS, SORT: Outcome.PASS}
    subscriber.publish(good)
    subscriber.record()
    assert subscriber.follow() == 0
    subscriber.publish({SIN: Outcome.PASS})
    assert subscriber.follow() == 0  # a verdict that got lost is no change
    subscriber.publish(good | {SORT: Outcome.UNSUPPORTED})
    assert subscriber.follow() > 0
    (issue,) = subscriber.github.issues
    assert issue["state"] == "open"
    assert "| `jax.numpy.sort` | `tpu-v5e` | works | fails | " in issue["body"]
    assert "jax.numpy.sin" not in issue["body"]
    assert subscriber.follow() == 0
    subscriber.record()  # the new verdict is accepted
    assert subscriber.follow() > 0
    assert [one["state"] for one in subscriber.github.issues] == ["closed"]
    assert subscriber.follow() == 0
