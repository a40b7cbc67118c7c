"""Commits of two builds and the address of their comparison, equal wherever they are shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from monitor.github.commit_ranges import (
    MAX_LOOKUPS,
    BuildCommit,
    CommitRange,
    CommitUnknownError,
    between_builds,
    commit_subject_reader,
    commits_between,
    look_up_commits,
)
from monitor.model import Build, Channel

ONE, TWO = "1" * 40, "2" * 40
MAIN = {ONE: "a" * 40, TWO: "b" * 40}
RELEASE = "c" * 40


def built(commit: str, label: str = "jax==0.12.0.dev20261101") -> BuildCommit:
    return BuildCommit(label, commit)


def nightly(commit: str) -> BuildCommit:
    return BuildCommit("torch==2.16.0.dev20261124+cpu", commit)


def test_jax_names_its_commits() -> None:
    found = commits_between("jax", built(ONE), built(TWO), {})
    assert found == CommitRange(ONE, TWO, f"https://github.com/jax-ml/jax/compare/{ONE}...{TWO}")


def test_tensorflow_gives_hints() -> None:
    found = commits_between("tensorflow", built("0d8b7bfaf14"), built("1e9c8c0fb25"), {})
    assert found.link == "https://github.com/tensorflow/tensorflow/compare/0d8b7bfaf14...1e9c8c0fb25"
    (note,) = found.notes
    assert "a short hash" in note


@pytest.mark.parametrize("bad", ["", "unknown", "v1.12.1"])
def test_a_build_that_does_not_tell(bad: str) -> None:
    found = commits_between("jax", built(ONE), built(bad), {})
    assert found == CommitRange(ONE, "", "", ("the commit of a build is unknown",))


def test_a_release_that_does_not_tell_has_its_tag() -> None:
    found = commits_between("jax", built("", "jax==0.5.3"), built("", "jax==0.6.0"), {})
    assert found.link == "https://github.com/jax-ml/jax/compare/jax-v0.5.3...jax-v0.6.0"
    found = commits_between("torch", built("", "torch==2.9.0+cpu"), built(RELEASE, "torch==2.10.0"), {})
    assert found.link == f"https://github.com/pytorch/pytorch/compare/v2.9.0...{RELEASE}"


def of(version: str, commit: str = "") -> Build:
    return Build("jax", version, Channel.RELEASE, commit)


@pytest.mark.parametrize(
    ("framework", "before", "after", "span"),
    [
        ("jax", of("0.5.3"), of("0.6.0"), "jax-ml/jax/compare/jax-v0.5.3...jax-v0.6.0"),
        ("jax", of("0.9.2", "a659757"), of("0.10.2"), "jax-ml/jax/compare/a659757...jax-v0.10.2"),
        ("torch", of("2.9.0+cpu"), of("2.13.0+cpu"), "pytorch/pytorch/compare/v2.9.0...v2.13.0"),
        ("jax", of("0.5.3"), of("0.6.0.dev20260101"), ""),  # a nightly that does not tell its commit
        ("jax", of("0.5.3"), of("0.6.0", "<script>"), "jax-ml/jax/compare/jax-v0.5.3...jax-v0.6.0"),
        ("flax", of("0.5.3"), of("0.6.0"), ""),
        ("jax", of("0.9.2", ONE), of("0.9.3", ONE), ""),  # nothing is between them
    ],
)
def test_commits_lie_between_what_two_builds_were_made_from(
    framework: str, before: Build, after: Build, span: str
) -> None:
    assert between_builds(framework, before, after, {}).link == (span and f"https://github.com/{span}")


def test_nightlies_of_pytorch_are_compared_by_commits_of_main() -> None:
    found = commits_between("torch", nightly(ONE), nightly(TWO), MAIN)
    assert found == CommitRange(
        "a" * 40, "b" * 40, f"https://github.com/pytorch/pytorch/compare/{'a' * 40}...{'b' * 40}"
    )


def test_where_one_of_them_is_not_looked_up_both_are_of_branch_nightly_and_that_is_said() -> None:
    found = commits_between("torch", nightly(ONE), nightly(TWO), {ONE: "a" * 40})
    assert found.link == f"https://github.com/pytorch/pytorch/compare/{ONE}...{TWO}"
    assert not found.resolved
    assert found.link_text == "the commits of branch nightly, not resolved to main"
    (note,) = found.notes
    assert note.startswith("commits of branch nightly")


def test_a_release_of_pytorch_is_of_its_own_commit() -> None:
    assert commits_between("torch", BuildCommit("torch==2.15.0", RELEASE), nightly(TWO), MAIN).good == RELEASE


class GitHub(BaseHTTPRequestHandler):
    """GitHub's answer to one question, as its documentation has it."""

    def do_GET(self) -> None:
        known = {
            f"/repos/pytorch/pytorch/commits/{commit}": f"2026-11-24 nightly release ({main})\n\nMore."
            for commit, main in MAIN.items()
        }
        found = known.get(self.path)
        data = json.dumps({"sha": "…", "commit": {"message": found}} if found else {"message": "Not Found"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), GitHub) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_github_tells_of_which_commit_of_main_a_nightly_is_made(api: str) -> None:
    assert look_up_commits((ONE, TWO, "not a commit", ONE), commit_subject_reader(api, "")) == (MAIN, "")


def test_what_github_does_not_know_is_left_for_later(api: str) -> None:
    found, fault = look_up_commits((ONE, "d" * 40, TWO), commit_subject_reader(api, ""))
    assert found == {ONE: "a" * 40}
    assert "404" in fault


def test_github_out_of_reach() -> None:
    with pytest.raises(CommitUnknownError, match=r"^pytorch/pytorch: GitHub does not answer .*commits/1+: no c"):
        commit_subject_reader("http://127.0.0.1:9", "")("pytorch/pytorch", ONE)


def test_a_long_past_is_not_asked_for_at_once() -> None:
    asked: list[str] = []

    def subject(repository: str, commit: str) -> str:
        asked.append(commit)
        return "Fix a thing"

    look_up_commits([f"{number:040x}" for number in range(100)], subject)
    assert len(asked) == MAX_LOOKUPS
