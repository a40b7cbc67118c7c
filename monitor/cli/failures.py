"""`portability failures`: show what fails now."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

import pandas as pd

from monitor.analysis.status.current_failures import CurrentFailure
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
from monitor.exports.documents.failures import failure_document
from monitor.formatting.humanize import first_names
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.queries import selected_failures

WIDTH = 100  # columns of a block of text
MARGIN = "  | "  # before each line of a message

app = command_app()


@app.command(
    epilog=examples("portability failures --target tpu-v5e", "portability failures --framework jax --markdown")
)
def failures(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show what fails now, one block per cause.

    Cases that fail with the same words have one cause, whatever function they check. Flaky cases are left out.
    """
    found = selected_failures(history, series_selection(target, framework, suite, evidence))
    if json_:
        print_json([failure_document(failure) for failure in found])
    elif not found:
        print("nothing fails")
    elif markdown:
        print_frame(pd.DataFrame(map(_row, found)), markdown=True)
    else:
        print("\n\n".join("\n".join(_lines(failure)) for failure in found))


def _lines(failure: CurrentFailure) -> Iterator[str]:
    """Yield the block of a failure. No line begins with a part of a message: GitHub would run a command in it."""
    yield f"{failure.framework} {failure.outcome}: {len(failure.cases)} cases on {first_names(failure.targets)}"
    functions = f"{len(failure.functions)} functions: {first_names(failure.functions)}"
    yield from wrap(functions, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    message = failure.common_message.text
    yield from wrap(message, WIDTH, initial_indent=MARGIN, subsequent_indent=MARGIN, break_on_hyphens=False)


def _row(failure: CurrentFailure) -> dict[str, object]:
    return {
        "framework": failure.framework,
        "outcome": failure.outcome.value,
        "cases": len(failure.cases),
        "functions": f"{len(failure.functions)}: {first_names(failure.functions)}",
        "targets": first_names(failure.targets),
        "message": failure.common_message.text,
    }
