"""Asking cases of workers so that the answer is about the case, not about the process it ran in.

A worker answers one case after the other, which is what makes a night affordable; but a case that crashed it, or
left it damaged, must cost itself alone. So an answer that is news is not believed at once: the same case is asked
again in a fresh worker, alone, and that worker goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, Self

from monitor.execution.workers.process import Limits, ProcessInfo
from monitor.model import Observation, Outcome, Retry

# Answers that a healthy process gives only where something is wrong: with nothing known of the case, they are asked
# again once. A refusal or a missing name does not come from a damaged process.
SUSPECT = frozenset({Outcome.MISMATCH, Outcome.ERROR, Outcome.CRASH, Outcome.TIMEOUT, Outcome.OOM, Outcome.FALLBACK})

# What differs from the last known outcome counts as a change only when this many fresh workers say so too.
CONFIRMATIONS = 2

# When more than this share of the cases asked so far are news, the cause is one: a driver, a package, a machine. The
# first confirmations have shown whether it is real; fresh workers for all the rest would take the night.
NEWS_AT_ONCE = 0.20
NEWS_AT_LEAST = 25

# Compiled code piles up in a worker. One that has grown to this share of what a case may take is replaced, so that no
# case is blamed for what those before it left.
RETIRED_AT = 0.5


class CaseAnswering(Protocol):
    """What answers cases: `monitor.execution.workers.process.Worker`, or what looks like one."""

    served: int

    @property
    def ready(self) -> ProcessInfo: ...

    @property
    def alive(self) -> bool: ...

    @property
    def memory_mib(self) -> float: ...

    def ask(self, case: str, limits: Limits) -> Observation: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...


class ConfirmingWorker:
    """Asks cases, in a worker that it replaces as needed. `known` holds the last known outcomes."""

    def __init__(
        self,
        start: Callable[[], CaseAnswering],
        limits: Limits,
        known: Mapping[str, Outcome],
        suspect: frozenset[Outcome] = SUSPECT,
    ) -> None:
        """`start` makes a worker; it raises WorkerUnavailableError where none can be had."""
        self._start = start
        self._limits = limits
        self._known = known
        self._suspect = suspect
        self._asked = 0
        self._news = 0
        self._worker = start()

    def expect(self, known: Mapping[str, Outcome]) -> None:
        """Hold answers against these outcomes: those of the machine, which is known once a worker has started."""
        self._known = known

    @property
    def worker(self) -> CaseAnswering:
        return self._worker

    def ask(self, case: str) -> Observation:
        """The observation of one case, confirmed in fresh workers where it is news."""
        used = self._worker.served > 0
        observation = self._answer(case)
        self._asked += 1
        expected = self._known.get(case)
        if expected is None or expected is Outcome.FLAKY:
            # Nothing to compare with: only a process that was used before, or died, may have spoiled the answer.
            again = 1 if observation.outcome in self._suspect and (used or not self._worker.alive) else 0
        else:
            again = CONFIRMATIONS if observation.outcome is not expected else 0
        if not again:
            return observation
        self._news += 1
        if self._news > max(NEWS_AT_LEAST, NEWS_AT_ONCE * self._asked):
            return observation
        return self._ask_again(case, observation, again)

    def _ask_again(self, case: str, first: Observation, times: int) -> Observation:
        answers = []
        for _ in range(times):
            self._replace()
            answers.append(self._answer(case))
        outcomes = {answer.outcome for answer in answers}
        retries = tuple(Retry(answer.outcome, answer.message) for answer in answers)
        seconds = round(first.seconds + sum(answer.seconds for answer in answers), 3)
        if len(outcomes) == 1:
            return replace(answers[-1], first_outcome=first.outcome, retries=retries, seconds=seconds)
        told = " and ".join(sorted(outcomes))
        return Observation(
            case,
            Outcome.FLAKY,
            first.evidence,
            message=f"fresh workers said {told}",
            first_outcome=first.outcome,
            retries=retries,
            seconds=seconds,
        )

    def _answer(self, case: str) -> Observation:
        grown = self._worker.served > 0 and self._worker.memory_mib > RETIRED_AT * self._limits.memory_mib
        if grown or not self._worker.alive:
            self._replace()
        return self._worker.ask(case, self._limits)

    def _replace(self) -> None:
        self._worker.close()
        self._worker = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()
