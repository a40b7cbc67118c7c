"""The monitor's requests against Prism: an implementation of GitHub's published description that is not ours."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.github.client import GitHubClient
from monitor.issues.github_issues import IssueTracker, OperationError
from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden_line, sign_comment
from monitor.issues.operations import AddComment, EditIssue, OpenIssue
from support.fake_github import PUBLISHED, REPOSITORY, TOKEN

PRISM = Path(__file__).parents[2] / ".ci" / "node_modules" / ".bin" / "prism"
STARTS_WITHIN = 120  # seconds; 2 on a machine that has nothing else to do
MARK = IssueMetadata(("id",), IssueState.OPEN, "title", ("regression",), NotifiedState("a", "b", ("cpu",), 1))


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prism that refuses what the description does not allow."""
    if not (PRISM.exists() and shutil.which("node")) and "CI" not in os.environ:
        pytest.skip("Prism is not there: npm install --prefix .ci --no-save @stoplight/prism-cli")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    log = tmp_path_factory.mktemp("prism") / "log"
    with log.open("w") as out:
        command = [str(PRISM), "mock", "--host", "127.0.0.1", "--port", port, "--errors", str(PUBLISHED)]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        started = time.monotonic()
        while "is listening" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < started + STARTS_WITHIN, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def board(prism: str) -> IssueTracker:
    client = GitHubClient(
        REPOSITORY, permission="issues: write", token=TOKEN, api=prism, sleep=lambda seconds: None, write_interval=0
    )
    return IssueTracker(client, "string")  # who Prism says wrote everything


def test_every_step_is_as_github_wants_it(board: IssueTracker) -> None:
    assert board.filed() == ()
    assert board.carry_out(OpenIssue("title", hidden_line(MARK), ("regression", "target: cpu"), ("id",))).startswith(
        "#"
    )
    assert board.carry_out(AddComment(1, sign_comment("news", 0))) == "commented"
    assert (
        board.carry_out(EditIssue(1, "body", "title", ("regression", "kind: incident"), "closed", "completed"))
        == "edited"
    )
    assert board.carry_out(EditIssue(1, "body", state="open")) == "edited"


def test_prism_looks(board: IssueTracker) -> None:
    with pytest.raises(OperationError, match="GitHub answers 422"):
        board.carry_out(EditIssue(1, "body", state="shut"))
