"""The answers for a user's program that follow from those of the tracer and the compiler, which stand-ins give here."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from monitor.check.problems import Level, ProblemKind
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.target import load_target
from monitor.execution.workers.compiler_process import CompileResult
from monitor.execution.workers.process import Limits, WorkerFailure
from monitor.model import Compiled, Evidence, LargeValue, Outcome, Place, ProgramOperation, Stage, TracedProgram
from monitor.pipeline.program_compilation import Compilation, CompilationContext, compile_program

RUNNERS = Path(__file__).resolve().parents[2] / "runners"
STEP = Place("train.py", 3, 1)
FINE = CompileResult(Compiled(1, 0.1, flops=1e9, bytes=1e6, memory=1 << 30))
REFUSED = CompileResult(None, Stage.COMPILE, Outcome.UNSUPPORTED, "no such operation")
NO_RULE = CompileResult(None, Stage.LOWER, Outcome.UNSUPPORTED, "no rule")
NO_DEVICE = CompileResult(None, Stage.COMPILE, Outcome.BLOCKED, "needs the device")
TOO_LARGE = CompileResult(None, Stage.COMPILE, Outcome.OOM, "Ran out of memory in memory space hbm")
KERNEL_TOO_LARGE = CompileResult(None, Stage.COMPILE, Outcome.OOM, "Ran out of memory in memory space vmem")
NO_HANDLER = CompileResult(None, Stage.COMPILE, Outcome.ERROR, "No FFI handler registered for my_kernel")
UNREAD = CompileResult(None, Stage.EXPORT, Outcome.BLOCKED, "unknown attribute")

Answers = dict[str, CompileResult]
Run = Callable[..., Compilation]


class Tracer:
    """A program of operations with these names; each program "file" lists the names of its operations."""

    def __init__(self, names: Sequence[str], answers: Answers) -> None:
        self.names, self.answers = names, answers

    def operations(self, _: Limits) -> tuple[ProgramOperation, ...]:
        places = {name: (Place("train.py", number, 5),) for number, name in enumerate(self.names, 10)}
        return tuple(
            ProgramOperation(
                *(name, "f32[8]", places[name], name != "collective"), never_on=("tpu",) if name == "elsewhere" else ()
            )
            for name in self.names
        )

    def lower(self, _: str, numbers: Sequence[int] | None, __: Limits) -> Path | CompileResult | WorkerFailure:
        names = self.names if numbers is None else [self.names[number] for number in numbers]
        found = [self.answers[name] for name in names if name in self.answers]
        if refused := [result for result in found if result.stage is Stage.LOWER]:
            return refused[0]
        return FakeProgram("+".join(names))


class FakeProgram(type(Path())):  # type: ignore[misc]
    def unlink(self, missing_ok: bool = False) -> None:
        """Delete nothing."""


class Compiler:
    """A compiler with these answers by operation; `whole` is its answer on a program with several operations."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def compile(self, program: Path, _: Limits) -> CompileResult:
        names = program.name.split("+")
        return next((self.answers[name] for name in names if name in self.answers), FINE)


@pytest.fixture
def run() -> Run:
    """Return a function that compiles a program of operations with these names."""

    def compiled(*names: str, target: str = "tpu-v5e", seconds: float = 60, **answers: CompileResult) -> Compilation:
        backend = load_target(RUNNERS / f"{target}.toml").compile
        assert isinstance(backend, CompileBackend)
        host = (ProgramOperation("debug_print", "f32[]", (Place("train.py", 4, 5),)),) if "print" in names else ()
        largest = (LargeValue("exp", "f32[8192,8192]", 1 << 28, (Place("train.py", 7, 9),)),)
        program = TracedProgram("jax", "1.0", STEP, "", len(names), len(names), host, largest)
        context = CompilationContext(
            *(Tracer(names, answers), program, "step", target, backend, Compiler(answers)),  # type: ignore[arg-type]
            *("xla 1", time.monotonic() + seconds, 8192.0, lambda _: None),
        )
        return compile_program(context)

    return compiled


def test_a_program_that_compiles_has_figures_and_no_problem(run: Run) -> None:
    found = run("add", "mul")
    assert found.problems == ()
    assert found.compiled is not None
    assert (found.compiled.build, found.compiled.memory, found.compiled.available) == ("xla 1", 1 << 30, 16 << 30)
    assert found.compiled.min_time == pytest.approx(1e9 / 197e6)


def test_every_refused_operation_is_a_problem_at_its_place(run: Run) -> None:
    found = run("add", "eig", "fft", "mul", eig=NO_RULE, fft=REFUSED)
    assert [(one.name, one.place.line, one.evidence, one.build, one.level) for one in found.problems] == [
        ("eig", 11, Evidence.LOWERED, "jax 1.0", Level.ERROR),
        ("fft", 12, Evidence.COMPILED, "xla 1", Level.ERROR),
    ]


def test_an_operation_that_needs_the_device_is_unjudged(run: Run) -> None:
    found = run("add", "conv", conv=NO_DEVICE)
    assert [(one.kind, one.level) for one in found.problems] == [(ProblemKind.UNJUDGED, Level.WARNING)]
    assert found.compiled is not None
    assert found.compiled.unjudged == ("conv",)


@pytest.mark.parametrize(("target", "kind"), [("tpu-v5e", ProblemKind.REFUSED), ("nvidia-h100", ProblemKind.UNJUDGED)])
def test_a_compiler_of_a_gpu_may_die_for_want_of_a_device(run: Run, target: str, kind: ProblemKind) -> None:
    died = CompileResult(None, Stage.COMPILE, Outcome.CRASH, "the process was killed by SIGABRT")
    [problem] = run("add", "svd", target=target, svd=died).problems
    assert problem.kind is kind


def test_a_kernel_of_a_library_is_unjudged(run: Run) -> None:
    [problem] = run("add", "ffi_call", ffi_call=NO_HANDLER).problems
    assert problem.kind is ProblemKind.UNJUDGED


def test_a_program_that_is_refused_only_as_a_whole_is_a_problem_of_the_callable(run: Run) -> None:
    [problem] = run("add", "mul", "elsewhere", "collective", collective=REFUSED).problems
    assert (problem.name, problem.place, problem.kind) == ("step", STEP, ProblemKind.REFUSED)
    assert problem.message.startswith("as a whole (each of its 2 distinct operations alone compiles) is refused")


def test_a_program_that_does_not_fit_names_its_largest_values(run: Run) -> None:
    error, warning = run("add", add=TOO_LARGE).problems
    assert (error.kind, error.place, error.level) == (ProblemKind.MEMORY, STEP, Level.ERROR)
    assert (warning.place.line, warning.level) == (7, Level.WARNING)
    assert "returns f32[8192,8192], 256 MiB" in warning.message
    needs = CompileResult(Compiled(1, 0.1, memory=17 << 30))
    assert "needs 17 GiB, and the chip has 16 GiB" in run("add", add=needs).problems[0].message


def test_the_memory_of_a_kernel_is_not_the_chips(run: Run) -> None:
    [problem] = run("add", "pallas_call", pallas_call=KERNEL_TOO_LARGE).problems
    assert (problem.name, problem.kind) == ("pallas_call", ProblemKind.REFUSED)


def test_a_call_of_the_host_is_a_warning_for_a_program_that_compiles(run: Run) -> None:
    [problem] = run("add", "print").problems
    assert (problem.kind, problem.level, problem.place.line) == (ProblemKind.HOST, Level.WARNING, 4)


def test_a_failure_that_may_come_from_the_stand_in_of_a_call_of_the_host_is_no_verdict(run: Run) -> None:
    host, whole = run("print", "collective", collective=NO_RULE).problems
    assert (host.kind, whole.kind) == (ProblemKind.HOST, ProblemKind.UNJUDGED)


@pytest.mark.parametrize(
    ("seconds", "answers", "note"),
    [(-1.0, {}, "reached the time limit"), (60.0, {"add": UNREAD}, "the compiler does not read programs of jax 1.0")],
)
def test_a_program_without_an_answer_has_a_note(run: Run, seconds: float, answers: Answers, note: str) -> None:
    found = run("add", seconds=seconds, **answers)
    assert found.compiled is None
    assert note in found.note
