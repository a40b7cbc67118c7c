"""Define a problem that a check finds at a place in a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Place


class Level(StrEnum):
    """Weight of a problem, in the words of SARIF."""

    ERROR = "error"  # the call fails
    WARNING = "warning"  # the call fails for usual dtypes or soon, or it runs on the host
    NOTE = "note"  # the call fails for rare dtypes, or nothing is known


class ProblemKind(StrEnum):
    """Kind of a problem; `docs/reference/check.md` explains each."""

    REMOVED = "removed-name"
    PARAMETER = "removed-parameter"
    DEPRECATED = "deprecated-name"
    UNKNOWN = "unknown-name"
    VERDICT = "failing-function"
    REFUSED = "refused-operation"
    UNJUDGED = "unjudged-operation"
    MEMORY = "too-much-memory"
    DEVICE = "hard-coded-device"
    KERNEL = "vendor-kernel"
    HOST = "host-call"  # the call works, but on the host
    SHAPE = "data-dependent-shape"
    WIDE = "wide-dtype"


@dataclass(frozen=True)
class Problem:
    """A problem with one use of a name.

    `targets` are the targets that it concerns; none for all builds and targets. `alternative` is what to write instead,
    `build` the build that shows it, `since` the first such build, and `evidence` the kind of evidence; each is empty if
    it is not known.
    """

    kind: ProblemKind
    level: Level
    place: Place
    name: str
    message: str
    targets: tuple[str, ...] = ()
    alternative: str = ""
    build: str = ""
    since: str = ""
    evidence: str = ""

    def concerns(self, target: str) -> bool:
        """Return whether the problem concerns a target; one without targets concerns each."""
        return not self.targets or target in self.targets

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what identifies the problem after other lines of the file moved: file, kind, name and message."""
        return self.place.file, self.kind.value, self.name, self.message
