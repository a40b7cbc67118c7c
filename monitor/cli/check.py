"""`portability check`: check your own code before you port it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from monitor.check.report import CheckReport
from monitor.cli.commands import command_app
from monitor.cli.options import DataOption, HistoryOption, JsonOption, MarkdownOption
from monitor.cli.output import examples, print_json
from monitor.cli.paths import existing_file, existing_path, new_file
from monitor.execution.workers.traced_program import CallableRequest
from monitor.exports.documents.check import check_document
from monitor.exports.sarif import sarif_log
from monitor.pipeline.callable_check import CallableCheck, check_callable
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.operation_files import write_operations
from monitor.pipeline.source_check import check_sources
from monitor.pipeline.watched_check import WatchedCommand, check_watched
from monitor.reports.check_text import check_lines, check_markdown

FAILS, UNKNOWN = 1, 3  # exit statuses; 2 is a wrong call
CALLABLE = re.compile(r"(?P<where>.+):(?P<name>[^\W\d]\w*(\.[^\W\d]\w*)*)")
LIMIT, MOST_SECONDS = 300.0, 86_400.0
CALL = "Only for a callable: "
WATCHED = "monitor.cli.check.watched"  # key of the words after `--`

EXAMPLES = examples(
    "portability check src",
    "portability check train.py model.py --to tpu-v5e,nvidia-h100",
    "portability check train.py:step --to tpu-v5e,nvidia-h100,amd-mi300",
    "portability check train.py:loss --inputs 'f32[8,128] i32[8]' --to tpu-v5e",
    "portability check --to tpu-v5e,apple-mps -- python train.py --epochs 1",
    "portability check src --to tpu-v5e --operations ops.json",
    "portability check src --json > known.json",
    "portability check src --baseline known.json --sarif > problems.sarif",
)

app = command_app()


class CheckCommand(TyperCommand):
    """A command whose words after `--` are those of another command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the words after `--` for `check`."""
        if "--" in args:
            start = args.index("--")
            ctx.meta[WATCHED], args = args[start + 1 :], args[:start]
        rest: list[str] = super().parse_args(ctx, args)
        return rest

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage, with the command to watch."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND...]"]


PathsArgument = Annotated[
    list[str],
    typer.Argument(
        default_factory=list,
        show_default=False,
        help="Python files, or folders of them; or a callable, as FILE.py:NAME or MODULE:NAME.",
        metavar="PATHS",
    ),
]
TargetsOption = Annotated[str, typer.Option("--to", help="Targets, separated by commas.", metavar="TARGETS")]
InputsOption = Annotated[
    str | None,
    typer.Option("--inputs", help=CALL + "its inputs, instead of example_inputs() of its module.", metavar="SHAPES"),
]
PythonOption = Annotated[
    str | None,
    typer.Option(
        "--python",
        help="The interpreter with your packages, for a callable or a command; default: the one in use.",
        metavar="PYTHON",
    ),
]
FrameworkOption = Annotated[
    str | None, typer.Option("--framework", help=CALL + "jax, tensorflow or torch, if it uses several.", metavar="NAME")
]
GradientsOption = Annotated[
    bool, typer.Option("--gradients/--no-gradients", help=CALL + "also compile the gradients of a loss.")
]
LimitOption = Annotated[
    float,
    typer.Option(
        "--limit",
        help="Seconds for tracing a callable, and for each target; or for watching a command.",
        metavar="SECONDS",
        min=1.0,
        max=MOST_SECONDS,
    ),
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        help="Leave out the problems in this report of an earlier check --json.",
        metavar="FILE",
        parser=existing_file,
    ),
]
SummaryOption = Annotated[
    Path | None,
    typer.Option("--summary", help="Also append Markdown to this file.", metavar="FILE", parser=new_file),
]
OperationsOption = Annotated[
    Path | None,
    typer.Option(
        "--operations",
        help="Write the operations of the program, and their verdicts on the targets of --to, to this file.",
        metavar="FILE",
        parser=new_file,
    ),
]


@app.command(
    cls=CheckCommand,
    epilog=EXAMPLES,
)
def check(
    ctx: typer.Context,
    paths: PathsArgument,
    to: TargetsOption = "",
    inputs: InputsOption = None,
    python: PythonOption = None,
    framework: FrameworkOption = None,
    gradients: GradientsOption = True,
    limit: LimitOption = LIMIT,
    history: HistoryOption = DEFAULT_HISTORY,
    data: DataOption = None,
    baseline: BaselineOption = None,
    notes: Annotated[bool, typer.Option("--notes", help="Also print problems of level note.")] = False,
    json_: JsonOption = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    markdown: MarkdownOption = False,
    summary: SummaryOption = None,
    operations: OperationsOption = None,
) -> None:
    """Check your own code before you port it.

    Files and folders are read and not run. The check finds names of PyTorch, JAX and TensorFlow that the newest builds
    removed or deprecate, and code that needs one kind of hardware. With --to, it also looks up every called function in
    the verdicts on these targets.

    A callable is traced in your own environment, and compiled for each target. If a compiler refuses it, every
    operation that it refuses is named with its line.

    A command after -- runs on the CPU, and every call of a framework that it makes is looked up. Its output stays as it
    is; with --json, --sarif or --markdown, it goes to standard error.

    Exit status: 0 if it ports, 1 if a place fails, 3 if no place is known to fail but a function is unknown, 2 for a
    wrong call, or code that cannot be traced.
    """
    if json_ + sarif + markdown > 1:
        raise typer.BadParameter("give one of --json, --sarif and --markdown")
    words = _watched_words(ctx, paths)
    request = _request(paths, inputs or "", framework or "", gradients=gradients) if paths else None
    _refuse_unfit({"--inputs": inputs, "--framework": framework}, "a callable, such as train.py:step", bool(request))
    _refuse_unfit({"--python": python}, "a callable or a command", bool(request or words))
    _refuse_unfit({"--data": data}, "", True)
    targets = _targets(to, operations)
    source = CheckDataSource(history, data or "")
    if words:
        command = WatchedCommand(words, python or "", limit, quiet=json_ or sarif or markdown)
        report = check_watched(command, targets, source, baseline)
    elif request:
        report = check_callable(CallableCheck(request, python or "", limit), targets, source, baseline)
    else:
        report = check_sources([_existing(path) for path in paths], targets, source, baseline)
    if summary:
        _append_summary(summary, report)
    if operations:
        write_operations(operations, report, targets, source)
    _print(report, json_=json_, sarif=sarif, markdown=markdown, notes=notes)
    _exit(report)


def _targets(to: str, operations: Path | None) -> list[str]:
    """Return the named targets; a file of operations needs some."""
    if operations and not to:
        raise typer.BadParameter("this needs targets: give --to", param_hint="--operations")
    return [name.strip() for name in to.split(",")] if to else []


def _append_summary(summary: Path, report: CheckReport) -> None:
    with summary.open("a", encoding="utf-8") as file:
        file.write(f"{check_markdown(report)}\n")


def _print(report: CheckReport, *, json_: bool, sarif: bool, markdown: bool, notes: bool) -> None:
    if json_:
        print_json(check_document(report))
    elif sarif:
        print_json(sarif_log(report))
    else:
        print(check_markdown(report) if markdown else "\n".join(check_lines(report, notes=notes)))


def _watched_words(ctx: typer.Context, paths: list[str]) -> tuple[str, ...]:
    """Return the command after `--`; empty if there are paths."""
    words: list[str] | None = ctx.meta.get(WATCHED)
    if words is None and not paths:
        raise typer.BadParameter("give files, folders, a callable, or a command after --", param_hint="PATHS")
    if words is not None and paths:
        raise typer.BadParameter("give paths, or a command after --, not both", param_hint="PATHS")
    if words == [] or (words and not words[0]):
        raise typer.BadParameter("no command after --", param_hint="COMMAND")
    return tuple(words or ())


def _refuse_unfit(options: Mapping[str, str | None], needed: str, fits: bool) -> None:
    """Refuse an empty value of some options, or any value if nothing is there that they are for."""
    for option, value in options.items():
        if value == "":
            raise typer.BadParameter("an empty value; leave the option out", param_hint=option)
        if value and not fits:
            raise typer.BadParameter(f"this needs {needed}", param_hint=option)


def _existing(path: str) -> Path:
    try:
        return existing_path(path)
    except typer.BadParameter as error:
        raise typer.BadParameter(str(error), param_hint="PATHS") from None


def _request(paths: list[str], inputs: str, framework: str, *, gradients: bool) -> CallableRequest | None:
    """Return the callable that the paths name; None if they name files or folders."""
    match = CALLABLE.fullmatch(paths[0])
    if not match or Path(paths[0]).exists():
        return None
    if len(paths) > 1:
        raise typer.BadParameter(f"{paths[0]} is a callable: give it alone")
    where = match["where"]
    is_file = where.endswith(".py") or "/" in where
    file = str(existing_file(where)) if is_file else ""
    return CallableRequest(file, "" if is_file else where, match["name"], inputs, framework, gradients)


def _exit(report: CheckReport) -> None:
    if report.failing:
        raise typer.Exit(FAILS)
    if report.undecided:
        raise typer.Exit(UNKNOWN)
