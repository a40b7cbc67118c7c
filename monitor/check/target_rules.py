"""Look up the functions that code calls in the recorded verdicts on a target.

The strongest kind of evidence that judged a function counts. Only cases with plain inputs count: a wrong value for an
infinity does not stop a program. A source file does not say which dtypes a call has, so a function that fails in a rare
dtype alone is a note.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.analysis.status.measured_builds import source_of, title
from monitor.check.name_rules import known_name
from monitor.check.name_uses import NameUse, Place
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.formatting.humanize import first_names
from monitor.model import Evidence, InputKind, NameKind, Outcome, input_kind_of
from monitor.usage import Usage, framework_of

DTYPE = re.compile(r"(bfloat16|(float|int|uint|complex)\d+|bool)$")
USUAL = ("float32", "bfloat16", "float16", "int32")  # ends of variants
STRENGTH = {evidence: number for number, evidence in enumerate(Evidence)}
CALLABLE = (NameKind.FUNCTION, NameKind.CLASS)


@dataclass(frozen=True)
class TargetVerdicts:
    """Cases of each function on one target, by its object: those of the strongest kind of evidence."""

    target: str
    cases: Mapping[str, tuple[CaseStatus, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class CalledNames:
    """Called functions of a program: the number of `calls` with a verdict, and the names without."""

    calls: int
    judged: int
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class FunctionObjects:
    """Objects of names, by the listed names of each framework: all names of one object are one function."""

    listed: Mapping[str, FrameworkNames]
    usage: Usage

    def object_of(self, framework: str, name: str) -> str:
        """Return the object of a name; the name itself if no other name of it is known."""
        names = self.listed.get(framework)
        return self.usage.object_of(names.canonical(name) if names else name)


def target_verdicts(target: str, series: Iterable[SeriesStatus], objects: FunctionObjects) -> TargetVerdicts:
    """Return the verdicts on a target."""
    found: dict[str, dict[Evidence, list[CaseStatus]]] = defaultdict(lambda: defaultdict(list))
    for one in series:
        if one.target == target:
            for status in one.now:
                if status.outcome.known and input_kind_of(status.case) is InputKind.PLAIN:
                    found[objects.object_of(one.framework, status.function)][status.evidence].append(status)
    strongest = {function: tuple(cases[min(cases, key=STRENGTH.__getitem__)]) for function, cases in found.items()}
    return TargetVerdicts(target, strongest)


def target_problems(
    uses: Iterable[NameUse], verdicts: TargetVerdicts, objects: FunctionObjects, explained: Collection[Place]
) -> tuple[list[Problem], CalledNames]:
    """Return the problems of called functions on a target, and which functions have a verdict there.

    A call at an `explained` place has a problem of another kind, so it counts as judged.
    """
    problems: list[Problem] = []
    calls = judged = 0
    unknown: dict[str, None] = {}
    for use in uses:
        name = _function(use, objects)
        if not name:
            continue
        calls += 1
        cases = verdicts.cases.get(objects.object_of(framework_of(name), name))
        if cases is None and use.place not in explained:
            unknown[name] = None
            continue
        judged += 1
        if cases is None:
            continue
        if problem := _problem(use, name, cases, verdicts.target):
            problems.append(problem)
    return problems, CalledNames(calls, judged, (*sorted(unknown),))


def _function(use: NameUse, objects: FunctionObjects) -> str:
    """Return the function that a use calls; empty if it calls none of a framework."""
    if not use.called or use.is_method:
        return ""
    names = objects.listed.get(framework_of(use.name))
    name = known_name(use.name, names) if names else ""
    record = names.records.get(name) if names else None
    if record is None or not record.works:
        return ""
    return name if record.listed.kind in CALLABLE else ""


def _problem(use: NameUse, name: str, cases: Sequence[CaseStatus], target: str) -> Problem | None:
    """Return the problem of a function on a target; None if no case fails there.

    A case without a dtype checks what the function refuses, unless no case of the function has one.
    """
    judged = [one for one in cases if DTYPE.search(one.variant)] or cases
    usual = [one for one in judged if one.variant.endswith(USUAL)] or judged
    failing = [one for one in usual if one.fails] or [one for one in judged if one.fails]
    if not failing:
        return None
    verb = "fails"
    if len(failing) == len(usual) and failing[0] in usual:
        level, what = Level.ERROR, ""
    else:
        level = Level.WARNING if failing[0] in usual else Level.NOTE
        what = f" for {first_names(sorted({one.variant for one in failing}))}"
    kind = ProblemKind.VERDICT
    if all(one.outcome is Outcome.FALLBACK for one in failing):
        kind, level, verb = ProblemKind.HOST, Level.WARNING, "runs on the host"
    first = failing[0]
    return Problem(
        kind,
        level,
        use.place,
        name,
        f"{verb}{what}: {first.outcome.value}{_first_line(first.message)}",
        targets=(target,),
        build=source_of(first.run).title,
        since=_since(first),
        evidence=first.evidence.value,
    )


def _first_line(message: str) -> str:
    """Return the first line of a message after a comma; empty for an empty message."""
    lines = message.strip().splitlines()
    return f", {lines[0]}" if lines else ""


def _since(status: CaseStatus) -> str:
    """Return the first build with the outcome of a case; empty if no run had another before."""
    last = status.turns[-1] if status.turns else None
    return title(last.run.build.requirement) if last and last.before and last.run.build else ""
