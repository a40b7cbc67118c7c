"""Cases for hardware that is not present: those with a program of their own, and the observation of an attempt."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from monitor.formats.error_text import clean, describe
from monitor.model import WEEKLY_MODES, InputKind, Mode, Observation, Outcome, Stage
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.device import Device
from monitor.suite.export import StageError
from monitor.suite.name_lookup import AbsentError, resolve

Result = TypeVar("Result")


def has_own_program(check: CaseCheck) -> bool:
    """Return whether no other case has the program of a check.

    Special values are arguments of the program that plain inputs have, and a compiled call or gradient is the program
    of the eager one. A compiled case in the first dtype is exported all the same, because a trace of it is itself
    compiled. The modes that the monitor adds itself only run executed.
    """
    if not isinstance(check, DeclaredCheck):
        return True
    case = check.case
    in_first = case.dtype in case.declaration.dtypes[:1] or not case.dtype
    if case.mode in WEEKLY_MODES:
        return False
    return case.kind is InputKind.PLAIN and (in_first or case.mode is not Mode.COMPILED)


def attempt(device: Device, check: CaseCheck, work: Callable[[], Result]) -> tuple[Observation, Result | None]:
    """Return the observation of a check that `work` exports or compiles, and what `work` returns, None if it failed."""
    start = time.perf_counter()
    outcome, stage, message = Outcome.PASS, None, ""
    result: Result | None = None
    try:
        resolve(device, check.function)
        result = work()
    except AbsentError as absent:
        outcome, message = Outcome.ABSENT, clean(str(absent))
    except StageError as stopped:
        outcome, stage, message = stopped.outcome, stopped.stage, clean(str(stopped))
    except (Exception, SystemExit) as raised:
        outcome, stage = device.refusal(raised) or Outcome.ERROR, Stage.TRACE
        message = describe(raised)
    observation = Observation(
        check.id,
        outcome,
        message=message,
        stage=stage,
        declared_limit=clean(check.declared_limit),
        seconds=round(time.perf_counter() - start, 3),
    )
    return observation, result
