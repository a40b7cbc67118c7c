"""The program that traces a user's callable, in the user's environment.

It answers three kinds of requests: to trace the callable, to lower the whole program or some of its operations for a
platform, and to list the operations. `monitor.execution.workers.traced_program` sends them; the user's code may raise,
hang or end the process.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from monitor.formats.error_text import one_line
from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import Message, Service, add_arguments, serve
from monitor.model import TracedProgram
from monitor.tracing.input_shapes import parse_inputs
from monitor.tracing.tracer import Tracer
from monitor.tracing.user_code import UserCodeError, find_file, framework_used, load_callable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", default="", help="the file of the callable, or")
    parser.add_argument("--module", default="", help="its module")
    parser.add_argument("--name", required=True, help="the callable")
    parser.add_argument("--inputs", default="", help="shapes of its inputs; by default the module gives them")
    parser.add_argument("--framework", default="", help="the framework; by default the one that the code uses")
    parser.add_argument("--gradients", default="yes", help="no: without gradients")
    parser.add_argument("--programs", required=True, help="folder for the lowered programs")
    add_arguments(parser)
    options = parser.parse_args()

    def start() -> Service:
        session = _Session(options)
        facts = {"file": session.file}
        return {"version": platform.python_version(), "commit": "", "environment": facts, "cases": []}, session.answer

    serve(options, start, ())


class _Session:
    """The requests on one callable."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.file = options.file or find_file(options.module)  # empty for an unknown module
        self._tracer: Tracer[Any]

    def answer(self, request: Message) -> Message:
        if "trace" in request:
            try:
                program: Message = self._trace()
                return program
            except UserCodeError as error:
                return {"refused": one_line(str(error)), "frames": [one_line(frame) for frame in error.frames]}
        if "lower" in request:
            return self._tracer.lower(request["lower"], request["operations"])
        return {"operations": [to_json(operation) for operation in self._tracer.records]}

    def _trace(self) -> Any:
        options = self._options
        try:
            shapes = parse_inputs(options.inputs)
        except ValueError as error:
            raise UserCodeError(f"--inputs: {error}") from None
        if not self.file:
            message = f'{sys.executable} has no module "{options.module}": give --python, or the path of a file'
            raise UserCodeError(message)
        user = load_callable(self.file, options.module, options.name, shapes)
        framework = framework_used(user, options.framework, [*_leaves(user.inputs)])
        if framework == "torch":  # no compiler takes its programs
            version = str(getattr(sys.modules.get(framework), "__version__", ""))
            return to_json(TracedProgram(framework, version, user.place))
        programs, gradients = Path(options.programs), options.gradients == "yes"
        self._tracer = _tracer(framework)(user, programs, gradients=gradients)
        return to_json(self._tracer.describe(user.place))


def _tracer(framework: str) -> Any:
    """Return the class that traces programs of a framework, which is imported now."""
    if framework == "jax":
        from monitor.tracing.jax_tracer import JaxTracer

        return JaxTracer
    from monitor.tracing.tensorflow_tracer import TensorflowTracer

    return TensorflowTracer


def _leaves(value: Any) -> Iterable[Any]:
    """Yield the values in nested containers of the standard library."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple | set):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


if __name__ == "__main__":
    main()
