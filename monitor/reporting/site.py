"""The static site: every page rendered into a fresh directory beside the old one, then swapped in.

A reader never sees half a site, and no page of an earlier build stays behind.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.analysis import news
from monitor.analysis.regressions import Regression, regressions
from monitor.analysis.triage import excused
from monitor.handover.runfile import SCHEMA
from monitor.history.store import Recorded
from monitor.model import Evidence, Outcome
from monitor.reporting import addresses, figures, kernels, names, signs, standing
from monitor.reporting.data import FIELDS, write_data
from monitor.reporting.findings import code_parts
from monitor.reporting.hardware import Hardware
from monitor.reporting.pages import builds, causes, function, matrix, run, study, target, tonight
from monitor.reporting.pages import regressions as regression_pages
from monitor.reporting.project import Project

# Says that a directory is a site of ours, which the next build may replace.
MARKER = ".portability-site"


class SiteError(Exception):
    """A site that cannot be written there; the message names the directory and the mend."""


def write_site(recorded: Recorded, project: Project, directory: Path, *, templates: Path, generated: datetime) -> Path:
    """Write the whole site into `directory` in place of the one there, and return the path of its first page.

    `templates` is the project's `site/` folder. Raises SiteError where `directory` holds something that is not a site
    of ours: it would be deleted.
    """
    _refuse_foreign(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as temporary:
        fresh = Path(temporary) / "new"
        shutil.copytree(templates / "assets", fresh / "assets")
        (fresh / MARKER).write_text("Written by Portability Monitor: the next build replaces this directory.\n")
        _Renderer(templates / "templates", fresh, generated).render(recorded, project)
        old = Path(temporary) / "old"
        if directory.exists():
            directory.rename(old)
        try:
            fresh.rename(directory)
        except OSError:
            if old.exists():
                old.rename(directory)
            raise
    return directory / "index.html"


def _refuse_foreign(directory: Path) -> None:
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise SiteError(f"{directory}: not a directory; name one that does not exist yet")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MARKER).is_file():
        raise SiteError(f"{directory}: holds files that are not a site of ours (no {MARKER}); name another directory")


class _Renderer:
    """Renders pages of one build of the site into `root`."""

    def __init__(self, templates: Path, root: Path, generated: datetime) -> None:
        self._root = root
        self._generated = generated
        self._environment = _environment(templates)

    def render(self, recorded: Recorded, project: Project) -> None:
        seen = news.nights(recorded)
        nights = tuple(excused(night, project.excuse) for night in seen)
        series = standing.all_series(recorded)
        functions = [one for one in series if one.evidence is not Evidence.REGISTERED]
        found = regressions(seen, project.excuse)
        self._front(nights, series, found, project.hardware)
        self._page("matrix.html", "matrix", page=matrix.matrix_page(functions, project.catalog))
        self._page("study.html", "study", page=study.study_page(series, project.catalog))
        self._page("method.html", "method", fields=FIELDS, news=news, tonight=tonight, standing=standing)
        self._page("hardware.html", "hardware", hardware=project.hardware)
        self._builds(nights)
        self._kernels(series)
        for page in function.function_pages(functions, recorded.observations, nights, found, project):
            self._page(page.page, "function", page=page)
        for run_page in run.run_pages(nights, recorded.runs, _outcome_counts(recorded)):
            self._page(addresses.run_page(run_page.night.run.id), "run", page=run_page)
        self._page("runs/index.html", "runs", nights=nights[::-1])
        write_data(self._root / "data", series, self._generated)
        shutil.copy(SCHEMA, self._root / "data" / SCHEMA.name)

    def _front(
        self,
        nights: tuple[news.Night, ...],
        series: Sequence[standing.Series],
        found: Sequence[Regression],
        hardware: Mapping[str, Hardware],
    ) -> None:
        front = tonight.tonight_page(nights, news.tonight(nights), series, found, hardware, self._generated)
        self._page("index.html", "tonight", page=front, tonight=tonight)
        self._page("regressions.html", "regressions", page=regression_pages.regressions_page(found))
        targets = target.target_pages(front.all_places, series, hardware)
        self._page("targets/index.html", "targets", pages=targets)
        for page in targets:
            self._page(page.page, "target", page=page, target=target)

    def _builds(self, nights: Sequence[news.Night]) -> None:
        pages = builds.build_pages(nights)
        data = builds.comparison(pages, nights)
        self._page("causes.html", "causes", builds=causes.news_of_builds(nights), named=causes.NAMED)
        self._page("builds/index.html", "builds", pages=builds.by_framework(pages), data=data)
        for page in pages:
            self._page(page.page, "build", page=page, most=builds.CASES_OF_A_CAUSE)

    def _kernels(self, series: Sequence[standing.Series]) -> None:
        tables = kernels.kernel_pages(series)
        self._page("kernels/index.html", "kernels", pages=tables)
        for table in tables:
            self._page(table.page, "kernel-table", page=table)

    def _page(self, address: str, template: str, **view: Any) -> None:
        path = self._root / address
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = self._environment.get_template(f"{template}.html.jinja").stream(
            root="../" * address.count("/"), here=address, generated=self._generated, **view
        )
        with path.open("w", encoding="utf-8") as file:
            file.writelines(parts)


def _environment(templates: Path) -> Environment:
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
        clock=figures.clock,
        code_parts=code_parts,
        count=figures.count,
        day=figures.day,
        deviation=figures.deviation,
        duration=figures.duration,
        framework=names.framework_title,
        machine_time=figures.machine_time,
        moment=figures.moment,
        percent=figures.percent,
        quantity=figures.quantity,
        commits=regression_pages.commits_of,
        sentence=function.portability_sentence,
        sign=signs.sign,
    )
    environment.globals.update(
        Evidence=Evidence,
        build_page=addresses.build_page,
        case_address=addresses.case_address,
        evidences=signs.EVIDENCES,
        function_page=addresses.function_page,
        slug=addresses.slug,
        outcomes=signs.OUTCOMES,
        portabilities=signs.PORTABILITIES,
        regression_address=addresses.regression_address,
        run_page=addresses.run_page,
        states=signs.STATES,
        target_page=addresses.target_page,
        verdicts=signs.VERDICTS,
    )
    return environment


def _outcome_counts(recorded: Recorded) -> dict[str, dict[Outcome, int]]:
    """How often each outcome occurred in each run, by the run's id, in the order of the outcomes."""
    found = {}
    for run_id, outcomes in recorded.observations.groupby("run", observed=True)["outcome"]:
        counts = outcomes.value_counts()
        found[str(run_id)] = {o: int(counts[o.value]) for o in Outcome if counts.get(o.value, 0)}
    return found
