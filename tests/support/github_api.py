"""Cut GitHub's published description of its API to the parts that `monitor.github` uses: `github-api.json`.

    npm install @octokit/openapi
    python tests/support/github_api.py node_modules/@octokit/openapi/generated/api.github.com.json

Some parts are changed so that a checker does not skip them. `nullable` without a type is invalid in OpenAPI 3.0, and
makes Prism skip a body silently; no request sends null anyway. Every answer comes on one page, and has the media type
that GitHub's documentation recommends.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUT = Path(__file__).with_name("github-api.json")
USED = {
    "/repos/{owner}/{repo}/issues": ("get", "post"),
    "/repos/{owner}/{repo}/issues/{issue_number}": ("patch",),
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/labels": ("get", "post"),
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": ("post",),
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": ("get",),
    "/repos/{owner}/{repo}/actions/artifacts": ("get",),
    "/repos/{owner}/{repo}/actions/workflows": ("get",),
    "/repos/{owner}/{repo}/actions/runs/{run_id}": ("get",),
    "/user": ("get",),
}
EXAMPLE = "workflow-run-paginated"  # a run of a workflow has too many fields to be made up
PROSE = ("example", "examples", "externalDocs", "x-github", "description", "summary", "tags", "operationId")
JSON, ASKED_FOR = "application/json", "application/vnd.github+json"
NULL = {"type": "string", "nullable": True, "enum": [None]}


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The operations used, and the components that they refer to."""
    paths = {path: {method: plain(whole["paths"][path][method]) for method in used} for path, used in USED.items()}
    for operation in (operation for operations in paths.values() for operation in operations.values()):
        operation["requestBody"] = never_null(operation.get("requestBody", {"content": {}}))
        for response in operation["responses"].values():
            if "$ref" not in response:
                adapt(response)
    components: dict[str, dict[str, Any]] = {}
    wanted = [*references(paths)]
    while wanted:
        _, _, kind, name = wanted.pop().split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = plain(whole["components"][kind][name])
            wanted += references(components[kind][name])
    info = {key: whole["info"][key] for key in ("title", "version", "license")}
    # A range, as its prose says, and no single time.
    del components["parameters"]["created"]["schema"]["format"]
    components["examples"] = {EXAMPLE: whole["components"]["examples"][EXAMPLE]}
    return {"openapi": whole["openapi"], "info": info, "paths": paths, "components": components}


def plain(value: Any) -> Any:
    """A part of the description without its prose, and with `nullable` as the standard has it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "properties" in value:  # whose names are not words of the standard
        value = {**value, "properties": {name: plain(item) for name, item in value["properties"].items()}}
    kept = {key: item if key == "properties" else plain(item) for key, item in value.items() if key not in PROSE}
    if kept.get("nullable") is True and "type" not in kept:
        del kept["nullable"]
        return {"anyOf": [kept, NULL]}
    if kept.get("nullable") is True and None not in kept.get("enum", [None]):
        kept["enum"] = [*kept["enum"], None]
    return kept


def never_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: never_null(item) for key, item in value.items() if key != "nullable" and item != NULL}
    return [never_null(item) for item in value if item not in (NULL, None)] if isinstance(value, list) else value


def adapt(response: dict[str, Any]) -> None:
    response["description"] = ""  # which it must have
    response.pop("headers", None)
    if content := response.get("content"):
        content[ASKED_FOR] = content[JSON]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


if __name__ == "__main__":
    OUT.write_text(json.dumps(cut(json.loads(Path(sys.argv[1]).read_text())), indent=1) + "\n")
    print(f"{OUT}: {OUT.stat().st_size} bytes")
