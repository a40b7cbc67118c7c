"""The scoreboard of the array API standard: each function of the standard in each framework, target and evidence.

These functions stand apart from those that the frameworks document: `torch.max` is right by its own documentation, and
fails the standard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.analysis.status.current_status import EVIDENCE_RANK, CaseStatus, SeriesStatus
from monitor.analysis.status.scores import Portability, portability
from monitor.model import ARRAY_API, Outcome


@dataclass(frozen=True)
class ArrayStandard:
    """A version of the standard: its functions by section, and the namespace of each framework that has a suite."""

    version: str = ""
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)

    @property
    def functions(self) -> tuple[str, ...]:
        """Return the functions in the order of the standard."""
        return tuple(name for names in self.sections.values() for name in names)


class StandardState(StrEnum):
    """State of a function of the standard. `unknown` is a function without enough results."""

    SUCCESS = "success"
    PARTIAL = "partial"
    FAILURE = "failure"
    ABSENT = "absent"
    UNKNOWN = "unknown"

    @property
    def status(self) -> Portability | Outcome:
        """Return the status with the same sign."""
        return Outcome.ABSENT if self is StandardState.ABSENT else Portability(self.value)


@dataclass(frozen=True)
class ScoreboardCell:
    """A function in one series: its state, its passing and judged cases, and the first message of a failing case."""

    state: StandardState
    passed: int
    judged: int
    message: str


@dataclass(frozen=True)
class ScoreboardColumn:
    """Results of one series: a framework on a target, by one kind of evidence.

    `namespace` is that of the framework; `package` is the package beside the framework that has it, with its version,
    empty if the framework has it itself. `cells` are by function of the standard, without those that never ran.
    """

    series: SeriesStatus
    namespace: str
    package: str
    cells: Mapping[str, ScoreboardCell]

    @property
    def counts(self) -> Mapping[StandardState, int]:
        """Return the number of functions by state, without states that do not occur."""
        found = Counter(cell.state for cell in self.cells.values())
        return {state: found[state] for state in StandardState if found[state]}

    @property
    def working(self) -> int:
        """Return the number of functions whose cases all pass."""
        return self.counts.get(StandardState.SUCCESS, 0)

    @property
    def judged(self) -> int:
        """Return the number of functions with enough results."""
        return len(self.cells) - self.counts.get(StandardState.UNKNOWN, 0)


@dataclass(frozen=True)
class Scoreboard:
    """All functions of the standard, in its sections, and a column for each series; executed evidence first."""

    standard: ArrayStandard
    columns: tuple[ScoreboardColumn, ...]


def full_name(name: str) -> str:
    """Return the name under which the monitor records a function of the standard: `array_api.linalg.svd`."""
    return f"{ARRAY_API}.{name}"


def is_of_standard(function: str) -> bool:
    """Return whether a recorded function is one of the standard, not of the framework."""
    return function.startswith(full_name(""))


def array_api_scoreboard(series: Sequence[SeriesStatus], standard: ArrayStandard) -> Scoreboard:
    """Return the scoreboard of all series of suite `array_api`."""
    own = (one for one in series if one.suite == ARRAY_API and one.now)
    ordered = sorted(own, key=lambda one: (EVIDENCE_RANK[one.evidence], one.framework))
    return Scoreboard(standard, tuple(_column(one, standard) for one in ordered))


def _column(series: SeriesStatus, standard: ArrayStandard) -> ScoreboardColumn:
    namespace = standard.namespaces.get(series.framework, "")
    tested = series.functions
    cells = {name: _cell(tested[full_name(name)]) for name in standard.functions if full_name(name) in tested}
    return ScoreboardColumn(series, namespace, _package(series, namespace), cells)


def _package(series: SeriesStatus, namespace: str) -> str:
    distribution = namespace.partition(".")[0].replace("_", "-")
    build = series.last_judged.build
    packages = build.packages if build and distribution != build.distribution else ()
    return next((f"{one.name} {one.version}" for one in packages if one.name == distribution), "")


def _cell(statuses: Sequence[CaseStatus]) -> ScoreboardCell:
    known = [one.outcome for one in statuses if one.outcome.known]
    state = StandardState(portability(one.outcome for one in statuses).value)
    if set(known) == {Outcome.ABSENT}:
        state = StandardState.ABSENT
    message = next((one.message for one in statuses if one.fails and one.message), "")
    return ScoreboardCell(state, known.count(Outcome.PASS), len(known), message)
