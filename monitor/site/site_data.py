"""What several pages and files of a site tell, found once: before the work is split over processes.

What only one page tells is found where that page is made, if it is made at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.analysis.outcomes.outcome_changes import tonight
from monitor.analysis.regressions.triage import excused
from monitor.exports import api
from monitor.exports.export_files import Maker, machine_files
from monitor.site.charts.chart_annotations import LatencyLevels
from monitor.site.pages import builds, function, regressions, run, target
from monitor.site.pages.overview import OverviewPage, tonight_page
from monitor.site.project_metadata import ProjectMetadata
from monitor.snapshot.snapshot import Snapshot


@dataclass(frozen=True)
class SiteData:
    """What a site has to tell. The `material` is told as the project excuses it.

    `regressions` are those of functions and the slowdowns. `documents` are those of runs and functions by their
    addresses, and `files` makes all others that are for programs.
    """

    material: Snapshot
    project: ProjectMetadata
    regressions: tuple[regressions.RegressionSource, ...]
    front: OverviewPage
    targets: tuple[target.TargetSource, ...]
    builds: tuple[builds.BuildPage, ...]
    functions: tuple[function.FunctionSource, ...]
    runs: tuple[run.RunSource, ...]
    documents: Mapping[str, api.Document]
    files: tuple[tuple[str, Maker], ...]


def contents(material: Snapshot, project: ProjectMetadata, generated: datetime, base: str) -> SiteData:
    """The contents of a site made of that, at that address."""
    found = material.regressions(project.excuse)
    nights = tuple(excused(night, project.excuse) for night in material.nights)
    told = replace(material, nights=nights)
    front = tonight_page(nights, tonight(nights), material.series, found, project.hardware, generated)
    subjects = regressions.subjects(found, material.main_commits)
    levels = LatencyLevels(material.moved, material.told, material.paces)
    functions = api.functions_of(material.functions)
    documents = (*api.function_documents(functions, told, project.catalog), *api.run_documents(told))
    return SiteData(
        told,
        project,
        subjects,
        front,
        tuple(target.subjects(front.all_places, material.series, project.hardware)),
        builds.build_pages(nights, material.signatures, material.main_commits),
        tuple(
            function.subjects(
                material.functions, material.trends, nights, subjects, material.signatures, levels, project
            )
        ),
        tuple(run.subjects(nights, material.runs, material.outcomes)),
        dict(documents),
        tuple(machine_files(told, found, functions, generated, base)),
    )
