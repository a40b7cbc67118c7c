"""JSON document of the scoreboard of the array API standard."""

from __future__ import annotations

from monitor.analysis.status.array_api import Scoreboard, ScoreboardColumn, full_name
from monitor.exports.documents.fields import source_list
from monitor.formatting.urls import function_page


def array_api_document(scoreboard: Scoreboard) -> dict[str, object]:
    """Return the functions of the standard by section, with their state in each framework, target and evidence.

    `results` of a function have one entry for each column that ran it, in the order of `columns`.
    """
    return {
        "standard": scoreboard.standard.version,
        "columns": [_column(one) for one in scoreboard.columns],
        "functions": [
            {"name": name, "section": section, "results": _results(scoreboard, name)}
            for section, names in scoreboard.standard.sections.items()
            for name in names
        ],
    }


def _series(column: ScoreboardColumn) -> dict[str, str]:
    series = column.series
    return {"framework": series.framework, "target": series.target, "evidence": series.evidence.value}


def _column(column: ScoreboardColumn) -> dict[str, object]:
    return {
        **_series(column),
        "namespace": column.namespace,
        "package": column.package,
        "sources": source_list(column.series.sources),
        "functions": {state.value: number for state, number in column.counts.items()},
    }


def _results(scoreboard: Scoreboard, name: str) -> list[object]:
    return [
        {
            **_series(column),
            "state": cell.state.value,
            "passed": cell.passed,
            "judged": cell.judged,
            "message": cell.message,
            "page": function_page(column.series.framework, full_name(name)),
        }
        for column in scoreboard.columns
        if (cell := column.cells.get(name))
    ]
