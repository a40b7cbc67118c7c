"""`portability compare`: two builds side by side, by hand."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import pandas as pd
import typer

from monitor.analysis.latency.ab_tests import Direction, directions
from monitor.analysis.latency.detection import SAMPLES
from monitor.cli.common import (
    DEFAULT_CACHE,
    RUNNERS,
    CacheOption,
    JsonOption,
    MarkdownOption,
    UserError,
    examples,
    print_frame,
    print_json,
    refuse_unknown,
    say,
)
from monitor.cli.planner import fitting
from monitor.execution.ab_runner import side_by_side
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable, provision
from monitor.execution.run import UNPINNED, no_case, selected
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.execution.workers.cpu_affinity import reserve_cores
from monitor.execution.workers.pool import RunContext, WorkerFactory, executing
from monitor.execution.workers.process import PACKAGE, Limits, WorkerUnavailableError
from monitor.formats.serialization import to_json
from monitor.model import ComparisonSide, Evidence, Job, Outcome, Package
from monitor.suite.discovery import suites


@dataclass(frozen=True)
class ComparedCase:
    """One case under two builds.

    `old_us` and `new_us` are the medians over processes, `ratio` is the second by the first, `spread` the larger of
    their interquartile ranges as a share of the median; None where a build was not timed. `values` tells whether both
    gave the same, None where it is not known.
    """

    case: str
    old: ComparisonSide
    new: ComparisonSide
    old_us: float | None
    new_us: float | None
    ratio: float | None
    spread: float | None
    latency: Direction
    values: bool | None

    @property
    def worse(self) -> bool:
        """Whether it is slower under the second build, or fails there and never did under the first."""
        passes = {Outcome.PASS}
        return self.latency is Direction.SLOWER or (
            set(self.old.outcomes) == passes and Outcome.PASS not in self.new.outcomes and bool(self.new.outcomes)
        )


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability compare --case 'jax/jax.numpy.fft*' --builds jax==0.9.2,jax==0.10.2",
            "portability compare --case '*torch.cat/*' --builds torch==2.12.1,torch==2.13.0 --samples 5 --json",
        )
    )(compare)


def compare(
    case: Annotated[list[str], typer.Option("--case", help="Cases whose id matches this shell pattern.")],
    builds: Annotated[str, typer.Option(help="The old and the new build.", metavar="OLD,NEW")],
    target: Annotated[str, typer.Option(help="A runner file's name: whose device, whose builds.")] = "cpu",
    suite: Annotated[str, typer.Option(help="The suite that the cases are of.")] = "paper",
    samples: Annotated[int, typer.Option(min=1, max=1000, help="Fresh processes of each build.")] = SAMPLES,
    cache: CacheOption = DEFAULT_CACHE,
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Measure cases under two builds side by side, in fresh processes of each in turns, and say what differs.

    Slower and faster are said only where a rank test over the processes confirms it, which takes five at least. Exit
    status: 0, 1 where something is slower or does not pass any more under the new build, 2 when the call is at fault.
    """
    labels = builds.split(",")
    if len(labels) != 2:
        raise UserError(f'--builds {builds}: name two builds, as in "jax==0.9.2,jax==0.10.2"')
    wanted = find_target(load_targets(RUNNERS), target)
    framework = _framework_of(wanted, labels)
    refuse_unknown("suite", suite, suites(framework))
    (job,) = fitting(tuple(case), (Job(wanted.name, framework, suite, selection=tuple(case)),))
    try:
        pairs = measure(job, wanted, labels, samples, cache)
    except (BuildUnavailable, WorkerUnavailableError) as error:
        raise UserError(f"{framework} cannot be compared: {error}") from error
    rows = rows_of(pairs)
    if json_:
        print_json([to_json(row) for row in rows])
    else:
        print(f"old: {rows[0].old.build}, new: {rows[0].new.build}, {samples} fresh processes of each\n")
        print_frame(frame_of(rows), markdown=markdown)
    if any(row.worse for row in rows):
        raise typer.Exit(1)


def _framework_of(target: Target, labels: Sequence[str]) -> str:
    """The framework that both builds are of. Raises UserError."""
    offered = target.sources(Evidence.EXECUTED).frameworks
    names = [label.strip().partition("==")[0] for label in labels]
    found = [name for name, one in offered.items() if all(word in one.distributions for word in names)]
    if not found:
        raise UserError(
            f"--builds {','.join(labels)}: {target.file} has no one framework that is installed by these names"
        )
    return found[0]


def measure(
    job: Job, target: Target, labels: Sequence[str], samples: int, cache: Path, held: tuple[Package, ...] = ()
) -> dict[str, tuple[ComparisonSide, ComparisonSide]]:
    """Both sides of each case, `held` packages beside both. Raises BuildUnavailable and WorkerUnavailableError."""
    way, offer = target.backend(job.evidence), target.sources(job.evidence)
    with ExitStack() as kept:
        scratch = Path(kept.enter_context(TemporaryDirectory(prefix="portability-")))
        cores = kept.enter_context(reserve_cores(way.threads))
        if not cores:
            say(UNPINNED)
        sides: list[tuple[str, WorkerFactory]] = []
        for name, label in zip(("old", "new"), labels, strict=True):
            provided = provision(offer, job.framework, requirement=label.strip(), preferred=held, cache=cache, log=say)
            kept.enter_context(hold_environment(provided.python))
            folder = scratch / name
            folder.mkdir()
            framework = offer.framework(job.framework)
            (start,) = executing(RunContext(job, way, framework, provided.python, folder, PACKAGE), cores)
            sides.append((provided.build.label, start))
        cases = _matching(job, sides[1][1])
        limits = Limits(way.case_seconds, way.case_memory_mib)
        return side_by_side(sides[0], sides[1], cases, limits, rounds=samples, say=say)


def _matching(job: Job, start: WorkerFactory) -> list[str]:
    """The cases of a suite that match, as a build lists them. Raises UserError where there are none."""
    with closing(start()) as worker:
        cases = worker.ready.cases
    if not (found := selected(cases, job.selection)):
        others = ", ".join(sorted(set(suites(job.framework)) - {job.suite}))
        raise UserError(f"{no_case(job, cases)}; --suite has {others} too")
    return [*found]


def rows_of(pairs: dict[str, tuple[ComparisonSide, ComparisonSide]]) -> list[ComparedCase]:
    moved = directions([*pairs.values()])
    return [_row(case, *sides, way) for (case, sides), way in zip(pairs.items(), moved, strict=True)]


def _row(case: str, old: ComparisonSide, new: ComparisonSide, latency: Direction) -> ComparedCase:
    old_us, new_us = (statistics.median(side.latencies) if side.latencies else None for side in (old, new))
    return ComparedCase(
        *(case, old, new, old_us, new_us),
        ratio=new_us / old_us if old_us and new_us else None,
        spread=max(map(_spread, (old, new))) if old_us and new_us else None,
        latency=latency,
        values=old.digest.agrees(new.digest) if old.digest and new.digest else None,
    )


def _spread(side: ComparisonSide) -> float:
    """The interquartile range over processes, as a share of the median; 0 of a single one."""
    if len(side.latencies) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(side.latencies, n=4)
    return (high - low) / middle


def frame_of(rows: Sequence[ComparedCase]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case": row.case,
            "old": _outcomes(row.old),
            "new": _outcomes(row.new),
            "old us": _figure(row.old_us, ".4g"),
            "new us": _figure(row.new_us, ".4g"),
            "ratio": _figure(row.ratio, ".2f"),
            "spread": _figure(row.spread, ".1%"),
            "latency": row.latency.value if row.ratio else "-",
            "values": {None: "-", True: "same", False: "other"}[row.values],
        }
        for row in rows
    )


def _outcomes(side: ComparisonSide) -> str:
    """The outcomes of a case, with how often where they differ: "12 pass, 3 crash"; a build need not list it."""
    counts = Counter(side.outcomes)
    if len(counts) < 2:
        return next(iter(counts), "not listed")
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
