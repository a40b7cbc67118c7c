"""Build the short history of a function: its status on each target with each of the last builds, and what fails now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.outcomes.failure_groups import GroupMessage, most_common_message, normalize_message
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, evidences_by_weight
from monitor.analysis.status.scores import Portability, portability
from monitor.formatting.urls import build_page
from monitor.history.ordering import version_sort_key
from monitor.model import Build, Evidence, Outcome
from monitor.site.target_families import TargetFamily, target_words

MAX_BUILDS = 24  # columns that fit the width of a page
MAX_FAILURES = 8  # groups of failing cases
MAX_VARIANTS = 3  # cases named of a group


@dataclass(frozen=True)
class HistoryRow:
    """Status of a function with each build on targets with the same statuses; None where no case ran."""

    places: str
    evidence: Evidence
    statuses: tuple[Portability | None, ...]


@dataclass(frozen=True)
class BuildHistory:
    """Status of a function by build, oldest first. `builds` are their versions and pages."""

    builds: tuple[tuple[str, str], ...]
    rows: tuple[HistoryRow, ...]


@dataclass(frozen=True)
class FunctionFailure:
    """Failing cases of a function with one outcome and one normalized message.

    `variants` are their names without repetition, `cases` their number over all targets.
    """

    outcome: Outcome
    message: GroupMessage
    places: str
    variants: tuple[str, ...]
    cases: int


def build_history(
    framework: str, places: Iterable[tuple[SeriesStatus, Sequence[CaseStatus]]], families: Sequence[TargetFamily]
) -> BuildHistory:
    """Return the history of a function from its cases in each series.

    A status is that of the cases which ran with the build, by the evidence that counts on the target now.
    """
    by_target: dict[str, list[tuple[SeriesStatus, Sequence[CaseStatus]]]] = {}
    for series, cases in places:
        by_target.setdefault(series.target, []).append((series, cases))
    builds: dict[str, Build] = {}
    found: dict[str, tuple[Evidence, dict[str, Portability]]] = {}
    for target, members in by_target.items():
        evidences = evidences_by_weight(case for _, cases in members for case in cases)
        if evidences:
            counted = [member for member in members if member[0].evidence is evidences[0]]
            found[target] = evidences[0], _by_version(counted, builds)
    versions = sorted(builds, key=version_sort_key)[-MAX_BUILDS:]
    return BuildHistory(
        tuple((version, build_page(framework, builds[version])) for version in versions),
        tuple(_rows(found, versions, families)),
    )


def _by_version(
    members: Sequence[tuple[SeriesStatus, Sequence[CaseStatus]]], builds: dict[str, Build]
) -> dict[str, Portability]:
    """Return the status with each version, and add the versions to `builds`."""
    outcomes: dict[str, dict[str, Outcome]] = {}
    for series, cases in members:
        strips = [(case.case, series.strip_of(case.case)) for case in cases]
        for number, run in enumerate(series.recent):
            if run.build and (
                ran := {case: o for case, strip in strips if (o := strip[number]) is not None and o.known}
            ):
                builds.setdefault(run.build.version, run.build)
                outcomes.setdefault(run.build.version, {}).update(ran)
    return {version: portability(ran.values()) for version, ran in outcomes.items()}


def _rows(
    found: Mapping[str, tuple[Evidence, Mapping[str, Portability]]],
    versions: Sequence[str],
    families: Sequence[TargetFamily],
) -> Iterable[HistoryRow]:
    """Yield a row for the targets of a family that have the same statuses."""
    for family in families:
        alike: dict[tuple[Evidence, tuple[Portability | None, ...]], list[str]] = {}
        for target in family.targets:
            if target in found:
                evidence, statuses = found[target]
                alike.setdefault((evidence, tuple(map(statuses.get, versions))), []).append(target)
        for (evidence, row), targets in alike.items():
            if any(row):
                yield HistoryRow(target_words([family], targets), evidence, row)


def function_failures(
    function: str, places: Iterable[tuple[SeriesStatus, Sequence[CaseStatus]]], families: Sequence[TargetFamily]
) -> tuple[FunctionFailure, ...]:
    """Return the failing cases of a function in groups, those with most cases first."""
    groups: dict[tuple[Outcome, str], list[tuple[str, CaseStatus]]] = {}
    for series, cases in places:
        for one in cases:
            if one.fails:
                key = one.outcome, normalize_message(function, one.message)
                groups.setdefault(key, []).append((series.target, one))
    found = [
        FunctionFailure(
            outcome,
            most_common_message((one.case, one.message) for _, one in members),
            target_words(families, {target for target, _ in members}),
            tuple(dict.fromkeys(one.variant for _, one in members)),
            len(members),
        )
        for (outcome, _), members in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.cases))
