"""Everything of the site that is not for eyes: the API, downloads, badges; and, where its address is known, feeds.

Feeds, the map of the site and the cards that others show of a page need absolute addresses: without one they are not
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.current_status import FunctionStatus
from monitor.exports import api, badges, feeds
from monitor.exports.downloads import download_files
from monitor.formats.run_file import SCHEMA as RUN_FILE_SCHEMA
from monitor.snapshot.snapshot import Snapshot

API_SCHEMA = Path(__file__).with_name("api.schema.json")

MakeContent = Callable[[], bytes]


def export_files(
    material: Snapshot,
    found: Sequence[Regression],
    functions: Mapping[tuple[str, str], api.Places],
    generated: datetime,
    base: str,
) -> Iterator[tuple[str, MakeContent]]:
    """The address of each but the documents of runs and functions, and what makes it.

    `base` is the address of the site, empty where it has none.
    """
    yield api.SCHEMA, API_SCHEMA.read_bytes
    yield f"data/{RUN_FILE_SCHEMA.name}", RUN_FILE_SCHEMA.read_bytes
    for address, document in api.documents(material, found, functions, generated):
        yield address, partial(encoded, document)
    yield from download_files(material.series, generated)
    yield from _badges({key: api.cells_of(places) for key, places in functions.items()})
    if base:
        began = min((item.run.started for item in material.runs), default=generated.isoformat())
        for address, feed in feeds.feeds(material.nights, material.signatures, [*functions]):
            yield address, partial(_feed_xml, feed, base, began)
        yield "robots.txt", lambda: f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n".encode()


def encoded(document: api.Document) -> bytes:
    """A document as it is written."""
    return api.encoded(document())


def _feed_xml(feed: Callable[[], feeds.Feed], base: str, began: str) -> bytes:
    return feeds.feed_xml(feed(), base, began)


def _badges(functions: Mapping[tuple[str, str], Mapping[str, FunctionStatus]]) -> Iterator[tuple[str, MakeContent]]:
    on: dict[str, list[FunctionStatus]] = {}
    for (framework, name), cells in functions.items():
        for target, cell in cells.items():
            on.setdefault(target, []).append(cell)
        yield from _badge(badges.function_badge_path(framework, name), badges.make_function_badge(name, cells))
    for target, of_target in sorted(on.items()):
        yield from _badge(badges.target_badge_path(target), badges.make_target_badge(target, of_target))


def _badge(address: str, badge: badges.Badge) -> Iterator[tuple[str, MakeContent]]:
    yield f"{address}.json", lambda: api.encoded(badges.shields_endpoint(badge))
    yield f"{address}.svg", lambda: badges.badge_svg(badge).encode()


def sitemap(base: str, pages: Iterable[str]) -> bytes:
    """The map of the site: its pages, but for those of single runs, which would be most of it and tell least."""
    root = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in sorted(pages):
        if page.endswith(".html") and (not page.startswith("runs/") or page == "runs/index.html"):
            ElementTree.SubElement(ElementTree.SubElement(root, "url"), "loc").text = base + page
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
