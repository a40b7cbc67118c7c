"""`portability suite`: list the suites, their functions and cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby
from typing import Annotated

import typer

from monitor.cli.commands import COMMANDS, command_app
from monitor.cli.options import FrameworksOption, JsonOption, SuitesOption
from monitor.cli.output import examples, print_json
from monitor.execution.builds.environments import default_cache
from monitor.formatting.case_variant import dtype_of
from monitor.model import function_of, mode_of
from monitor.pipeline.errors import refuse_unknown
from monitor.pipeline.progress_log import log
from monitor.pipeline.suite_cache import suite_cache
from monitor.pipeline.suite_counts import FunctionCount, function_counts
from monitor.suite.discovery import collect, generated, has_generated, is_listed, suites
from monitor.suite_files import frameworks

app = command_app(COMMANDS["suite"])

COUNTS = ("cases of a night", "cases of a week")
NUMBERS = {"functions", *COUNTS}  # columns on the right


class ListedBy(StrEnum):
    """Content of a line of `suite list`."""

    SUITE = "suite"
    FUNCTION = "function"
    CASE = "case"


@app.callback()
def group() -> None:
    pass


@app.command(
    "list",
    epilog=examples(
        "portability suite list",
        "portability suite list --framework tensorflow --suite ops --by function",
        "portability suite list --framework jax --by case",
        "portability suite list --framework jax --suite paper --json",
    ),
)
def list_cases(
    framework: FrameworksOption = [],  # noqa: B006 - typer copies it
    suite: SuitesOption = [],  # noqa: B006
    by: Annotated[
        ListedBy, typer.Option("--by", help="A line per suite or function, with numbers of cases, or per case id.")
    ] = ListedBy.SUITE,
    json_: JsonOption = False,
) -> None:
    """List the suites of each framework, with their functions and cases; or list each function, or each case.

    Needs no framework. Counts declared and generated cases. Suites whose cases only an installed build can list are
    named on standard error. JSON has every case.
    """
    selected = [*_selected(framework, suite)]
    if json_:
        print_json([*_cases(selected)])
        return
    if by is ListedBy.CASE:
        print(*(f"{case['suite']}  {case['case']}" for case in _cases(selected)), sep="\n")
    else:
        counts = function_counts(selected, suite_cache(default_cache()))
        if by is ListedBy.FUNCTION:
            _print_table(("framework", "suite", "function", *COUNTS), _by_function(counts))
        else:
            _print_table(("framework", "suite", "functions", *COUNTS), _by_suite(counts))
    for of, name in selected:
        if is_listed(of, name) and not has_generated(of, name):
            log(f"{name}: the installed build of {of} lists its cases when it runs")


def _cases(selected: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the declared cases, then the generated ones."""
    pairs = [*selected]
    for of, name in pairs:
        if not is_listed(of, name):
            for case in collect(of, name).values():
                oracle = "reference" if case.declaration.numeric else "promise"
                yield _case(case.id, name, case.declaration.function, case.mode.value, case.dtype, oracle)
    for of, name in pairs:
        for id_ in generated(of, name):
            mode = mode_of(id_.split("/", 2)[2]).value
            yield _case(id_, name, function_of(id_), mode, dtype_of(id_), "reference")


def _case(case: str, suite: str, function: str, mode: str, dtype: str, oracle: str) -> dict[str, str]:
    return {"case": case, "suite": suite, "function": function, "mode": mode, "dtype": dtype, "oracle": oracle}


def _by_function(counts: Iterable[FunctionCount]) -> Iterator[tuple[str, ...]]:
    """Yield the framework, suite and name of each function, with its cases of a night and of a week."""
    for one in counts:
        yield one.framework, one.suite, one.function, f"{one.nightly:,}", f"{one.weekly:,}"


def _by_suite(counts: Iterable[FunctionCount]) -> Iterator[tuple[str, ...]]:
    """Yield the framework and name of each suite, with its functions, and its cases of a night and of a week."""
    for suite, functions in groupby(counts, key=lambda one: (one.framework, one.suite)):
        found = [*functions]
        numbers = len(found), sum(one.nightly for one in found), sum(one.weekly for one in found)
        yield *suite, *(f"{number:,}" for number in numbers)


def _print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Print aligned columns, without pandas, which takes longer to import than the list to print."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numbers = [title in NUMBERS for title in head]
    for line in lines:
        cells = zip(line, widths, numbers, strict=True)
        print("  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells).rstrip())


def _selected(framework: list[str], suite: list[str]) -> Iterator[tuple[str, str]]:
    """Return the selected (framework, suite) pairs. Raises UserError if a name is unknown."""
    for name in framework:
        refuse_unknown("framework", name, frameworks())
    chosen = framework or [*frameworks()]
    known = {name for of in chosen for name in suites(of)}
    for name in suite:
        refuse_unknown("suite", name, known)
    return ((of, name) for of in chosen for name in suites(of) if name in (suite or known))
