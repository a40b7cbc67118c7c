"""The hook that admits jobs to a machine, called as the runner calls it: it refuses all others."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

HOOK = Path(__file__).parents[2] / "runners" / "provisioning" / "allow-job.sh"
RUN = "o/monitor/.github/workflows/run.yml@refs/heads/main"

# A runner: the hook, then every step whose condition holds; `if: always()` holds after a failure too.
WORKER = 'bash --noprofile --norc -e -o pipefail "$0"; echo "a step with if: always()"'

ALLOWED = {
    "GITHUB_EVENT_NAME": "schedule",
    "GITHUB_REPOSITORY": "o/monitor",
    "GITHUB_WORKFLOW_REF": RUN,
}


@pytest.fixture
def hook(tmp_path: Path) -> Path:
    shutil.copy(HOOK, tmp_path)
    (tmp_path / "allowed-workflows").write_text(f"{RUN}\no/monitor/.github/workflows/bisect.yml@refs/heads/main\n")
    return tmp_path / HOOK.name


def job(hook: Path, **variables: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in {**ALLOWED, **variables}.items() if value is not None}
    return subprocess.run(
        ["bash", "-c", WORKER, str(hook)],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch"])
@pytest.mark.parametrize("workflow", ["run", "bisect"])
def test_our_workflows_are_let_in_when_we_start_them(hook: Path, event: str, workflow: str) -> None:
    done = job(hook, GITHUB_EVENT_NAME=event, GITHUB_WORKFLOW_REF=RUN.replace("/run.yml", f"/{workflow}.yml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "a step with if: always()"


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"GITHUB_EVENT_NAME": "push"}, "its event is push"),
        ({"GITHUB_EVENT_NAME": "pull_request"}, "its event is pull_request"),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, "its event is pull_request_target"),
        ({"GITHUB_EVENT_NAME": "workflow_run"}, "its event is workflow_run"),
        ({"GITHUB_EVENT_NAME": None}, "its event is none"),
        ({"GITHUB_EVENT_NAME": ""}, "its event is none"),
        ({"GITHUB_REPOSITORY": "fork/monitor"}, "is not a workflow of fork/monitor"),
        (
            {
                "GITHUB_REPOSITORY": "fork/monitor",
                "GITHUB_WORKFLOW_REF": "fork/monitor/.github/workflows/run.yml@refs/heads/main",
            },
            "is not in allowed-workflows",
        ),
        ({"GITHUB_REPOSITORY": None}, "is not a workflow of none"),
        ({"GITHUB_WORKFLOW_REF": None}, "none is not a workflow of o/monitor"),
        ({"GITHUB_WORKFLOW_REF": ""}, "none is not a workflow of o/monitor"),
        ({"GITHUB_WORKFLOW_REF": RUN.replace("/run.yml", "/ci.yml")}, "is not in allowed-workflows"),
        ({"GITHUB_WORKFLOW_REF": RUN.replace("main", "edited")}, "is not in allowed-workflows"),
        ({"GITHUB_WORKFLOW_REF": RUN.replace("main", "main2")}, "is not in allowed-workflows"),
        ({"GITHUB_WORKFLOW_REF": RUN.replace("heads/main", "tags/main")}, "is not in allowed-workflows"),
        ({"GITHUB_WORKFLOW_REF": RUN.replace("run.yml", "r.n.y.*")}, "is not in allowed-workflows"),
        ({"GITHUB_WORKFLOW_REF": f"{RUN}\n{RUN}x"}, "is not in allowed-workflows"),
        (dict.fromkeys(ALLOWED), "its event is none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_else_ends_the_runner_before_a_step(hook: Path, variables: dict[str, str | None], why: str) -> None:
    done = job(hook, **variables)
    assert done.returncode == -signal.SIGKILL
    (line,) = done.stdout.splitlines()
    assert line.startswith("::error::this runner refuses the job: ")
    assert why in line


def test_without_a_list_nothing_is_allowed(hook: Path) -> None:
    (hook.parent / "allowed-workflows").unlink()
    assert job(hook).returncode == -signal.SIGKILL


def test_an_empty_list_allows_nothing(hook: Path) -> None:
    (hook.parent / "allowed-workflows").write_text("\n")
    assert job(hook).returncode == -signal.SIGKILL
    assert job(hook, GITHUB_WORKFLOW_REF="").returncode == -signal.SIGKILL
