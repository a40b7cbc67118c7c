"""Collect the data that several pages share, once, before the work is split over processes.

Data of a single page is computed where that page is written, and only if it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.analysis.outcomes.outcome_changes import newest_nights
from monitor.analysis.regressions.triage import apply_triage
from monitor.analysis.status.argument_coverage import ArgumentCoverage, argument_coverage
from monitor.analysis.status.array_api import Scoreboard, array_api_scoreboard
from monitor.analysis.status.call_coverage import CallCoverage, call_coverage
from monitor.analysis.status.equivalents import equivalents
from monitor.exports.api import BuildDocument, function_documents, run_documents
from monitor.exports.documents.functions import cases_by_function
from monitor.exports.export_files import MakeContent, export_files
from monitor.model import ARRAY_API, Evidence
from monitor.site.charts.chart_annotations import LatencyLevels
from monitor.site.pages import builds, function_page, regressions, run, target
from monitor.site.pages.compare import ComparisonData, comparison_data
from monitor.site.pages.function_view import FunctionSource
from monitor.site.pages.overview import OverviewPage, overview_page
from monitor.site.pages.target_summary import target_summaries
from monitor.site.pages.trust import TrustPage, trust_page
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_families import TargetFamily, target_families
from monitor.snapshot.snapshot import Snapshot


@dataclass(frozen=True)
class SiteData:
    """Data of a whole site.

    The triage files are applied to the changes of `snapshot`. `families` group the targets. `regressions` include
    slowdowns. `documents` are the JSON documents of runs and functions by address; `files` are all other exported
    files. `coverage` weights functions by the calls of current code, `arguments` has the parameters that declared cases
    pass, and `scoreboard` is that of the array API standard. `comparison` has the sides that can be compared.
    `trust` has figures on the monitor itself.
    """

    snapshot: Snapshot
    project: ProjectMetadata
    regressions: tuple[regressions.RegressionSource, ...]
    families: tuple[TargetFamily, ...]
    overview: OverviewPage
    coverage: CallCoverage
    arguments: ArgumentCoverage
    scoreboard: Scoreboard
    comparison: ComparisonData
    trust: TrustPage
    targets: tuple[target.TargetSource, ...]
    builds: tuple[builds.BuildPage, ...]
    functions: tuple[FunctionSource, ...]
    runs: tuple[run.RunSource, ...]
    documents: Mapping[str, BuildDocument]
    files: tuple[tuple[str, MakeContent], ...]


def collect_site_data(snapshot: Snapshot, project: ProjectMetadata, generated: datetime, base: str) -> SiteData:
    """Return the data of a site with the address `base`."""
    found = snapshot.regressions(project.excuse)
    nights = tuple(apply_triage(night, project.excuse) for night in snapshot.nights)
    triaged = replace(snapshot, nights=nights)
    coverage = call_coverage(snapshot.functions, project.usage)
    arguments = argument_coverage(
        snapshot.names, project.declared_arguments, project.untested_parameters, project.usage
    )
    scoreboard = array_api_scoreboard(snapshot.functions, project.standard)
    same = equivalents(_tested_functions(snapshot), project.computed, project.standard.functions, project.usage)
    newest = newest_nights(nights)
    listed = snapshot.listed_in(newest)
    summaries = target_summaries(nights, newest, snapshot.series, project.hardware, generated, snapshot.names)
    families = target_families(project.hardware, (one.target for one in snapshot.series))
    overview = overview_page(nights, newest, snapshot.series, found, summaries, families, coverage, generated, listed)
    sources = regressions.regression_sources(found, snapshot.main_commits)
    levels = LatencyLevels(snapshot.changepoints, snapshot.reported_slowdowns, snapshot.latency_nights)
    kernels = [one for one in snapshot.series if one.evidence is Evidence.REGISTERED]
    functions = cases_by_function(snapshot.functions)
    documents = (*function_documents(functions, triaged, project.catalog), *run_documents(triaged))
    return SiteData(
        triaged,
        project,
        sources,
        families,
        overview,
        coverage,
        arguments,
        scoreboard,
        comparison_data(snapshot.functions, families, project.hardware, same),
        trust_page(snapshot.functions, project.catalog, nights, found, project.reports, project.alarms, generated),
        tuple(target.target_sources(overview.all_targets, snapshot.series, project.hardware)),
        builds.build_pages(nights, snapshot.names, snapshot.main_commits),
        tuple(
            function_page.function_sources(
                snapshot.functions,
                snapshot.trends,
                nights,
                sources,
                snapshot.names,
                levels,
                project,
                families,
                kernels,
                same,
                arguments,
            )
        ),
        tuple(run.run_sources(nights, snapshot.runs, snapshot.outcomes)),
        dict(documents),
        tuple(export_files(triaged, found, functions, (coverage, arguments), scoreboard, generated, base)),
    )


def _tested_functions(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return the functions with cases by framework and name, without those of the array API standard itself."""
    found = {(one.framework, name) for one in snapshot.functions if one.suite != ARRAY_API for name in one.functions}
    return sorted(found)
