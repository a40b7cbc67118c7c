"""Show the check of a program on a page: the program, its report, and each problem at its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.check.problems import Level, Problem
from monitor.check.report import CheckReport
from monitor.reports.check_text import check_lines

PAGE = "check.html"
EXAMPLE = "train.py"  # the name of the program in the report
TARGETS = ("tpu-v5e", "nvidia-h100", "amd-mi300")


@dataclass(frozen=True)
class CheckExample:
    """A program, and the report of `portability check` on it."""

    program: str
    report: CheckReport

    @property
    def command(self) -> str:
        return f"portability check {EXAMPLE} --to {','.join(one.target for one in self.report.answers)}"

    @property
    def output(self) -> str:
        """Return the output of the command."""
        return "\n".join(check_lines(self.report, notes=False))

    @property
    def lines(self) -> Iterator[tuple[int, str, tuple[Problem, ...]]]:
        """Yield each line of the program with its number and its problems."""
        found: dict[int, list[Problem]] = {}
        for problem in self.report.problems:
            if problem.level is not Level.NOTE:
                found.setdefault(problem.place.line, []).append(problem)
        for number, line in enumerate(self.program.splitlines(), 1):
            yield number, line, tuple(found.get(number, ()))
