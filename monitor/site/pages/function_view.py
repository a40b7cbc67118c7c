"""Content of the page of a function: its verdicts, sections and histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from monitor.analysis.names.name_history import NameRecord
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, SeriesStatus
from monitor.analysis.status.scores import Portability
from monitor.formatting.case_variant import dtype_order
from monitor.model import Function, Outcome, Run
from monitor.site.charts.geometry import Axis, Chart
from monitor.site.known_issues import KnownIssue
from monitor.site.pages.function_charts import Marks
from monitor.site.pages.function_history import BuildHistory, FunctionFailure
from monitor.site.pages.function_verdicts import FamilyVerdict, last_change_order
from monitor.site.pages.operator_states import OperatorState
from monitor.site.target_families import TargetFamily
from monitor.snapshot.recent_measurements import RecentMeasurements

# Sections are folded on a page with more cases than this.
MAX_UNFOLDED_CASES = 30


@dataclass(frozen=True, eq=False)  # compared by identity, so that caches need no deep comparison
class SeriesWindow:
    """Data shared by all sections of a series: its last runs and their measurements.

    `digest` identifies the runs, which never change.
    """

    series: SeriesStatus
    anchor: str
    runs: tuple[Run, ...]
    last_judged: Run
    axis: Axis
    trends: RecentMeasurements
    marks: Marks
    digest: str

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the index of each run in `runs`, by id."""
        return {run.id: number for number, run in enumerate(self.runs)}


@dataclass(frozen=True)
class CaseHistory:
    """History of a case.

    `strip` has the outcome in each run of the section, None if the run did not have the case. `messages` has a message
    per run, and is empty if no run has one. `script` reproduces a failure without the monitor; it is empty if the case
    passes or has no result. `bound` is the least time of a compiled call in microseconds, or None.
    """

    status: CaseStatus
    strip: tuple[Outcome | None, ...]
    messages: tuple[str, ...]
    script: str
    bound: float | None


@dataclass(frozen=True)
class FunctionSection:
    """Function on one target, in one suite. `gone` are its cases that left the suite.

    `latencies` and `errors` are charts of the cases that moved most, of `charted` cases measured at least twice.
    """

    past: SeriesWindow
    cell: FunctionStatus
    by_dtype: Mapping[str, FunctionStatus]
    cases: tuple[CaseHistory, ...]
    gone: tuple[CaseStatus, ...]
    latencies: tuple[Chart, ...]
    errors: tuple[Chart, ...]
    charted: int

    @property
    def series(self) -> SeriesStatus:
        return self.past.series

    @property
    def anchor(self) -> str:
        return self.past.anchor

    @property
    def stale(self) -> int:
        """Return the number of cases that last ran more than seven nights before the newest run."""
        return sum(self.series.is_stale(case.status) for case in self.cases)

    @property
    def turned(self) -> tuple[CaseHistory, ...]:
        """Return the cases that have had more than one outcome."""
        return tuple(case for case in self.cases if len(case.status.turns) > 1)


@dataclass(frozen=True)
class Elsewhere:
    """Results of a function beside its own cases.

    `aliases` are other names of its object that have cases: name, page, and families of targets that only these cover.
    `operators` are operators of kernel tables with its name. `equivalents` are functions of other frameworks that
    compute the same: name and page, by framework.
    """

    aliases: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    operators: tuple[OperatorState, ...] = ()
    equivalents: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


@dataclass(frozen=True)
class FunctionPage:
    """Content of the page of a function.

    `listed` is the public name, None if no build lists it, and `aliases` are the other names of its object. `study` is
    None if the study did not have the function. `replacement_page` may be empty. `shown` is the case of the script at
    the top: a failing one, or else the most usual call. `never_passed` are the parameters that no case passes.
    """

    name: str
    framework: str
    page: str
    documentation: str
    listed: NameRecord | None
    aliases: tuple[str, ...]
    study: Function | None
    replaced_by: str
    replacement_page: str
    shown: str
    script: str
    sections: tuple[FunctionSection, ...]
    regressions: tuple[Regression, ...]
    known_issues: tuple[KnownIssue, ...]
    never_passed: tuple[str, ...]
    families: tuple[TargetFamily, ...]
    verdicts: tuple[FamilyVerdict, ...]
    failures: tuple[FunctionFailure, ...]
    history: BuildHistory
    elsewhere: Elsewhere

    @property
    def tested(self) -> int:
        """Return the number of targets with a result."""
        return sum(len(clause.targets) for verdict in self.verdicts for clause in verdict.clauses)

    @property
    def passes_everywhere(self) -> bool:
        """Return whether all cases pass on at least two targets, and on all tested ones."""
        return self.tested > 1 and all(one.portability is Portability.SUCCESS for one in self.verdicts)

    @property
    def absent(self) -> bool:
        """Return whether no tested target has the name."""
        return bool(self.verdicts) and all(one.absent for one in self.verdicts)

    @property
    def last_change(self) -> Run | None:
        """Return the run of the last change of an outcome on any target; None if none changed."""
        return max((one.last for one in self.verdicts if one.last), key=last_change_order, default=None)

    @property
    def untested(self) -> tuple[str, ...]:
        """Return the families without a result."""
        tested = {one.family for one in self.verdicts}
        return tuple(family.name for family in self.families if family.name not in tested)

    @property
    def nowhere(self) -> tuple[str, ...]:
        """Return the families without a result by any name of the function, and without an operator of its name."""
        known = {family for _, _, families in self.elsewhere.aliases for family in families}
        known |= {one.family for one in self.elsewhere.operators}
        return tuple(family for family in self.untested if family not in known)

    @property
    def short(self) -> bool:
        """Return whether all sections can be unfolded; on a longer page only the first is."""
        return sum(len(section.cases) for section in self.sections) <= MAX_UNFOLDED_CASES

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted({dtype for section in self.sections for dtype in section.by_dtype}, key=dtype_order))


@dataclass(frozen=True)
class FunctionSource:
    """Function with a page. `digest` covers all inputs of the page; `view` builds its content."""

    framework: str
    name: str
    digest: str
    view: Callable[[], FunctionPage]
