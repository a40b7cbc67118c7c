"""Build the page on arguments: the share of parameters that declared cases pass, and the functions with others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.analysis.status.argument_coverage import ArgumentCoverage, ArgumentRow, FunctionArguments

MAX_FUNCTIONS = 100  # of a suite on this page; the JSON has all


@dataclass(frozen=True)
class SuiteArguments:
    """Coverage of arguments in one suite: its numbers, and the functions with missing parameters, most-called first.

    `number` counts all such functions; `first` are those on the page.
    """

    row: ArgumentRow
    first: tuple[FunctionArguments, ...]
    number: int


def arguments_page(coverage: ArgumentCoverage) -> tuple[SuiteArguments, ...]:
    """Return the coverage of each suite with a listed build."""
    return tuple(_suites(coverage))


def _suites(coverage: ArgumentCoverage) -> Iterator[SuiteArguments]:
    for row in coverage.rows:
        functions = coverage.missing(row.framework, row.suite)
        yield SuiteArguments(row, functions[:MAX_FUNCTIONS], len(functions))
