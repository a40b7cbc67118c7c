"""Generated programs: the same everywhere, with a reference that agrees with the frameworks, and faults that shrink."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.process import PACKAGE
from monitor.model import InputKind, Mode, input_kind_of
from monitor.suite.chains.check import drawn, reference_of
from monitor.suite.chains.grammar import PATTERNS, program_of, programs
from monitor.suite.chains.judging import changes, evaluate, exact, settled
from monitor.suite.chains.operations import OPERATIONS, Operand, Step
from monitor.suite.chains.program import Program, case_id, is_valid
from monitor.suite.chains.shrinking import shrink
from monitor.suite.chains.spelling import NUMPY, program_text
from monitor.suite.discovery import generated
from monitor.suite.jax.chains import SPELLING as JAX
from monitor.suite.repro import script
from monitor.suite.tensorflow.chains import SPELLING as TENSORFLOW
from monitor.suite.torch.chains import SPELLING as TORCH

CHECKOUT = Path(__file__).resolve().parents[2]
SPELLINGS = {"jax": JAX, "tensorflow": TENSORFLOW, "torch": TORCH}
PRODUCT_SUM = Program(
    (3, 1, 2, 2, 8, 8, 8),
    "float32",
    "normal",
    gradient=False,
    steps=(Step("mul", Operand.LIKE), Step("sum", parameters=(("axis", 3), ("keepdims", False)))),
)


def test_the_grammar_is_the_same_in_every_process() -> None:
    code = "from monitor.suite.chains.grammar import programs; print([one.text for one in programs(40)])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str([one.text for one in programs(40)])


def test_a_longer_list_begins_with_the_shorter_one() -> None:
    assert programs(60)[:40] == programs(40)


def test_a_new_option_changes_only_programs_that_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = programs(200)
    program_of.cache_clear()
    monkeypatch.setitem(PATTERNS, ("order", "scan"), 3)  # type: ignore[index]
    after = programs(200)
    program_of.cache_clear()
    added = [one for one in after if one not in before]
    assert added
    assert all(one.steps[0].operation == "sort" for one in added if one not in before[:190])
    assert len({*before} & {*after}) > 180


def test_programs_are_many_and_various() -> None:
    found = programs(500)
    assert len({one.text for one in found}) == 500
    assert {len(one.shape) for one in found} == {1, 2, 3, 4, 5, 6, 7, 8}
    assert {one.dtype for one in found} == {"float32", "float64", "float16", "bfloat16", "int32"}
    assert {step.operation for one in found for step in one.steps} == OPERATIONS.keys()
    assert {2, 3, 4} >= {len(one.steps) for one in found} >= {2, 3}
    kinds = Counter(one.kind for one in found)
    assert min(kinds[kind] for kind in (InputKind.PLAIN, InputKind.SPECIAL, InputKind.SCALED, InputKind.RANK)) > 20
    assert 100 < sum(one.gradient for one in found) < 300


@pytest.mark.parametrize("framework", SPELLINGS)
def test_every_case_is_known_without_a_build(framework: str) -> None:
    spelling = SPELLINGS[framework]
    cases = generated(framework, "chains")
    assert len({*cases}) == len(cases) == 2 * spelling.programs >= 1000
    assert {case.split("/")[1] for case in cases} == {spelling.function}
    assert {input_kind_of(case) for case in cases} <= {*InputKind}
    assert spelling.operations.keys() == NUMPY.keys() == OPERATIONS.keys()


def test_an_id_states_program_mode_and_dtype() -> None:
    assert PRODUCT_SUM.text == (
        "x float32[3, 1, 2, 2, 8, 8, 8]: mul(x, y[3, 1, 2, 2, 8, 8, 8]), sum(axis=3, keepdims=False)"
    )
    case = case_id("jax", "jax.jit", PRODUCT_SUM, Mode.COMPILED)
    assert case.startswith("jax/jax.jit/chains-mul.sum-")
    assert case.endswith("-compiled-float32-rank")
    assert program_text(PRODUCT_SUM, JAX.operations) == (
        "def program(x, y):\n    a = x * y\n    b = jnp.sum(a, axis=3, keepdims=False)\n    return b"
    )


def test_the_reference_has_the_shape_of_every_program() -> None:
    for program in programs(500):
        result = evaluate(reference_of(program), exact, drawn(program), 0)[0]
        assert result.shape == program.calls[-1].after, program.text


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_rounding_is_explained_and_a_fault_is_not(dtype: str) -> None:
    program = replace(PRODUCT_SUM, dtype=dtype, shape=(3, 2, 2, 8))
    reference, inputs = reference_of(program), drawn(program)
    want = evaluate(reference, exact, inputs, 0)
    others = [evaluate(reference, make, inputs, 0) for make in changes(dtype, smooth=False)]
    rounded = evaluate(reference, next(changes(dtype, smooth=False)), inputs, 0)
    truths, slack = settled(rounded, want, others)
    assert (np.abs(rounded[0] - truths[0]) <= slack[0]).all()
    less = program.with_steps((program.steps[0], Step("amax", parameters=program.steps[1].parameters)))
    wrong = evaluate(reference_of(less), exact, inputs, 0)
    truths, slack = settled(wrong, want, others)
    assert (np.abs(wrong[0] - truths[0]) > slack[0]).any()


def test_overflow_in_the_dtype_leaves_an_element_undecided() -> None:
    program = Program((4,), "float16", "offset", gradient=False, steps=(Step("exp"), Step("log1p")))
    want = evaluate(reference_of(program), exact, drawn(program), 0)
    others = [evaluate(reference_of(program), make, drawn(program), 0) for make in changes("float16", smooth=False)]
    truths, _ = settled([np.full(4, np.inf)], want, others)
    assert np.isinf(truths[0]).all()


def test_a_failure_shrinks_to_the_steps_and_sizes_that_cause_it() -> None:
    program = replace(
        PRODUCT_SUM,
        values="mixed",
        steps=(Step("tanh"), *PRODUCT_SUM.steps, Step("exp")),
    )
    assert is_valid(program)

    def failure(one: Program) -> str:
        return "mismatch" if any(step.operation == "sum" for step in one.steps) and max(one.shape) > 1 else ""

    smallest = shrink(program, failure, 200)
    assert [step.operation for step in smallest.steps] == ["sum"]
    assert (smallest.values, sorted(smallest.shape)) == ("ones", [1, 2]) or len(smallest.shape) == 1
    assert shrink(program, lambda one: "", 9) == program


@pytest.mark.parametrize("framework", SPELLINGS)
def test_scripts_are_programs_without_the_monitor(framework: str) -> None:
    for case in generated(framework, "chains")[:40:3]:
        text = script(case)
        compile(text, case, "exec")
        assert "def program(x" in text
        assert "monitor" not in text.partition("import")[2]


AGREEMENT = """
import sys
from importlib import import_module
from dataclasses import replace
from monitor.suite.chains.check import judged, prepared
from monitor.suite.chains.grammar import programs
from monitor.suite.worker import open_device

framework, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
device = open_device(framework, "cpu")
spelling = import_module(f"monitor.suite.{framework}.chains").SPELLING
bad = []
for program in programs(first + count)[first:]:
    if program.values not in ("normal", "offset", "constant") or program.dtype == "int32":
        continue
    wide = replace(program, dtype="float64")
    try:
        judged(device, wide, prepared(device, spelling, wide, compiled=False)())
    except Exception as error:
        if device.refusal(error) is None:
            bad.append(f"{wide.text}: {type(error).__name__}: {error}")
print(*bad, sep="\\n", end="")
"""

PLANTED = """
import sys
from dataclasses import replace
from importlib import import_module
from monitor.suite.chains.check import ChainCheck
from monitor.suite.chains.operations import Operand, Step
from monitor.suite.chains.program import Program
from monitor.suite.worker import observe, open_device
from monitor.model import Mode

framework, operation, text = sys.argv[1:]
device = open_device(framework, "cpu")
spelling = import_module(f"monitor.suite.{framework}.chains").SPELLING
wrong = replace(spelling, operations={**spelling.operations, operation: text})
steps = (Step("tanh"), Step("mul", Operand.ROW), Step("sum", parameters=(("axis", 1), ("keepdims", False))))
program = Program((3, 5, 5), "float32", "normal", False, steps)
for mode in (Mode.EAGER, Mode.COMPILED):
    observation = observe(device, ChainCheck(framework, wrong, program, mode))
    print(observation.outcome, observation.message)
"""


def in_build(code: str, builds: Callable[[str], ProvisionedBuild], framework: str, *arguments: str) -> str:
    command = [str(builds(framework).python), "-W", "ignore", "-c", code, framework, *arguments]
    environment = {"PYTHONPATH": str(PACKAGE.parent), "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**environment, "PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("framework", SPELLINGS)
def test_the_reference_agrees_with_the_framework_in_double_precision(
    framework: str, builds: Callable[[str], ProvisionedBuild]
) -> None:
    assert in_build(AGREEMENT, builds, framework, "0", "40") == ""


# A wrong axis, a missing broadcast, a sum without its last element.
FAULTS = {
    "sum": "jnp.sum({x}, axis=2, keepdims={keepdims})",
    "mul": "{x} * {y}[0]",
    "tanh": "jnp.tanh({x}).at[..., -1].set(0)",
}


@pytest.mark.parametrize("operation", FAULTS)
def test_a_planted_fault_is_found_and_shrunk(operation: str, builds: Callable[[str], ProvisionedBuild]) -> None:
    lines = in_build(PLANTED, builds, "jax", operation, FAULTS[operation]).splitlines()
    assert len(lines) == 2
    for line in lines:
        outcome, _, message = line.partition(" ")
        shown = message.partition(": ")[2]
        assert outcome == "mismatch", line
        assert operation in shown, line
        assert sum(f"{other}(" in shown for other in ("tanh", "mul", "sum")) == 1, line
