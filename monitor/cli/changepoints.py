"""`portability changepoints`: show cases whose latency level changed."""

from __future__ import annotations

import pandas as pd

from monitor.analysis.latency.changepoints import Changepoint
from monitor.cli.commands import command_app
from monitor.cli.options import (
    EvidencesOption,
    FrameworksOption,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    SuitesOption,
    TargetsOption,
    series_selection,
)
from monitor.cli.output import examples, print_frame, print_json
from monitor.exports.documents.latency import changepoint_document
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.queries import latency_changepoints

app = command_app()


@app.command(epilog=examples("portability changepoints", "portability changepoints --target cpu --json"))
def changepoints(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show cases whose latency level changed in the last half-year.

    Finds slow drift and small steps that no single night shows. It finds them some weeks late. Once a week is often
    enough.
    """
    found = latency_changepoints(history, series_selection(target, framework, suite, evidence))
    if json_:
        print_json([changepoint_document(point) for point in found])
    elif found:
        print_frame(pd.DataFrame(map(_row, found)), markdown=markdown)
    else:
        print("no latency level changed")


def _row(point: Changepoint) -> dict[str, str]:
    return {
        "case": point.cell.case,
        "target": point.cell.target,
        "ratio": f"{point.factor:.2f}",
        "last build at old level": point.build_before.requirement,
        "first at new": point.build_after.requirement,
        "moved in that week": f"{point.at_once} cases: the machine?" if point.at_once else "",
    }
