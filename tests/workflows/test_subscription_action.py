"""A project follows the verdicts on its operations, by the action `check/operations` in the workflow of the guide."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.model import Outcome
from support.command_line import portability
from support.fake_github import REPOSITORY, TOKEN, FakeGitHub, serve
from support.local_workflows import ACT, CHECKOUT, HOSTED, STUBS, copy_code, git
from support.published_verdicts import PROGRAM, SIN, SORT, TARGET, publish

PIN = "0" * 40
CHECK_OUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
GUIDE = CHECKOUT / "docs" / "how-to" / "check-your-code.md"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with serve(FakeGitHub()) as one:
        yield one
    assert one.violations == []


def guide_workflow(data: Path) -> str:
    """Return the workflow in the guide, with pinned actions and the data of a site in a file."""
    [block] = [one for one in GUIDE.read_text().split("```") if "check/operations@" in one]
    workflow = block.removeprefix("yaml\n")
    for text, local in (
        ("OWNER/REPOSITORY/check/operations@main", f"portability/monitor/check/operations@{PIN}"),
        ("actions/checkout@v7", CHECK_OUT),
        ("https://OWNER.github.io/REPOSITORY/data/check.json.gz", str(data)),
    ):
        assert text in workflow
        workflow = workflow.replace(text, local)
    return workflow


def test_another_project_follows_its_operations(
    github: FakeGitHub, tmp_path: Path, runfile: Callable[..., RunFile]
) -> None:
    project, data = tmp_path / "project", tmp_path / "check.json.gz"
    (project / ".github" / "workflows").mkdir(parents=True)
    (project / ".github" / "workflows" / "follow.yml").write_text(guide_workflow(data))
    (project / "train.py").write_text(PROGRAM)
    copy_code(tmp_path / "monitor")
    run = runfile(1, {}, suite="names").run
    publish(data, run, {SIN: Outcome.PASS, SORT: Outcome.PASS})
    options = ("--to", TARGET, "--data", str(data), "--operations", "ops.json")
    assert portability("check", "train.py", *options, cwd=project).returncode == 0
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=Code")
    publish(data, run, {SIN: Outcome.PASS, SORT: Outcome.UNSUPPORTED})
    done = subprocess.run(
        [
            *(str(ACT), "schedule", f"--platform={HOSTED[1]}=-self-hosted"),
            *("--local-repository", f"portability/monitor@{PIN}={tmp_path / 'monitor'}"),
            *("--local-repository", f"{CHECK_OUT}={STUBS / 'checkout'}"),
            *("--no-cache-server", "--no-skip-checkout", "--secret", f"GITHUB_TOKEN={TOKEN}"),
            *("--env", f"REMOTE={project}", "--env", f"GITHUB_REPOSITORY={REPOSITORY}"),
            *("--env", f"GITHUB_API_URL={github.url}"),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    [issue] = github.issues
    assert issue["state"] == "open"
    assert f"| `{SORT}` | `{TARGET}` | works | fails | " in issue["body"]
    assert SIN not in issue["body"]
