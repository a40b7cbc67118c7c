"""Write the static site: all pages and files, each from its data and its template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

from monitor.analysis.outcomes import outcome_changes
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.status import array_api, current_status, kernel_tables
from monitor.analysis.status.stage_funnel import STEPS
from monitor.exports import api_paths
from monitor.exports.api import BuildDocument, encoded
from monitor.exports.downloads import OUTCOME_COLUMNS
from monitor.exports.export_files import sitemap
from monitor.exports.feeds import function_feed_path
from monitor.federation.columns import ForeignColumn
from monitor.formatting import urls
from monitor.history.retraction import ExcludedRun
from monitor.site.incremental import SiteBuild, input_digest, replacement_directory, source_digest, write_marker
from monitor.site.pages import (
    arguments,
    build_changes,
    builds,
    changes,
    check_example,
    compare,
    coverage,
    fork_columns,
    function_history,
    matrix,
    news,
    overview,
    run,
    runs,
    search_index,
    study,
    target,
    trust,
)
from monitor.site.pages import names as name_page
from monitor.site.pages import regressions as regression_pages
from monitor.site.pages.function_view import FunctionSource
from monitor.site.pages.matrix_cells import CELLS_FILE, cells_script
from monitor.site.pages.target_summary import SILENT_AFTER
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.site_data import SiteData, collect_site_data
from monitor.site.template_environment import included_templates, template_environment
from monitor.snapshot.parallel import process_count, run_in_parallel, without_garbage_collection
from monitor.snapshot.snapshot import Snapshot

CODE_DIRECTORY = Path(__file__).resolve().parents[1]


def write_site(
    snapshot: Snapshot,
    project: ProjectMetadata,
    directory: Path,
    *,
    templates: Path,
    generated: datetime,
    base: str = "",
    repository: str = "",
) -> Path:
    """Write the whole site into `directory`, replacing the one there, and return the path of its first page.

    `templates` is the project's `site/` folder. `base` is the address of the site, empty if it has none. `repository`
    is the GitHub repository (`octocat/monitor`) with the issues of regressions.
    Raises SiteError if `directory` holds anything but a site of the monitor, which would be deleted.
    """
    with without_garbage_collection(), replacement_directory(directory) as fresh:
        data = collect_site_data(snapshot, project, generated, base)

        def part(number: int, of: int) -> Mapping[str, str]:
            build = SiteBuild(fresh, directory, (number, of))
            _SiteRenderer(templates, build, generated, base, repository).render(data)
            return build.digests

        pages = {
            page: of for made in run_in_parallel(part, process_count(len(snapshot.runs))) for page, of in made.items()
        }
        if base:
            (fresh / "sitemap.xml").write_bytes(sitemap(base, pages))
        write_marker(fresh, pages)
    return directory / "index.html"


class _SiteRenderer:
    """Renderer of one process's share of the pages."""

    def __init__(self, templates: Path, build: SiteBuild, generated: datetime, base: str, repository: str) -> None:
        self._templates = templates
        self._build = build
        self._generated = generated
        self._base = base
        self._repository = repository
        self._environment = template_environment(templates / "templates", repository)
        self._source_digest = source_digest(CODE_DIRECTORY)
        self._template_digest = cache(self._digest_with_template)
        self._sources: dict[str, tuple[str, ...]] = {}

    def render(self, data: SiteData) -> None:
        snapshot, project, series = data.snapshot, data.project, data.snapshot.series
        self._assets()
        columns = project.federation.columns
        self._overview(data)
        self._regressions(data)
        self._matrix(
            lambda: fork_columns.add_fork_columns(
                matrix.matrix_page(snapshot.functions, project.catalog, snapshot.names), columns
            )
        )
        self._page("study.html", "study", page=lambda: study.study_page(series, project.catalog))
        self._page(
            "coverage.html",
            "coverage",
            page=lambda: coverage.coverage_page(data.coverage, series, project.catalog),
        )
        self._page("arguments.html", "arguments", page=lambda: arguments.arguments_page(data.arguments))
        self._array_api(data.scoreboard)
        self._compare(data)
        pages = {(one.framework, one.name) for one in data.functions}
        program = self._templates / "examples" / check_example.EXAMPLE
        inputs = program.read_bytes(), [one.digest for one in data.runs]
        self._page(check_example.PAGE, "check", inputs, example=partial(project.example), pages=lambda: pages)
        self._page(
            "method.html",
            "method",
            fields=OUTCOME_COLUMNS,
            outcome_changes=outcome_changes,
            silent_after=SILENT_AFTER,
            current_status=current_status,
        )
        self._page("hardware.html", "hardware", hardware=project.hardware)
        self._builds(data, snapshot)
        self._names(data)
        self._kernels(series)
        for function_of in data.functions:
            self._function(function_of, columns, data.documents)
        for run_of in data.runs:
            self._run(run_of, data.documents)
        self._runs(runs.newest_first(data.runs), snapshot.excluded_runs)
        for address, make in data.files:
            self._file(address, make)

    def _assets(self) -> None:
        for path in sorted((self._templates / "assets").rglob("*")):
            address = path.relative_to(self._templates).as_posix()
            if path.is_file():
                self._file(address, path.read_bytes)

    def _overview(self, data: SiteData) -> None:
        page = data.overview
        files = CELLS_FILE, search_index.INDEX_FILE, name_page.NAMES_FILE
        self._page(
            "index.html", "overview", page=page, overview=overview, news=news, searched=files, study=data.trust.study
        )
        self._file(search_index.INDEX_FILE, partial(self._search_index, data))
        self._page("changes.html", "changes", page=page, overview=overview, most=changes.MAX_CASES_OF_RUN)
        self._page("health.html", "health", page=page, silent_after=SILENT_AFTER)
        reports = data.project.reports
        inputs = [one.digest for one in data.runs], reports, self._generated.date()
        self._page(trust.PAGE, "trust", inputs, page=data.trust, trust=trust)
        federation = data.project.federation
        listed = [(one.page, one.hardware, one.summary) for one in data.targets], federation, page.frameworks
        self._page(
            "targets/index.html",
            "targets",
            listed,
            pages=data.targets,
            frameworks=page.frameworks,
            federation=federation,
        )
        for one in data.targets:
            self._page(one.page, "target", page=one.view, target=target, steps=STEPS)

    def _search_index(self, data: SiteData) -> bytes:
        snapshot, found = data.snapshot, [one.regression for one in data.regressions]
        hardware = data.project.hardware
        return search_index.index_script(
            snapshot.series, snapshot.failures, found, data.families, hardware, data.builds
        )

    def _matrix(self, find: Callable[[], matrix.MatrixPage]) -> None:
        found = cache(find)  # three files use it, and it is expensive
        self._page(
            "matrix.html",
            "matrix",
            page=lambda: found(),
            first=matrix.FIRST_ROWS,
            cells=CELLS_FILE,
            names=name_page.NAMES_FILE,
            table=matrix.TABLE_PAGE,
        )
        self._page(matrix.TABLE_PAGE, "matrix-table", page=lambda: found())
        self._file(CELLS_FILE, lambda: cells_script(found()))

    def _regressions(self, data: SiteData) -> None:
        found, snapshot = [one.regression for one in data.regressions], data.snapshot
        page = partial(regression_pages.regressions_page, found, snapshot.latency_nights, snapshot.flakiness)
        self._page("regressions.html", "regressions", page=page, most=regression_pages, flaky=RegressionState.FLAKY)
        for one in data.regressions:
            address = urls.regression_page(one.regression.id)
            self._page(
                address, "regression", one.digest, one=one.regression, commits=one.commits, most=regression_pages
            )

    def _builds(self, data: SiteData, snapshot: Snapshot) -> None:
        pages, every = data.builds, builds.by_framework(data.builds)
        inputs = [one.digest for one in data.runs]
        self._page(
            "failures.html", "failures", inputs, failing=lambda: snapshot.failures, pages=every, most=build_changes
        )
        head = partial(builds.comparison_head, every)
        self._page("builds/index.html", "builds", (inputs, snapshot.main_commits), pages=every, head=head)
        for framework, of_framework in every.items():
            address = builds.comparison_file(framework)
            self._file(address, partial(builds.comparison_script, framework, of_framework, snapshot.nights))
        for page in pages:
            self._page(page.page, "build", page=page, most=builds.MAX_CASES_OF_GROUP, most_names=builds.MAX_NAMES)

    def _names(self, data: SiteData) -> None:
        """Write the page of removed and deprecated names, and the list of names for the search."""
        names, project = data.snapshot.names, data.project
        pages = {(one.framework, one.name): urls.function_page(one.framework, one.name) for one in data.functions}
        inputs = (
            [[one.run.id for one in of_framework.builds] for of_framework in names.values()],
            [*pages],
            project.usage,
        )
        tables = partial(name_page.name_tables, names, project.catalog, project.usage, pages)
        self._page(name_page.PAGE, "names", inputs, tables=tables)
        self._file(name_page.NAMES_FILE, partial(name_page.names_script, names, pages))

    def _array_api(self, board: array_api.Scoreboard) -> None:
        columns = [(one.series.key, one.series.sources, one.package, one.cells) for one in board.columns]
        self._page("array-api.html", "array-api", (board.standard, columns), board=board, array_api=array_api)

    def _compare(self, data: SiteData) -> None:
        """Write the page that compares two sides, and its data: a file for each framework and each side."""
        found = data.comparison
        inputs = [one.digest for one in data.runs], found.families, data.project.hardware, found.equivalents.groups
        tables, head = partial(compare.pair_tables, found), partial(compare.compare_head, found)
        self._page(compare.PAGE, "compare", inputs, tables=tables, head=head)
        for address, make in compare.compare_files(found, data.snapshot.failures, data.project.usage):
            self._file(address, make)

    def _function(
        self, one: FunctionSource, columns: Sequence[ForeignColumn], documents: Mapping[str, BuildDocument]
    ) -> None:
        """Write the page of a function and its document, which have the same inputs."""
        page = urls.function_page(one.framework, one.name)
        document = api_paths.function_path(one.framework, one.name)
        if self._build.is_assigned(page):
            of_forks = fork_columns.fork_results(columns, one.framework, one.name)
            feed = function_feed_path(one.framework, one.name)
            inputs = (one.digest, of_forks, feed)
            self._page(page, "function", inputs, page=one.view, feed=feed, of_forks=of_forks, most=function_history)
            self._document(document, one.digest, documents[document])

    def _run(self, one: run.RunSource, documents: Mapping[str, BuildDocument]) -> None:
        """Write the page of a run and its document, which have the same inputs."""
        page, document = urls.run_page(one.night.run.id), api_paths.run_path(one.night.run.id)
        if self._build.is_assigned(page):
            self._page(page, "run", one.digest, page=one.view)
            self._document(document, one.digest, documents[document])

    def _runs(self, newest: Sequence[run.RunSource], excluded: Sequence[ExcludedRun]) -> None:
        months = runs.run_months(newest)
        named = [
            month.name for month in months
        ]  # without counts, which would change the page of a past month every night
        recent = newest[: runs.RECENT_RUNS]
        inputs = named, [one.digest for one in recent], excluded
        rows = partial(runs.run_rows, recent)
        self._page("runs/index.html", "runs", inputs, months=months, month=None, rows=rows, excluded=excluded)
        for month in months:
            rows = partial(runs.run_rows, month.runs)
            self._page(month.page, "runs", (named, month.digest), months=months, month=month, rows=rows, excluded=())

    def _document(self, address: str, inputs: str, document: BuildDocument) -> None:
        self._build.page(address, input_digest(self._source_digest, inputs), lambda: encoded(document()))

    def _kernels(self, series: Sequence[current_status.SeriesStatus]) -> None:
        tables = kernel_tables.kernel_pages(series)
        self._page("kernels/index.html", "kernels", pages=tables)
        for table in tables:
            self._page(table.page, "kernel-table", page=table)

    def _file(self, address: str, make: Callable[[], bytes]) -> None:
        """Write a file that is not a page; only the process that writes it makes its content."""
        if self._build.is_assigned(address):
            self._build.write(address, make())

    def _page(self, address: str, template: str, inputs: object = None, **view: Any) -> None:
        """Write a page, unless the site that is being replaced has it with the same inputs.

        A value of `view` that is a function is called only in the process that writes the page. If `inputs` determine
        the whole view, these functions are called only if the inputs changed.
        """
        if not self._build.is_assigned(address):
            return

        def evaluated() -> dict[str, Any]:
            return {
                name: value() if isinstance(value, FunctionType | partial) else value for name, value in view.items()
            }

        if inputs is None:
            inputs = view = evaluated()

        def make() -> bytes:
            where = {"root": "../" * address.count("/"), "here": address, "base": self._base}
            page = self._environment.get_template(f"{template}.html.jinja")
            return page.render(generated=self._generated, **where, **evaluated()).encode()

        self._build.page(address, input_digest(self._template_digest(f"{template}.html.jinja"), inputs), make)

    def _digest_with_template(self, template: str) -> str:
        """Return the digest of the code, a template and its includes."""
        return input_digest(self._source_digest, self._base, self._repository, self._template_sources(template))

    def _template_sources(self, template: str) -> tuple[str, ...]:
        """Return the text of a template and of the templates that it includes."""
        if template in self._sources:
            return self._sources[template]
        text = (self._templates / "templates" / template).read_text(encoding="utf-8")
        included = included_templates(text)
        self._sources[template] = text, *(part for name in included for part in self._template_sources(name))
        return self._sources[template]
