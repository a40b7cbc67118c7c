"""The program that exports cases for the compiler of other hardware, in the environment of a framework.

For each case it returns an observation, which passes if every stage before the compiler passed, and the names of the
programs, files in StableHLO in a folder. `monitor.execution.workers.compile_worker` sends the requests, and sets the
kind of evidence.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from importlib import import_module
from pathlib import Path

from monitor.formats.error_text import clean, describe
from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import Message, Service, add_arguments, serve
from monitor.model import WEEKLY_MODES, InputKind, Mode, Observation, Outcome, Stage
from monitor.suite.check_protocol import CaseCheck, SuiteUnavailableError
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.export import Exporter, StageError
from monitor.suite.name_lookup import AbsentError, resolve
from monitor.suite.worker import checks_of, introduce


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--device", required=True, help="the device to trace on")
    parser.add_argument("--platform", required=True, help="the platform to lower for: tpu, cuda ...")
    parser.add_argument("--programs", type=Path, required=True, help="the folder for programs")
    add_arguments(parser)
    options = parser.parse_args()

    def start() -> Service:
        module = import_module(f"monitor.suite.{options.framework}.export")
        make = getattr(module, f"{options.framework.capitalize()}Exporter")
        exporter: Exporter = make(options.device, options.platform)
        checks = {
            name: check for name, check in checks_of(exporter.device, options.suite).items() if has_own_program(check)
        }

        def answer(request: Message) -> Message:
            observation, programs = export(exporter, checks[request["case"]])
            names = [_write(options.programs, program) for program in programs]
            return {"observation": to_json(observation), "programs": names}

        return introduce(exporter.device, checks), answer

    serve(options, start, (DeviceUnavailableError, SuiteUnavailableError, ImportError))


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


def export(exporter: Exporter, check: CaseCheck) -> tuple[Observation, list[bytes]]:
    """Return the observation of a check up to the compiler, and its programs if it came so far."""
    start = time.perf_counter()
    programs: list[bytes] = []
    outcome, stage, message = Outcome.PASS, None, ""
    try:
        resolve(exporter.device, check.function)
        programs = exporter.programs(check)
    except AbsentError as absent:
        outcome, message = Outcome.ABSENT, clean(str(absent))
    except StageError as stopped:
        outcome, stage, message = stopped.outcome, stopped.stage, clean(str(stopped))
    except (Exception, SystemExit) as raised:
        outcome, stage = exporter.device.refusal(raised) or Outcome.ERROR, Stage.TRACE
        message = describe(raised)
    observation = Observation(
        check.id,
        outcome,
        message=message,
        stage=stage,
        declared_limit=clean(check.declared_limit),
        seconds=round(time.perf_counter() - start, 3),
    )
    return observation, programs


def _write(directory: Path, program: bytes) -> str:
    """Write a program under the hash of its content, unless it exists, and return the name.

    Another exporter may write the same program; a reader always sees a complete one.
    """
    name = f"{hashlib.sha256(program).hexdigest()}.mlir"
    if not (directory / name).exists():
        begun = directory / f"{name}.{os.getpid()}"
        begun.write_bytes(program)
        begun.rename(directory / name)
    return name


if __name__ == "__main__":
    main()
