"""The action `check`, executed in the workflow of another project."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from support.local_workflows import ACT, CHECKOUT, HOSTED, STUBS, copy_code, git

PIN = "0" * 40
MATCHER = json.loads((CHECKOUT / "check" / "problem-matcher.json").read_text())["problemMatcher"][0]["pattern"][0]
CHECK_OUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
CACHE = "actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830"

PROGRAM = """\
import jax
import jax.numpy as jnp


def step(tree):
    return jax.tree_map(jnp.where, tree)
"""
WORKFLOW = f"""\
on: pull_request
permissions: {{}}
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: {CHECK_OUT} # v7.0.1
        with:
          persist-credentials: false
      - id: failing
        continue-on-error: true
        uses: portability/monitor/check@{PIN}
        with:
          paths: |
            src
          to: tpu-v5e
      - id: known
        uses: portability/monitor/check@{PIN}
        with:
          paths: src
          baseline: known.json
      - run: |
          printf '%s\\n' "failing: $FAILING" "known: $KNOWN"
        env:
          FAILING: ${{{{ steps.failing.outputs.status }}}}
          KNOWN: ${{{{ steps.known.outputs.status }}}}
"""


def test_another_project_checks_its_code(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".github" / "workflows").mkdir(parents=True)
    (project / "src").mkdir()
    (project / "src" / "program.py").write_text(PROGRAM)
    (project / ".github" / "workflows" / "check.yml").write_text(WORKFLOW)
    copy_code(tmp_path / "monitor", with_results=True)
    report = subprocess.run(
        [str(ACT.with_name("portability")), "check", "src", "--json"], cwd=project, capture_output=True, check=False
    )
    assert report.returncode == 1
    (project / "known.json").write_bytes(report.stdout)
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "--all")
    git(project, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=Code")
    done = subprocess.run(
        [
            *(str(ACT), "pull_request", f"--platform={HOSTED[0]}=-self-hosted"),
            *("--local-repository", f"portability/monitor@{PIN}={tmp_path / 'monitor'}"),
            *("--local-repository", f"{CACHE}={STUBS / 'cache'}"),
            *("--local-repository", f"{CHECK_OUT}={STUBS / 'checkout'}"),
            *("--no-cache-server", "--no-skip-checkout", "--env", f"REMOTE={project}"),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0, log[-6000:]
    assert "failing: 1" in log
    assert "known: 0" in log
    lines = [line.partition("| ")[2] for line in done.stdout.splitlines()]
    problems = [match for line in lines if (match := re.match(MATCHER["regexp"], line))]
    assert {match[MATCHER["file"]] for match in problems} == {"src/program.py"}
    assert [(match[2], match[3], match[4]) for match in problems] == [("6", "12", "error")]
    assert "jax.tree_map was removed" in problems[0][5]
