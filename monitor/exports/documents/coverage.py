"""JSON document of the coverage of real calls."""

from __future__ import annotations

from monitor.analysis.status.call_coverage import CallCoverage, CoverageRow, FunctionCoverage
from monitor.exports.documents.fields import source_list
from monitor.formats.serialization import to_json


def coverage_document(coverage: CallCoverage) -> dict[str, object]:
    """Return the shares of calls by framework, target and evidence, and all called functions, most-called first.

    `verdicts` has the kinds of evidence with a verdict on a function, by target; empty if there is none.
    """
    return {
        "rows": [_row(row) for row in coverage.rows],
        "functions": [_function(one) for one in coverage.functions],
    }


def _row(row: CoverageRow) -> dict[str, object]:
    declared = {} if row.declared_calls is None else {"declared_calls": row.declared_calls}
    return {
        "framework": row.framework,
        "target": row.target,
        "evidence": row.evidence.value,
        "methods": row.methods,
        "functions": row.functions,
        "judged_functions": row.judged_functions,
        "calls": row.calls,
        "judged_calls": row.judged_calls,
        "calls_by_portability": to_json(row.score),
        "sources": source_list(row.sources),
        **declared,
    }


def _function(one: FunctionCoverage) -> dict[str, object]:
    verdicts: dict[str, list[str]] = {}
    for target, evidence in one.verdicts:
        verdicts.setdefault(target, []).append(evidence.value)
    return {
        "framework": one.function.framework,
        "function": one.function.name,
        "names": [*one.function.names],
        "method": one.function.method,
        "calls": one.function.calls,
        "packages": one.function.packages,
        "verdicts": verdicts,
        **({} if one.declared is None else {"declared": one.declared}),
    }
