"""Changes of single cases between two runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Build, Outcome, function_of


class ChangeKind(StrEnum):
    """Kind of a change between two runs of a case."""

    REGRESSED = "regressed"  # passed before, fails now
    FIXED = "fixed"  # failed before, passes now
    CHANGED = "changed"  # failed before, fails with another outcome now
    VALUES_CHANGED = "values-changed"  # passes as before, with other values
    ACCURACY_DRIFT = "accuracy-drift"  # passes as before, and has been less accurate for two builds
    ENVIRONMENT = "environment"  # came with another machine or package, or fails under the last good build too
    API_REMOVED = "api-removed"  # the framework removed the name as announced, or another name replaces it
    UNCONFIRMED = "unconfirmed"  # flaky now, or not confirmed by fresh workers: shown, never reported
    EXPECTED = "expected"  # fails as a reviewed file expects
    MUTED = "muted"  # muted for a while by a reviewed file
    UNEXPECTED_FAILURE = "unexpected-failure"  # first run, and fails outside the limits that its authors declare
    UNEXPECTED_PASS = "unexpected-pass"  # first run, and passes although its authors declare that it cannot
    ADDED = "added"  # first run of the case
    REMOVED = "removed"  # the suite no longer has the case


# A change of these kinds is reported once, on the class of machine that shows it first.
SETTLED_KINDS = (ChangeKind.REGRESSED, ChangeKind.FIXED, ChangeKind.CHANGED)


@dataclass(frozen=True)
class Change:
    """Change of one case between its baseline and a run.

    `before` is None for an added case, `after` for a removed one. `message` is the current message; of a fixed case,
    the old one; of an `environment` change, both sides first. The cause came between two builds, given without their
    packages: `build_before` is the last one with the outcome `before`, `build_after` the first one with `after`.
    `also_changed` lists the other differences between the two runs, from `monitor.analysis.outcomes.run_conditions`.
    `of_build` is False if the build need not be the cause: it is the same one, or its class of machine has no past.
    `instead` is the name that replaces a removed one, if the catalog has it.
    """

    case: str
    kind: ChangeKind
    before: Outcome | None
    after: Outcome | None
    message: str
    build_before: Build | None = None
    build_after: Build | None = None
    also_changed: tuple[str, ...] = ()
    of_build: bool = True
    instead: str = ""

    @property
    def function(self) -> str:
        """Return the name of the function that the case checks."""
        return function_of(self.case)

    @property
    def text(self) -> str:
        """Return the message for a reader.

        If both sides have one version of the framework, it names the other differences.
        """
        alike = self.build_before and self.build_after and self.build_before.requirement == self.build_after.requirement
        # The message of an environment change already names both sides.
        also = "; ".join(self.also_changed) if alike and self.kind is not ChangeKind.ENVIRONMENT else ""
        instead = f"; instead: {self.instead}" if self.instead and self.instead not in self.message else ""
        return ": ".join(filter(None, (also, self.message))) + instead
