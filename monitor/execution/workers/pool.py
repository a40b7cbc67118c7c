"""The pool of workers that run the cases of one run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Self, TypeVar

from monitor.execution.workers.confirming_worker import SUSPECT_OUTCOMES, ConfirmingWorker
from monitor.execution.workers.factories import WorkerFactory
from monitor.execution.workers.process import Limits, ProcessInfo, WorkerUnavailableError
from monitor.model import Evidence, Job, Observation, Outcome, Run, function_of

T = TypeVar("T")


@dataclass(frozen=True)
class RunProgress:
    """Progress of a run: cases done of `total`, and the newest observation."""

    done: int
    total: int
    observation: Observation


class WorkerPool:
    """Workers that run cases at the same time, each in a thread of its own."""

    def __init__(self, factories: Sequence[WorkerFactory], job: Job, limits: Limits) -> None:
        """Start a worker by each factory. Raises WorkerUnavailableError; no worker remains then."""
        self._resources = ExitStack()
        self._certain = job.evidence.certain
        try:
            self.workers = tuple(
                self._resources.enter_context(_confirming_worker(start, job, limits)) for start in factories
            )
        except BaseException:
            self._resources.close()
            raise

    @property
    def info(self) -> ProcessInfo:
        """Version, device and cases, as the first worker reports them."""
        return self.workers[0].worker.info

    def set_last_known(self, last_known: Mapping[str, Outcome]) -> None:
        """Confirm outcomes that differ from these, unless the evidence is certain and needs no confirmation."""
        for worker in self.workers if not self._certain else ():
            worker.set_last_known(last_known)

    def run_cases(
        self,
        run: Run,
        done: Collection[str],
        write: Callable[[Observation], None],
        on_progress: Callable[[RunProgress], None],
    ) -> None:
        """Run every case of a run that is not `done`, and write its observation as soon as it is known.

        The cases of one function go to one worker: some of them have the same program, which it compiles once. If the
        caller is interrupted, all workers are killed, and their last observations are dropped.
        """
        waiting = iter([[*cases] for _, cases in groupby((c for c in run.cases if c not in done), function_of)])
        total, count = len(run.cases), len(done)
        lock, interrupted = threading.Lock(), threading.Event()

        def work(worker: ConfirmingWorker) -> None:
            nonlocal count
            failure = ""
            for case in chain.from_iterable(_take_turns(waiting, lock)):
                if not failure:
                    try:
                        observation = worker.run_case(case)
                    except WorkerUnavailableError as error:
                        failure = f"no worker could be started any more: {error}"
                if failure:
                    observation = Observation(case, Outcome.BLOCKED, run.evidence, message=failure)
                with lock:
                    if interrupted.is_set():  # the observation of a killed process does not count
                        return
                    write(observation)
                    count += 1
                    on_progress(RunProgress(count, total, observation))

        with ThreadPoolExecutor(len(self.workers)) as threads:
            futures = [threads.submit(work, worker) for worker in self.workers]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                with lock:
                    interrupted.set()
                for worker in self.workers:
                    worker.stop()
                raise

    def close(self) -> None:
        """End all workers."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _confirming_worker(start: WorkerFactory, job: Job, limits: Limits) -> ConfirmingWorker:
    if job.evidence.certain:
        return ConfirmingWorker(start, limits, {}, frozenset())
    # A refusal to compile does not come from a damaged process, and neither does a report of a fallback.
    suspect = SUSPECT_OUTCOMES if job.evidence is Evidence.EXECUTED else frozenset({Outcome.ERROR, Outcome.CRASH})
    return ConfirmingWorker(start, limits, job.watch, suspect)


def _take_turns(waiting: Iterator[T], lock: threading.Lock) -> Iterator[T]:
    """Yield the items of an iterator that several threads share."""
    while True:
        with lock:
            try:
                item = next(waiting)
            except StopIteration:
                return
        yield item
