"""`portability check`: check your own code before you port it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import HistoryOption, JsonOption, MarkdownOption
from monitor.cli.output import examples, print_json
from monitor.cli.paths import existing_file, existing_path
from monitor.exports.documents.check import check_document
from monitor.exports.sarif import sarif_log
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.source_check import check_sources
from monitor.reports.check_text import check_lines, check_markdown

FAILS, UNKNOWN = 1, 3  # exit statuses; 2 is a wrong call

app = command_app()


@app.command(
    epilog=examples(
        "portability check src",
        "portability check train.py model.py --to tpu-v5e,nvidia-h100",
        "portability check src --json > known.json",
        "portability check src --baseline known.json --sarif > problems.sarif",
    )
)
def check(
    paths: Annotated[
        list[Path], typer.Argument(help="Python files, or folders of them.", metavar="PATHS...", parser=existing_path)
    ],
    to: Annotated[str, typer.Option("--to", help="Targets, separated by commas.", metavar="TARGETS")] = "",
    history: HistoryOption = DEFAULT_HISTORY,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline", help="Leave out the problems in this earlier --json.", metavar="FILE", parser=existing_file
        ),
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Also print problems of level note.")] = False,
    json_: JsonOption = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    markdown: MarkdownOption = False,
) -> None:
    """Check your own code before you port it.

    Finds names of PyTorch, JAX and TensorFlow that the newest builds removed or deprecate, and code that needs one kind
    of hardware. With --to, looks up every called function in the verdicts on these targets. Runs nothing of your code.

    Exit status: 0 if it ports, 1 if a place fails, 3 if no place is known to fail but a function is unknown, 2 for a
    wrong call.
    """
    if json_ + sarif + markdown > 1:
        raise typer.BadParameter("give one of --json, --sarif and --markdown")
    targets = [name.strip() for name in to.split(",")] if to else []
    report = check_sources(paths, targets, history, baseline)
    if json_:
        print_json(check_document(report))
    elif sarif:
        print_json(sarif_log(report))
    elif markdown:
        print(check_markdown(report))
    else:
        print("\n".join(check_lines(report, notes=notes)))
    if report.failing:
        raise typer.Exit(FAILS)
    if report.undecided:
        raise typer.Exit(UNKNOWN)
