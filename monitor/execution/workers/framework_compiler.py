"""A worker for hardware that is not present, where the framework compiles in its own process."""

from __future__ import annotations

import re
from dataclasses import replace

from monitor.execution.workers.process import LOG_TAIL, Limits, ProcessCommand, Worker
from monitor.model import Evidence, Mode, Observation, Outcome, Stage, mode_of

STAGE = re.compile(r"^stage: (\w+)$", re.MULTILINE)  # as `monitor.suite.export.report_stage` writes it

# Outcomes that show nothing about the hardware if this host causes them before the compiler begins.
OF_THE_HOST = frozenset({Outcome.CRASH, Outcome.TIMEOUT})


class FrameworkCompilingWorker(Worker):
    """A framework with its compiler: `monitor.suite.compile_worker`."""

    def __init__(self, command: ProcessCommand) -> None:
        """Start the worker. Raises WorkerUnavailableError."""
        self._command_log = command.log
        super().__init__(command, Evidence.COMPILED)

    def run_case(self, case: str, limits: Limits) -> Observation:
        """Compile a case, and return the observation; see `alive` afterwards."""
        observation = super().run_case(case, limits)
        if observation.outcome not in OF_THE_HOST | {Outcome.OOM}:
            return observation
        stage = self._last_stage()
        if observation.outcome is Outcome.OOM or stage is Stage.TRACE:
            message = f"on this host: {observation.message}"
            return replace(observation, outcome=Outcome.BLOCKED, message=message, stage=stage)
        if mode_of(case.rpartition("/")[2]) is not Mode.COMPILED:
            message = f"the compiler: {observation.message}; the eager call was not compiled"
            return replace(observation, outcome=Outcome.BLOCKED, message=message, stage=stage)
        return replace(observation, stage=stage)

    def _last_stage(self) -> Stage:
        stages = STAGE.findall(self._command_log.read_text(errors="replace")[-LOG_TAIL:])
        return Stage(stages[-1]) if stages else Stage.TRACE
