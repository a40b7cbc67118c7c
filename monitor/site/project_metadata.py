"""What the project itself says, beside what was seen: its functions, its hardware, and what people found out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.analysis.regressions.regression import Excuse, nothing_excused
from monitor.federation.columns import Federation
from monitor.model import Function
from monitor.site.known_issues import KnownIssue
from monitor.site.target_info import TargetInfo


@dataclass(frozen=True)
class ProjectMetadata:
    """Everything that the pages tell and no run does.

    `script` gives the stand-alone script of a case by its id and by what was seen of it, as `mismatch: 3 of 4 elements
    off`, or an empty text where there is none any more; `hardware`
    are the targets that have a runner file; `excuse` says of a failure that it is expected, or muted; `findings` are by
    function; `federation` is what forks tell.
    """

    catalog: Mapping[str, Function]
    script: Callable[[str, str], str]
    hardware: Mapping[str, TargetInfo]
    excuse: Excuse = nothing_excused
    findings: Mapping[str, Sequence[KnownIssue]] = field(default_factory=dict)
    federation: Federation = field(default_factory=Federation)
