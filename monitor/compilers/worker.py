"""The program that compiles StableHLO for hardware that is not present, in the environment of the compiler.

It answers the path of a program with the figures of the compiler (`{"compiled": ...}`), or with the reason of a failure
(`{"stage": ..., "outcome": ..., "message": ...}`). `monitor.execution.workers.compile_worker` sends the requests; a
program may kill the compiler.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from monitor.compilers.xla import CompilerUnavailableError, Refusals, TooFewDevicesError, UnreadableError, XlaCompiler
from monitor.formats.error_text import clean, describe
from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import Message, Service, add_arguments, serve
from monitor.model import Outcome, Stage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--driver", required=True, help="a module of monitor.compilers")
    parser.add_argument("--topology", required=True, help="the compiler's name for the chips")
    parser.add_argument("--configuration", default="", help="a description of the chip, where the compiler needs one")
    add_arguments(parser)
    options = parser.parse_args()

    def start() -> Service:
        driver = import_module(f"monitor.compilers.{options.driver}")
        compiler: XlaCompiler = driver.compiler(options.topology, options.configuration)
        facts = {key: clean(value) for key, value in compiler.environment().items()}

        def answer(request: Message) -> Message:
            program = Path(request["program"]).read_bytes()
            try:
                return {"compiled": to_json(compiler.compile(program))}
            except UnreadableError as error:
                return {"stage": Stage.EXPORT, "outcome": Outcome.BLOCKED, "message": describe(error)}
            except TooFewDevicesError as error:
                return {"stage": Stage.COMPILE, "outcome": Outcome.BLOCKED, "message": str(error)}
            except Exception as error:  # a compiler words its refusals in many ways
                outcome = outcome_of(error, driver.REFUSALS)
                return {"stage": Stage.COMPILE, "outcome": outcome, "message": message_of(error)}

        return {"version": compiler.version, "commit": "", "environment": facts, "cases": []}, answer

    serve(options, start, (CompilerUnavailableError, ImportError))


def outcome_of(error: Exception, refusals: Refusals) -> Outcome:
    """Return the outcome that an exception of the compiler means."""
    words = str(error)
    return next((outcome for outcome, pattern in refusals.items() if pattern.search(words)), Outcome.ERROR)


def message_of(error: Exception) -> str:
    """Return the first line of an exception, and the line after it where the first only announces that one."""
    first, *rest = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    return clean(f"{type(error).__name__}: {first} {rest[0]}") if first.endswith(":") and rest else describe(error)


if __name__ == "__main__":
    main()
