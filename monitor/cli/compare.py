"""`portability compare`: measure two builds side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import pandas as pd
import typer

from monitor.analysis.latency.detection import SAMPLES
from monitor.cli.commands import command_app
from monitor.cli.options import CacheOption, JsonOption, MarkdownOption, TargetOption
from monitor.cli.output import examples, print_frame, print_json
from monitor.execution.builds.environments import default_cache
from monitor.formats.serialization import to_json
from monitor.model import ComparisonSide
from monitor.pipeline.compare import ComparedCase, compare_builds

app = command_app()


@app.command(
    epilog=examples(
        "portability compare --case 'jax/jax.numpy.fft*' \\ --builds jax==0.9.2,jax==0.10.2",
        "portability compare --case '*torch.cat/*' --samples 5 --json \\ --builds torch==2.12.1,torch==2.13.0",
    )
)
def compare(
    case: Annotated[
        list[str], typer.Option("--case", help="Cases whose id matches this shell pattern.", metavar="PATTERN")
    ],
    builds: Annotated[str, typer.Option(help="The old and the new build.", metavar="OLD,NEW")],
    target: TargetOption = "cpu",
    suite: Annotated[str, typer.Option(help="The suite of the cases.", metavar="NAME")] = "paper",
    samples: Annotated[int, typer.Option(min=1, max=1000, help="Fresh processes of each build.")] = SAMPLES,
    cache: CacheOption = default_cache(),  # noqa: B008 - the environment does not change meanwhile
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Measure cases under two builds side by side, and show what differs.

    Each build runs in fresh processes, in turns. A case is slower or faster only if a rank test over the processes
    confirms it, which takes at least five. Exit status: 0, 1 if a case is slower or no longer passes under the new
    build, 2 if the call is wrong.
    """
    cases = compare_builds(case, builds, target, suite, samples, cache)
    if json_:
        print_json([to_json(compared) for compared in cases])
    else:
        print(f"old: {cases[0].old.build}, new: {cases[0].new.build}, {samples} fresh processes of each\n")
        print_frame(comparison_frame(cases), markdown=markdown)
    if any(compared.worse for compared in cases):
        raise typer.Exit(1)


def comparison_frame(cases: Sequence[ComparedCase]) -> pd.DataFrame:
    """Return a table with a row per case: outcomes, latencies in microseconds, their ratio, and values."""
    return pd.DataFrame(
        {
            "case": compared.case,
            "old": _outcomes(compared.old),
            "new": _outcomes(compared.new),
            "old us": _figure(compared.old_us, ".4g"),
            "new us": _figure(compared.new_us, ".4g"),
            "ratio": _figure(compared.ratio, ".2f"),
            "spread": _figure(compared.spread, ".1%"),
            "latency": compared.latency.value if compared.ratio else "-",
            "values": {None: "-", True: "same", False: "other"}[compared.values],
        }
        for compared in cases
    )


def _outcomes(side: ComparisonSide) -> str:
    """Return the outcomes of a case, with their numbers if they differ: "12 pass, 3 crash"; a build may not list it."""
    counts = Counter(side.outcomes)
    if len(counts) < 2:
        return next(iter(counts), "not listed")
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
