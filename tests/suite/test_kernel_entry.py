"""Availability of operators that call others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Outcome
from monitor.suite.kernel_entry import CompositeCall, KernelEntry, follow_composites

THERE, TO_CPU = KernelEntry(Outcome.PASS), KernelEntry(Outcome.FALLBACK, "passed on to the CPU")


def whole(*calls: str) -> CompositeCall:
    return CompositeCall(frozenset(calls), whole=True)


def broken(*calls: str) -> CompositeCall:
    return CompositeCall(frozenset(calls), whole=False)


@pytest.mark.parametrize(
    ("paths", "outcome", "how"),
    [
        ({whole("mm")}, Outcome.PASS, "by way of mm"),
        ({whole()}, Outcome.PASS, "by way of no other operator"),
        (
            {whole(*"abcd", "mm")},
            Outcome.UNSUPPORTED,
            "by way of a, b, c and 1 more, without a kernel for X",
        ),
        ({whole("mm", "_eigh")}, Outcome.UNSUPPORTED, "by way of _eigh, without a kernel for X"),
        ({broken("mm", "_eigh")}, Outcome.UNSUPPORTED, "by way of _eigh, without a kernel for X"),
        (
            {whole("mm"), whole("_eigh")},
            Outcome.UNSUPPORTED,
            "for some arguments by way of _eigh, without a kernel for X",
        ),
        (
            {whole("mm"), broken("mm")},
            Outcome.PASS,
            "by way of mm",
        ),  # what broke off had called nothing that is missing
        ({broken("mm")}, Outcome.BLOCKED, "by way of other operators, which could not be followed"),
        (set(), Outcome.BLOCKED, "by way of other operators, which could not be followed"),
        ({whole("svd")}, Outcome.FALLBACK, "by way of svd, passed on to the CPU"),
        ({whole("svd", "_eigh")}, Outcome.UNSUPPORTED, "by way of _eigh, without a kernel for X"),
        ({whole("unknown")}, Outcome.BLOCKED, "by way of unknown, which could not be followed"),
    ],
)
def test_an_operator_is_there_where_those_that_it_calls_are(
    paths: set[CompositeCall], outcome: Outcome, how: str
) -> None:
    known = {"mm": THERE, "svd": TO_CPU, "z": THERE}
    found = follow_composites("X", known, {"it": paths, "unknown": set()})
    assert found["it"] == KernelEntry(outcome, how)


def test_operators_that_call_each_other_are_there_where_all_of_them_are() -> None:
    circle = {"a": {whole("b")}, "b": {whole("c")}, "c": {whole("a", "mm")}}
    assert {follow_composites("X", {"mm": THERE}, circle)[name].outcome for name in circle} == {Outcome.PASS}
    assert {follow_composites("X", {}, circle)[name].outcome for name in circle} == {Outcome.UNSUPPORTED}


def test_what_holds_for_some_arguments_does_so_for_all_that_call_it() -> None:
    calls = {
        "first": {whole("mm"), whole("_eigh")},
        "second": {whole("first")},
        "third": {whole("second", "mm")},
        "beside": {whole("second", "_eigh")},
        "around": {whole("back", "second")},
        "back": {whole("around")},
    }
    found = follow_composites("X", {"mm": THERE}, calls)
    assert {kernel.outcome for name, kernel in found.items() if name != "mm"} == {Outcome.UNSUPPORTED}
    for name in ("first", "second", "third", "around", "back"):
        assert found[name].how.startswith("for some arguments by way of "), name
    assert found["beside"].how == "by way of _eigh, second, without a kernel for X"


OPERATORS = ["mm", "svd", "_eigh", *"abcd"]
CALLS = st.builds(CompositeCall, st.frozensets(st.sampled_from(OPERATORS), max_size=3), st.booleans())


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*"abcd"]), st.sets(CALLS, max_size=3), min_size=1))
def test_composites_that_call_each_other_in_any_way_come_to_something(calls: dict[str, set[CompositeCall]]) -> None:
    found = follow_composites("X", {"mm": THERE, "svd": TO_CPU}, calls)
    for name, paths in calls.items():
        some = found[name].how.startswith("for some arguments")
        assert not (some and found[name].outcome is Outcome.PASS)
        for_all = {c for c, kernel in found.items() if not kernel.how.startswith("for some arguments")} | {"_eigh"}
        lacking = {
            c for c in OPERATORS if found.get(c, KernelEntry(Outcome.UNSUPPORTED)).outcome is Outcome.UNSUPPORTED
        }
        if paths and all(path.calls & lacking & for_all for path in paths):
            assert (found[name].outcome, some) == (Outcome.UNSUPPORTED, False)
