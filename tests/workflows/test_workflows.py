"""Properties of the workflow files, read from the files.

The linters of `.ci/run` know GitHub's rules. These are this project's own: which job may do what, and that the
commands the workflows call exist.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.github.workflows import RUN_ARTIFACT

# Everything that may write, and what. A job that is not named here may read at most.
WRITERS = {
    ("backfill", "publish"): {"contents": "read", "actions": "write"},
    ("nightly", "start"): {"contents": "read", "actions": "write"},
    ("run", "hand-over"): {},
    ("run", "publish"): {"contents": "read", "actions": "write"},
    ("publish", "record"): {"contents": "write", "actions": "read"},
    ("publish", "notify"): {"contents": "read", "issues": "write"},
    ("publish", "site"): {"contents": "read", "issues": "read"},
    ("watchdog", "health"): {"contents": "read", "issues": "write", "actions": "read"},
    ("publish", "deploy"): {"pages": "write", "id-token": "write"},
}

CHECKOUT = Path(__file__).parents[2]
FILES = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
ACTIONS = [*sorted((CHECKOUT / ".github" / "actions").glob("*/action.yml")), CHECKOUT / "check" / "action.yml"]
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in FILES}
EVERY_JOB = [(workflow, name, job) for workflow, content in WORKFLOWS.items() for name, job in content["jobs"].items()]
# A job has steps, or calls another workflow, whose jobs have them.
JOBS = [(workflow, name, job) for workflow, name, job in EVERY_JOB if "steps" in job]
CALLS = [(workflow, name, job) for workflow, name, job in EVERY_JOB if "uses" in job]

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def scripts(job: dict[str, Any]) -> list[str]:
    """The shell of a job's steps, continued lines joined."""
    return [step["run"].replace("\\\n", " ") for step in job["steps"] if "run" in step]


def calls(job: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Every `portability` command that a job calls, with its options."""
    lines = re.findall(r"^\s*portability ((?:github )?\w+)(.*)", "\n".join(scripts(job)), re.MULTILINE)
    return [(command, re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest)) for command, rest in lines]


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    return workflow[True]  # YAML 1.1 reads the key `on` as a truth value


def name_of(value: object) -> str:
    return value if isinstance(value, str) else ""


every_workflow = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=[*WORKFLOWS])
every_job = pytest.mark.parametrize(("workflow", "name", "job"), JOBS, ids=name_of)
RUN_BUILDS = ("run", "compare", "bisect", "backfill")
nightly_builds = pytest.mark.parametrize(
    "job", [job for _, _, job in JOBS if any(command in RUN_BUILDS for command, _ in calls(job))]
)
assert {command for _, _, job in JOBS for command, _ in calls(job)} >= {*RUN_BUILDS}
run_job = WORKFLOWS["run"]["jobs"]["run"]


@pytest.mark.parametrize("path", [*FILES, *ACTIONS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_action_is_pinned_by_hash_and_says_which_version_that_is(path):
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", path.read_text(), re.MULTILINE)
    assert used
    assert [action for action in used if not (action.startswith("./") or PINNED.fullmatch(action))] == []


def test_an_action_has_the_same_pin_everywhere():
    pins = re.findall(r"uses: ([\w./-]+)@(\S+ # \S+)", "".join(path.read_text() for path in (*FILES, *ACTIONS)))
    assert len(set(pins)) == len(dict(pins))


@every_workflow
def test_a_workflow_grants_nothing_by_default(workflow):
    assert workflow["permissions"] == {}


def test_a_job_has_steps_or_calls_a_workflow_of_ours_that_may_only_read():
    assert len(JOBS) + len(CALLS) == len(EVERY_JOB)
    assert {workflow for workflow, _, _ in CALLS} == {"backfill", "bisect", "compare"}
    for _, _, job in CALLS:
        assert (job["uses"], job["permissions"]) == ("./.github/workflows/runner.yml", {"contents": "read"})
        assert "secrets" not in job
    assert set(triggers(WORKFLOWS["runner"])) == {"workflow_call"}


@every_job
def test_a_job_may_write_only_what_it_is_there_for(workflow, name, job):
    assert job["permissions"] == WRITERS.get((workflow, name), {"contents": "read"})


@every_job
def test_a_checkout_leaves_no_credentials_behind(workflow, name, job):
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@every_job
def test_no_expression_is_pasted_into_a_shell_script(workflow, name, job):
    assert [script for script in scripts(job) if "${{" in script] == []


@every_job
def test_no_job_trusts_a_cache_that_another_one_could_have_written(workflow, name, job):
    for step in job["steps"]:
        assert not step.get("uses", "").startswith("actions/cache")
        assert "cache" not in step.get("with", {})


@nightly_builds
def test_the_job_that_runs_nightly_builds_holds_no_secret_and_may_not_write(job):
    assert set(job["permissions"].values()) <= {"read"}
    assert re.findall(r"secrets\b|github\.token|github\[", str(job)) == []


def test_one_job_that_fails_does_not_end_the_others():
    assert run_job["strategy"]["fail-fast"] is False


def test_what_a_failed_run_did_observe_is_handed_over():
    upload = next(step for step in run_job["steps"] if step.get("uses", "").startswith("actions/upload-artifact@"))
    assert upload["if"] == "${{ !cancelled() }}"


def test_what_a_backfill_was_done_with_is_handed_over_under_the_name_that_a_publish_looks_for():
    (upload,) = (
        step
        for step in WORKFLOWS["backfill"]["jobs"]["backfill"]["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact@")
    )
    assert (upload["if"], upload["with"]["name"]) == ("${{ !cancelled() }}", RUN_ARTIFACT)
    assert "!cancelled()" in WORKFLOWS["backfill"]["jobs"]["publish"]["if"]


@pytest.mark.parametrize("name", ["hand-over", "publish"])
def test_a_run_that_failed_is_published_all_the_same(name):
    assert "!cancelled()" in WORKFLOWS["run"]["jobs"][name]["if"]


@pytest.mark.parametrize("name", ["notify", "site", "deploy"])
def test_an_artifact_that_was_refused_holds_back_neither_issues_nor_site(name):
    assert "!cancelled()" in WORKFLOWS["publish"]["jobs"][name]["if"]


def test_nothing_is_run_handed_over_or_published_where_all_is_measured():
    jobs = WORKFLOWS["run"]["jobs"]
    assert [name for name, job in jobs.items() if "needs.plan.outputs.matrix != '[]'" not in job.get("if", "")] == [
        "plan"
    ]


def test_what_a_night_is_asked_for_reaches_every_run_that_it_starts():
    asked, run = (triggers(WORKFLOWS[name])["workflow_dispatch"]["inputs"] for name in ("nightly", "run"))
    (start,) = scripts(WORKFLOWS["nightly"]["jobs"]["start"])[1:]
    assert re.findall(r'--input "(\w+)=', start) == [*asked]
    assert {*asked} <= {*run}
    for name in ("nightly", "run"):
        plan = "".join(scripts(WORKFLOWS[name]["jobs"]["plan"]))
        assert [one for one in asked if f"${{{one.upper()}:+" not in plan] == []


def test_hardware_that_does_not_answer_is_waited_for_by_its_own_run_alone():
    chosen = [(workflow, name) for workflow, name, job in JOBS if "matrix.labels" in job["runs-on"]]
    assert chosen == [("run", "run")]
    assert WORKFLOWS["run"]["concurrency"]["group"] == "run-${{ inputs.target }}-${{ inputs.evidence }}"


def test_one_publishes_at_a_time_and_silence_is_published_too():
    assert WORKFLOWS["publish"]["concurrency"] == {"group": "publish", "cancel-in-progress": False}
    assert set(triggers(WORKFLOWS["publish"])) == {"schedule", "workflow_dispatch"}


def test_history_issues_and_site_are_of_the_default_branch_alone():
    jobs = WORKFLOWS["publish"]["jobs"]
    assert jobs["record"]["if"] == (
        "${{ github.event_name == 'schedule' || github.ref_name == github.event.repository.default_branch }}"
    )
    for name in ("notify", "site"):
        assert "needs.record.result != 'skipped'" in jobs[name]["if"]
    assert "needs.site.result == 'success'" in jobs["deploy"]["if"]


def test_what_reaches_hardware_is_what_its_hook_lets_in():
    containerfile = (FILES[0].parents[2] / "runners" / "provisioning" / "Containerfile").read_text()
    (listed,) = re.findall(r'^ARG WORKFLOWS="?([^"\n]*)"?$', containerfile, re.MULTILINE)
    assert listed.split() == sorted({workflow for workflow, _, job in JOBS if not job["runs-on"].startswith("ubuntu-")})


@every_workflow
def test_a_runner_that_a_plan_chooses_is_out_of_reach_for_pull_requests(workflow):
    if any(not job.get("runs-on", "ubuntu-").startswith("ubuntu-") for job in workflow["jobs"].values()):
        assert set(triggers(workflow)) <= {"schedule", "workflow_dispatch"}


@every_workflow
def test_no_schedule_is_at_the_full_hour(workflow):
    for entry in triggers(workflow).get("schedule", []):
        assert re.match(r"[1-9]\d? ", entry["cron"])


def test_the_workflows_take_every_step_of_the_pipeline():
    order = ("nightly", "run", "publish")
    taken = [command for workflow in order for job in WORKFLOWS[workflow]["jobs"].values() for command, _ in calls(job)]
    assert taken == [
        *("plan", "github dispatch"),
        *("plan", "run", "github dispatch"),
        *("github download", "record", "changes", "changepoints", "notify"),
        *("github alarms", "federation", "site"),
    ]


@pytest.mark.parametrize(("command", "options"), [call for _, _, job in JOBS for call in calls(job)], ids=name_of)
def test_every_command_that_a_workflow_calls_exists_with_its_options(command, options):
    from typer.testing import CliRunner

    from monitor.cli import app

    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert shown.exit_code == 0, shown.output
    # The list of options only: an example may show what does not exist.
    assert set(options) <= set(re.findall(r"^ +(?:-\w, )?(--[a-z][a-z-]*)", shown.output, re.MULTILINE))


def test_the_gate_runs_every_stage_of_its_script():
    root = FILES[0].parents[2]
    (every,) = re.findall(r"^  stages=\((.+)\)$", (root / ".ci" / "run").read_text(), re.MULTILINE)
    action = yaml.safe_load(ACTIONS[0].read_text())["runs"]["steps"][-1]["run"]
    stages = WORKFLOWS["ci"]["jobs"]["gate"]["strategy"]["matrix"]["stage"]
    assert [action.removeprefix("bash .ci/run "), *stages] == every.replace("slow", "browser frameworks").split()


def test_every_test_that_the_page_on_security_names_is_there():
    repository = FILES[0].parents[2]
    named = set(re.findall(r"`(test_\w+)`", (repository / "docs" / "explanation" / "threat-model.md").read_text()))
    tests = "".join(path.read_text() for path in (repository / "tests").rglob("test_*.py"))
    assert named
    assert named - set(re.findall(r"def (test_\w+)", tests)) == set()
