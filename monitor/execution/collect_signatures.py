"""Collect the signatures of a run's functions from a fresh worker, after its cases.

A signature belongs to the build alone, so only runs that execute collect them: a build that is compiled for other
hardware has the same Python, and so the same signatures.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from monitor.execution.workers.factories import RunContext, execute_worker
from monitor.execution.workers.process import Limits, WorkerFailure, WorkerUnavailableError
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import Signature, function_of


def collect_signatures(
    context: RunContext, run_file: RunFile, *, write: Callable[[Signature], None]
) -> tuple[str, ...]:
    """Write the signatures that a run file lacks, and return notes on failures.

    The worker is fresh, since a case may have replaced functions in its own worker.
    """
    present = {signature.function for signature in run_file.signatures}
    missing = sorted(set(map(function_of, run_file.run.cases)) - present)
    if not missing or run_file.comparisons:  # comparisons follow the last signature
        return ()
    try:
        with closing(execute_worker(context)()) as worker:
            limits = Limits(context.backend.case_seconds, context.backend.case_memory_mib)
            signatures = worker.signatures(missing, limits)
    except WorkerUnavailableError as error:
        return (clean(f"no signatures: {error}"),)
    if isinstance(signatures, WorkerFailure):
        return (clean(f"no signatures: {signatures.message}"),)
    for signature in signatures:
        write(signature)
    return ()
