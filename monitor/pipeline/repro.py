"""Write a case as a stand-alone script, and run it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from shutil import which
from tempfile import TemporaryDirectory

from monitor.execution import provision
from monitor.execution.builds.provider import AUTO, BuildUnavailable, parse_requirement
from monitor.execution.targets.package_sources import CHANNELS
from monitor.execution.targets.target import find_target, load_targets
from monitor.execution.workers.factories import worker_environment
from monitor.execution.workers.process import clean_environment
from monitor.formats.error_text import seen
from monitor.history.last_known import read_outcomes
from monitor.history.store import History
from monitor.model import Evidence
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.locations import DEFAULT_HISTORY, RUNNERS, SHIPPED_HISTORY
from monitor.pipeline.progress_log import log
from monitor.suite.repro import NoScriptError, script
from monitor.suite_files import frameworks


def repro_script(case: str, target: str) -> str:
    """Return the script of a case, with its last recorded outcome on a target. Raises UserError."""
    try:
        return script(case, _recorded(case, target))
    except NoScriptError as error:
        raise UserError(str(error)) from error


def check_build_options(target: str, channel: str, build: str, python: str) -> None:
    """Raise UserError or TargetError if a target, channel, build or interpreter does not exist."""
    found = find_target(load_targets(RUNNERS), target)
    refuse_unknown("channel", channel, (AUTO, *CHANNELS))
    if build:
        parse_requirement(found, build)
    if python and not which(python):
        raise UserError(f"--python {python}: no program that can be run; name an interpreter")


def run_script(
    text: str, framework: str, target_name: str, cache: Path, *, channel: str, build: str, python: str
) -> int:
    """Run a script in the environment of a build, and return its exit status. Raises UserError."""
    target = find_target(load_targets(RUNNERS), target_name)
    try:
        provided = provision(target, framework, channel=channel, requirement=build, python=python, cache=cache, log=log)
    except BuildUnavailable as error:
        raise UserError(f"{framework} cannot be had: {error}") from error
    sources = target.framework(framework)
    log(f"running on {provided.build.requirement}, device {sources.device}")
    with TemporaryDirectory(prefix="portability-") as scratch:
        path = Path(scratch) / "repro.py"
        path.write_text(text, encoding="utf-8")
        backend = target.backend(Evidence.EXECUTED)
        variables = clean_environment(os.environ) | worker_environment(backend, sources, Path(scratch))
        command = [str(provided.python), str(path), sources.device]
        return subprocess.run(command, env=variables, cwd=scratch, check=False).returncode


def _recorded(case: str, target: str) -> str:
    """Return the last recorded outcome of a case, from this machine's history or the shipped one; "" if unknown."""
    framework = case.partition("/")[0]
    if framework not in frameworks():
        return ""
    files = History(DEFAULT_HISTORY, seed=SHIPPED_HISTORY).files
    folder = PurePosixPath("outcomes", target, framework)
    # The table of executed cases has no kind of evidence in its name, and comes first.
    for name in sorted(files.names(folder), key=lambda name: (name.count("."), name)):
        if known := read_outcomes(files, folder / name).get(case):
            return seen(known.outcome, known.message)
    return ""
