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
from monitor.site.charts.chart_annotations import Levels
from monitor.site.pages import builds, function, regressions, run, target
from monitor.site.pages.overview import TonightPage, tonight_page
from monitor.site.project_metadata import Project
from monitor.snapshot.snapshot import Material


@dataclass(frozen=True)
class Contents:
    """What a site has to tell. The `material` is told as the project excuses it.

    `regressions` are those of functions and the slowdowns. `documents` are those of runs and functions by their
    addresses, and `files` makes all others that are for programs.
    """

    material: Material
    project: Project
    regressions: tuple[regressions.Subject, ...]
    front: TonightPage
    targets: tuple[target.Subject, ...]
    builds: tuple[builds.BuildPage, ...]
    functions: tuple[function.Subject, ...]
    runs: tuple[run.Subject, ...]
    documents: Mapping[str, api.Document]
    files: tuple[tuple[str, Maker], ...]


def contents(material: Material, project: Project, generated: datetime, base: str) -> Contents:
    """The contents of a site made of that, at that address."""
    found = material.regressions(project.excuse)
    nights = tuple(excused(night, project.excuse) for night in material.nights)
    told = replace(material, nights=nights)
    front = tonight_page(nights, tonight(nights), material.series, found, project.hardware, generated)
    subjects = regressions.subjects(found, material.main_commits)
    levels = Levels(material.moved, material.told, material.paces)
    functions = api.functions_of(material.functions)
    documents = (*api.function_documents(functions, told, project.catalog), *api.run_documents(told))
    return Contents(
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
