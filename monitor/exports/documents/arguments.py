"""JSON document of the parameters that declared cases pass."""

from __future__ import annotations

from monitor.analysis.status.argument_coverage import ArgumentCoverage, ArgumentRow, FunctionArguments


def arguments_document(coverage: ArgumentCoverage) -> dict[str, object]:
    """Return the numbers of parameters by framework and suite, and the functions with parameters, most-called first."""
    return {
        "rows": [_row(row) for row in coverage.rows],
        "functions": [_function(one) for one in coverage.functions if one.passed or one.missing or one.untested],
    }


def _row(row: ArgumentRow) -> dict[str, object]:
    return {
        "framework": row.framework,
        "suite": row.suite,
        "build": row.build,
        "functions": row.functions,
        "passed": row.passed,
        "missing": row.missing,
        "untested": row.untested,
    }


def _function(one: FunctionArguments) -> dict[str, object]:
    return {
        "framework": one.framework,
        "suite": one.suite,
        "function": one.function,
        "calls": one.calls,
        "passed": [*one.passed],
        "missing": [*one.missing],
        "untested": dict(one.untested),
    }
