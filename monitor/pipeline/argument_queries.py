"""Answer which parameters of functions the declared cases of this checkout pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor.analysis.status.argument_coverage import ArgumentCoverage, argument_coverage
from monitor.execution.builds.environments import default_cache
from monitor.pipeline.errors import refuse_unknown
from monitor.pipeline.snapshots import open_history
from monitor.pipeline.suite_cache import suite_cache
from monitor.pipeline.suite_sources import kept_arguments
from monitor.snapshot.snapshot import read_names
from monitor.suite.passed_arguments import SUITES, untested_parameters
from monitor.suite_files import frameworks
from monitor.usage import load_usage


def declared_argument_coverage(history: Path, selected: Sequence[str], suites: Sequence[str]) -> ArgumentCoverage:
    """Return the coverage of arguments in some frameworks and suites; an empty selection is all. Raises UserError."""
    for name in selected:
        refuse_unknown("framework", name, frameworks())
    for name in suites:
        refuse_unknown("suite", name, SUITES)
    chosen = [*selected] or frameworks()
    return argument_coverage(
        read_names(open_history(history), chosen),
        kept_arguments(suite_cache(default_cache()), chosen, [*suites] or SUITES),
        untested_parameters(),
        load_usage(),
    )
