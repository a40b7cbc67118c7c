"""Data of the project that the pages show besides results: functions, hardware, known issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.analysis.regressions.regression import Suppression, no_suppression
from monitor.analysis.status.array_api import ArrayStandard
from monitor.federation.columns import Federation
from monitor.issues.alarms import Alarms
from monitor.model import DeclaredArguments, Function, UntestedParameter
from monitor.site.known_issues import KnownIssue
from monitor.site.pages.check_example import CheckExample
from monitor.site.target_info import TargetInfo
from monitor.site.upstream_reports import UpstreamReport
from monitor.usage import Usage


@dataclass(frozen=True)
class ProjectMetadata:
    """Data of the pages that comes from no run.

    `script` returns the stand-alone script of a case, given its id and recorded outcome (`mismatch: 3 of 4 elements
    off`), or an empty text if the case no longer exists. `hardware` are the targets with a runner file. `excuse`
    returns the state of a failure that is expected or muted. `known_issues` are by framework and function. `federation`
    has the results of forks. `usage` has the calls of current code by function. `declared_arguments` has the arguments
    that declared cases pass, and `untested_parameters` those that no case needs to pass. `standard` is the array API
    standard. `computed` has what a declared function computes, by framework and name. `example` returns a program with
    the report of its check, None if no listed build has the names that it uses. `reports` are those for frameworks.
    `alarms` are the issues on regressions, None if they were not read.
    """

    catalog: Mapping[str, Function]
    script: Callable[[str, str], str]
    hardware: Mapping[str, TargetInfo]
    excuse: Suppression = no_suppression
    known_issues: Mapping[tuple[str, str], Sequence[KnownIssue]] = field(default_factory=dict)
    federation: Federation = field(default_factory=Federation)
    usage: Usage = field(default_factory=Usage)
    declared_arguments: Sequence[DeclaredArguments] = ()
    untested_parameters: Sequence[UntestedParameter] = ()
    standard: ArrayStandard = field(default_factory=ArrayStandard)
    computed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    example: Callable[[], CheckExample | None] = lambda: None
    reports: tuple[UpstreamReport, ...] = ()
    alarms: Alarms | None = None
