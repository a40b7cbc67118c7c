"""The program that exports cases for the compiler of other hardware, in the environment of a framework.

For each case it returns an observation, which passes if every stage before the compiler passed, and the names of the
programs, files in StableHLO in a folder. `monitor.execution.workers.compile_worker` sends the requests, and sets the
kind of evidence.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from importlib import import_module
from pathlib import Path

from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import Message, Service, add_arguments, serve
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.export import Exporter
from monitor.suite.staged_cases import attempt, has_own_program
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
            check = checks[request["case"]]
            observation, programs = attempt(exporter.device, check, lambda: exporter.programs(check))
            names = [_write(options.programs, program) for program in programs or ()]
            return {"observation": to_json(observation), "programs": names}

        return introduce(exporter.device, checks), answer

    serve(options, start, (DeviceUnavailableError, SuiteUnavailableError, ImportError))


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
