"""A GitHub whose answers may be faulty."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, hidden_line
from support.fake_github import FakeGitHub
from support.faulty_github import FaultyGitHub, serve_faulty


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyGitHub]:
    with serve_faulty(FakeGitHub()) as odd:
        yield odd


@pytest.fixture
def github(server: FaultyGitHub, as_before: Callable[[], None]) -> FaultyGitHub:
    as_before()
    return server


@pytest.fixture
def as_before(server: FaultyGitHub) -> Callable[[], None]:
    """Return a function that restores the state before: an issue of ours, and a run that handed something over."""

    def restore() -> None:
        fake = FakeGitHub()
        fake.url = server.url
        server.fake.__dict__.update(fake.__dict__)
        server.planted, server.often, server.renamed = None, 0, False
        other = IssueMetadata(("other",), IssueState.OPEN, "title", (), NotifiedState("a", "b", ("cpu",), 1))
        server.fake.file("ours", hidden_line(other))
        server.fake.actions.upload(server.fake.actions.run(), {"a.jsonl": b"{}\n"}, server.url)

    return restore
