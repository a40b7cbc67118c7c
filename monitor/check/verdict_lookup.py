"""Look up the functions that code calls in the recorded verdicts on a target.

The evidence that counts is the site's: the strongest kind, unless it is outdated. Only cases with plain inputs count: a
wrong value for an infinity does not stop a program. A source file does not say which dtypes a call has, so a function
that fails in a rare dtype alone is a note.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, evidences_by_weight, group_by_object
from monitor.analysis.status.measured_builds import source_of, title
from monitor.check.name_rules import known_name
from monitor.check.name_uses import NameUse
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.formatting.humanize import first_names
from monitor.model import Evidence, InputKind, NameKind, Outcome, Place, input_kind_of

DTYPE = re.compile(r"(bfloat16|(float|int|uint|complex)\d+|bool)$")
USUAL = ("float32", "bfloat16", "float16", "int32")  # ends of variants
# A variant without a word for special arguments, such as `by-seed-eager-float32`.
PLAIN = re.compile(rf"(eager|compiled|gradient)-({'|'.join(USUAL)})")
CALLABLE = (NameKind.FUNCTION, NameKind.CLASS)


@dataclass(frozen=True)
class JudgedCase:
    """A case with an outcome. `variant` is the last part of its id, `build` the build that judged it, for a reader.

    `since` is the first build with the outcome, empty if no run had another before.
    """

    variant: str
    outcome: Outcome
    evidence: Evidence
    build: str
    message: str = ""
    since: str = ""

    @property
    def fails(self) -> bool:
        """Return whether the outcome is no pass."""
        return self.outcome is not Outcome.PASS


@dataclass(frozen=True)
class TargetVerdicts:
    """Cases with an outcome on one target: of each function, by its canonical name, by the evidence that counts.

    `kernels` has the entry of each operator in the framework's tables of kernels for the target.
    """

    target: str
    cases: Mapping[str, tuple[JudgedCase, ...]] = field(default_factory=dict)
    kernels: Mapping[str, JudgedCase] = field(default_factory=dict)


@dataclass(frozen=True)
class CalledNames:
    """Calls of functions in a program: their number, the number with a verdict, and the functions without one."""

    calls: int
    judged: int
    unknown: tuple[str, ...]


def target_verdicts(
    target: str, series: Iterable[SeriesStatus], listed: Mapping[str, FrameworkNames]
) -> TargetVerdicts:
    """Return the verdicts on a target; `listed` has the names of each framework."""
    found: dict[str, list[CaseStatus]] = defaultdict(list)
    kernels: dict[str, JudgedCase] = {}
    for one in series:
        if one.target == target and one.evidence is Evidence.REGISTERED:
            kernels |= {status.function: _judged_case(status) for status in one.now if status.outcome.known}
        elif one.target == target:
            plain = (status for status in one.now if input_kind_of(status.case) is InputKind.PLAIN)
            for function, statuses in group_by_object(plain, one.framework, listed).items():
                found[function] += statuses
    judged = {function: cases for function, statuses in found.items() if (cases := _judged(statuses))}
    return TargetVerdicts(target, judged, kernels)


def _judged(cases: Sequence[CaseStatus]) -> tuple[JudgedCase, ...]:
    """Return the cases with an outcome by the evidence that counts."""
    evidences = evidences_by_weight(cases)
    return tuple(_judged_case(one) for one in cases if one.outcome.known and one.evidence is evidences[0])


def _judged_case(status: CaseStatus) -> JudgedCase:
    return JudgedCase(
        status.variant, status.outcome, status.evidence, source_of(status.run).title, status.message, _since(status)
    )


def target_problems(
    uses: Iterable[NameUse],
    verdicts: TargetVerdicts,
    listed: Mapping[str, FrameworkNames],
    explained: Collection[Place],
) -> tuple[list[Problem], CalledNames]:
    """Return the problems of called functions on a target, and which functions have a verdict there.

    A call at an `explained` place has a problem of another kind, so it counts as judged. A call that makes a tensor on
    the CPU, or that follows a check of the machine, has no problem. The problem of a name of the package `keras` is a
    note: the verdicts are those of TensorFlow, and Keras may run on another framework.
    """
    problems: list[Problem] = []
    calls = judged = 0
    unknown: set[str] = set()
    for use in uses:
        name = _function(use, listed)
        if not name:
            continue
        calls += 1
        cases = verdicts.cases.get(listed[use.framework].current(name), ())
        if not cases and use.place not in explained:
            unknown.add(name)
            continue
        judged += 1
        problem = _problem(use, name, cases, verdicts.target)
        if problem and use.standalone:
            problem = replace(problem, level=Level.NOTE)
        if problem and not (use.on_cpu or use.for_machine or use.place in explained):
            problems.append(problem)
    return problems, CalledNames(calls, judged, tuple(sorted(unknown)))


def _function(use: NameUse, listed: Mapping[str, FrameworkNames]) -> str:
    """Return the function that a use calls; empty if it calls none of a listed framework."""
    names = listed.get(use.framework) if use.called else None
    if not names:
        return ""
    name = known_name(use.name, names)
    record = names.records.get(name)
    return name if record and record.works and record.listed.kind in CALLABLE else ""


def _problem(use: NameUse, name: str, cases: Sequence[JudgedCase], target: str) -> Problem | None:
    """Return the problem of a function on a target; None if no case fails there.

    A case without a dtype checks what the function refuses, unless no case of the function has one. A case with special
    arguments is a note, unless all cases have some: the call may not use them.
    """
    judged = [one for one in cases if DTYPE.search(one.variant)] or cases
    usual = [one for one in judged if one.variant.endswith(USUAL)] or judged
    simple = [one for one in usual if PLAIN.fullmatch(one.variant)]
    plain = simple or usual
    failing = [one for one in plain if one.fails] or [one for one in judged if one.fails]
    if not failing:
        return None
    others = [one for one in usual if one not in plain and not one.variant.startswith("empty-")]
    is_whole = failing[0] in plain and all(one.fails for one in (*plain, *others))
    level = Level.ERROR if is_whole else Level.WARNING if failing[0] in simple else Level.NOTE
    what = "" if is_whole else f" for {first_names(sorted({one.variant for one in failing}))}"
    kind, verb = ProblemKind.VERDICT, "fails"
    if all(one.outcome is Outcome.FALLBACK for one in failing):
        kind, verb = ProblemKind.HOST, "runs on the host"
        level = Level.NOTE if level is Level.NOTE else Level.WARNING
    first = failing[0]
    return Problem(
        kind,
        level,
        use.place,
        name,
        f"{verb}{what}: {first.outcome.value}{f', {first.message}' if first.message else ''}",
        targets=(target,),
        build=first.build,
        since=first.since,
        evidence=first.evidence.value,
    )


def _since(status: CaseStatus) -> str:
    """Return the first build with the outcome of a case; empty if no run had another before."""
    last = status.turns[-1] if status.turns else None
    return title(last.run.build.requirement) if last and last.before and last.run.build else ""
