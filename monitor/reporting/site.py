"""The static site: which pages and files there are, and what each is made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.meta import find_referenced_templates

from monitor.analysis import news
from monitor.analysis.regressions import Regression, State, regressions
from monitor.analysis.triage import excused
from monitor.history.signatures import KnownSignature
from monitor.model import Evidence
from monitor.reporting import (
    addresses,
    drawing,
    figures,
    kernels,
    names,
    signatures,
    signs,
    slowdowns,
    slower,
    standing,
)
from monitor.reporting.data import FIELDS
from monitor.reporting.edition import Edition, made_by, made_of, next_edition, write_marker
from monitor.reporting.feeds import EVERYTHING, function_feed
from monitor.reporting.findings import code_parts
from monitor.reporting.levels import Levels
from monitor.reporting.machines import sitemap, write_machine_files
from monitor.reporting.material import Material
from monitor.reporting.pages import builds, causes, elsewhere, function, matrix, run, study, target, tonight
from monitor.reporting.pages import regressions as regression_pages
from monitor.reporting.pages.matrix_cells import CELLS, cells_script
from monitor.reporting.processes import helpers, in_parts
from monitor.reporting.project import Project

CODE = Path(__file__).resolve().parents[1]


def write_site(
    material: Material,
    project: Project,
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
    with next_edition(directory) as fresh:

        def part(number: int, of: int) -> Mapping[str, str]:
            edition = Edition(fresh, directory, (number, of))
            renderer = _Renderer(templates, edition, generated, base, repository)
            renderer.render(material, project)
            return edition.made_of

        pages = {page: of for made in in_parts(part, helpers(len(material.runs))) for page, of in made.items()}
        if base:
            (fresh / "sitemap.xml").write_bytes(sitemap(base, pages))
        write_marker(fresh, pages)
    return directory / "index.html"


class _Renderer:
    """Renders one process's share of an edition of the site."""

    def __init__(self, templates: Path, edition: Edition, generated: datetime, base: str, repository: str) -> None:
        self._templates = templates
        self._edition = edition
        self._generated = generated
        self._base = base
        self._repository = repository
        self._environment = _environment(templates / "templates", repository)
        self._made_by = made_by(CODE)
        self._sources: dict[str, tuple[str, ...]] = {}

    def render(self, material: Material, project: Project) -> None:
        nights, series = tuple(excused(night, project.excuse) for night in material.nights), material.series
        functions = [one for one in series if one.evidence is not Evidence.REGISTERED]
        slow = slower.slower_of(material.told, material.runs, project.excuse)
        found = (*regressions(material.nights, project.excuse), *slow)
        self._assets()
        columns = project.federation.columns
        self._front(nights, series, found, project)
        self._page(
            "regressions.html",
            "regressions",
            page=lambda: regression_pages.regressions_page(found, material.paces, material.rated),
            most=regression_pages,
            flaky=State.FLAKY,
        )
        self._matrix(lambda: elsewhere.with_columns(matrix.matrix_page(functions, project.catalog), columns))
        self._page("study.html", "study", page=lambda: study.study_page(series, project.catalog))
        self._page("method.html", "method", fields=FIELDS, news=news, tonight=tonight, standing=standing)
        self._page("hardware.html", "hardware", hardware=project.hardware)
        self._builds(nights, material.signatures)
        self._kernels(series)
        levels = Levels(material.moved, material.told, material.paces)
        for page in function.function_pages(
            functions, material.recent, nights, found, material.signatures, levels, project, self._edition.mine
        ):
            of_forks = elsewhere.of_function(columns, page.framework, page.name)
            feed = function_feed(page.framework, page.name)
            self._page(page.page, "function", page=page, feed=feed, of_forks=of_forks)
        for run_page in run.run_pages(nights, material.runs, material.outcomes):
            self._page(addresses.run_page(run_page.night.run.id), "run", page=run_page)
        self._page("runs/index.html", "runs", nights=nights[::-1])
        as_told = replace(material, nights=nights)
        write_machine_files(self._edition, as_told, found, project.catalog, self._generated, self._base)

    def _assets(self) -> None:
        for path in sorted((self._templates / "assets").rglob("*")):
            address = path.relative_to(self._templates).as_posix()
            if path.is_file() and self._edition.mine(address):
                self._edition.write(address, path.read_bytes())

    def _front(
        self,
        nights: tuple[news.Night, ...],
        series: Sequence[standing.Series],
        found: Sequence[Regression],
        project: Project,
    ) -> None:
        hardware = project.hardware
        front = tonight.tonight_page(nights, news.tonight(nights), series, found, hardware, self._generated)
        self._page("index.html", "tonight", page=front, tonight=tonight)
        targets = target.target_pages(front.all_places, series, hardware)
        self._page("targets/index.html", "targets", pages=targets, federation=project.federation)
        for page in targets:
            self._page(page.page, "target", page=page, target=target)

    def _matrix(self, find: Callable[[], matrix.MatrixPage]) -> None:
        found = cache(find)  # three files tell it, and it is costly to find
        self._page("matrix.html", "matrix", page=lambda: found(), first=matrix.FIRST, cells=CELLS, table=matrix.TABLE)
        self._page(matrix.TABLE, "matrix-table", page=lambda: found())
        if self._edition.mine(CELLS):
            self._edition.write(CELLS, cells_script(found()))

    def _builds(self, nights: Sequence[news.Night], known: Mapping[str, KnownSignature]) -> None:
        pages = builds.build_pages(nights, known)
        data = builds.comparison(pages, nights)
        self._page("causes.html", "causes", builds=lambda: causes.news_of_builds(nights), named=causes.NAMED)
        self._page("builds/index.html", "builds", pages=builds.by_framework(pages), data=data)
        for page in pages:
            self._page(page.page, "build", page=page, most=builds.CASES_OF_A_CAUSE)

    def _kernels(self, series: Sequence[standing.Series]) -> None:
        tables = kernels.kernel_pages(series)
        self._page("kernels/index.html", "kernels", pages=tables)
        for table in tables:
            self._page(table.page, "kernel-table", page=table)

    def _page(self, address: str, template: str, **view: Any) -> None:
        """A page. One that would say the same as in the last edition is that page, with the time when it was made.

        What is costly to find is given as a function, which only the process asks that makes the page.
        """
        if not self._edition.mine(address):
            return
        view = {name: value() if isinstance(value, FunctionType) else value for name, value in view.items()}

        def make() -> bytes:
            where = {"root": "../" * address.count("/"), "here": address, "base": self._base}
            page = self._environment.get_template(f"{template}.html.jinja")
            return page.render(generated=self._generated, **where, **view).encode()

        made = made_of(self._made_by, self._base, self._repository, self._with_sources(f"{template}.html.jinja"), view)
        self._edition.page(address, made, make)

    def _with_sources(self, template: str) -> tuple[str, ...]:
        """The text of a template, and of those that it is made with."""
        if template not in self._sources:
            text = (self._templates / "templates" / template).read_text(encoding="utf-8")
            others = sorted(filter(None, find_referenced_templates(self._environment.parse(text))))
            self._sources[template] = (text, *(part for name in others for part in self._with_sources(name)))
        return self._sources[template]


def _environment(templates: Path, repository: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=figures.visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        build=names.build_title,
        build_label=names.label_title,
        calls=signatures.calls,
        clock=figures.clock,
        code_parts=code_parts,
        count=figures.count,
        day=figures.day,
        deviation=figures.deviation,
        drawn=drawing.drawn,
        duration=figures.duration,
        framework=names.framework_title,
        machine_time=figures.machine_time,
        moment=figures.moment,
        percent=figures.percent,
        quantity=figures.quantity,
        commits=regression_pages.commits_of,
        measured=slower.measured,
        sentence=function.portability_sentence,
        sign=signs.sign,
        slower_by=slowdowns.slower_by,
        strip_cells=drawing.strip_cells,
        strip_head=drawing.strip_head,
    )
    environment.globals.update(
        Evidence=Evidence,
        build_page=addresses.build_page,
        case_address=addresses.case_address,
        everything=EVERYTHING,
        evidences=signs.EVIDENCES,
        feed="",  # where a page has one of its own, it says so
        function_page=addresses.function_page,
        issues_on=addresses.issues_on,
        repository=repository,
        slug=addresses.slug,
        outcomes=signs.OUTCOMES,
        portabilities=signs.PORTABILITIES,
        regression_address=addresses.regression_address,
        run_page=addresses.run_page,
        series_address=addresses.series_address,
        standings=signs.STANDINGS,
        states=signs.STATES,
        target_page=addresses.target_page,
        verdicts=signs.VERDICTS,
    )
    return environment
