"""Say in one sentence for each line of hardware whether a function works there, and since when.

A verdict counts the cases of all suites on a target by the evidence that counts there, as in the matrix. Evidence of
different kinds is never joined: targets with another evidence, status or exception have a clause of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from packaging.version import Version

from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, function_status
from monitor.analysis.status.measured_builds import MeasuredBuild, sources
from monitor.analysis.status.scores import Portability
from monitor.formatting.case_variant import WITHOUT_DTYPE, dtype_of, dtype_order
from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import count, join_words
from monitor.history.ordering import version_sort_key
from monitor.model import Evidence, Mode, Outcome, Run, mode_of
from monitor.site.target_families import TargetFamily

EXECUTED_FAILURE = "fails"

# Verbs by evidence: if all cases pass, if none does, and the preposition of a target.
VERBS = {
    Evidence.EXECUTED: ("works", EXECUTED_FAILURE, "on"),
    Evidence.COMPILED: ("compiles", "does not compile", "for"),
    Evidence.LOWERED: ("lowers", "does not lower", "for"),
    Evidence.REGISTERED: ("is registered", "is not registered", "for"),
}
ABSENT = "absent"  # the exception of a function whose name is gone
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MODE_WORDS = {
    Mode.EAGER: "eager calls",
    Mode.COMPILED: "compiled calls",
    Mode.GRADIENT: "gradients",
    Mode.COMPILED_GRADIENT: "compiled gradients",
}
Kind = TypeVar("Kind", str, Mode)

MAX_EXCEPTIONS = 4  # dtypes and modes in a sentence
MAX_DTYPES = 2  # of cases that do not fail alike


@dataclass(frozen=True)
class FamilyVerdict:
    """Verdict on a function for one family of targets.

    `clauses` follow each other in the sentence; each has its status and its targets. `since` says when an outcome of
    the counted cases last changed. `last` is the run of that change, None if no outcome changed. `builds` judged them;
    `unjudged` cases gave no result. `steady` is true if several builds were tested and no outcome changed.
    """

    family: str
    clauses: tuple[VerdictClause, ...]
    unjudged: int
    builds: tuple[MeasuredBuild, ...]
    evidences: tuple[Evidence, ...]
    since: str
    last: Run | None
    steady: bool

    @property
    def absent(self) -> bool:
        """Return whether no tested target has the name."""
        return all(clause.absent for clause in self.clauses)

    @property
    def portability(self) -> Portability:
        """Return the status on all targets; partial if they differ."""
        found = {clause.portability for clause in self.clauses}
        return found.pop() if len(found) == 1 else Portability.PARTIAL


@dataclass(frozen=True)
class VerdictClause:
    """Part of a sentence: what holds on some targets of a family."""

    text: str
    portability: Portability
    targets: tuple[str, ...]
    absent: bool


def family_verdicts(
    statuses: Mapping[str, Sequence[CaseStatus]], families: Iterable[TargetFamily]
) -> tuple[FamilyVerdict, ...]:
    """Return the verdict of each family that has a result. `statuses` are the cases of one function by target."""
    return tuple(
        verdict
        for family in families
        if (verdict := _verdict(family, {one: statuses[one] for one in family.targets if one in statuses}))
    )


def _verdict(family: TargetFamily, statuses: Mapping[str, Sequence[CaseStatus]]) -> FamilyVerdict | None:
    alike: dict[tuple[Portability, Evidence, str], list[str]] = {}
    counted: list[CaseStatus] = []
    unjudged = 0
    for target, cases in statuses.items():
        status = function_status(cases)
        if status.evidence:
            judged = [one for one in cases if one.outcome.known and one.evidence is status.evidence]
            counted += judged
            unjudged += status.unjudged
            key = status.portability, status.evidence, exceptions(status, judged)
            alike.setdefault(key, []).append(target)
    if not counted:
        return None
    groups = sorted(alike.items(), key=lambda group: -len(group[1]))
    tested = sum(len(targets) for _, targets in groups)
    clauses = tuple(
        VerdictClause(
            _clause(family, *key, targets, every=len(targets) == tested),
            key[0],
            tuple(targets),
            absent=key[2] == ABSENT,
        )
        for key, targets in groups
    )
    since, last, steady = _last_change(counted)
    used = {one.evidence for one in counted}
    evidences = tuple(evidence for evidence in Evidence if evidence in used)
    return FamilyVerdict(
        family.name, clauses, unjudged, sources(one.run for one in counted), evidences, since, last, steady
    )


def _clause(
    family: TargetFamily,
    portability: Portability,
    evidence: Evidence,
    exception: str,
    targets: Sequence[str],
    *,
    every: bool,
) -> str:
    works, fails, preposition = VERBS[evidence]
    if portability is Portability.UNKNOWN:
        return f"is not tested enough: {exception}"
    failing = portability is Portability.FAILURE
    verb = fails if failing else works
    if exception == ABSENT:
        verb, preposition, exception = "has no such function", "on", ""
    place = ""
    if len(family.targets) > 1:
        named = join_words([family.short_names[one] for one in targets])
        if every and len(targets) == len(family.targets) > 2:
            number = _number(len(targets))
            named = f"any of the {number}" if failing and verb != EXECUTED_FAILURE else f"all {number}"
        place = f" {preposition} {named}"
    return f"{verb}{place}{f', {exception}' if exception else ''}"


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def exceptions(status: FunctionStatus, judged: Sequence[CaseStatus]) -> str:
    """Return what fails, in words: "except complex128", "but only 3 of 21 cases"; empty if nothing does.

    Dtypes and modes are named if all of their cases fail and no others do.
    """
    if status.portability is Portability.UNKNOWN:
        return f"{status.judged} of {count(status.judged + status.unjudged, 'case')} have a result"
    failing = [one for one in judged if one.fails]
    outcomes = {one.outcome for one in failing}
    if status.portability is Portability.FAILURE:
        return ABSENT if outcomes == {Outcome.ABSENT} else ""
    if not failing:
        return ""
    if len(failing) > len(judged) / 2:
        return f"but only {len(judged) - len(failing)} of {count(len(judged), 'case')}"
    dtypes = [one for one in _failing_kinds(judged, dtype_of) if one != WITHOUT_DTYPE]
    left = [one for one in failing if dtype_of(one.variant) not in dtypes]
    modes = _failing_kinds([one for one in judged if dtype_of(one.variant) not in dtypes], mode_of)
    left = [one for one in left if mode_of(one.variant) not in modes]
    words = [*sorted(dtypes, key=dtype_order), *(MODE_WORDS.get(mode, mode.value) for mode in modes)]
    if not left and len(words) <= MAX_EXCEPTIONS:
        return f"except {join_words(words)}"
    failing_dtypes = sorted({dtype_of(one.variant) for one in failing}, key=dtype_order)
    if len(failing_dtypes) <= MAX_DTYPES and WITHOUT_DTYPE not in failing_dtypes:
        of_dtypes = sum(dtype_of(one.variant) in failing_dtypes for one in judged)
        return f"except {len(failing)} of {count(of_dtypes, 'case')} of {join_words(failing_dtypes)}"
    return f"except {len(failing)} of {count(len(judged), 'case')}"


def _failing_kinds(judged: Sequence[CaseStatus], kind_of: Callable[[str], Kind]) -> list[Kind]:
    """Return the kinds of cases of which none passes, in the order of the cases."""
    every = Counter(kind_of(one.variant) for one in judged)
    failed = Counter(kind_of(one.variant) for one in judged if one.fails)
    return [kind for kind, number in failed.items() if number == every[kind]]


def last_change_order(run: Run) -> tuple[Version, str]:
    """Return the sort key of a run of one framework: the version of its build, then its start."""
    return version_sort_key(run.build.version if run.build else ""), run.started


def _last_change(counted: Sequence[CaseStatus]) -> tuple[str, Run | None, bool]:
    """Return when an outcome of these cases last changed, or the first build that tested one of them.

    The last value is whether several builds were tested without a change.
    """
    changes = [one.turns[-1].run for one in counted if len(one.turns) > 1]
    if changes:
        last = max(changes, key=last_change_order)
        return f"last change with {build_title(last.build)}", last, False
    runs = [one.turns[0].run for one in counted if one.turns]
    if not runs:
        return "", None, False
    first = min(runs, key=last_change_order)
    if {one.run.build and one.run.build.version for one in counted} == {first.build and first.build.version}:
        return f"first tested with {build_title(first.build)}", None, False
    return f"no change since {build_title(first.build)}, the first tested build", None, True
