"""The static site: which pages and files there are, and what each is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.meta import find_referenced_templates
from markupsafe import Markup

from monitor.analysis.outcomes import outcome_changes
from monitor.analysis.regressions import slowdown_regressions
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.status import current_status, kernel_tables, measured_builds
from monitor.exports import api
from monitor.exports.downloads import FIELDS
from monitor.exports.export_files import encoded, sitemap
from monitor.exports.feeds import EVERYTHING, function_feed
from monitor.federation.columns import ForeignColumn
from monitor.formatting import display_names, humanize, urls
from monitor.history.retraction import ExcludedRun
from monitor.model import Evidence
from monitor.reports.affected_share import extent
from monitor.site import signature_format, status_legend
from monitor.site.html import fragments, function_sections, status_table
from monitor.site.incremental import SiteBuild, made_by, made_of, next_edition, write_marker
from monitor.site.known_issues import code_parts
from monitor.site.pages import (
    build_changes,
    builds,
    changes,
    fork_columns,
    function,
    matrix,
    overview,
    run,
    runs,
    study,
    target,
)
from monitor.site.pages import regressions as regression_pages
from monitor.site.pages.matrix_cells import CELLS, cells_script
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.site_data import SiteData, contents
from monitor.snapshot.parallel import helpers, in_parts, nothing_collected
from monitor.snapshot.snapshot import Snapshot

# What templates call as filters, and other markup is made with.
LINES: Mapping[str, Callable[..., str]] = {
    "date": fragments.date,
    "mark": fragments.mark,
    "message": fragments.message,
    "name": fragments.name,
    "names": fragments.names,
    "packages": fragments.packages,
    "said": fragments.said,
    "time": fragments.clock_time,
}

CODE = Path(__file__).resolve().parents[1]


def write_site(
    material: Snapshot,
    project: ProjectMetadata,
    directory: Path,
    *,
    templates: Path,
    generated: datetime,
    base: str = "",
    repository: str = "",
) -> Path:
    """Write the whole site into `directory` in place of the one there, and return the path of its first page.

    `templates` is the project's `site/` folder, `base` the address that the site will have, empty where it has none;
    `repository` is the one at GitHub (`octocat/monitor`) whose issues tell of regressions.
    Raises SiteError where `directory` holds something that is not a site of ours: it would be deleted.
    """
    with nothing_collected(), next_edition(directory) as fresh:
        known = contents(material, project, generated, base)

        def part(number: int, of: int) -> Mapping[str, str]:
            edition = SiteBuild(fresh, directory, (number, of))
            _Renderer(templates, edition, generated, base, repository).render(known)
            return edition.made_of

        pages = {page: of for made in in_parts(part, helpers(len(material.runs))) for page, of in made.items()}
        if base:
            (fresh / "sitemap.xml").write_bytes(sitemap(base, pages))
        write_marker(fresh, pages)
    return directory / "index.html"


class _Renderer:
    """Renders one process's share of an edition of the site."""

    def __init__(self, templates: Path, edition: SiteBuild, generated: datetime, base: str, repository: str) -> None:
        self._templates = templates
        self._edition = edition
        self._generated = generated
        self._base = base
        self._repository = repository
        self._environment = _environment(templates / "templates", repository)
        self._made_by = made_by(CODE)
        self._made_with = cache(self._with)
        self._sources: dict[str, tuple[str, ...]] = {}

    def render(self, known: SiteData) -> None:
        material, project, series = known.material, known.project, known.material.series
        self._assets()
        columns = project.federation.columns
        self._front(known)
        self._regressions(known)
        self._matrix(
            lambda: fork_columns.with_columns(matrix.matrix_page(material.functions, project.catalog), columns)
        )
        self._page("study.html", "study", page=lambda: study.study_page(series, project.catalog))
        self._page(
            "method.html", "method", fields=FIELDS, news=outcome_changes, tonight=overview, standing=current_status
        )
        self._page("hardware.html", "hardware", hardware=project.hardware)
        self._builds(known, material)
        self._kernels(series)
        for function_of in known.functions:
            self._function(function_of, columns, known.documents)
        for run_of in known.runs:
            self._run(run_of, known.documents)
        self._runs(runs.newest_first(known.runs), material.apart)
        for address, make in known.files:
            if self._edition.mine(address):
                self._edition.write(address, make())

    def _assets(self) -> None:
        for path in sorted((self._templates / "assets").rglob("*")):
            address = path.relative_to(self._templates).as_posix()
            if path.is_file() and self._edition.mine(address):
                self._edition.write(address, path.read_bytes())

    def _front(self, known: SiteData) -> None:
        self._page("index.html", "tonight", page=known.front, tonight=overview)
        self._page("changes.html", "changes", changed=known.front.changed, most=changes.CASES_OF_A_NIGHT)
        federation = known.project.federation
        listed = [(one.page, one.hardware, one.place) for one in known.targets], federation
        self._page("targets/index.html", "targets", listed, pages=known.targets, federation=federation)
        for one in known.targets:
            self._page(one.page, "target", page=one.view, target=target)

    def _matrix(self, find: Callable[[], matrix.MatrixPage]) -> None:
        found = cache(find)  # three files tell it, and it is costly to find
        self._page("matrix.html", "matrix", page=lambda: found(), first=matrix.FIRST, cells=CELLS, table=matrix.TABLE)
        self._page(matrix.TABLE, "matrix-table", page=lambda: found())
        if self._edition.mine(CELLS):
            self._edition.write(CELLS, cells_script(found()))

    def _regressions(self, known: SiteData) -> None:
        found, material = [one.regression for one in known.regressions], known.material
        page = partial(regression_pages.regressions_page, found, material.paces, material.rated)
        self._page("regressions.html", "regressions", page=page, most=regression_pages, flaky=RegressionState.FLAKY)
        for one in known.regressions:
            address = urls.regression_page(one.regression.id)
            self._page(address, "regression", one.told, one=one.regression, commits=one.commits, most=regression_pages)

    def _builds(self, known: SiteData, material: Snapshot) -> None:
        pages, every = known.builds, builds.by_framework(known.builds)
        told = [one.told for one in known.runs]
        self._page("causes.html", "causes", told, failing=lambda: material.failures, pages=every, most=build_changes)
        head = partial(builds.comparison_head, every)
        self._page(
            "builds/index.html", "builds", (told, material.signatures, material.main_commits), pages=every, head=head
        )
        for framework, of_framework in every.items():
            address = builds.comparison_file(framework)
            if self._edition.mine(address):
                self._edition.write(address, builds.comparison_script(framework, of_framework, material.nights))
        for page in pages:
            self._page(page.page, "build", page=page, most=builds.CASES_OF_A_CAUSE)

    def _function(
        self, one: function.FunctionSource, columns: Sequence[ForeignColumn], documents: Mapping[str, api.Document]
    ) -> None:
        """The page of a function and its document, which follow from the same."""
        page = urls.function_page(one.framework, one.name)
        document = api.function_document(one.framework, one.name)
        if self._edition.mine(page):
            of_forks = fork_columns.of_function(columns, one.framework, one.name)
            feed = function_feed(one.framework, one.name)
            told = (one.told, of_forks, feed)
            self._page(page, "function", told, page=one.view, feed=feed, of_forks=of_forks)
            self._document(document, one.told, documents[document])

    def _run(self, one: run.RunSource, documents: Mapping[str, api.Document]) -> None:
        """The page of a run and its document, which follow from the same."""
        page, document = urls.run_page(one.night.run.id), api.run_document(one.night.run.id)
        if self._edition.mine(page):
            self._page(page, "run", one.told, page=one.view)
            self._document(document, one.told, documents[document])

    def _runs(self, newest: Sequence[run.RunSource], apart: Sequence[ExcludedRun]) -> None:
        months = runs.months(newest)
        named = [month.name for month in months]  # and no count: a month that is over would change every night
        recent = newest[: runs.NEWEST]
        told = named, [one.told for one in recent], apart
        rows = partial(runs.rows, recent)
        self._page("runs/index.html", "runs", told, months=months, month=None, rows=rows, apart=apart)
        for month in months:
            rows = partial(runs.rows, month.runs)
            self._page(month.page, "runs", (named, month.told), months=months, month=month, rows=rows, apart=())

    def _document(self, address: str, told: str, document: api.Document) -> None:
        self._edition.page(address, made_of(self._made_by, told), partial(encoded, document))

    def _kernels(self, series: Sequence[current_status.SeriesStatus]) -> None:
        tables = kernel_tables.kernel_pages(series)
        self._page("kernels/index.html", "kernels", pages=tables)
        for table in tables:
            self._page(table.page, "kernel-table", page=table)

    def _page(self, address: str, template: str, told: object = None, **view: Any) -> None:
        """A page. One that would say the same as in the last edition is that page, with the time when it was made.

        What is costly to find is given as a function, which only the process asks that makes the page; and where
        something is `told` from which all of the view follows, only if the page is made anew.
        """
        if not self._edition.mine(address):
            return

        def found() -> dict[str, Any]:
            return {
                name: value() if isinstance(value, FunctionType | partial) else value for name, value in view.items()
            }

        if told is None:
            told = view = found()

        def make() -> bytes:
            where = {"root": "../" * address.count("/"), "here": address, "base": self._base}
            page = self._environment.get_template(f"{template}.html.jinja")
            return page.render(generated=self._generated, **where, **found()).encode()

        self._edition.page(address, made_of(self._made_with(f"{template}.html.jinja"), told), make)

    def _with(self, template: str) -> str:
        """A digest of what a page is made with besides its view: the code, a template, and those that it names."""
        return made_of(self._made_by, self._base, self._repository, self._with_sources(template))

    def _with_sources(self, template: str) -> tuple[str, ...]:
        """The text of a template, and of those that it is made with."""
        if template in self._sources:
            return self._sources[template]
        text = (self._templates / "templates" / template).read_text(encoding="utf-8")
        others = sorted(filter(None, find_referenced_templates(self._environment.parse(text))))
        self._sources[template] = text, *(part for name in others for part in self._with_sources(name))
        return self._sources[template]


def _markup(make: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *told: Markup(make(*told))  # noqa: S704 - `lines` escapes what it is told


def _environment(templates: Path, repository: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=humanize.visible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # an edition has one environment, and would ask after three files for each of its pages
    )
    environment.filters.update(
        build=display_names.build_title,
        build_label=display_names.label_title,
        calls=signature_format.calls,
        clock=humanize.clock,
        code_parts=code_parts,
        count=humanize.count,
        day=humanize.day,
        duration=humanize.duration,
        extent=extent,
        framework=display_names.framework_title,
        machine_time=humanize.machine_time,
        moment=humanize.moment,
        percent=humanize.percent,
        measured=slowdown_regressions.measured,
        sign=status_legend.sign,
        regression_line=partial(fragments.regression_line, repository=repository),
        slower_by=humanize.slower_by,
        now_table=status_table.now_table,
        section=function_sections.section,
        builds_of=measured_builds.build_titles,
        sources=measured_builds.titles,
        **{name: _markup(make) for name, make in LINES.items()},
    )
    environment.globals.update(
        Evidence=Evidence,
        build_page=urls.build_page,
        case_address=urls.case_address,
        everything=EVERYTHING,
        evidences=status_legend.EVIDENCES,
        feed="",  # where a page has one of its own, it says so
        function_page=urls.function_page,
        issues_on=urls.issues_on,
        kernel_page=urls.kernel_page,
        navigation=_markup(fragments.navigation),
        repository=repository,
        slug=urls.slug,
        outcomes=status_legend.OUTCOMES,
        portabilities=status_legend.PORTABILITIES,
        regression_page=urls.regression_page,
        run_page=urls.run_page,
        series_address=urls.series_address,
        standings=status_legend.STANDINGS,
        states=status_legend.STATES,
        target_page=urls.target_page,
        verdicts=status_legend.VERDICTS,
    )
    return environment
