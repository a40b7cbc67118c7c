"""The process that traces a user's callable says whose fault it is if it cannot; no framework is needed for that."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.workers.process import Limits, WorkerFailure
from monitor.execution.workers.traced_program import CallableRequest, TraceRefusal, TracerProcess
from monitor.model import Outcome, TracedProgram

Trace = Callable[..., TracedProgram | TraceRefusal | WorkerFailure]

# A framework of this name needs no installation: a file of the user's stands in for it.
FAKE = "__version__ = '1.0'\n"


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Return a function that traces `step` of a module with this source."""

    def run(source: str, name: str = "step", inputs: str = "", seconds: float = 60) -> object:
        (tmp_path / "program.py").write_text(source)
        for framework in ("torch", "tensorflow"):
            (tmp_path / f"{framework}.py").write_text(FAKE)
        request = CallableRequest(str(tmp_path / "program.py"), "", name, inputs)
        with TracerProcess(request, Path(sys.executable), tmp_path) as tracer:
            return tracer.trace(Limits(seconds, 8192))

    return run  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def stop(): pass\n", 'has no "step"; its callables: stop'),
        ("step = 3\n", "step is a int, which is not callable"),
        ("import nowhere\n", "has no package nowhere; install it there, or give --python"),
        ("def step(): pass\n", "program.py imports none of jax, tensorflow, torch"),
        ("import torch, tensorflow\ndef step(): pass\n", "step uses tensorflow and torch: give --framework"),
        ("import torch\ndef step(x, y=1): pass\n", "step needs x: define example_inputs()"),
        ("def step(x):\n", "your code raises IndentationError"),
        ("raise SystemExit(4)\n", "your code raises SystemExit: 4"),
    ],
)
def test_a_refusal_says_whose_fault_it_is(trace: Trace, source: str, message: str) -> None:
    refused = trace(source)
    assert isinstance(refused, TraceRefusal)
    assert message in refused.message


def test_an_exception_of_the_user_has_the_frames_of_the_user(trace: Trace) -> None:
    refused = trace("import json\ndef load():\n    return json.loads('{')\ndata = load()\n")
    assert isinstance(refused, TraceRefusal)
    assert "your code raises JSONDecodeError" in refused.message
    assert [frame.partition("program.py")[2] for frame in refused.frames] == [
        ":4 in <module>: data = load()",
        ":3 in load: return json.loads('{')",
    ]


def test_wrong_shapes_are_refused_with_the_form(trace: Trace) -> None:
    refused = trace("import torch\ndef step(x): pass\n", inputs="f31[8]")
    assert isinstance(refused, TraceRefusal)
    assert '"f31[8]" is no input; write a dtype and a shape' in refused.message


@pytest.mark.parametrize(
    ("source", "seconds", "outcome"),
    [("while True: pass\n", 0.5, Outcome.TIMEOUT), ("import os\nos._exit(3)\n", 60, Outcome.CRASH)],
)
def test_code_without_an_end_is_a_failure_of_the_process(
    trace: Trace, source: str, seconds: float, outcome: Outcome
) -> None:
    failed = trace(source, seconds=seconds)
    assert isinstance(failed, WorkerFailure)
    assert failed.outcome is outcome


def test_a_framework_without_a_compiler_is_named(trace: Trace) -> None:
    traced = trace("import torch\ndef step(): pass\n")
    assert isinstance(traced, TracedProgram)
    assert (traced.framework, traced.version, traced.equations, traced.place.line) == ("torch", "1.0", 0, 2)


def test_an_unknown_module_is_refused(tmp_path: Path) -> None:
    with TracerProcess(CallableRequest("", "json.nowhere", "step"), Path(sys.executable), tmp_path) as tracer:
        refused = tracer.trace(Limits(60, 8192))
    assert isinstance(refused, TraceRefusal)
    assert f'{sys.executable} has no module "json.nowhere"' in refused.message


def test_a_file_of_a_package_may_import_its_neighbours(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "torch.py").write_text(FAKE)
    (package / "program.py").write_text("from . import torch\nfrom .torch import __version__\ndef step(): pass\n")
    request = CallableRequest(str(package / "program.py"), "", "step", framework="torch")
    with TracerProcess(request, Path(sys.executable), tmp_path) as tracer:
        assert isinstance(tracer.trace(Limits(60, 8192)), TracedProgram)
