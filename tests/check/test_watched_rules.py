"""Watched calls are judged by their dtypes, and by their operators where the function has no case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.check.check_data import CheckData, CheckDataError, packed, unpacked
from monitor.check.observed_uses import observed_problems
from monitor.check.problems import Level, ProblemKind
from monitor.check.report import AnswerKind, answer_for
from monitor.check.verdict_lookup import CalledNames, JudgedCase, TargetVerdicts
from monitor.check.watched_rules import watched_problems
from monitor.model import (
    Evidence,
    ObservedCall,
    ObservedFailure,
    ObservedImport,
    ObservedUse,
    Outcome,
    Place,
    WatchedProgram,
)

PLACE = Place("train.py", 3, 5)
FAMILIES = {"tpu-v5e": "Google TPU", "apple-mps": "Apple GPU"}


def case(variant: str, outcome: Outcome = Outcome.PASS, evidence: Evidence = Evidence.COMPILED) -> JudgedCase:
    return JudgedCase(variant, outcome, evidence, "torch 2.13.0", "" if outcome is Outcome.PASS else "no rule")


VERDICTS = TargetVerdicts(
    "apple-mps",
    {
        "torch.sort": (case("eager-float32"), case("eager-float64", Outcome.UNSUPPORTED), case("gradient-float32")),
        "torch.add": (case("eager-float32"), case("empty-eager-float32", Outcome.ERROR)),
        "torch.multinomial": (case("eager-float32", Outcome.FALLBACK),),
        "torch.exp": (case("eager-float32"), case("compiled-float32", Outcome.ERROR)),
        "jax.lax.eig": (case("eager-float32", Outcome.UNSUPPORTED),),
        "jax.numpy.multiply": (case("eager-float32"),),
        "jax.numpy.sum": (case("eager-float32", Outcome.ERROR),),
    },
    {
        "torch.ops.aten.mm": case("kernel", evidence=Evidence.REGISTERED),
        "torch.ops.aten.linalg_eig": case("kernel", Outcome.UNSUPPORTED, Evidence.REGISTERED),
        "tf.raw_ops.Eig": case("kernel", Outcome.UNSUPPORTED, Evidence.REGISTERED),
        "tf.raw_ops.MatMul": replace(case("kernel"), message="T: bfloat16, float32"),
    },
)


def call(name: str, *operators: str, dtypes: tuple[str, ...] = ("float32",), **facts: object) -> ObservedCall:
    framework = {"tf": "tensorflow"}.get(name.partition(".")[0], name.partition(".")[0])
    return ObservedCall(framework, name, PLACE, operators, dtypes, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("observed", "level", "kind"),
    [
        (call("torch.sort", "aten.sort"), None, None),
        (call("torch.sort", "aten.sort", dtypes=("float64",)), Level.ERROR, ProblemKind.VERDICT),
        (call("torch.sort", "aten.sort", dtypes=("int64", "float64")), Level.ERROR, ProblemKind.VERDICT),
        (call("torch.Tensor.__add__", "aten.add.Tensor"), None, None),  # the operator is the function
        (call("torch.multinomial", "aten.multinomial"), Level.WARNING, ProblemKind.HOST),
        (call("torch.exp", "aten.exp"), Level.WARNING, ProblemKind.VERDICT),  # when compiled alone
        (call("torch.matmul", "aten.mm"), None, None),
        (call("torch.linalg.eigvals", "aten.linalg_eig"), Level.ERROR, ProblemKind.VERDICT),
        (call("torch.Tensor.backward", "aten.mm", "aten.linalg_eig", backward=True), Level.ERROR, ProblemKind.VERDICT),
        (call("tf.linalg.eig", "Eig"), Level.WARNING, ProblemKind.HOST),  # TensorFlow runs it on the host
        (call("tf.linalg.matmul", "MatMul"), None, None),
        (call("jax.lax.eig", "eig"), Level.ERROR, ProblemKind.VERDICT),
        (call("jax.lax.mul", "mul"), None, None),  # `jax.numpy.multiply` is this primitive
    ],
)
def test_a_call_is_judged(observed: ObservedCall, level: Level | None, kind: ProblemKind | None) -> None:
    problems, called = watched_problems([observed], VERDICTS, {}, ())
    assert (called.calls, called.judged, called.unknown) == (1, 1, ())
    assert [(one.level, one.kind, one.place) for one in problems] == ([(level, kind, PLACE)] if level else [])


@pytest.mark.parametrize(
    ("observed", "unknown"),
    [
        (call("torch.sort", "aten.sort", dtypes=("int8",)), "torch.sort of int8"),
        (call("torch.add", "aten.add.Tensor", gradient=True), "the gradient of torch.add of float32"),
        (call("torch.roll", "aten.mm", "aten.roll"), "torch.roll"),  # one operator has no entry
        # the CPU's own choice says nothing of other hardware
        (call("torch.sdpa", "aten._scaled_dot_product_flash_attention_for_cpu"), "torch.sdpa"),
        (call("tf.linalg.matmul", "MatMul", dtypes=("int8",)), "tf.linalg.matmul"),
        (call("jax.lax.reduce_sum", "reduce_sum"), "jax.lax.reduce_sum"),  # `sum` fails: that says nothing of a part
    ],
)
def test_a_call_without_a_verdict_is_unknown(observed: ObservedCall, unknown: str) -> None:
    problems, called = watched_problems([observed], VERDICTS, {}, ())
    assert (problems, called) == ([], CalledNames(1, 0, (unknown,)))


def test_code_that_prepares_data_on_the_host_does_not_count() -> None:
    observed = [call("torch.linalg.eigvals", "aten.linalg_eig", host=True)]
    assert watched_problems(observed, VERDICTS, {}, ()) == ([], CalledNames(0, 0, ()))


def use(name: str, text: str = "", **facts: object) -> WatchedProgram:
    return WatchedProgram(uses=(ObservedUse(name, PLACE, text=text, **facts),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("program", "kinds"),
    [
        (use(".cuda", "x.cuda()"), {("tpu-v5e", "apple-mps"): "hard-coded-device"}),
        (use(".to", "x.to(config.device)", argument="cuda:0"), {("tpu-v5e", "apple-mps"): "hard-coded-device"}),
        (use("torch.autocast", "torch.autocast('cuda', enabled=False)", argument="cuda", disabled=True), {}),
        (use(".item", "loss.item()", host=True), {}),
        (use("jax.numpy.nonzero", "jnp.nonzero(x)"), {("tpu-v5e", "apple-mps"): "data-dependent-shape"}),
        (use("jax.numpy.nonzero", "jnp.nonzero(x, size=3)"), {}),
        (use("jax.numpy.where", "jnp.where(x, 1, 2)"), {}),
        (use("torch.float64"), {("apple-mps",): "wide-dtype", ("tpu-v5e",): "wide-dtype"}),
        (WatchedProgram(imports=(ObservedImport("triton", PLACE),)), {("tpu-v5e", "apple-mps"): "vendor-kernel"}),
        (WatchedProgram(imports=(ObservedImport("triton", PLACE, found=False),)), {}),  # the program goes on
        (
            WatchedProgram(
                imports=(ObservedImport("triton", PLACE, found=False),),
                failures=(ObservedFailure("ModuleNotFoundError: No module named 'triton'", PLACE, "triton"),),
            ),
            {("tpu-v5e", "apple-mps"): "vendor-kernel"},
        ),
        (
            WatchedProgram(failures=(ObservedFailure("RuntimeError: Found no NVIDIA driver on your system", PLACE),)),
            {("tpu-v5e", "apple-mps"): "hard-coded-device"},
        ),
    ],
)
def test_a_use_is_a_problem_as_in_a_source_file(program: WatchedProgram, kinds: dict[tuple[str, ...], str]) -> None:
    assert {one.targets: one.kind.value for one in observed_problems(program, FAMILIES)} == kinds


def test_a_script_that_did_not_end_well_never_ports() -> None:
    answer = answer_for("tpu-v5e", "TPU v5e", CalledNames(2, 2, ()), ())
    assert (answer.kind, answer.sentence) == (AnswerKind.PORTS, "ports")
    early = replace(answer, complete=False)
    assert (early.kind, early.sentence) == (AnswerKind.UNKNOWN, "unknown: what the script does later")


def test_a_package_has_the_same_verdicts() -> None:
    again = unpacked(packed(CheckData({}, {"apple-mps": VERDICTS}, "2026-11-30")))
    assert again == CheckData({}, {"apple-mps": VERDICTS}, "2026-11-30")


@pytest.mark.parametrize("content", [b"", b"no data", packed(CheckData({}, {}))[:20], b"\x1f\x8b" + bytes(30)])
def test_another_file_is_no_package(content: bytes) -> None:
    with pytest.raises(CheckDataError):
        unpacked(content)


def test_a_problem_explains_the_call_that_it_names_and_no_other_at_its_place() -> None:
    observed = [call("torch.Tensor.item", "aten.item"), call("torch.linalg.eigvals", "aten.linalg_eig")]
    problems, called = watched_problems(observed, VERDICTS, {}, {(PLACE, "torch.Tensor.item")})
    assert ([one.name for one in problems], called) == (["torch.linalg.eigvals"], CalledNames(2, 2, ()))
