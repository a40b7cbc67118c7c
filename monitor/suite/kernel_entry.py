"""What a framework must tell of its tables of kernels: a function `kernels` in its `kernels.py`.

It takes the name that the table has for a platform and gives every operator that this platform is meant to have, by
its name, whether the platform has it or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from monitor.model import Outcome

# What an operator comes to by those that it calls, the worst first.
WORSE = (Outcome.UNSUPPORTED, Outcome.FALLBACK, Outcome.BLOCKED)

NAMED = 3  # operators in a message


@dataclass(frozen=True)
class Kernel:
    """Whether an operator is there on a platform, and how.

    PASS where it is there, FALLBACK where the framework passes it on to the CPU, UNSUPPORTED where it is not there, and
    BLOCKED where the tables do not tell. Nothing was run, so PASS says no more than that.
    """

    outcome: Outcome
    how: str = ""


@dataclass(frozen=True)
class Path:
    """What one call of a composite called; `whole` tells whether it came to its end."""

    calls: frozenset[str]
    whole: bool


def followed(platform: str, known: Mapping[str, Kernel], paths: Mapping[str, Set[Path]]) -> dict[str, Kernel]:
    """The operators that are known, and those of `paths` by the operators that they call, by name.

    An operator that is neither has no kernel.
    """
    open_ = paths.keys() - known.keys()
    # Some call each other, so all are taken to be there until one that they call is not.
    found = {**known, **dict.fromkeys(open_, Kernel(Outcome.PASS))}
    while True:
        again = {**known, **{name: _composite(platform, paths[name], found) for name in open_}}
        if again == found:
            return found
        found = again


def _composite(platform: str, paths: Set[Path], known: Mapping[str, Kernel]) -> Kernel:
    """A composite by its paths. One that broke off tells no more than what it had called that is not there."""
    lacking = Kernel(Outcome.UNSUPPORTED)

    def worst(path: Path) -> Outcome:
        outcomes = {known.get(call, lacking).outcome for call in path.calls}
        return next((one for one in WORSE if one in outcomes), Outcome.PASS)

    told = [(path, worst(path)) for path in paths]
    told = [(path, outcome) for path, outcome in told if path.whole or outcome in WORSE[:2]]
    if not told:
        return Kernel(Outcome.BLOCKED, "by way of other operators, which could not be followed")
    outcomes = {outcome for _, outcome in told}
    outcome = next((one for one in WORSE if one in outcomes), Outcome.PASS)
    calls = {
        call
        for path, of_path in told
        for call in path.calls
        if of_path is outcome and known.get(call, lacking).outcome is outcome
    }
    some = "for some arguments " if len(outcomes) > 1 else ""
    after = {
        Outcome.PASS: "",
        Outcome.UNSUPPORTED: f", without a kernel for {platform}",
        Outcome.FALLBACK: ", passed on to the CPU",
        Outcome.BLOCKED: ", which could not be followed",
    }[outcome]
    return Kernel(outcome, f"{some}by way of {_listed(sorted(calls)) if calls else 'no other operator'}{after}")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
