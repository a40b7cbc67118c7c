"""`portability flaky`: show cases with inconsistent results."""

from __future__ import annotations

import pandas as pd

from monitor.analysis.outcomes.flakiness import FlakinessRating
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
from monitor.exports.documents.regressions import flakiness_document
from monitor.formatting.humanize import percent
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.queries import flaky_cells

app = command_app()


@app.command(epilog=examples("portability flaky", "portability flaky --target cpu --json"))
def flaky(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show cases with inconsistent results, and how often.

    A result is inconsistent if its two neighbours agree and differ from it, or if fresh workers disagreed. The last
    column says if the case is flaky.
    """
    found = flaky_cells(history, series_selection(target, framework, suite, evidence))
    if json_:
        print_json([flakiness_document(rating) for rating in found])
    elif found:
        print_frame(pd.DataFrame(map(_row, found)), markdown=markdown)
    else:
        print("no case has inconsistent results")


def _row(rating: FlakinessRating) -> dict[str, str]:
    return {
        "case": rating.cell.case,
        "target": f"{rating.cell.target}, {rating.cell.evidence}",
        "inconsistent results": f"{rating.inconsistent} of {rating.results}",
        "rate": f"{percent(rating.low)} to {percent(rating.high)}",
        "flaky": "yes" if rating.flaky else "unproven",
    }
