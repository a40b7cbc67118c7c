"""Names are compared with the newest build, and functions with the verdicts on a target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.analysis.names.name_history import FrameworkNames, framework_names
from monitor.check.name_rules import name_problems
from monitor.check.name_uses import names_in
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.report import AnswerKind, CheckReport, answer_for
from monitor.check.verdict_lookup import CalledNames, target_problems, target_verdicts
from monitor.formats.run_file import RunFile
from monitor.history.name_table import NameListing
from monitor.history.store import History
from monitor.model import NameKind, Place, PublicName, Run
from monitor.reports.check_text import check_markdown
from monitor.snapshot.snapshot import read_snapshot
from support.public_names import named

JAX = "import jax\nimport jax.numpy as jnp\n"


BEFORE = {"jax.tree_map": "(f, tree)", "jax.jit": "(fun, device=None)", "jax.tree.map": "(f, tree)"}
NOW = {"jax.jit": "(fun)", "jax.tree.map": "(f, tree)", "jax.numpy.where": "(condition, x, y)"}
NOTE = "jax.tree_map was removed: use jax.tree.map"


def listing(run: Run, functions: dict[str, str], *others: PublicName) -> NameListing:
    modules = {name.rpartition(".")[0] for name in functions}
    listed = [PublicName(name, NameKind.MODULE) for name in modules]
    listed += [PublicName(name, NameKind.FUNCTION, signature) for name, signature in functions.items()]
    return NameListing(run, named(*listed, *others))


@pytest.fixture
def names(runfile: Callable[..., RunFile]) -> dict[str, FrameworkNames]:
    older, newer = (runfile(day, {}, version=f"0.{day}.0", suite="names").run for day in (5, 6))
    removed = PublicName("jax.tree_map", NameKind.REMOVED, note=NOTE)
    old = PublicName("jax.old", NameKind.FUNCTION, note="use jax.jit")
    return {"jax": framework_names("jax", [listing(older, BEFORE), listing(newer, NOW, removed, old)])}


def found(source: str, names: dict[str, FrameworkNames]) -> list[Problem]:
    return [*name_problems(names_in("a.py", source), names)]


@pytest.mark.parametrize(
    ("source", "kind", "since", "alternative"),
    [
        (JAX + "jax.tree_map(f, x)", ProblemKind.REMOVED, "jax==0.6.0", "jax.tree.map"),
        ("from jax import tree_map\ntree_map(f, x)\ntree_map(f, y)", ProblemKind.REMOVED, "jax==0.6.0", "jax.tree.map"),
        (JAX + "jnp.no_such_function(x)", ProblemKind.UNKNOWN, "", ""),
        (JAX + "jax.jit(f, device=d)", ProblemKind.PARAMETER, "jax==0.6.0", ""),
        (JAX + "jax.old(f)", ProblemKind.DEPRECATED, "jax==0.6.0", "jax.jit"),
    ],
)
def test_a_name_that_the_newest_build_lacks(
    source: str, kind: ProblemKind, since: str, alternative: str, names: dict[str, FrameworkNames]
) -> None:
    [problem] = found(source, names)
    assert (problem.kind, problem.since, problem.alternative) == (kind, since, alternative)


@pytest.mark.parametrize(
    "source",
    [
        JAX + "jnp.where(x, y, z).sum()\njax.jit(f, static_argnums=0)",
        "try:\n    from jax import tree_map\nexcept ImportError:\n    tree_map = None\ntree_map(f, x)",
        JAX + "if hasattr(jax, 'tree_map'):\n    jax.tree_map(f, x)",
        "import torch\ntorch.no_listing(x)",
        "import keras\nkeras.saving.load_model(x)",  # the listings have `tf.keras`
    ],
)
def test_nothing_to_say(source: str, names: dict[str, FrameworkNames]) -> None:
    assert found(source, names) == []


CASES = {
    "jax/array_api.a/eager-float32": "mismatch",  # another function than `jax.a`
    "jax/jax.a/eager-float32": "pass",
    "jax/jax.a/eager-complex128": "unsupported",
    "jax/jax.b/eager-float32": "unsupported",
    "jax/jax.b/oblong-eager": "pass",
    "jax/jax.c/eager-float32": "pass",
    "jax/jax.c/eager-float32-special": "mismatch",
    "jax/jax.d/eager-float32": "fallback",
    "jax/jax.e/eager-float32": "pass",
    "jax/jax.e/eager-bfloat16": "unsupported",
    "jax/jax.g/eager-float32": "pass",
    "jax/jax.g/by-seed-eager-float32": "error",
}


@pytest.mark.parametrize(
    ("function", "level"),
    [("a", Level.NOTE), ("b", Level.ERROR), ("c", None), ("d", Level.WARNING), ("e", Level.WARNING), ("g", Level.NOTE)],
)
def test_a_function_has_the_level_of_its_usual_dtypes(
    function: str, level: Level | None, tmp_path: Path, runfile: Callable[..., RunFile]
) -> None:
    History(tmp_path / "h").record([runfile(1, CASES, target="tpu-v5e")], "a night")
    series = read_snapshot(History(tmp_path / "h")).functions
    functions = {f"jax.{one}": "(x)" for one in "abcdefg"}
    listed = {"jax": framework_names("jax", [listing(runfile(1, {}, suite="names").run, functions)])}
    uses = names_in("a.py", f"import jax\njax.{function}(x)\njax.f(x)")
    problems, called = target_problems(uses, target_verdicts("tpu-v5e", series, listed), listed, ())
    assert [problem.level for problem in problems] == ([level] if level else [])
    assert (called.calls, called.judged, called.unknown) == (2, 1, ("jax.f",))
    everywhere, _ = target_problems(uses, target_verdicts("cpu", series, listed), listed, ())
    assert everywhere == []


def test_a_tensor_on_the_cpu_has_no_problem_of_the_target(tmp_path: Path, runfile: Callable[..., RunFile]) -> None:
    History(tmp_path / "h").record(
        [runfile(1, {"torch/torch.randperm/eager-float32": "error"}, framework="torch", target="tpu-v5e")], "a night"
    )
    series = read_snapshot(History(tmp_path / "h")).functions
    listed = {
        "torch": framework_names("torch", [listing(runfile(1, {}, suite="names").run, {"torch.randperm": "(n)"})])
    }
    uses = names_in("a.py", "import torch\ntorch.randperm(3)\ntorch.randperm(3, device=d)")
    problems, _ = target_problems(uses, target_verdicts("tpu-v5e", series, listed), listed, ())
    assert [problem.place.line for problem in problems] == [3]


def test_an_answer_never_leaves_out_what_is_unknown() -> None:
    unknown = CalledNames(3, 2, ("jax.f",))
    answer = answer_for("tpu-v5e", "TPU v5e", unknown, [])
    assert (answer.kind, answer.sentence) == (AnswerKind.UNKNOWN, "unknown: 1 name")
    assert answer_for("tpu-v5e", "TPU v5e", CalledNames(3, 3, ()), []).sentence == "ports"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (JAX + "jax.tree_map(f, x)", AnswerKind.FAILS),
        (JAX + "jax.jit(f, device=d)", AnswerKind.FAILS),
        (JAX + "jax.old(f)", AnswerKind.PORTS),
        (JAX + "jnp.no_such_function(x)", AnswerKind.PORTS),
    ],
)
def test_a_name_that_fails_in_the_newest_build_fails_on_each_target(
    source: str, kind: AnswerKind, names: dict[str, FrameworkNames]
) -> None:
    problems = found(source, names)
    answers = [answer_for(target, target, CalledNames(1, 1, ()), problems) for target in ("tpu-v5e", "nvidia-h100")]
    assert [answer.kind for answer in answers] == [kind, kind]
    report = CheckReport(1, 3, ("jax",), (), tuple(problems), tuple(answers))
    later = report.without({problem.key for problem in problems})
    assert [answer.kind for answer in later.answers] == [AnswerKind.PORTS, AnswerKind.PORTS]


def test_a_baseline_takes_its_problems_out_of_the_answers() -> None:
    problem = Problem(ProblemKind.VERDICT, Level.ERROR, Place("a.py", 1, 1), "jax.b", "fails", ("tpu-v5e",))
    answer = answer_for("tpu-v5e", "TPU v5e", CalledNames(1, 1, ()), [problem])
    report = CheckReport(1, 2, ("jax",), (), (problem,), (answer,))
    assert report.failing
    assert "| TPU v5e | does not port: 1 place fails " in check_markdown(report)
    later = report.without({problem.key})
    assert (later.failing, later.known_before, later.answers[0].kind) == (False, 1, AnswerKind.PORTS)
    assert later.answers[0].sentence == "no new problem: 1 known place left out"
