"""Make the environment of the templates: their filters and global values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.meta import find_referenced_templates
from markupsafe import Markup

from monitor.analysis.regressions import slowdown_regressions
from monitor.analysis.status import measured_builds
from monitor.exports import api_paths
from monitor.exports.feeds import ALL_FEED
from monitor.formatting import display_names, humanize, script_packages, signature_format, urls
from monitor.model import ARRAY_API, Evidence
from monitor.reports.affected_share import affected_share
from monitor.site import status_legend
from monitor.site.html import fragments, function_sections, history_table, status_table
from monitor.site.known_issues import code_parts
from monitor.site.pages.search_index import failure_anchor

# Filters of templates that return HTML.
FRAGMENT_FILTERS: Mapping[str, Callable[..., str]] = {
    "date": fragments.date,
    "mark": fragments.mark,
    "message": fragments.message_html,
    "name": fragments.name,
    "names": fragments.names,
    "packages": fragments.packages,
    "said": fragments.group_message,
    "time": fragments.clock_time,
}


class CompiledTemplates(BytecodeCache):
    """Compiled templates of this process: a night writes several sites, and compiles each template once."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._code[bucket.key, bucket.checksum] = bucket.code


COMPILED = CompiledTemplates()


@lru_cache(maxsize=256)
def included_templates(text: str) -> tuple[str, ...]:
    """Return the names of the templates that a template includes, sorted."""
    return tuple(sorted(filter(None, find_referenced_templates(Environment(autoescape=True).parse(text)))))


def template_environment(templates: Path, repository: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=humanize.escape_invisible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # templates do not change during a build
        bytecode_cache=COMPILED,
    )
    environment.filters.update(
        build=display_names.build_title,
        build_label=display_names.label_title,
        signature_parts=signature_format.signature_parts,
        clock=humanize.format_time,
        code_parts=code_parts,
        count=humanize.count,
        day=humanize.format_day,
        duration=humanize.duration,
        failure_anchor=failure_anchor,
        affected=affected_share,
        framework=display_names.framework_title,
        machine_time=humanize.machine_time,
        join_words=humanize.join_words,
        needed_packages=script_packages.needed_packages,
        parse_time=humanize.parse_time,
        percent=humanize.percent,
        measured=slowdown_regressions.latency_text,
        sign=status_legend.sign,
        regression_line=partial(fragments.regression_line, repository=repository),
        slower_by=humanize.slower_by,
        status_table=status_table.status_table,
        build_history=history_table.history_table,
        section=function_sections.function_section,
        builds_of=measured_builds.build_titles,
        sources=measured_builds.titles,
        **{name: _markup(make) for name, make in FRAGMENT_FILTERS.items()},
    )
    environment.globals.update(_global_values(repository))
    return environment


def _global_values(repository: str) -> dict[str, object]:
    return {
        "ARRAY_API": ARRAY_API,
        "Evidence": Evidence,
        "build_page": urls.build_page,
        "run_case_address": urls.run_case_address,
        "all_feed": ALL_FEED,
        "evidences": status_legend.EVIDENCES,
        "feed": "",  # pages with a feed override it
        "function_page": urls.function_page,
        "issue_search_url": urls.issue_search_url,
        "kernel_page": urls.kernel_page,
        "names_path": api_paths.names_path,
        "navigation": _markup(fragments.navigation),
        "repository": repository,
        "slug": urls.slug,
        "outcomes": status_legend.OUTCOMES,
        "portabilities": status_legend.PORTABILITIES,
        "regression_page": urls.regression_page,
        "run_page": urls.run_page,
        "series_address": urls.series_address,
        "slowdown_statuses": status_legend.SLOWDOWN_STATUSES,
        "states": status_legend.STATES,
        "target_page": urls.target_page,
        "change_kinds": status_legend.CHANGE_KINDS,
    }


def _markup(make: Callable[..., str]) -> Callable[..., Markup]:
    return lambda *args: Markup(make(*args))  # noqa: S704 - fragments escape their arguments
