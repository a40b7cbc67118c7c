"""List the exported files: JSON API, downloads and badges; with the address of the site, also feeds and sitemap.

Feeds and the sitemap need absolute addresses, so a site without a known address has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.argument_coverage import ArgumentCoverage
from monitor.analysis.status.array_api import Scoreboard, is_of_standard
from monitor.analysis.status.call_coverage import CallCoverage
from monitor.analysis.status.current_status import FunctionStatus
from monitor.check.check_data import check_data, packed
from monitor.exports import badges, feeds
from monitor.exports.api import BuildDocument, encoded, list_documents
from monitor.exports.api_paths import SCHEMA_PATH
from monitor.exports.documents.functions import CasesByFunction, status_by_target
from monitor.exports.downloads import download_files
from monitor.formats.run_file import SCHEMA as RUN_FILE_SCHEMA
from monitor.formatting.humanize import machine_time
from monitor.snapshot.snapshot import Snapshot

API_SCHEMA = Path(__file__).with_name("api.schema.json")
CHECK_DATA = "data/check.json.gz"  # what `portability check --data` looks up

MakeContent = Callable[[], bytes]


def export_files(
    snapshot: Snapshot,
    regressions: Sequence[Regression],
    functions: CasesByFunction,
    coverage: tuple[CallCoverage, ArgumentCoverage],
    scoreboard: Scoreboard,
    generated: datetime,
    base: str,
) -> Iterator[tuple[str, MakeContent]]:
    """Yield the address of each file, except documents of runs and functions, and the function that makes it.

    `base` is the address of the site, empty if it has none. `coverage` is that of calls, and that of arguments.
    """
    yield SCHEMA_PATH, API_SCHEMA.read_bytes
    yield f"data/{RUN_FILE_SCHEMA.name}", RUN_FILE_SCHEMA.read_bytes
    for address, build in list_documents(snapshot, regressions, functions, coverage, scoreboard, generated):
        yield address, partial(_document, build)
    yield from download_files(snapshot.series, generated)
    yield CHECK_DATA, partial(_check_data, snapshot, generated)
    yield from _badges({key: status_by_target(cases) for key, cases in functions.items()})
    if base:
        began = min((item.run.started for item in snapshot.runs), default=generated.isoformat())
        for address, feed in feeds.feeds(snapshot.nights, snapshot.names, [*functions]):
            yield address, partial(_feed_xml, feed, base, began)
        yield "robots.txt", lambda: f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n".encode()


def _check_data(snapshot: Snapshot, generated: datetime) -> bytes:
    targets = dict.fromkeys(one.target for one in snapshot.series)
    return packed(check_data(snapshot.series, snapshot.names, targets, machine_time(generated)))


def _document(build: BuildDocument) -> bytes:
    return encoded(build())


def _feed_xml(feed: Callable[[], feeds.Feed], base: str, began: str) -> bytes:
    return feeds.feed_xml(feed(), base, began)


def _badges(functions: Mapping[tuple[str, str], Mapping[str, FunctionStatus]]) -> Iterator[tuple[str, MakeContent]]:
    by_target: dict[str, list[FunctionStatus]] = {}
    for (framework, name), statuses in functions.items():
        if not is_of_standard(name):
            for target, status in statuses.items():
                by_target.setdefault(target, []).append(status)
        path = badges.function_badge_path(framework, name)
        yield from _badge_files(path, badges.make_function_badge(name, statuses))
    for target, statuses_there in sorted(by_target.items()):
        yield from _badge_files(badges.target_badge_path(target), badges.make_target_badge(target, statuses_there))


def _badge_files(address: str, badge: badges.Badge) -> Iterator[tuple[str, MakeContent]]:
    yield f"{address}.json", lambda: encoded(badges.shields_endpoint(badge))
    yield f"{address}.svg", lambda: badges.badge_svg(badge).encode()


def sitemap(base: str, pages: Iterable[str]) -> bytes:
    """Return the sitemap: all pages except those of single runs, which would be most of it."""
    root = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in sorted(pages):
        if page.endswith(".html") and (not page.startswith("runs/") or page == "runs/index.html"):
            ElementTree.SubElement(ElementTree.SubElement(root, "url"), "loc").text = base + page
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
