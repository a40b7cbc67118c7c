"""The operations of the monitor on GitHub, each with the request whose answer is faulty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.github.archives import ArtifactError
from monitor.github.client import GitHubClient
from monitor.github.responses import GitHubError
from monitor.github.workflows import StartError, Workflows, workflow_states
from monitor.issues.github_issues import IssueTracker, OperationError
from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden_line, sign_comment
from monitor.issues.operations import AddComment, EditIssue, OpenIssue
from support.fake_github import BOT, REPOSITORY, TOKEN, FakeGitHub
from support.faulty_github import FaultyGitHub

ALWAYS = 10**6
MARK = IssueMetadata(("id",), IssueState.OPEN, "title", ("regression",), NotifiedState("a", "b", ("cpu",), 1))
OPEN = OpenIssue("title", hidden_line(MARK), ("regression",), ("id",))
FAULTS = (GitHubError, OperationError, ArtifactError, StartError)


@dataclass(frozen=True)
class Operation:
    """One operation, the request with the faulty response, and a check of the result.

    `right` is called if no fault was reported; `twice` counts what must not be there twice.
    """

    where: str
    do: Callable[[GitHubClient, Path], Any]
    right: Callable[[FakeGitHub, Any], bool]
    twice: Callable[[FakeGitHub], int] = lambda fake: 0


def there(fake: FakeGitHub) -> int:
    return sum("portability-monitor" in issue["body"] for issue in fake.issues) - 1


def workflows(client: GitHubClient) -> Workflows:
    return Workflows(client, "main")


def fetched(client: GitHubClient, directory: Path) -> Any:
    (handed,) = workflows(client).artifacts(("run.yml",), 7, ())
    return workflows(client).download(handed, directory / "out")


def creating(where: str) -> Operation:
    """Return the operation that opens an issue, with the odd answer to the request `where`."""
    return Operation(
        where,
        lambda client, _: IssueTracker(client, BOT).carry_out(OPEN),
        lambda fake, said: said.split(",")[0] == "#2" and there(fake) == 1,
        there,
    )


def commenting(where: str) -> Operation:
    """Return the operation that comments on an issue, with the odd answer to the request `where`."""
    return Operation(
        where,
        lambda client, _: IssueTracker(client, BOT).carry_out(AddComment(1, sign_comment("news", 0))),
        lambda fake, said: said.startswith("commented") and len(fake.comments[1]) == 1,
        lambda fake: len(fake.comments[1]),
    )


OPERATIONS = {
    "list": Operation(
        "GET issues$",
        lambda client, _: IssueTracker(client, BOT).filed(),
        lambda fake, filed: [one.number for one in filed] == [1],
    ),
    "create": creating("POST issues$"),
    "look before create": creating("GET issues$"),
    "edit": Operation(
        "PATCH issues/1$",
        lambda client, _: IssueTracker(client, BOT).carry_out(EditIssue(1, "new", state="closed", reason="completed")),
        lambda fake, said: (said, fake.issues[0]["body"], fake.issues[0]["state"]) == ("edited", "new", "closed"),
    ),
    "comment": commenting("POST issues/1/comments$"),
    "look before comment": commenting("GET issues/1/comments$"),
    "label": creating("POST labels$"),
    "labels": creating("GET labels$"),
    "workflows": Operation(
        "GET actions/workflows$",
        lambda client, _: workflow_states(client),
        lambda fake, found: found == fake.actions.states,
    ),
    "runs": Operation(
        "GET actions/workflows/run.yml/runs$",
        lambda client, _: workflows(client).artifacts(("run.yml",), 7, ()),
        lambda fake, found: [one.artifact for one in found] == [100],
    ),
    "artifacts": Operation(
        "GET actions/artifacts$",
        lambda client, _: workflows(client).artifacts(("run.yml",), 7, ()),
        lambda fake, found: [one.artifact for one in found] == [100],
    ),
    "download": Operation(
        "GET actions/artifacts/100/zip$",
        fetched,
        lambda fake, paths: [path.read_bytes() for path in paths] == [b"{}\n"],
    ),
    "start": Operation(
        "POST actions/workflows/run.yml/dispatches$",
        lambda client, _: workflows(client).dispatch("run.yml", {"target": "cpu"}),
        lambda fake, _: len(fake.actions.dispatched) >= 1,
    ),
}
# Responses that count as correct: GitHub may return more or less of an object, and a list of commits may be empty.
HARMLESS = {
    "start": ("200", "201", "user", "labels"),  # GitHub may say more of what it started
    "workflows": ("201", "user", "labels"),
    "list": ("201 without an id", "labels null"),
    "look before create": ("201 without an id", "user null", "labels null"),
    "create": ("201 without an id", "user null", "labels null"),
    "edit": ("201 without an id", "user null", "labels null"),
    "comment": ("201 without a number", "201 a number", "user null", "labels null"),
    "look before comment": ("201", "user", "labels"),
    "label": ("422", "201", "user", "labels", "200 an empty object"),
    "labels": ("201", "user", "labels"),
    "runs": ("201 without a number", "201 a number", "user null", "labels null", "201 without an id"),
    "artifacts": ("201 without a number", "201 a number", "user null", "labels null"),
    "download": ("301 to", "302 to", "307 to", "308 to"),  # as GitHub sends one on to where archives are stored
}


def client(github: FaultyGitHub, waited: list[float], **options: Any) -> GitHubClient:
    options = {"permission": "a-right", "token": TOKEN, "sleep": waited.append, "write_interval": 0, **options}
    return GitHubClient(REPOSITORY, api=github.url, **options)


def outcome(operation: Operation, asked: GitHubClient, directory: Path) -> tuple[Any, str]:
    """Return the result of an operation or its reported fault; any other exception fails the test."""
    try:
        return operation.do(asked, directory), ""
    except FAULTS as fault:
        return None, str(fault)
