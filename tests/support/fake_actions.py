"""Store the workflows, runs and artifacts of the GitHub on this machine."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

EXAMPLE = "workflow-run-paginated"
NOW = "2026-11-25T00:00:00Z"  # for times that no test compares
WORKFLOWS = ("nightly.yml", "publish.yml", "run.yml", "backfill.yml")
Answer = tuple[int, Any, dict[str, str]]


@cache
def example(published: Path) -> dict[str, Any]:
    """Return the example of a run in GitHub's own description."""
    document = json.loads(published.read_text())
    (run,) = document["components"]["examples"][EXAMPLE]["value"]["workflow_runs"]
    return run


@dataclass
class FakeActions:
    """The state of the workflows. `states` are by file; `dispatched` has the file, branch and inputs of each start."""

    repository: str
    published: Path
    dispatched: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(WORKFLOWS, "active"))

    def run(self, workflow: str = "run.yml", branch: str = "main", **fields: Any) -> dict[str, Any]:
        """Add a finished run."""
        run = copy.deepcopy(example(self.published)) | {
            "id": len(self.runs) + 1,
            "head_branch": branch,
            "path": f".github/workflows/{workflow}",
            "event": "workflow_dispatch",
            **fields,
        }
        run["head_repository"]["full_name"] = run["repository"]["full_name"] = self.repository
        self.runs.append(run)
        return run

    def upload(
        self,
        run: dict[str, Any],
        files: dict[str, bytes],
        url: str,
        name: str = "runs",
        *,
        days: float = 0.0,
        **fields: Any,
    ) -> int:
        """Add an artifact of a run, `days` old, and return its number. It replaces one of the same name."""
        created = datetime.now(UTC) - timedelta(days=days)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for path, data in files.items():
                opened.writestr(path, data)
        number = 100 + len(self.archives)
        self.archives[number] = archive.getvalue()
        there = f"{url}/repos/{self.repository}/actions/artifacts/{number}"
        self.artifacts = [
            one for one in self.artifacts if (one["workflow_run"]["id"], one["name"]) != (run["id"], name)
        ]
        self.artifacts.append(
            {
                "id": number,
                "node_id": "A",
                "name": name,
                "size_in_bytes": len(self.archives[number]),
                "url": there,
                "archive_download_url": f"{there}/zip",
                "expired": False,
                "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}",
                "expires_at": f"{created + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
                "updated_at": NOW,
                "workflow_run": {"id": run["id"], "head_branch": run["head_branch"]},
                **fields,
            }
        )
        return number

    def answer(
        self, method: str, parts: list[str], query: dict[str, str], body: Any, page: Callable[[list[Any]], Answer]
    ) -> Answer | None:
        """Carry out a request by the parts of its address after `actions/`. Return None for an unknown request."""
        match method, parts:
            case "POST", ["workflows", workflow, "dispatches"]:
                self.dispatched.append((workflow, body["ref"], body["inputs"]))
                return 204, None, {}
            case "GET", ["workflows"]:
                return self._listed("workflows", [_workflow(*one) for one in enumerate(self.states.items(), 1)], page)
            case "GET", ["workflows", workflow, "runs"]:
                # A fork's branch of the same name is listed too, as GitHub does.
                path, branch = f".github/workflows/{workflow}", query.get("branch")
                found = [one for one in self.runs if one["path"] == path and one["head_branch"] == branch]
                return self._listed("workflow_runs", found, page)
            case "GET", ["runs", number]:
                found = [one for one in self.runs if one["id"] == int(number)]
                return (200, found[0], {}) if found else None
            case "GET", ["artifacts"]:
                found = [one for one in self.artifacts if one["name"] == query.get("name", one["name"])]
                return self._listed("artifacts", found, page)
        return None

    def _listed(self, key: str, found: list[Any], page: Callable[[list[Any]], Answer]) -> Answer:
        status, some, headers = page(found[::-1])
        return status, {"total_count": len(found), key: some}, headers


def _workflow(number: int, named: tuple[str, str]) -> dict[str, Any]:
    name, state = named
    return {
        "id": number,
        "node_id": "W",
        "name": name.removesuffix(".yml"),
        "path": f".github/workflows/{name}",
        "state": state,
        "created_at": NOW,
        "updated_at": NOW,
        **dict.fromkeys(("url", "html_url", "badge_url"), "https://example.org/"),
    }
