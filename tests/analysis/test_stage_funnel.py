"""Cases that pass each stage on a target: only what the records hold."""

from __future__ import annotations

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.analysis.status.stage_funnel import StageFunnel, stage_funnels
from monitor.model import Build, Channel, Evidence, Outcome, Run, Stage


def series(evidence: Evidence, *cases: tuple[Outcome, Stage | None]) -> SeriesStatus:
    run = Run(
        "r", "2026-11-01T03:00:00Z", "tpu", "jax", "paper", evidence=evidence, build=Build("jax", "1", Channel.EXACT)
    )
    now = tuple(
        CaseStatus(f"jax/jax.f/{number}", run, outcome, evidence, "", stage, "", (), None, None, None, ())
        for number, (outcome, stage) in enumerate(cases)
    )
    return SeriesStatus("tpu", "jax", "paper", evidence, (), now, (), {})


def test_a_compiled_case_passed_the_stages_before_the_one_that_failed() -> None:
    found = series(
        Evidence.COMPILED,
        (Outcome.PASS, None),
        (Outcome.PASS, None),
        (Outcome.ABSENT, None),
        (Outcome.ERROR, Stage.TRACE),
        (Outcome.UNSUPPORTED, Stage.EXPORT),
        (Outcome.UNSUPPORTED, Stage.LOWER),
        (Outcome.CRASH, Stage.COMPILE),
        (Outcome.FLAKY, None),
        (Outcome.BLOCKED, Stage.LOWER),
    )
    (funnel,) = stage_funnels([found])
    assert (funnel.cases, funnel.unstaged) == (8, 1)
    assert funnel.passed == {"trace": 5, "export": 4, "lower": 3, "compile": 2}
    assert funnel.lost == {"trace": 2, "export": 1, "lower": 1, "compile": 1}


def test_an_executed_case_ran_if_it_gave_a_result() -> None:
    outcomes = (Outcome.PASS, Outcome.PASS, Outcome.MISMATCH, Outcome.ERROR, Outcome.FALLBACK, Outcome.FLAKY)
    (funnel,) = stage_funnels([series(Evidence.EXECUTED, *((outcome, None) for outcome in outcomes))])
    assert (funnel.cases, funnel.unstaged, funnel.passed) == (6, 1, {"run": 3, "numerics": 2})
    assert funnel.lost == {"run": 2, "numerics": 1}


def test_evidence_is_counted_apart_and_tables_of_operators_not_at_all() -> None:
    one = (Outcome.PASS, None)
    kinds = (Evidence.COMPILED, Evidence.EXECUTED, Evidence.REGISTERED)
    found = stage_funnels([series(evidence, one) for evidence in kinds] + [series(Evidence.COMPILED, one)])
    assert [shown(funnel) for funnel in found] == [(Evidence.EXECUTED, 1), (Evidence.COMPILED, 2)]
    assert stage_funnels([series(Evidence.EXECUTED, (Outcome.BLOCKED, None))]) == ()


def shown(funnel: StageFunnel) -> tuple[Evidence, int]:
    return funnel.evidence, funnel.cases
