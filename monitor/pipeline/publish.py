"""Write the static site from a snapshot of the history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from monitor.analysis.status.array_api import ArrayStandard
from monitor.check.check_data import check_data
from monitor.check.name_uses import names_in
from monitor.execution.builds.environments import default_cache
from monitor.execution.targets.target import Target, load_targets
from monitor.federation.columns import Federation, load_federation
from monitor.history.store import History
from monitor.issues.alarms import load_alarms
from monitor.pipeline.locations import FINDINGS, RUNNERS, TEMPLATES, TRIAGE, UPSTREAM_REPORTS
from monitor.pipeline.snapshots import snapshot_of
from monitor.pipeline.source_check import Sources, named_targets, report_on
from monitor.pipeline.suite_cache import suite_cache
from monitor.pipeline.suite_sources import kept_arguments, kept_computed_functions
from monitor.pipeline.triage_context import load_triage_context
from monitor.site.build import write_site
from monitor.site.dev_server import LOOPBACK, serve_site
from monitor.site.known_issues import load_known_issues
from monitor.site.pages.check_example import EXAMPLE, TARGETS, CheckExample
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_info import TargetInfo
from monitor.site.upstream_reports import load_upstream_reports
from monitor.snapshot.snapshot import Snapshot
from monitor.suite.array_api.standard import VERSION, sections
from monitor.suite.catalog import load_catalog
from monitor.suite.discovery import namespaces
from monitor.suite.passed_arguments import untested_parameters
from monitor.suite.repro import NoScriptError, script
from monitor.usage import load_usage


@dataclass(frozen=True)
class SiteInputs:
    """Inputs of a site besides the history.

    `address` is that of the published site, and `repository` the one at GitHub; both may be empty. `federation` is a
    file of forks' columns, and `alarms` one of `portability github alarms`.
    """

    address: str = ""
    repository: str = ""
    federation: Path | None = None
    alarms: Path | None = None


def write_pages(snapshot: Snapshot, directory: Path, inputs: SiteInputs = SiteInputs()) -> Path:
    """Write the site, and return the path of its first page. Raises FederationError, AlarmsError."""
    generated, kept = datetime.now(UTC), suite_cache(default_cache())
    project = ProjectMetadata(
        catalog=load_catalog(),
        script=script_of,
        hardware={name: _target_info(target) for name, target in load_targets(RUNNERS).items()},
        excuse=load_triage_context(snapshot).excuse,
        known_issues=load_known_issues(FINDINGS),
        federation=load_federation(inputs.federation, generated) if inputs.federation else Federation(),
        usage=load_usage(),
        declared_arguments=tuple(kept_arguments(kept)),
        untested_parameters=untested_parameters(),
        standard=ArrayStandard(VERSION, sections(), namespaces()),
        computed=kept_computed_functions(kept),
        example=partial(check_example, snapshot),
        reports=load_upstream_reports(UPSTREAM_REPORTS, TRIAGE),
        alarms=load_alarms(inputs.alarms) if inputs.alarms else None,
    )
    page = write_site(
        snapshot,
        project,
        directory,
        templates=TEMPLATES,
        generated=generated,
        base=inputs.address,
        repository=inputs.repository,
    )
    return page.resolve()


def serve_pages(history: History, watched: Path, port: int, directory: Path, inputs: SiteInputs) -> None:
    """Serve the site on this machine until interrupted; write it again when templates or the history change."""
    local = f"http://{LOOPBACK}:{port}/" if port else ""
    here = replace(inputs, address=inputs.address or local)

    def write() -> Path:
        history.refresh()
        return write_pages(snapshot_of(history), directory, here)

    serve_site(write, directory, watched=[TEMPLATES, watched], port=port)


def check_example(snapshot: Snapshot) -> CheckExample | None:
    """Return the program of the page "Check your code" with its report; None if no build lists the names it uses."""
    program = (TEMPLATES / "examples" / EXAMPLE).read_text(encoding="utf-8")
    sources = Sources((names_in(EXAMPLE, program),), program.count("\n"), ())
    names = {name: snapshot.names[name] for name in sources.frameworks if name in snapshot.names}
    if len(names) < len(sources.frameworks):
        return None
    return CheckExample(
        program, report_on(sources, named_targets(TARGETS), check_data(snapshot.series, names, TARGETS))
    )


def script_of(case: str, seen: str) -> str:
    """Return the script of a case with its last outcome `seen`; "" for an old case that the suite no longer has."""
    try:
        return script(case, seen)
    except NoScriptError:
        return ""


def _target_info(target: Target) -> TargetInfo:
    frameworks = {evidence: tuple(target.sources(evidence).frameworks) for evidence in target.evidences}
    return TargetInfo(target.title, frameworks, target.compile.chip if target.compile else None, target.family)
