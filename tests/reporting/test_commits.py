"""Which commits two builds are of, and where they are compared."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitor.reporting.commits import (
    Commits,
    CommitUnknownError,
    Source,
    commits_between,
    remembering,
    subject_on_github,
)

ONE, TWO = "1" * 40, "2" * 40
MAIN = {ONE: "a" * 40, TWO: "b" * 40}


def built(commit: str, label: str = "jax==0.12.0.dev20261101") -> Source:
    return Source(label, commit)


def nobody(repository: str, commit: str) -> str:
    raise AssertionError("nobody needs to be asked")


def test_jax_names_its_commits() -> None:
    found = commits_between("jax", built(ONE), built(TWO), nobody)
    assert found == Commits(ONE, TWO, f"https://github.com/jax-ml/jax/compare/{ONE}...{TWO}")


def test_tensorflow_gives_hints() -> None:
    found = commits_between("tensorflow", built("0d8b7bfaf14"), built("1e9c8c0fb25"), nobody)
    assert found.link == "https://github.com/tensorflow/tensorflow/compare/0d8b7bfaf14...1e9c8c0fb25"
    (note,) = found.notes
    assert "a hint" in note


@pytest.mark.parametrize("bad", ["", "unknown", "v1.12.1"])
def test_a_build_that_does_not_tell(bad: str) -> None:
    found = commits_between("jax", built(ONE), built(bad), nobody)
    assert found == Commits(ONE, "", "", ("not every build tells its commit",))


def test_a_release_that_does_not_tell_has_its_tag() -> None:
    found = commits_between("jax", built("", "jax==0.5.3"), built("", "jax==0.6.0"), nobody)
    assert found.link == "https://github.com/jax-ml/jax/compare/jax-v0.5.3...jax-v0.6.0"
    found = commits_between("torch", built("", "torch==2.9.0+cpu"), built(ONE), lambda *_: "Fix a thing")
    assert found.link == f"https://github.com/pytorch/pytorch/compare/v2.9.0...{ONE}"


class GitHub(BaseHTTPRequestHandler):
    """GitHub's answer to one question, as its documentation has it; a release's commit is one of main."""

    def do_GET(self) -> None:
        known = {
            f"/repos/pytorch/pytorch/commits/{commit}": f"2026-11-24 nightly release ({main})\n\nMore."
            for commit, main in MAIN.items()
        } | {f"/repos/pytorch/pytorch/commits/{'c' * 40}": "Fix a thing (#1234567)"}
        found = known.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"sha": "…", "commit": {"message": found}}).encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), GitHub) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()


def test_nightlies_of_pytorch_are_resolved_to_commits_of_main(github: None) -> None:
    found = commits_between("torch", built(ONE), built(TWO), subject_on_github)
    assert found == Commits("a" * 40, "b" * 40, f"https://github.com/pytorch/pytorch/compare/{'a' * 40}...{'b' * 40}")


def test_a_release_of_pytorch_is_of_its_own_commit(github: None) -> None:
    assert commits_between("torch", built("c" * 40), built(TWO), subject_on_github).good == "c" * 40


def test_nightlies_of_pytorch_where_github_does_not_know_them(github: None) -> None:
    found = commits_between("torch", built(ONE), built("d" * 40), subject_on_github)
    assert found.link == f"https://github.com/pytorch/pytorch/compare/{ONE}...{'d' * 40}"
    assert not found.resolved
    (note,) = found.notes
    assert note.startswith("commits of branch nightly")
    assert "404" in note


def test_github_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    with pytest.raises(CommitUnknownError, match=r"127.0.0.1:9/repos/pytorch/pytorch/commits/1+: .*refused"):
        subject_on_github("pytorch/pytorch", ONE)


def test_a_commit_is_asked_for_once_and_no_other_once_nobody_answers() -> None:
    asked: list[str] = []

    def subject(repository: str, commit: str) -> str:
        asked.append(commit)
        if commit == TWO:
            raise CommitUnknownError("no answer")
        return f"nightly release ({commit})"

    once = remembering(subject)
    assert once("pytorch/pytorch", ONE) == once("pytorch/pytorch", ONE)
    for commit in (TWO, "3" * 40):
        with pytest.raises(CommitUnknownError, match="no answer"):
            once("pytorch/pytorch", commit)
    assert once("pytorch/pytorch", ONE)
    assert asked == [ONE, TWO]
