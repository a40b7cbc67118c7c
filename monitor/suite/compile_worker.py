"""The program that compiles cases for a GPU that is not present, where the framework has the compiler inside.

For each case it returns an observation with the figures of the compiler. `monitor.execution.workers.factories` starts
it; a case that kills it, or exceeds its time, costs that case alone.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from importlib import import_module
from typing import Any

from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import Message, Service, add_arguments, serve
from monitor.model import NAMES, Evidence, Observation, Stage
from monitor.suite.check_protocol import CaseCheck, SuiteUnavailableError
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.export import report_stage
from monitor.suite.staged_cases import attempt, has_own_program
from monitor.suite.worker import introduce


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--device", required=True, help="the device of the framework that the configuration describes")
    parser.add_argument("--configuration", required=True, help="a description of the chip")
    add_arguments(parser)
    options = parser.parse_args()

    def start() -> Service:
        module = import_module(f"monitor.suite.{options.framework}.compile")
        make = getattr(module, f"{options.framework.capitalize()}Compiler")
        compiler = make(options.device, options.configuration, with_tables=options.suite != NAMES)
        checks = {name: check for name, check in compiler.checks(options.suite).items() if has_own_program(check)}

        def answer(request: Message) -> Message:
            return {"observation": to_json(_observe(compiler, checks[request["case"]]))}

        return introduce(compiler.device, checks), answer

    serve(options, start, (DeviceUnavailableError, SuiteUnavailableError, ImportError))


def _observe(compiler: Any, check: CaseCheck) -> Observation:
    report_stage(Stage.TRACE)
    observation, compiled = attempt(compiler.device, check, lambda: compiler.compile(check))
    if compiled:
        figures, message = compiled
        observation = replace(observation, compiled=figures, message=message)
    return replace(observation, evidence=Evidence.COMPILED)


if __name__ == "__main__":
    main()
