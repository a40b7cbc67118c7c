"""Compare the parameters of functions with the arguments that their declared cases pass.

Parameters come from the signatures that suite `names` recorded in the newest build. Only parameters with a default
count: every call passes the others. A parameter whose name begins with an underscore is private. A parameter is passed
if a call in a case gives it another value than its default. The cases of all names of a function count for each.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pandas as pd

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.signature_parameters import Parameter, parameters_of
from monitor.formatting.display_names import framework_title
from monitor.formatting.humanize import percent
from monitor.model import CallArguments, DeclaredArguments, UntestedParameter
from monitor.usage import Usage


@dataclass(frozen=True)
class FunctionArguments:
    """The parameters with a default of one function with declared cases.

    `calls` is the number of calls in current code. `untested` has the reason for each parameter that no case needs to
    pass; it is in neither `passed` nor `missing`.
    """

    framework: str
    suite: str
    function: str
    calls: int
    passed: tuple[str, ...]
    missing: tuple[str, ...]
    untested: Mapping[str, str]


@dataclass(frozen=True)
class ArgumentRow:
    """Numbers of functions with a recorded signature, and of their parameters, in one suite of a framework.

    `build` is the build whose signatures count.
    """

    framework: str
    suite: str
    build: str
    functions: int
    passed: int
    missing: int
    untested: int

    @property
    def share(self) -> float | None:
        """Return the share of parameters that a case passes, among those that need one; None if there are none."""
        return self.passed / (self.passed + self.missing) if self.passed + self.missing else None


@dataclass(frozen=True)
class ArgumentCoverage:
    """Rows by framework and suite; the functions by framework, most-called first."""

    rows: tuple[ArgumentRow, ...]
    functions: tuple[FunctionArguments, ...]

    def missing(self, framework: str, suite: str) -> tuple[FunctionArguments, ...]:
        """Return the functions with a parameter that no case passes, most-called first."""
        return tuple(one for one in self.functions if (one.framework, one.suite) == (framework, suite) and one.missing)

    def never_passed(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return the parameters that no case of any suite passes, by framework and function."""
        passed = {(one.framework, one.function, parameter) for one in self.functions for parameter in one.passed}
        missing: dict[tuple[str, str], dict[str, None]] = {}
        for one in self.functions:
            names = [name for name in one.missing if (one.framework, one.function, name) not in passed]
            missing.setdefault((one.framework, one.function), {}).update(dict.fromkeys(names))
        return {function: tuple(names) for function, names in missing.items() if names}


def argument_coverage(
    names: Mapping[str, FrameworkNames],
    declared: Iterable[DeclaredArguments],
    untested: Sequence[UntestedParameter],
    usage: Usage,
) -> ArgumentCoverage:
    """Return which parameters of the functions with declared cases some case passes.

    A function that the newest listed build does not have, or has no signature of, is left out. So is a framework
    without a listed build.
    """
    calls = {one.function: one.calls for one in usage.calls}
    rows, functions = [], []
    for one in declared:
        of_framework = names.get(one.framework)
        if of_framework is None or not of_framework.builds:
            continue
        found = [*_functions(of_framework, one, untested, calls)]
        rows.append(_row(of_framework, one.suite, found))
        functions += found
    order = lambda one: (one.framework, -one.calls, one.function)  # noqa: E731
    return ArgumentCoverage(tuple(rows), tuple(sorted(functions, key=order)))


def _row(names: FrameworkNames, suite: str, functions: Sequence[FunctionArguments]) -> ArgumentRow:
    build = names.builds[-1].build.requirement
    counts = [sum(len(getattr(one, kind)) for one in functions) for kind in ("passed", "missing", "untested")]
    return ArgumentRow(names.framework, suite, build, len(functions), *counts)


def _functions(
    names: FrameworkNames, declared: DeclaredArguments, untested: Sequence[UntestedParameter], calls: Mapping[str, int]
) -> Iterator[FunctionArguments]:
    for function in declared.calls:
        record = names.records.get(function)
        overloads = parameters_of(record.signature.text) if record else ()
        if not overloads:
            continue
        same = {function, *names.other_names(function)}
        called = (call for name in same for call in declared.calls.get(name, ()))
        matching = [one for one in called if one.name in same or one.name == f".{function.rpartition('.')[2]}"]
        optional = [*dict.fromkeys(one.name for one in _optional(overloads))]
        passed = {one.name for one in _optional(overloads) if _is_passed(one, matching)}
        reasons = _reasons(names.framework, same, untested)
        free = [name for name in optional if name not in reasons]
        yield FunctionArguments(
            names.framework,
            declared.suite,
            function,
            max(calls.get(name, 0) for name in same),
            tuple(name for name in free if name in passed),
            tuple(name for name in free if name not in passed),
            {name: reasons[name] for name in optional if name in reasons},
        )


def _optional(overloads: Iterable[Iterable[Parameter]]) -> Iterator[Parameter]:
    every = (one for parameters in overloads for one in parameters)
    return (one for one in every if one.default is not None and not one.name.startswith("_"))


def _reasons(framework: str, names: Collection[str], untested: Iterable[UntestedParameter]) -> dict[str, str]:
    """Return the reasons of the parameters of a function that no case needs to pass."""
    return {
        one.parameter: one.reason
        for one in untested
        if one.framework == framework and any(fnmatchcase(name, one.function) for name in names)
    }


def _is_passed(parameter: Parameter, calls: Iterable[CallArguments]) -> bool:
    """Return whether a call gives a parameter another value than its default."""
    return any(
        not _is_default(text, parameter.default or "")
        for one in calls
        if (text := _argument(parameter, one)) is not None
    )


def _argument(parameter: Parameter, call: CallArguments) -> str | None:
    if parameter.name in call.keywords:
        return call.keywords[parameter.name]
    if parameter.position is None or parameter.position >= len(call.positional):
        return None
    return call.positional[parameter.position]


def _is_default(text: str, default: str) -> bool:
    try:
        return ast.dump(ast.parse(text, mode="eval")) == ast.dump(ast.parse(default, mode="eval"))
    except SyntaxError:  # a default that prints as "<no value>"
        return text == default


def argument_frame(rows: Iterable[ArgumentRow]) -> pd.DataFrame:
    """Return the shares for readers."""
    return pd.DataFrame(
        {
            "framework": framework_title(row.framework),
            "suite": row.suite,
            "build": row.build,
            "functions": f"{row.functions:,}",
            "parameters": f"{row.passed + row.missing:,}",
            "passed": f"{row.passed:,}",
            "share": percent(row.share),
            "untested": f"{row.untested:,}",
        }
        for row in rows
    )


def missing_arguments_frame(functions: Iterable[FunctionArguments]) -> pd.DataFrame:
    """Return functions with the parameters that no case passes, for readers."""
    return pd.DataFrame(
        {"function": one.function, "calls": f"{one.calls:,}", "parameters": ", ".join(one.missing)} for one in functions
    )
