"""The interface of a framework to its tables of kernels: a function `kernels` in its `kernels.py`.

The function takes the table's name of a platform, and returns a `KernelEntry` for every operator that the platform is
meant to have, by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from monitor.model import Outcome

# Outcomes that an operator inherits from its calls, the worst first.
WORST_FIRST = (Outcome.UNSUPPORTED, Outcome.FALLBACK, Outcome.BLOCKED)

MAX_NAMES = 3  # operators in a message


@dataclass(frozen=True)
class KernelEntry:
    """Availability of an operator on a platform, and the reason.

    PASS if it has a kernel, FALLBACK if the framework passes it to the CPU, UNSUPPORTED if it has none, and BLOCKED if
    the tables do not show it. Nothing runs, so PASS means no more than that.
    """

    outcome: Outcome
    how: str = ""


@dataclass(frozen=True)
class CompositeCall:
    """The operators that one call of a composite called; `whole` is whether the call returned."""

    calls: frozenset[str]
    whole: bool


def follow_composites(
    platform: str, known: Mapping[str, KernelEntry], paths: Mapping[str, Set[CompositeCall]]
) -> dict[str, KernelEntry]:
    """Return the entries of known operators, and those of composites by the operators that they call, by name.

    An operator that is neither known nor in `paths` has no kernel.
    """
    open_ = paths.keys() - known.keys()
    # Some composites call each other, so all count as available until one of their calls is not.
    outcomes = {name: kernel.outcome for name, kernel in known.items()} | dict.fromkeys(open_, Outcome.PASS)
    while (updated := outcomes | {name: _outcome(paths[name], outcomes) for name in open_}) != outcomes:
        outcomes = updated
    # An outcome counts as valid for some arguments only until a call shows that it is valid for all.
    partly = frozenset(name for name in open_ if outcomes[name] is not Outcome.PASS)
    while (fewer := frozenset(name for name in partly if _partly(name, paths[name], outcomes, partly))) != partly:
        partly = fewer
    return {**known, **{name: _composite(platform, name, paths[name], outcomes, name in partly) for name in open_}}


def _conclusive(paths: Set[CompositeCall], outcomes: Mapping[str, Outcome]) -> list[tuple[CompositeCall, Outcome]]:
    """Return the conclusive paths, each with the worst outcome of the operators that it calls.

    A path that did not return is conclusive only if it called an operator that is not available.
    """
    conclusive = []
    for path in paths:
        called = {outcomes.get(call, Outcome.UNSUPPORTED) for call in path.calls}
        outcome = next((outcome_ for outcome_ in WORST_FIRST if outcome_ in called), Outcome.PASS)
        if path.whole or outcome in WORST_FIRST[:2]:
            conclusive.append((path, outcome))
    return conclusive


def _outcome(paths: Set[CompositeCall], outcomes: Mapping[str, Outcome]) -> Outcome:
    """Return the outcome of a composite: the worst of its paths, BLOCKED without a conclusive one."""
    seen = {outcome for _, outcome in _conclusive(paths, outcomes)} or {Outcome.BLOCKED}
    return next((outcome for outcome in WORST_FIRST if outcome in seen), Outcome.PASS)


def _partly(name: str, paths: Set[CompositeCall], outcomes: Mapping[str, Outcome], partly: Set[str]) -> bool:
    """Return whether the outcome of a composite holds for some arguments only, by a path or by all of its calls."""
    outcome = outcomes[name]
    return any(
        of_path is not outcome or _causes(path, outcome, outcomes) <= partly
        for path, of_path in _conclusive(paths, outcomes)
    )


def _causes(path: CompositeCall, outcome: Outcome, outcomes: Mapping[str, Outcome]) -> frozenset[str]:
    """Return the operators that a path calls and that have an outcome."""
    return frozenset(call for call in path.calls if outcomes.get(call, Outcome.UNSUPPORTED) is outcome)


def _composite(
    platform: str, name: str, paths: Set[CompositeCall], outcomes: Mapping[str, Outcome], partly: bool
) -> KernelEntry:
    """Return the entry of a composite, with the calls that it follows from."""
    outcome, conclusive = outcomes[name], _conclusive(paths, outcomes)
    if not conclusive:
        return KernelEntry(outcome, "by way of other operators, which could not be followed")
    calls = {call for path, of_path in conclusive if of_path is outcome for call in _causes(path, outcome, outcomes)}
    some = "for some arguments " if partly else ""
    after = {
        Outcome.PASS: "",
        Outcome.UNSUPPORTED: f", without a kernel for {platform}",
        Outcome.FALLBACK: ", passed on to the CPU",
        Outcome.BLOCKED: ", which could not be followed",
    }[outcome]
    return KernelEntry(outcome, f"{some}by way of {_listed(sorted(calls)) if calls else 'no other operator'}{after}")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return f"{', '.join(names[:MAX_NAMES])}{more}"
