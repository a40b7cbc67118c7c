"""Run the workflow files with `act` on this machine, and start the workflows that they start.

`fake_github` stores artifacts and records starts, which `act` does not. Actions of third parties are small stubs. `act`
supports no concurrency groups, skips a job without a runner for its label, and does not enforce permissions:
`test_workflows.py` checks those in the files.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from support.fake_github import REPOSITORY, TOKEN, FakeGitHub

CHECKOUT = Path(__file__).resolve().parents[2]
STUBS = Path(__file__).with_name("action_stubs")
ACT = Path(sys.executable).with_name("act")
HOSTED = ("ubuntu-24.04", "ubuntu-latest")
REPOSITORY_FIELDS = {"default_branch": "main", "name": "monitor", "full_name": REPOSITORY}


@dataclass
class GitHubLocally:
    """A repository with this code and no results, its runs, and its site."""

    github: FakeGitHub
    directory: Path
    number: int = 0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        code = self.directory / "code"
        copy_code(code)  # without the shipped history: each of its runs would be new
        git(code, "init", "--quiet", "--initial-branch=main")
        git(code, "add", "--all")
        git(code, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=Code")
        subprocess.run(["git", "clone", "--quiet", "--bare", str(code), str(self.remote)], check=True)

    @property
    def remote(self) -> Path:
        return self.directory / "monitor.git"

    @property
    def pages(self) -> Path:
        return self.directory / "pages"

    def uploaded(self, artifact: int) -> dict[str, bytes]:
        """The files of an artifact."""
        with zipfile.ZipFile(io.BytesIO(self.github.actions.archives[artifact])) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def run(self, workflow: str, event: str, inputs: dict[str, str] | None = None, *, job: str = "") -> str:
        """Run a workflow, or one job of it with those that it needs; its log.

        Its last words are in the failure where one of its jobs fails.
        """
        with self.lock:
            self.number += 1
            here = self.directory / f"run-{self.number}"
        subprocess.run(["git", "clone", "--quiet", str(self.remote), str(here / "checkout")], check=True)
        context = {"repository": REPOSITORY_FIELDS, "inputs": inputs or {}, "ref": "refs/heads/main"}
        (here / "event.json").write_text(json.dumps(context))
        artifacts = here / "artifacts"
        artifacts.mkdir()
        done = subprocess.run(
            [*self._command(workflow, event, here), *(("--job", job) if job else ())],
            cwd=here / "checkout",
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"HOME": str(here)},
        )
        (here / "log").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
        self._hand_over(workflow, event, artifacts / "runs")
        return done.stdout

    def _hand_over(self, workflow: str, event: str, runs: Path) -> None:
        run: dict[str, Any] = self.github.actions.run(workflow, event=event)
        if runs.is_dir():
            files = {path.name: path.read_bytes() for path in runs.iterdir()}
            self.github.actions.upload(run, files, self.github.url)

    def _command(self, workflow: str, event: str, here: Path) -> list[str]:
        text = "".join(path.read_text() for path in (CHECKOUT / ".github" / "workflows").glob("*.yml"))
        pins = sorted(set(re.findall(r"uses: actions/([\w-]+)@([0-9a-f]{40})", text)))
        stubs = [f"actions/{name}@{pin}={STUBS / name}" for name, pin in pins if (STUBS / name).is_dir()]
        environment = {
            "GITHUB_API_URL": self.github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REPOSITORY_OWNER": REPOSITORY.partition("/")[0],
            "GITHUB_REF_NAME": "main",
            "REMOTE": str(self.remote),
            "ARTIFACTS": str(here / "artifacts"),
            "PAGES": str(self.pages),
            "TEST_PYTHON": sys.executable,
            "PORTABILITY_CACHE": os.environ.get("PORTABILITY_CACHE", ""),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        }
        return [
            *(str(ACT), event, "--workflows", f".github/workflows/{workflow}", "--eventpath", str(here / "event.json")),
            *(f"--platform={label}=-self-hosted" for label in HOSTED),
            *(part for stub in stubs for part in ("--local-repository", stub)),
            *(part for name, value in environment.items() if value for part in ("--env", f"{name}={value}")),
            *("--secret", f"GITHUB_TOKEN={TOKEN}", "--var", "PORTABILITY_RUNNERS=nvidia-h100"),
            *(
                "--no-cache-server",
                "--no-skip-checkout",
                "--artifact-server-addr",
                "127.0.0.1",
                "--concurrent-jobs",
                "1",
            ),
        ]


def copy_code(directory: Path, *, with_results: bool = False) -> None:
    """Copy this code without its tests."""
    listed = subprocess.run(
        ["git", "-C", str(CHECKOUT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in listed:
        left_out = re.match(r"tests/" if with_results else r"tests/|results/(?!README)", name)
        if name and (CHECKOUT / name).is_file() and not left_out:
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, directory / name)


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(directory), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
