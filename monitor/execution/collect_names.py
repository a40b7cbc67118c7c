"""Collect the public names of a build, for a run of the suite `names`.

They belong to the build alone: a build that is compiled for other hardware has the same Python, and so the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing

from monitor.execution.workers.factories import RunContext, execute_worker
from monitor.execution.workers.process import Limits, WorkerFailure, WorkerUnavailableError
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import NAMES, PublicName


def collect_names(
    context: RunContext, run_file: RunFile, *, write: Callable[[Iterable[PublicName]], None]
) -> tuple[str, ...]:
    """Write the names that a run file of the suite lacks, and return notes on failures.

    A run that was killed while it wrote them has only a part.
    """
    if run_file.run.suite != NAMES:
        return ()
    present = {name.name for name in run_file.names}
    try:
        with closing(execute_worker(context)()) as worker:
            names = worker.public_names(Limits(context.backend.case_seconds, context.backend.case_memory_mib))
    except WorkerUnavailableError as error:
        return (clean(f"no names: {error}"),)
    if isinstance(names, WorkerFailure):
        return (clean(f"no names: {names.message}"),)
    write(name for name in names if name.name not in present)
    return ()
