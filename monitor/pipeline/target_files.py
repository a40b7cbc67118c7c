"""Add a runner file, and keep the lists of targets in the workflows equal to the runner files."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from monitor.execution.targets.backends import name_of
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.target import load_target, load_targets
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.target_template import TargetTemplate, runner_file_text
from monitor.shipped import IN_WHEEL, LOCAL_RUNNERS

# A list of targets in a workflow, after the comment that names this command.
OPTIONS = re.compile(
    r"(?P<head>^(?P<indent> +)options: # the files in runners/[^\n]*\n)(?:(?P=indent)  - [^\n]*\n)*", re.MULTILINE
)


def target_files(folder: str = ".") -> list[Path]:
    """Return the TOML files of a folder in runners/."""
    return sorted((RUNNERS / folder).glob("*.toml"))


def new_target_path(name: str) -> Path:
    """Return the path of a new target's file. Raises UserError and TargetError if the name is taken or invalid."""
    path = RUNNERS / f"{name}.toml"
    if path.parent != RUNNERS:
        raise UserError(f'"{name}" is not a target\'s name but a path')
    name_of(path)
    if path.exists():
        raise UserError(f"{path} is there already; take another name, or change that file")
    return path


def add_target(template: TargetTemplate) -> Path:
    """Write a runner file and offer it in the workflows; remove it if it is invalid. Raises UserError, TargetError.

    An installed package is not the user's to edit: its runner files are copied to `runners/` in the current directory.
    """
    path = new_target_path(template.name)
    if RUNNERS.is_relative_to(IN_WHEEL):
        shutil.copytree(RUNNERS, LOCAL_RUNNERS, dirs_exist_ok=True)
        path = LOCAL_RUNNERS / path.name
    path.write_text(runner_file_text(template), encoding="utf-8")
    try:
        load_target(path)
    except TargetError:
        path.unlink()
        raise
    sync_workflows(write=True)
    return path


def sync_workflows(*, write: bool) -> list[Path]:
    """Return the workflows whose lists of targets differ from the runner files; with `write`, update them."""
    names = [*load_targets(RUNNERS)]
    outdated = []
    for path in sorted((RUNNERS.parent / ".github" / "workflows").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if (new := OPTIONS.sub(lambda match: _options(match, names), text)) != text:
            outdated.append(path)
            if write:
                path.write_text(new, encoding="utf-8")
    return outdated


def _options(match: re.Match[str], names: Iterable[str]) -> str:
    return match["head"] + "".join(f"{match['indent']}  - {name}\n" for name in names)


def read_description(text: str) -> str:
    """Return the content of the file that `text` names, "" for "". Raises UserError."""
    if not text:
        return ""
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{text}: cannot be read: {error}") from error
