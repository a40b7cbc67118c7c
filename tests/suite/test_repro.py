"""Every case has a stand-alone script, whose verdict is that of the worker."""

from __future__ import annotations

import ast
import builtins
import random
import re
import subprocess
import symtable
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeGuard

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.process import Limits, Worker, worker_command
from monitor.formats.error_text import seen
from monitor.history.files import Folder
from monitor.history.last_known import read_outcomes
from monitor.model import MODELS, WEEKLY_MODES, InputKind, Outcome, input_kind_of, mode_of
from monitor.suite.discovery import collect, is_listed, suites
from monitor.suite.repro import NoScriptError, _with_names, script
from monitor.suite.script_verdict import opening
from support.forked_scripts import ScriptHost, script_host

RESULTS = Path(__file__).parents[2] / "results"
FRAMEWORKS = ("jax", "tensorflow", "torch")
SAMPLE = 5  # of each framework
SEED = 1
BETWEEN_STATEMENTS = re.compile(r"\n\n+(?=\S)")  # an empty line, and no indentation after it
LISTED = {
    "torch": (
        "torch/torch.mul/opinfo-eager-complex64",
        "torch/torch.nn.functional.pad/opinfo-reflect-eager-float32",
        "torch/torch.div/opinfo-trunc_rounding-eager-int32",
        "torch/torch.Tensor.to_sparse_coo/eager-int64",
    ),
    "jax": ("jax/jax.lax.mul/harness-mul_dtypes_lhs_bfloat16_20_20_rhs_bfloat16_20_20_",),
}


Run = Callable[[str, str], subprocess.CompletedProcess[str]]

# Names that a case looks up to see them refused.
UNDEFINED = {"torch/torch.jit.script/refused-eager": {"unknown"}}
SAMPLED = 20  # a kind of inputs changes few lines of a script


@pytest.fixture(scope="module")
def hosts(builds: Callable[[str], ProvisionedBuild]) -> Iterator[Callable[[str], ScriptHost]]:
    """Return a function that gives the host of a framework's scripts."""
    with ExitStack() as resources:
        yield cache(lambda name: resources.enter_context(script_host(builds(name).python, "numpy", name)))


@pytest.fixture
def run(hosts: Callable[[str], ScriptHost], tmp_path: Path) -> Run:
    """Return a function that runs the script of a case in the environment of its framework."""

    def run(text: str, case: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "repro.py"
        path.write_text(text)
        return hosts(case.partition("/")[0]).run(path)

    return run


def declared(framework: str) -> list[str]:
    """Return the declared cases of the nightly modes with plain inputs, and a sample of the others."""
    names = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    cases = sorted(case for suite in names for case in collect(framework, suite))
    usual = {case: is_usual(case) for case in cases}
    return [case for case in cases if usual[case]] + [case for case in cases if not usual[case]][::SAMPLED]


def is_usual(case: str) -> bool:
    return input_kind_of(case) is InputKind.PLAIN and mode_of(case.rpartition("/")[2]) not in WEEKLY_MODES


def listed(framework: str) -> list[str]:
    """The cases that builds listed, from the shipped history."""
    names = [suite for suite in suites(framework) if is_listed(framework, suite)]
    outcomes = PurePosixPath("outcomes", "cpu", framework)
    return [case for name in names for case in read_outcomes(Folder(RESULTS), outcomes / f"{name}.csv")]


def bound(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that top-level statements bind, each as often as it is bound."""
    for one in statements:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            yield one.name
            continue
        if isinstance(one, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name) for alias in one.names)
            continue
        targets = [*getattr(one, "targets", []), *([one.target] if hasattr(one, "target") else [])]
        yield from (node.id for target in targets for node in ast.walk(target) if is_stored(node))


def is_stored(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


@cache
def names_bound(statements: str) -> tuple[str, ...]:
    """Return the names that statements of the top level bind. Most scripts share most of them, so each is read once."""
    tree = ast.parse(statements)
    compile(tree, "script", "exec")
    return tuple(bound(tree.body))


@cache
def names_looked_up(statements: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that statements of the top level assign, and those that they look up outside of Python's own."""
    table = symtable.symtable(statements, "script", "exec")
    assigned = frozenset(symbol.get_name() for symbol in table.get_symbols() if symbol.is_local())
    return assigned, frozenset(global_names(table)) - vars(builtins).keys()


def global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that a table and the tables in it look up at the top level."""
    is_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (is_top or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from global_names(inner)


@pytest.mark.no_cover  # it makes thousands of scripts
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_script_stands_alone_and_gives_each_name_once(framework: str) -> None:
    cases = declared(framework) + listed(framework)
    assert len(cases) > 2000
    for case in cases:
        text = script(case, "mismatch: it's off")
        code = text.partition("import")[2]
        assert "monitor" not in code or not re.search(r"\bmonitor\b", code), case
        assert "sys.excepthook = fails" in text, case
        assert "does not reproduce" in text.splitlines()[-1], f"{case} has no verdict"
        parts = BETWEEN_STATEMENTS.split(text)
        names = Counter(name for part in parts for name in names_bound(part))
        assigned, looked_up = (frozenset().union(*names) for names in zip(*map(names_looked_up, parts), strict=True))
        missing = looked_up - assigned - UNDEFINED.get(case, set())
        assert not missing, f"{case} looks up {missing}, which the script lacks"
        twice = {name for name, times in names.items() if times > 1}
        twice -= {"jax", "tf", "torch"} if "Replaced(plain, " in text else set()  # a case that follows by rule
        assert not twice, f"{case} gives {twice} a second meaning"
    assert names_bound.cache_info().currsize > 500


def test_the_definitions_of_two_modules_stand_in_their_order() -> None:
    text = script("jax/jax.random.beta/eager-float32")
    parts = ("import importlib", "CRITICAL_DISTANCE =", "def follows(", "DRAWS =", "def moments(")
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_script_lacks_a_helper_whose_name_the_case_uses_for_a_variable() -> None:
    text = script("torch/torch.utils.data.RandomSampler/eager")
    assert "numbers, count, " in text
    assert "def numbers(" not in text


def test_a_name_that_the_script_needs_itself_is_another_in_it() -> None:
    text = script("jax/jax.experimental.pallas.pallas_call/add-eager-float16")
    assert "def call_(jax, kernel, like, *inputs, **options):" in text
    assert "return call_(jax, kernel, x, x, y)" in text
    renamed = _with_names("def call(call, é=1):\n    return 'é', call, call.call, lambda call: call", {"call": "c"})
    assert renamed == "def c(c, é=1):\n    return 'é', c, c.call, lambda c: c"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_script_says_what_the_worker_says(
    framework: str, builds: Callable[[str], ProvisionedBuild], run: Run, tmp_path: Path
) -> None:
    cases = {*random.Random(SEED).sample(declared(framework), SAMPLE), *LISTED.get(framework, ())}  # noqa: S311
    for suite in suites(framework):
        if suite == MODELS or (not is_listed(framework, suite) and not collect(framework, suite).keys() & cases):
            continue  # no worker need start, or none can
        command = worker_command(builds(framework).python, framework, suite, "cpu", {}, tmp_path / "worker.log")
        with Worker(command) as worker:
            for case in cases & {*worker.info.cases}:
                passes = worker.run_case(case, Limits(120, 4096)).outcome is Outcome.PASS
                done = run(script(case), case)
                assert (done.returncode == 0) is passes, f"{case}\n{done.stdout}\n{done.stderr}"
                cases.remove(case)
    assert not cases


# One of each suite and kind: a mode, a promise, what is drawn at random, what is built before.
PASSING = (
    "jax/jax.numpy.log/compiled-float32",
    "jax/jax.numpy.log/gradient-float32",
    "jax/jax.numpy.log/compiled_gradient-float32",
    "jax/jax.numpy.log/vmap-float32",
    "jax/jax.numpy.log/jvp-float32",
    "jax/jax.numpy.log/hvp-float32",
    "jax/jax.tree_util.tree_unflatten/registered-eager",
    "jax/jax.lax.mul/harness-mul_dtypes_lhs_bfloat16_20_20_rhs_bfloat16_20_20_",
    "tensorflow/tf.reduce_mean/eager-float32",
    "tensorflow/tf.reduce_mean/compiled-float32",
    "tensorflow/tf.reduce_mean/gradient-float32",
    "tensorflow/tf.random.categorical/eager",
    "torch/torch.cat/eager-float32",
    "torch/torch.cat/compiled-float32",
    "torch/torch.nn.CrossEntropyLoss/gradient-float32-kinks",
    "torch/torch.nn.Conv3d/eager-float32",
    "torch/torch.randperm/by-seed-eager-int32",
    "torch/torch.nn.functional.scaled_dot_product_attention/opinfo-eager-float16",
)
# Those that fail, with what a run says of them.
FAILING = {
    "jax/jax.tree_map/eager-float32": "absent: jax has no tree_map",
    "jax/jax.experimental.pallas.pallas_call/add-eager-float32": "unsupported: ValueError: Only interpret mode",
    "tensorflow/tf.nn.gelu/eager-float64": "mismatch: 34 of 35 elements off, by up to 1000 times the tolerance",
    "torch/torch.Tensor.cuda/eager-float32": "unsupported: AssertionError: Torch not compiled with CUDA enabled",
    "torch/torch.matrix_exp/opinfo-eager-float16": "mismatch: not finite where a number was expected",
}
# Replacements that make a result wrong, one script for each kind of oracle.
FAULTS = {
    "torch/torch.cat/eager-float32": ("judging.append(got)", "got = [g * 1.001 for g in got]\njudging.append(got)"),
    "torch/torch.cat/eager-int32": ("judging.append(got)", "got = [g.long() for g in got]\njudging.append(got)"),
    "torch/torch.cat/gradient-float32": ("judging.append(got)", "got = [-g for g in got]\njudging.append(got)"),
    "torch/torch.randperm/by-seed-eager-int32": ("judging.append(result)", "result = 0\njudging.append(result)"),
    "torch/torch.mul/opinfo-eager-complex64": ("judging.append(results)", "results = [r * 2 for r in results]"),
    "jax/jax.lax.mul/harness-mul_dtypes_lhs_bfloat16_20_20_rhs_bfloat16_20_20_": (
        "judging.append(got)",
        "got = [(g + 1, dtype) for g, dtype in got]",
    ),
}


@pytest.mark.parametrize("case", PASSING)
def test_a_script_that_passes_says_so(case: str, run: Run) -> None:
    done = run(script(case, "mismatch: 3 of 4 elements off"), case)
    assert done.returncode == 0, done.stderr
    said = "does not reproduce: it passes here; recorded: mismatch: 3 of 4 elements off"
    assert done.stdout.splitlines()[-1] == said


@pytest.mark.parametrize("case", FAILING)
def test_a_script_that_fails_says_so(case: str, run: Run) -> None:
    done = run(script(case, FAILING[case]), case)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == f"recorded: {FAILING[case]}"
    assert done.stdout.splitlines()[-1] == "FAILS as recorded"
    assert "Traceback" in done.stderr


def test_a_script_cannot_tell_of_a_harness_that_the_build_lacks(run: Run) -> None:
    case = "jax/jax.lax.linalg.cholesky/harness-cholesky_shape_float16_4_4_"  # the last with it is jax 0.10.2
    done = run(script(case, "unsupported: NotImplementedError"), case)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (125, "cannot tell: this build has no such harness")


@pytest.mark.parametrize("case", FAULTS)
def test_a_wrong_result_fails_its_script(case: str, run: Run) -> None:
    that, this = FAULTS[case]
    right = script(case, "error: it raised")
    assert right.count(f"\n{that}\n") == 1
    done = run(right.replace(f"\n{that}\n", f"\n{this}\n"), case)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "FAILS; recorded: error: it raised"
    assert "AssertionError" in done.stderr


@pytest.mark.parametrize(("recorded", "said"), [("", "passes"), (seen(Outcome.PASS, ""), "passes as recorded")])
def test_what_was_not_recorded_to_fail_passes(recorded: str, said: str, run: Run) -> None:
    case = "torch/torch.cat/eager-float32"
    assert run(script(case, recorded), case).stdout.splitlines()[-1] == said


@pytest.mark.parametrize(
    ("recorded", "raised", "status", "said"),
    [
        ("error: ValueError: too small", "ValueError('too small')", 1, "FAILS as recorded"),
        ("error: ValueError: too small", "TypeError('no')", 1, "FAILS; recorded: error: ValueError: too small"),
        ("crash: killed by SIGSEGV", "TypeError('no')", 1, "FAILS; recorded: crash: killed by SIGSEGV"),
        (
            "unsupported: Mosaic refused it",
            "ValueError('on CPU')",
            1,
            "FAILS; recorded: unsupported: Mosaic refused it",
        ),
        ("absent: jax has no tree_map", "AttributeError('tree_map')", 1, "FAILS as recorded"),
        (seen(Outcome.PASS, ""), "ValueError('new')", 1, "FAILS; recorded: pass"),
        ("", "ValueError('new')", 1, "FAILS"),
        (
            "error: ValueError: no",
            "ModuleNotFoundError(\"No module named 'jax'\")",
            125,
            "cannot tell: No module named 'jax'",
        ),
    ],
)
def test_a_script_fails_as_recorded_only_where_it_says_the_same(
    recorded: str, raised: str, status: int, said: str
) -> None:
    text = f"import sys\n{opening(recorded)}\nraise {raised}\n"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (status, said)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("torch/torch.catt/eager-float32", 'the nearest is "torch/torch.cat/eager-float32"'),
        ("paddle/paddle.add/eager", "its first part names no framework"),
        ("nonsense", "its first part names no framework"),
        ("torch/torch.add/opinfo-nonsense", "is no case of the operator database"),
    ],
)
def test_what_is_no_case_is_refused(case: str, said: str) -> None:
    with pytest.raises(NoScriptError, match=said):
        script(case)
