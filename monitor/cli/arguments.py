"""`portability arguments`: show which parameters of functions the declared cases pass."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.status.argument_coverage import argument_frame, missing_arguments_frame
from monitor.cli.commands import command_app
from monitor.cli.options import FrameworksOption, HistoryOption, JsonOption, MarkdownOption, SuitesOption
from monitor.cli.output import examples, print_json, print_titled
from monitor.exports.documents.arguments import arguments_document
from monitor.formatting.display_names import framework_title
from monitor.pipeline.argument_queries import declared_argument_coverage
from monitor.pipeline.locations import DEFAULT_HISTORY

app = command_app()


@app.command(
    epilog=examples(
        "portability arguments",
        "portability arguments --framework jax --suite ops --missing 100",
        "portability arguments --json",
    )
)
def arguments(
    history: HistoryOption = DEFAULT_HISTORY,
    framework: FrameworksOption = [],  # noqa: B006 - typer copies it
    suite: SuitesOption = [],  # noqa: B006
    missing: Annotated[
        int, typer.Option(help="Functions with such parameters to show, per suite.", min=0, max=10_000)
    ] = 20,
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show the share of parameters that cases pass, and the parameters that no case passes.

    The signatures are those of the newest build whose public names were listed. The cases are those that suites `paper`
    and `ops` of this checkout declare. Only parameters with a default count. A parameter is passed if a case of its
    function gives it another value than the default. docs/reference/scores.md defines each figure.
    """
    found = declared_argument_coverage(history, framework, suite)
    if json_:
        print_json(arguments_document(found))
        return
    print_titled("Parameters that a case passes", argument_frame(found.rows), markdown=markdown)
    for row in found.rows if missing else ():
        functions = found.missing(row.framework, row.suite)
        if functions:
            title = f"{framework_title(row.framework)}, {row.suite}: {len(functions):,} functions"
            title += f" with {row.missing:,} parameters that no case passes"
            print_titled(title, missing_arguments_frame(functions[:missing]), markdown=markdown)
