"""Changes with one cause form one group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.failure_groups import group_changes, signature
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.formats.run_file import RunFile
from monitor.model import Outcome
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]


def change(case: str, message: str, after: Outcome = Outcome.ERROR) -> Change:
    return Change(case, ChangeKind.REGRESSED, Outcome.PASS, after, message)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            change("torch/torch.add/eager-float16", "RuntimeError: \"add_stub\" not implemented for 'Half'"),
            change("torch/torch.mul/eager-bfloat16", "RuntimeError: \"mul_stub\" not implemented for 'BFloat16'"),
        ),
        (
            change("jax/jax.lax.foo/eager", "jax.lax has no foo", Outcome.ABSENT),
            change("jax/jax.lax.bar/eager", "jax.lax has no bar", Outcome.ABSENT),
        ),
        (
            change("jax/jax.numpy.dot/eager-float32", "TypeError: dot got shapes (3, 4) and (5,) of float32[3,4]"),
            change("jax/jax.numpy.vdot/eager-int8", "TypeError: vdot got shapes (7,) and (5, 1) of int8[7]"),
        ),
        (
            Change("jax/jax.a/eager", ChangeKind.VALUES_CHANGED, Outcome.PASS, Outcome.PASS, "entirely other values"),
            Change(
                "jax/jax.b/eager",
                ChangeKind.VALUES_CHANGED,
                Outcome.PASS,
                Outcome.PASS,
                "other values, by about 32 times",
            ),
        ),
    ],
)
def test_one_cause_says_the_same_of_each_case(one: Change, other: Change) -> None:
    assert signature(one) == signature(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            change("jax/jax.lax.foo/eager", "jax.lax has no foo", Outcome.ABSENT),
            change("jax/jax.nn.bar/eager", "jax.nn has no bar", Outcome.ABSENT),
        ),
        (change("jax/jax.a/eager", "ValueError: x"), change("jax/jax.a/eager", "TypeError: x")),
        (change("jax/jax.a/eager", "x"), change("jax/jax.a/eager", "x", Outcome.MISMATCH)),
    ],
)
def test_two_causes_say_different_things(one: Change, other: Change) -> None:
    assert signature(one) != signature(other)


def test_a_cause_gathers_functions_and_hardware_of_one_build(runfile: Make) -> None:
    cases = {f"jax/jax.f{number}/eager": "pass" for number in range(3)}
    runfiles = []
    for night, outcome in enumerate(("pass", "error", "pass"), start=1):
        for target in ("cpu", "tpu-v4"):
            one = runfile(
                night, dict.fromkeys(cases, outcome), version=str(night), retries=dict.fromkeys(cases, [outcome] * 2)
            )
            observations = tuple(
                replace(o, message=f"ValueError: {o.case}" if o.message else "") for o in one.observations
            )
            runfiles.append(
                replace(one, run=replace(one.run, id=f"{one.run.id}{target}", target=target), observations=observations)
            )
    worse, better = group_changes(night_changes(loaded_history(*runfiles)))
    assert (worse.build, worse.kind, len(worse.members)) == ("jax==2", ChangeKind.REGRESSED, 6)
    assert (worse.targets, worse.functions) == (("cpu", "tpu-v4"), ("jax.f0", "jax.f1", "jax.f2"))
    assert (better.build, better.kind, len(better.members)) == ("jax==3", ChangeKind.FIXED, 6)
    assert worse.previous_build == "jax==1"
