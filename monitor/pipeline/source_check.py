"""Check the source files of a user's program against the newest builds and the verdicts on targets."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from monitor.check.check_data import CheckData
from monitor.check.hardware_rules import habit_problems
from monitor.check.name_rules import name_problems
from monitor.check.name_uses import NameUse, names_in
from monitor.check.report import CheckReport, answer_for
from monitor.check.used_operations import operations_of_uses
from monitor.check.verdict_lookup import target_problems
from monitor.execution.targets.target import Target, load_targets
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.locations import RUNNERS

SKIPPED = {"__pycache__", "node_modules", "site-packages"}
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Sources:
    """The uses of names in each file of a program, the lines, and the files that are unreadable, with the reasons."""

    files: tuple[tuple[NameUse, ...], ...]
    lines: int
    unreadable: tuple[tuple[str, str], ...]

    @cached_property
    def uses(self) -> tuple[NameUse, ...]:
        """Return the uses of names in all files."""
        return tuple(use for one in self.files for use in one)

    @property
    def frameworks(self) -> tuple[str, ...]:
        """Return the frameworks whose names are used."""
        return tuple(sorted({use.framework for use in self.uses if use.framework}))


def check_sources(
    paths: Sequence[Path], to: Sequence[str], source: CheckDataSource, baseline: Path | None
) -> CheckReport:
    """Return the report on the Python files in some files and folders. Raises UserError.

    The problems of a report in the file `baseline` are left out.
    """
    targets = named_targets(to)
    known = read_baseline(baseline)
    sources = read_sources(paths)
    return report_on(sources, targets, source.read(sources.frameworks, to)).without(known)


def report_on(sources: Sources, targets: Mapping[str, Target], data: CheckData) -> CheckReport:
    """Return the report on some sources. `data` has the names of the frameworks that they use, and the verdicts."""
    names = data.names
    families = {name: one.family for name, one in targets.items()}
    habits = [problem for one in sources.files for problem in habit_problems(one, families)]
    problems = [problem for one in sources.files for problem in name_problems(one, names)] + habits
    called = {}
    for name in targets:
        explained = {problem.place for problem in habits if name in problem.targets}
        found, called[name] = target_problems(sources.uses, data.verdicts[name], names, explained)
        problems += found
    return CheckReport(
        len(sources.files) + len(sources.unreadable),
        sources.lines,
        sources.frameworks,
        tuple(one.builds[-1].build.requirement for one in names.values()),
        tuple(sorted(problems, key=lambda one: (one.place, one.message))),
        tuple(answer_for(name, one.title, called[name], problems) for name, one in targets.items()),
        sources.unreadable,
        operations=operations_of_uses(sources.uses),
    )


def named_targets(names: Sequence[str]) -> dict[str, Target]:
    """Return the targets of these names, in this order. Raises UserError."""
    runners = load_targets(RUNNERS)
    for name in names:
        refuse_unknown("target", name, runners)
    return {name: runners[name] for name in names}


def read_sources(paths: Sequence[Path]) -> Sources:
    """Return the sources in some files and folders. Raises UserError if there is no Python file."""
    read: list[tuple[NameUse, ...]] = []
    unreadable: list[tuple[str, str]] = []
    lines = 0
    for path in python_files(paths):
        name = path.as_posix()
        try:
            source = path.read_text(encoding="utf-8")
            read.append(names_in(name, source))
            lines += source.count("\n")
        except SyntaxError as error:
            unreadable.append((name, f"line {error.lineno}: no syntax of Python {platform.python_version()}"))
        except (OSError, ValueError, RecursionError) as error:
            unreadable.append((name, str(error)))
    if not read and not unreadable:
        raise UserError(f"no Python file in {', '.join(map(str, paths))}")
    return Sources(tuple(read), lines, tuple(unreadable))


def python_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the Python files of some files and folders, sorted; folders of installed packages are left out."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*.py")):
                parts = file.relative_to(path).parts
                if not any(part in SKIPPED or part.startswith(".") for part in parts):
                    yield file
        else:
            yield path


def read_baseline(path: Path | None) -> frozenset[Key]:
    """Return the keys of the problems of an earlier report; none without a file. Raises UserError."""
    if not path:
        return frozenset()
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return frozenset((one["file"], one["kind"], one["name"], one["message"]) for one in report["problems"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: no report of `portability check --json` ({type(error).__name__})") from None
