"""The text of issues, compared with the files in `tests/issues/golden/`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from monitor.issues.issue_plan import plan_issues
from monitor.issues.operations import OpenIssue
from monitor.issues.settings import IssueSettings

GOLDEN = Path(__file__).resolve().parents[1] / "issues" / "golden"
SITE = IssueSettings(
    site="https://octocat.github.io/monitor/",
    script=lambda case, seen: f"import sys\n\nimport jax\n\nCASE = {json.dumps(case)}\n",
    owners={("cpu", "jax"): ("octocat",), ("tpu-v5e", "jax"): ("octocat", "org/tpu")},
)


def opened(history: Any, settings: IssueSettings) -> OpenIssue:
    """The one issue that a history calls for."""
    ((step,),) = plan_issues(*history, [], settings)
    assert isinstance(step, OpenIssue)
    return step


def held(name: str, issue: OpenIssue) -> None:
    text = f"# {issue.title}\n\nLabels: {', '.join(issue.labels)}\n\n{issue.body}\n"
    path = GOLDEN / f"{name}.md"
    if os.environ.get("PORTABILITY_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
