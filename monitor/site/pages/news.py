"""Write the latest changes as sentences: what a build broke, fixed or removed, on which hardware.

A sentence covers the changes of one kind between the same two builds on the same targets, by one kind of evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.failure_groups import GroupMember
from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import count
from monitor.model import Evidence
from monitor.site.pages.build_changes import BuildChanges
from monitor.site.target_families import TargetFamily, target_words

MAX_LINES = 10
MAX_NAMED = 3  # functions of a sentence

# Words of a sentence: "jax 0.12.0 broke 5 cases of 3 functions on TPU v5e". Unconfirmed, expected and muted changes are
# no news, nor are first tests.
VERBS = {
    ChangeKind.REGRESSED: "broke {}",
    ChangeKind.FIXED: "fixed {}",
    ChangeKind.API_REMOVED: "removed {} as announced",
    ChangeKind.CHANGED: "changed the failures of {}",
    ChangeKind.VALUES_CHANGED: "changed the results of {}, which still pass,",
    ChangeKind.ACCURACY_DRIFT: "made {} less accurate",
}
RANK = {kind: rank for rank, kind in enumerate(VERBS)}


@dataclass(frozen=True)
class NewsLine:
    """A sentence: `build` `cause` `verb` on `places`. `functions` are the affected ones, those with most cases first.

    `cause` names the build before, or, if that has the same version, the part of the build that changed. `observed` is
    the start of the newest run that observed it, and `page` the page of the build. `operators` is true if the functions
    are operators of kernel tables.
    """

    framework: str
    kind: ChangeKind
    build: str
    page: str
    observed: str
    cause: str
    verb: str
    places: str
    evidence: Evidence
    functions: tuple[str, ...]

    @property
    def operators(self) -> bool:
        return self.evidence is Evidence.REGISTERED


def news_lines(
    builds: Iterable[BuildChanges], families: Sequence[TargetFamily], incidents: Set[str] = frozenset()
) -> tuple[NewsLine, ...]:
    """Return the newest sentences: newest day first, then what broke before what was fixed.

    `incidents` are the runs in which so many cases regressed that they are one incident: no news of functions.
    """
    lines = [line for build in builds for line in _lines(build, families, incidents)]
    lines.sort(key=lambda line: (RANK[line.kind], -len(line.functions)))
    return tuple(sorted(lines, key=lambda line: line.observed[:10], reverse=True)[:MAX_LINES])


def _lines(build: BuildChanges, families: Sequence[TargetFamily], incidents: Set[str]) -> Iterator[NewsLine]:
    by_function: dict[tuple[ChangeKind, Evidence, str, str], list[GroupMember]] = {}
    for group in build.groups:
        if group.kind in VERBS:
            for member in group.members:
                if group.kind is ChangeKind.REGRESSED and member.run.id in incidents:
                    continue
                key = group.kind, member.run.evidence, _cause(member.change), member.function
                by_function.setdefault(key, []).append(member)
    alike: dict[tuple[ChangeKind, Evidence, str, tuple[str, ...]], dict[str, list[GroupMember]]] = {}
    for (kind, evidence, cause, function), members in by_function.items():
        targets = tuple(sorted({member.run.target for member in members}))
        alike.setdefault((kind, evidence, cause, targets), {})[function] = members
    for (kind, evidence, cause, targets), functions in alike.items():
        members = [member for found in functions.values() for member in found]
        noun = "operator" if evidence is Evidence.REGISTERED else "function"
        cases = len({member.change.case for member in members})
        what = count(len(functions), noun)
        if evidence is not Evidence.REGISTERED and kind is not ChangeKind.API_REMOVED:
            what = f"{count(cases, 'case')} of {what}"
        yield NewsLine(
            build.framework,
            kind,
            build_title(build.build),
            build.page,
            max(member.run.started for member in members),
            cause,
            VERBS[kind].format(what),
            target_words(families, targets),
            evidence,
            tuple(sorted(functions, key=lambda name: (-len(functions[name]), name))),
        )


def _cause(change: Change) -> str:
    """Return what differs from the build before, as a part of a sentence."""
    before, after = change.build_before, change.build_after
    if before and after and before.requirement == after.requirement:
        other = change.also_changed
        return f" with another part ({other[0].replace('==', ' ')})" if other else ", rerun,"
    return f", compared with {build_title(before)}," if before else ""
