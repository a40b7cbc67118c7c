"""The verdicts at the top of a function's page: one sentence for each line of hardware, true of every case."""

from __future__ import annotations

import pytest

from monitor.analysis.status.current_status import CaseStatus, OutcomeTransition
from monitor.analysis.status.scores import Portability
from monitor.model import Build, Channel, Evidence, Outcome, Run
from monitor.site.pages.function_verdicts import FamilyVerdict, family_verdicts
from monitor.site.target_families import target_families, target_words
from monitor.site.target_info import TargetInfo

HARDWARE = {
    "cpu": TargetInfo("CPU (x86-64)", {}, family="CPU"),
    "nvidia-a100": TargetInfo("NVIDIA A100 (SXM, 80 GB)", {}, family="NVIDIA GPU"),
    "nvidia-h100": TargetInfo("NVIDIA H100 (SXM, 80 GB)", {}, family="NVIDIA GPU"),
    "tpu-v2": TargetInfo("TPU v2", {}, family="Google TPU"),
    "tpu-v3": TargetInfo("TPU v3", {}, family="Google TPU"),
    "tpu-v4": TargetInfo("TPU v4", {}, family="Google TPU"),
}
FAMILIES = target_families(HARDWARE, ["fork-chip"])
TPUS = ("tpu-v2", "tpu-v3", "tpu-v4")


def run(target: str, version: str, evidence: Evidence) -> Run:
    started = f"2026-11-{10 + int(version.split('.')[1]):02}T03:00:00Z"
    build = Build("jax", version, Channel.EXACT)
    return Run(f"{target}-{version}", started, target, "jax", "paper", evidence=evidence, build=build)


def status(target: str, variant: str, *outcomes: Outcome, evidence: Evidence = Evidence.COMPILED) -> CaseStatus:
    """Return a case with an outcome in each of the versions 0.1, 0.2, …; blocked in a single one if it has none."""
    runs = [run(target, f"0.{number}", evidence) for number in range(1, max(len(outcomes), 1) + 1)]
    turns = [
        OutcomeTransition(each, before, after)
        for each, before, after in zip(runs, (None, *outcomes), outcomes, strict=False)
        if before is not after
    ]
    last = outcomes[-1] if outcomes else Outcome.BLOCKED
    return CaseStatus(
        f"jax/jax.f/{variant}", runs[-1], last, evidence, "", None, "", (), None, None, None, tuple(turns)
    )


def verdicts(*cases: tuple[str, str, Outcome]) -> dict[str, str]:
    """Return the sentence of each family, from (target, variant, outcome) triples of compiled cases."""
    statuses: dict[str, list[CaseStatus]] = {}
    for target, variant, outcome in cases:
        statuses.setdefault(target, []).append(status(target, variant, outcome))
    return {one.family: sentence(one) for one in family_verdicts(statuses, FAMILIES)}


def sentence(verdict: FamilyVerdict) -> str:
    return "; ".join(clause.text for clause in verdict.clauses)


OK, BAD = Outcome.PASS, Outcome.ERROR
EAGER, COMPLEX, GRADIENT = "eager-float32", "eager-complex128", "gradient-float32"


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [
        ({EAGER: OK}, "compiles for all three"),
        ({EAGER: BAD}, "does not compile for any of the three"),
        ({EAGER: Outcome.ABSENT}, "has no such function on any of the three"),
        ({EAGER: OK, COMPLEX: BAD}, "compiles for all three, except complex128"),
        ({EAGER: OK, COMPLEX: BAD, "compiled-complex128": BAD, "compiled-float32": OK, "vmap-float32": OK},
         "compiles for all three, except complex128"),
        ({EAGER: OK, GRADIENT: BAD}, "compiles for all three, except gradients"),
        ({EAGER: OK, COMPLEX: BAD, "compiled-complex128": OK},
         "compiles for all three, except 1 of 2 cases of complex128"),
        ({EAGER: BAD, COMPLEX: BAD, GRADIENT: OK}, "compiles for all three, but only 1 of 3 cases"),
        ({EAGER: OK, COMPLEX: Outcome.BLOCKED, GRADIENT: Outcome.BLOCKED},
         "is not tested enough: 1 of 3 cases have a result"),
    ],
)  # fmt: skip
def test_a_verdict_names_what_fails(outcomes: dict[str, Outcome], says: str) -> None:
    cases = [(target, variant, outcome) for target in TPUS for variant, outcome in outcomes.items()]
    assert verdicts(*cases) == {"TPU": says}


def test_targets_that_differ_have_clauses_of_their_own() -> None:
    found = verdicts(*((target, EAGER, OK) for target in TPUS), ("tpu-v3", COMPLEX, BAD), ("nvidia-h100", EAGER, OK))
    assert found == {
        "NVIDIA": "compiles for H100",
        "TPU": "compiles for v2 and v4; compiles for v3, except complex128",
    }


def test_a_verdict_never_joins_two_kinds_of_evidence() -> None:
    executed = status("tpu-v2", EAGER, OK, evidence=Evidence.EXECUTED)
    compiled = [status("tpu-v2", COMPLEX, BAD), status("tpu-v3", EAGER, OK)]
    (found,) = family_verdicts({"tpu-v2": [executed, compiled[0]], "tpu-v3": [compiled[1]]}, FAMILIES)
    assert sentence(found) == "works on v2; compiles for v3"
    assert found.evidences == (Evidence.EXECUTED, Evidence.COMPILED)


def test_a_verdict_says_since_when() -> None:
    def since(*cases: CaseStatus) -> tuple[str, bool]:
        (found,) = family_verdicts({"cpu": cases}, FAMILIES)
        return found.since, found.steady

    assert since(status("cpu", EAGER, OK)) == ("first tested with jax 0.1", False)
    assert since(status("cpu", EAGER, OK, OK)) == ("no change since jax 0.1, the first tested build", True)
    changed = status("cpu", EAGER, OK, BAD, OK)
    assert since(changed, status("cpu", COMPLEX, OK, OK, OK, OK)) == ("last change with jax 0.3", False)


def test_a_family_without_a_result_has_no_verdict() -> None:
    assert family_verdicts({"cpu": [status("cpu", EAGER)]}, FAMILIES) == ()
    ((cpu),) = family_verdicts({"cpu": [status("cpu", EAGER, OK), status("cpu", COMPLEX)]}, FAMILIES)
    assert (cpu.portability, cpu.unjudged) == (Portability.SUCCESS, 1)


def test_targets_are_named_by_what_their_titles_share() -> None:
    assert [family.name for family in FAMILIES] == ["CPU", "NVIDIA", "TPU", "fork-chip"]
    assert target_words(FAMILIES, ["tpu-v3", "nvidia-h100", "cpu"]) == "CPU, NVIDIA H100, TPU v3"
    assert target_words(FAMILIES, [*TPUS, "fork-chip"]) == "all 3 TPU targets, fork-chip"
