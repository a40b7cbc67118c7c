"""Serve a GitHub on this machine that stores issues and labels. `fake_actions` has its workflows.

Every request and every answer is checked against GitHub's own description of its API (`github_api`), so that neither
the monitor nor this server can drift from it. Faults are set by the number of the request: an error, a lost answer, or
a request that does not arrive.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from support.fake_actions import FakeActions
from support.loopback import LoopbackHandler, LoopbackServer, served

ARCHIVE = re.compile(r"/(?P<number>\d+)/zip$")
PUBLISHED = Path(__file__).with_name("github-api.json")
HOST = "http://github.invalid"  # the address of the API in the description; the real port differs from test to test
REPOSITORY, TOKEN = "octocat/monitor", "not-checked"
BOT = "github-actions[bot]"
OF_AN_APP = {"message": "Resource not accessible by integration", "documentation_url": "", "status": "403"}
NOT_DESCRIBED = ("/app", "/graphql")  # the endpoints by which an app reads its own account


@dataclass(frozen=True)
class Fault:
    """A fault of one request: another `status`, or an answer that is `lost` after the request is carried out."""

    status: int = 0
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    delay: float = 0.0


DROPPED = Fault()


@cache
def description() -> OpenAPI:
    document = json.loads(PUBLISHED.read_text()) | {"servers": [{"url": HOST}]}
    return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))


class FakeGitHub:
    """The state of one repository. `faults` are keyed by request number, from 1; no request after `dead` arrives."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.labels: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.faults: dict[int, Fault] = {}
        self.dead: int | None = None
        self.violations: list[str] = []
        self.actions = FakeActions(REPOSITORY, PUBLISHED)
        self.storage_tokens: list[str | None] = []  # the tokens that reached the host that stores archives
        # The answers to a workflow's token about its own account, by address. It may not read its user.
        self.identity: dict[str, tuple[int, Any]] = {
            "/user": (403, OF_AN_APP),
            "/app": (401, {"message": "A JSON web token could not be decoded"}),
            "/graphql": (200, {"data": {"viewer": {"login": BOT}}}),
        }
        self.url = ""
        self._clock = 0
        self._lock = threading.Lock()

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [request for request in self.requests if request[0] != "GET" and request[1] != "/graphql"]

    def state(self) -> list[tuple[Any, ...]]:
        """Return everything that a person sees."""
        return [
            (
                issue["title"],
                issue["body"],
                issue["state"],
                issue["state_reason"],
                sorted(label["name"] for label in issue["labels"]),
                [comment["body"] for comment in self.comments[issue["number"]]],
            )
            for issue in self.issues
        ]

    def file(self, title: str, body: str, **fields: Any) -> dict[str, Any]:
        """Open an issue as a person would."""
        number = len(self.issues) + 1
        there = f"{self.url}/repos/{REPOSITORY}/issues/{number}"
        issue = {
            "id": number,
            "node_id": f"I_{number}",
            "url": there,
            "repository_url": f"{self.url}/repos/{REPOSITORY}",
            "labels_url": f"{there}/labels{{/name}}",
            "comments_url": f"{there}/comments",
            "events_url": f"{there}/events",
            "html_url": f"{self.url}/{REPOSITORY}/issues/{number}",
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "state_reason": None,
            "locked": False,
            "user": self.user(BOT),
            "author_association": "NONE",
            "labels": [],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": 0,
            "created_at": self._now(),
            "updated_at": self._now(),
            "closed_at": None,
            **fields,
        }
        self.issues.append(issue)
        self.comments[number] = []
        return issue

    def label(self, name: str, color: str = "ededed", description: str | None = None) -> dict[str, Any]:
        """Return a label, created if it is missing, as GitHub does."""
        return self.labels.setdefault(
            name,
            {
                "id": len(self.labels) + 1,
                "node_id": "LA",
                "url": f"{self.url}/repos/{REPOSITORY}/labels/{len(self.labels) + 1}",
                "name": name,
                "color": color,
                "description": description,
                "default": False,
            },
        )

    def user(self, login: str) -> dict[str, Any]:
        there = f"{self.url}/users/x"
        addresses = ("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events")
        return {
            "login": login,
            "id": 1,
            "node_id": "U",
            "avatar_url": there,
            "gravatar_id": "",
            "url": there,
            "html_url": there,
            **{f"{name}_url": there for name in (*addresses, "received_events")},
            "type": "Bot" if login == BOT else "User",
            "site_admin": False,
        }

    def answer(self, method: str, target: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        """Carry out a request, and return the status, the JSON value and the headers of the answer."""
        if target in self.identity:
            status, identity = self.identity[target]
            return status, identity, {}
        parts, query = urlsplit(target).path.split("/")[4:], dict(parse_qsl(urlsplit(target).query))
        match method, parts:
            case _, ["actions", *rest]:
                known = self.actions.answer(method, rest, query, body, lambda found: self._page(target, query, found))
                if known:
                    return known
            case "GET", ["issues"]:
                found = sorted(self.issues, key=lambda one: one["number"], reverse=query.get("direction") == "desc")
                return self._page(target, query, found)
            case "POST", ["issues"]:
                issue = self.file(body["title"], body["body"])
                issue["labels"] = [self.label(name) for name in body["labels"]]
                return 201, issue, {}
            case "PATCH", ["issues", number]:
                return self._edit(self.issues[int(number) - 1], body)
            case "GET", ["issues", number, "comments"]:
                return self._page(target, query, self.comments[int(number)])
            case "POST", ["issues", number, "comments"]:
                return 201, self._comment(int(number), body["body"]), {}
            case "GET", ["labels"]:
                return self._page(target, query, [*self.labels.values()])
            case "POST", ["labels"]:
                if body["name"] in self.labels:
                    return 422, {"message": "Validation Failed", "documentation_url": "", "errors": []}, {}
                return 201, self.label(**body), {}
        raise AssertionError(f"{method} {target}: this GitHub does not support the request")

    def checked(self, method: str, target: str, raw: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Return the answer to a request, after checking both against the description."""
        path, _, query = target.partition("?")
        request = MockRequest(
            HOST, method.lower(), path, args=dict(parse_qsl(query)), data=raw or None, content_type="application/json"
        )
        if path in NOT_DESCRIBED:
            status, value, headers = self.answer(method, target, None)
            return status, json.dumps(value).encode(), headers
        self._check(lambda: description().validate_request(request), f"request {method} {target}")
        status, value, headers = self.answer(method, target, json.loads(raw) if raw else None)
        data = json.dumps(value).encode() if status != 204 else b""
        response = MockResponse(data, status_code=status, content_type="application/json")
        self._check(lambda: description().validate_response(request, response), f"answer {status} to {method} {target}")
        return status, data, headers

    def arrived(self, method: str, target: str) -> Fault | None:
        """Count a request, and return its fault."""
        with self._lock:
            self.requests.append((method, target.partition("?")[0].removeprefix(f"/repos/{REPOSITORY}/")))
            number = len(self.requests)
            if self.dead is not None and number > self.dead:
                return DROPPED
            return self.faults.get(number)

    def _check(self, check: Any, what: str) -> None:
        try:
            check()
        except Exception as error:  # openapi-core's are of many kinds
            cause = error.__cause__ or error
            self.violations.append(f"{what}: {cause} {[e.message for e in getattr(cause, 'schema_errors', [])]}")

    def _edit(self, issue: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        for name in ("title", "body"):
            issue[name] = body.get(name, issue[name])
        if "labels" in body:
            issue["labels"] = [self.label(name) for name in body["labels"]]
        if body.get("state", issue["state"]) != issue["state"]:
            issue["state"] = body["state"]
            default = "completed" if body["state"] == "closed" else "reopened"
            issue["state_reason"] = body.get("state_reason", default)
        issue["updated_at"] = self._now()
        return 200, issue, {}

    def _comment(self, number: int, body: str) -> dict[str, Any]:
        found = self.comments[number]
        there = f"{self.url}/repos/{REPOSITORY}/issues"
        comment = {
            "id": 1000 * number + len(found),
            "node_id": "IC",
            "url": f"{there}/comments/{1000 * number + len(found)}",
            "html_url": f"{there}/{number}#comment",
            "issue_url": f"{there}/{number}",
            "body": body,
            "user": self.user(BOT),
            "author_association": "NONE",
            "created_at": self._now(),
            "updated_at": self._now(),
        }
        found.append(comment)
        return comment

    def _page(self, target: str, query: dict[str, str], found: list[Any]) -> tuple[int, Any, dict[str, str]]:
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        if page * size >= len(found):
            return 200, found[(page - 1) * size :], {}
        following = f"{self.url}{target.replace(f'&page={page}', '')}&page={page + 1}"
        return 200, found[(page - 1) * size : page * size], {"Link": f'<{following}>; rel="next"'}

    def _now(self) -> str:
        self._clock += 1
        return f"2026-11-25T{self._clock // 3600 % 24:02}:{self._clock // 60 % 60:02}:{self._clock % 60:02}Z"


class _Handler(LoopbackHandler):
    """Answers as the GitHub that the server has, with its faults."""

    def _serve(self) -> None:
        github: FakeGitHub = self.server.state
        raw = self.body()
        if archive := ARCHIVE.search(self.path):
            self._send_archive(github, int(archive["number"]))
            return
        fault = github.arrived(self.command, self.path)
        if fault == DROPPED:
            self.close_connection = True
            return
        if fault and fault.status:
            self.send(fault.status, json.dumps({"message": fault.message}).encode(), fault.headers)
            return
        answer = github.checked(self.command, self.path, raw)
        if fault:
            time.sleep(fault.delay)
        if fault and fault.lost:
            self.close_connection = True
            return
        self.send(*answer)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - http.server's names

    def _send_archive(self, github: FakeGitHub, number: int) -> None:
        """Redirect to another host, as GitHub does. That host must not get the token."""
        data = github.actions.archives.get(number)
        if data is None:
            self.send(410, b"{}", {})
        elif self.path.startswith("/repos/"):
            self.send(302, b"", {"Location": f"http://localhost:{self.server.server_port}/storage/{number}/zip"})
        else:
            github.storage_tokens.append(self.headers.get("Authorization"))
            self.send(200, data, {"Content-Type": "application/zip"})


@contextmanager
def serve(github: FakeGitHub) -> Iterator[FakeGitHub]:
    """Serve on loopback."""
    server = LoopbackServer(_Handler, github)
    github.url = server.url
    with served(server):
        yield github
