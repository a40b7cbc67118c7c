"""After the cases of a run: what each of its functions takes, asked of a fresh worker.

What a build is called with is the build's alone, so only runs that execute ask: hardware that is compiled for has the
same Python, and so the same signatures.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from monitor.execution.workers.pool import RunContext, executing
from monitor.execution.workers.process import Limits, WorkerFailure, WorkerUnavailableError
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import Signature, function_of


def tell_signatures(
    ground: RunContext, cores: frozenset[int], runfile: RunFile, *, write: Callable[[Signature], None]
) -> tuple[str, ...]:
    """Have the signatures told that a run has not told yet, and say where there are none, and why.

    `runfile` is the run so far; a worker that cases have been through may have had its functions replaced.
    """
    told = {signature.function for signature in runfile.signatures}
    wanted = sorted(set(map(function_of, runfile.run.cases)) - told)
    if not wanted or runfile.comparisons:  # a run that went on after it was told all
        return ()
    (start,) = executing(ground, cores)
    try:
        with closing(start()) as worker:
            answer = worker.signatures(wanted, Limits(ground.way.case_seconds, ground.way.case_memory_mib))
    except WorkerUnavailableError as error:
        return (clean(f"no signatures: {error}"),)
    if isinstance(answer, WorkerFailure):
        return (clean(f"no signatures: {answer.message}"),)
    for signature in answer:
        write(signature)
    return ()
