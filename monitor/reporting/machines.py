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

from monitor.analysis.regressions import Regression
from monitor.handover.runfile import SCHEMA as RUN_FILE_SCHEMA
from monitor.model import Function
from monitor.reporting import api, badges, feeds
from monitor.reporting.data import downloads
from monitor.reporting.edition import Edition, made_of
from monitor.reporting.material import Material
from monitor.reporting.standing import Cell

API_SCHEMA = Path(__file__).with_name("api.schema.json")

Maker = Callable[[], bytes]


def write_machine_files(
    edition: Edition,
    material: Material,
    found: Sequence[Regression],
    catalog: Mapping[str, Function],
    generated: datetime,
    base: str,
) -> None:
    """Write them all into an edition; `base` is the address of the site, empty where it has none."""
    for address, make in _files(material, found, catalog, generated, base):
        if edition.mine(address):
            edition.write(address, make())
    for address, night, document in api.run_documents(material):
        if edition.mine(address):
            edition.page(address, made_of(night), partial(_encoded, document))


def _files(
    material: Material, found: Sequence[Regression], catalog: Mapping[str, Function], generated: datetime, base: str
) -> Iterator[tuple[str, Maker]]:
    yield api.SCHEMA, API_SCHEMA.read_bytes
    yield f"data/{RUN_FILE_SCHEMA.name}", RUN_FILE_SCHEMA.read_bytes
    for address, document in api.documents(material, found, catalog, generated):
        yield address, partial(_encoded, document)
    yield from downloads(material.series, generated)
    functions = {key: api.cells_of(places) for key, places in api.functions_of(material.functions).items()}
    yield from _badges(functions)
    if base:
        began = min((item.run.started for item in material.runs), default=generated.isoformat())
        for address, feed in feeds.feeds(material.nights, material.signatures, [*functions]):
            yield address, partial(_written, feed, base, began)
        yield "robots.txt", lambda: f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n".encode()


def _encoded(document: api.Document) -> bytes:
    return api.encoded(document())


def _written(feed: Callable[[], feeds.Feed], base: str, began: str) -> bytes:
    return feeds.written(feed(), base, began)


def _badges(functions: Mapping[tuple[str, str], Mapping[str, Cell]]) -> Iterator[tuple[str, Maker]]:
    on: dict[str, list[Cell]] = {}
    for (framework, name), cells in functions.items():
        for target, cell in cells.items():
            on.setdefault(target, []).append(cell)
        yield from _badge(badges.function_badge(framework, name), badges.of_function(name, cells))
    for target, of_target in sorted(on.items()):
        yield from _badge(badges.target_badge(target), badges.of_target(target, of_target))


def _badge(address: str, badge: badges.Badge) -> Iterator[tuple[str, Maker]]:
    yield f"{address}.json", lambda: api.encoded(badges.endpoint(badge))
    yield f"{address}.svg", lambda: badges.svg(badge).encode()


def sitemap(base: str, pages: Iterable[str]) -> bytes:
    """The map of the site: its pages, but for those of single runs, which would be most of it and tell least."""
    root = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in sorted(pages):
        if page.endswith(".html") and (not page.startswith("runs/") or page == "runs/index.html"):
            ElementTree.SubElement(ElementTree.SubElement(root, "url"), "loc").text = base + page
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
