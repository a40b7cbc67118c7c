"""Run cases in a worker, and confirm unexpected outcomes in fresh workers.

A worker runs one case after the other, which makes a night affordable. But a case that crashes its worker, or leaves it
damaged, must cost only itself. So an unexpected outcome is not accepted at once: a fresh worker runs the same case
alone, and goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, Self

from monitor.execution.workers.process import Limits, ProcessInfo, WorkerUnavailableError
from monitor.model import Observation, Outcome, Retry

# Outcomes that may come from a damaged process. Without a last known outcome, the case runs once more. A refusal or a
# missing name does not come from a damaged process.
SUSPECT_OUTCOMES = frozenset(
    {Outcome.MISMATCH, Outcome.ERROR, Outcome.CRASH, Outcome.TIMEOUT, Outcome.OOM, Outcome.FALLBACK}
)

# Fresh workers that must agree before a difference from the last known outcome counts as a change.
CONFIRMATIONS = 2

# If more than this share of the cases so far are unexpected, they have one cause: a driver, a package, a machine. The
# first confirmations have shown whether it is real; fresh workers for all the rest would take the night.
MAX_UNEXPECTED_SHARE = 0.20
MIN_UNEXPECTED = 25

# Compiled code accumulates in a worker. It is replaced when it reaches this share of the memory limit of a case, so
# that no case is blamed for the memory of earlier ones.
RESTART_MEMORY_SHARE = 0.5


class CaseWorker(Protocol):
    """A worker that runs cases: `monitor.execution.workers.process.Worker`, or an object with the same methods."""

    served: int

    @property
    def info(self) -> ProcessInfo: ...

    @property
    def alive(self) -> bool: ...

    @property
    def memory_mib(self) -> float: ...

    def run_case(self, case: str, limits: Limits) -> Observation: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...


class ConfirmingWorker:
    """A worker that is replaced as needed, and that confirms unexpected outcomes.

    `last_known` has the last known outcome of each case.
    """

    def __init__(
        self,
        start: Callable[[], CaseWorker],
        limits: Limits,
        last_known: Mapping[str, Outcome],
        suspect: frozenset[Outcome] = SUSPECT_OUTCOMES,
    ) -> None:
        """Start a worker by `start`, which raises WorkerUnavailableError where it cannot."""
        self._start = start
        self._limits = limits
        self._last_known = last_known
        self._suspect = suspect
        self._cases_run = 0
        self._unexpected = 0
        self._stopped = False
        self._worker = start()

    def set_last_known(self, last_known: Mapping[str, Outcome]) -> None:
        """Compare with these outcomes from now on: those of the machine, which only a started worker reports."""
        self._last_known = last_known

    @property
    def worker(self) -> CaseWorker:
        return self._worker

    def run_case(self, case: str) -> Observation:
        """Return the observation of a case, confirmed in fresh workers where its outcome is unexpected."""
        used = self._worker.served > 0
        observation = self._run_once(case)
        self._cases_run += 1
        expected = self._last_known.get(case)
        if expected is None or expected is Outcome.FLAKY:
            # No outcome to compare with: only a process that was used before, or died, may have caused this one.
            repeats = 1 if observation.outcome in self._suspect and (used or not self._worker.alive) else 0
        else:
            repeats = CONFIRMATIONS if observation.outcome is not expected else 0
        if not repeats:
            return observation
        self._unexpected += 1
        if self._unexpected > max(MIN_UNEXPECTED, MAX_UNEXPECTED_SHARE * self._cases_run):
            return observation
        return self._confirm(case, observation, repeats)

    def _confirm(self, case: str, first: Observation, repeats: int) -> Observation:
        """Run a case in fresh workers. Return their observation if they agree, else one with the outcome FLAKY."""
        observations = []
        for _ in range(repeats):
            self._replace()
            observations.append(self._run_once(case))
        outcomes = {observation.outcome for observation in observations}
        retries = tuple(Retry(observation.outcome, observation.message) for observation in observations)
        seconds = round(first.seconds + sum(observation.seconds for observation in observations), 3)
        if len(outcomes) == 1:
            return replace(observations[-1], first_outcome=first.outcome, retries=retries, seconds=seconds)
        return Observation(
            case,
            Outcome.FLAKY,
            first.evidence,
            message=f"fresh workers said {' and '.join(sorted(outcomes))}",
            first_outcome=first.outcome,
            retries=retries,
            seconds=seconds,
        )

    def _run_once(self, case: str) -> Observation:
        grown = self._worker.served > 0 and self._worker.memory_mib > RESTART_MEMORY_SHARE * self._limits.memory_mib
        if grown or not self._worker.alive:
            self._replace()
        return self._worker.run_case(case, self._limits)

    def stop(self) -> None:
        """Kill the worker, and start no other one: the run was interrupted. Another thread may run a case."""
        self._stopped = True
        self._worker.kill()

    def _replace(self) -> None:
        """Start a fresh worker in place of this one. Raises WorkerUnavailableError."""
        self._worker.close()
        if self._stopped:
            raise WorkerUnavailableError("the run was interrupted")
        self._worker = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()
