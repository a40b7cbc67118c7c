"""Only issues that the monitor's own account opened are ours: whatever else has our hidden line is left alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from monitor.issues.issue_metadata import find_metadata, sign_comment
from monitor.issues.operations import AddComment
from support.fake_github import BOT, FakeGitHub

Make = Callable[..., Any]
A, B = (f"jax/jax.{name}/eager" for name in "ab")
MEMBER, OTHER_BOT = "octocat", "dependabot[bot]"

Paste = Callable[[str], str]
PASTES: dict[str, Paste] = {
    "as it is": lambda body: body,
    "the line alone": lambda body: body.splitlines()[-1],
    "in a block of code": lambda body: f"What is this?\n\n```html\n{body.splitlines()[-1]}\n```\n",
    "in a long fence": lambda body: f"~~~~\n{body}\n~~~~",
}
AUTHORS = {
    "a member": {"login": MEMBER, "association": "MEMBER"},
    "the owner": {"login": MEMBER, "association": "OWNER"},
    "another bot": {"login": OTHER_BOT, "association": "NONE", "type": "Bot"},
    "a stranger": {"login": "mallory", "association": "NONE"},
}


def paste(github: FakeGitHub, body: str, author: dict[str, str], **fields: Any) -> dict[str, Any]:
    user = github.user(author["login"]) | {"type": author.get("type", "User")}
    return github.file("theirs", body, user=user, author_association=author["association"], **fields)


def untouched(github: FakeGitHub, issue: dict[str, Any], before: dict[str, Any]) -> bool:
    return issue == before and github.comments[issue["number"]] == []


@pytest.mark.parametrize(
    ("how", "author", "first", "pull_request"),
    [
        (how, author, (row + column) % 2 == 0, row % 2 == 1)
        for row, how in enumerate(PASTES)
        for column, author in enumerate(AUTHORS)
    ],
)
def test_what_others_paste_is_left_alone_and_ours_lives_on(
    github: FakeGitHub, notify: Make, read: Make, night: Make, how: str, author: str, first: bool, pull_request: bool
) -> None:
    nights = [night(1, {A: "pass", B: "pass"}), night(2, {A: "error", B: "pass"})]
    notify(read(*nights))
    ours = github.issues[0]
    fields = {"pull_request": dict.fromkeys(("url", "html_url", "diff_url", "patch_url"))} if pull_request else {}
    theirs = paste(github, PASTES[how](ours["body"]), AUTHORS[author], **fields)
    if first:  # as if it were older: the older of two is the one that stays
        for number, issue in enumerate((theirs, ours), 1):
            issue["number"] = number
        github.issues, github.comments = [theirs, ours], {1: [], 2: []}
    before = copy.deepcopy(theirs)
    nights.append(night(3, {A: "error", B: "pass"}))
    notify(read(*nights))
    assert untouched(github, theirs, before)
    assert (ours["state"], "jax==3" in ours["body"]) == ("open", True)
    nights += [night(day, {A: "pass", B: "pass"}) for day in range(4, 8)]
    notify(read(*nights))
    assert untouched(github, theirs, before)
    assert ours["state"] == "closed"
    assert len(github.issues) == 2


@pytest.mark.parametrize("how", [name for name in PASTES if "fence" in name or "code" in name])
def test_a_line_in_a_block_of_code_is_no_mark_whoever_wrote_it(
    github: FakeGitHub, notify: Make, read: Make, night: Make, how: str
) -> None:
    notify(read(night(1, {A: "pass"}), night(2, {A: "error"})))
    assert find_metadata(github.issues[0]["body"])
    assert find_metadata(PASTES[how](github.issues[0]["body"])) is None


def test_our_own_body_with_blocks_of_code_has_its_mark(
    github: FakeGitHub, notify: Make, read: Make, night: Make
) -> None:
    notify(read(night(1, {A: "pass"}), night(2, {A: "error"}, says={A: "```\n````\n~~~"})))
    assert find_metadata(github.issues[0]["body"])


def test_a_comment_that_somebody_copies_does_not_count_as_said(github: FakeGitHub, board: Make) -> None:
    github.file("ours", "body", user=github.user(BOT))
    news = sign_comment("- Now also on `gpu`.", 0)
    github._comment(1, news)["user"] = github.user("mallory")
    assert board().carry_out(AddComment(1, news)) == "commented"
    assert board().carry_out(AddComment(1, news)) == "commented before"
