"""Exported files are valid by their schema, readable by standard readers, and inert."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import jsonschema_rs
import pandas as pd
import pytest

from monitor.analysis.names.name_changes import NameChangeKind
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.status.current_status import FunctionStatus
from monitor.analysis.status.scores import Portability
from monitor.exports import badges
from monitor.exports.api_paths import SCHEMA_PATH, function_path
from monitor.exports.badges import Badge, function_badge_path, target_badge_path
from monitor.exports.downloads import KEY_COLUMNS, MEASUREMENT_COLUMNS, OUTCOME_COLUMNS, _without_formulas
from monitor.exports.feeds import ALL_FEED, framework_feed_path, function_feed_path, target_feed_path
from monitor.formatting.urls import slug
from monitor.model import Evidence, Outcome
from monitor.snapshot.snapshot import Snapshot
from support.site_history import BASE, IMAGE, LONG_NAME, SCRIPT

DOCUMENTS = (
    *("index", "latest", "targets", "runs", "builds", "changes", "build-changes", "failures", "regressions"),
    *("coverage", "arguments", "name-changes", "array-api"),
)


def read(site: Path, address: str) -> Any:
    return json.loads((site / address).read_text())


def validator(site: Path, name: str) -> jsonschema_rs.Validator:
    schema = read(site, SCHEMA_PATH)
    return jsonschema_rs.validator_for({**schema, "$ref": f"#/$defs/{name}"})


def test_every_document_is_as_the_published_schema_says(site: Path, material: Snapshot) -> None:
    for name in DOCUMENTS:
        validator(site, name.replace("-", "_")).validate(read(site, f"api/v1/{name}.json"))
    validator(site, "functions_list").validate(read(site, "api/v1/functions.json"))
    functions = [*(site / "api/v1/functions").rglob("*.json")]
    assert len(functions) == len({(s.framework, c.function) for s in material.functions for c in (*s.now, *s.removed)})
    for path in functions:
        validator(site, "function").validate(json.loads(path.read_text()))
    validator(site, "names").validate(read(site, "api/v1/names/torch.json"))
    runs = [*(site / "api/v1/runs").glob("*.json")]
    assert len(runs) == len(material.runs)
    for path in runs:
        validator(site, "run").validate(json.loads(path.read_text()))
    columns = [*(site / "api/v1/columns").glob("*.json")]
    assert {path.stem for path in columns} == {one.target for one in material.functions}
    for path in columns:
        validator(site, "column").validate(json.loads(path.read_text()))
    assert not validator(site, "latest").is_valid({"runs": [{"run": 1}]})


def test_the_schema_knows_every_word(site: Path) -> None:
    schema = read(site, SCHEMA_PATH)["$defs"]
    change = schema["change"]["properties"]
    assert change["kind"]["enum"] == [*ChangeKind]
    assert change["before"]["enum"] == [*Outcome, ""]
    assert schema["outcome"]["enum"] == [*Outcome]
    assert schema["build_names"]["properties"]["changes"]["items"]["properties"]["change"]["enum"] == [*NameChangeKind]
    assert schema["evidence"]["enum"] == [*Evidence]
    assert schema["portability"]["enum"] == [*Portability]


def test_the_api_leads_from_its_index_to_everything(site: Path) -> None:
    index = read(site, "api/v1/index.json")
    assert (site / index["schema"]).is_file()
    assert all((site / address).is_file() for address in index["documents"].values())
    for line in read(site, index["documents"]["functions"])["functions"]:
        assert read(site, line["document"])["function"] == line["function"]
        assert (site / line["page"]).is_file()
    for line in read(site, index["documents"]["runs"])["runs"]:
        assert read(site, line["document"])["run"] == line["run"]
        assert (site / line["page"]).is_file()


def test_a_function_tells_its_outcomes_and_its_past(site: Path) -> None:
    found = read(site, function_path("torch", "torch.cat"))
    cat = next(c for c in found["cases"] if (c["target"], c["case"]) == ("cpu-x86", "torch/torch.cat/eager-float32"))
    assert (cat["outcome"], cat["message"]) == ("mismatch", SCRIPT)
    assert [turn["outcome"] for turn in cat["history"]] == ["pass", "mismatch"]
    assert cat["error"]["max_ulp"] > 0
    assert {one["target"]: one["portability"] for one in found["targets"]}["cpu-x86"] == "partial"
    assert found["study"]["uses"] == 5211


def test_a_column_tells_what_the_documents_of_its_functions_tell(site: Path) -> None:
    (entry,) = (one for one in read(site, "api/v1/targets.json")["targets"] if one["target"] == "tpu-v5e")
    column = read(site, entry["column"])
    assert len(column["functions"]) == 15
    for line in column["functions"]:
        of = read(site, f"api/v1/functions/jax/{line['function']}.json")
        (cell,) = (one for one in of["targets"] if one["target"] == "tpu-v5e")
        assert [*line["outcomes"].values()].count("pass") == cell["passed"]
        assert (line["evidence"], len(line["outcomes"])) == (cell["evidence"], cell["judged"])


def test_changes_are_told_with_what_was_known_before(site: Path) -> None:
    changes = read(site, "api/v1/changes.json")["changes"]
    worse = {(c["target"], c["case"]): c for c in changes if c["kind"] == "regressed"}
    assert worse["cpu-x86", "torch/torch.add/eager-float32"]["after"] == "crash"
    assert [c["started"] for c in changes] == sorted((c["started"] for c in changes), reverse=True)


def test_every_feed_parses_and_tells_a_run_once(site: Path) -> None:
    paths = [*site.rglob("*.atom")]
    assert len(paths) > 40
    ids = set()
    for path in paths:
        address = path.relative_to(site).as_posix()
        feed = feedparser.parse(path.read_bytes())
        assert not feed.bozo, (address, feed.get("bozo_exception"))
        assert feed.feed.id == f"tag:example.org,2026:/monitor/{address}"
        assert {link.rel: link.href for link in feed.feed.links}["self"] == BASE + address
        assert feed.feed.updated == max([e.updated for e in feed.entries], default=feed.feed.updated)
        entries = [entry.id for entry in feed.entries]
        assert len(set(entries)) == len(entries)
        assert all(entry.content[0].type == "text/plain" for entry in feed.entries)
        assert all((site / entry.link.removeprefix(BASE)).is_file() for entry in feed.entries)
        ids.add(feed.feed.id)
    assert len(ids) == len(paths)


def test_feeds_are_of_everything_a_framework_a_target_a_function(site: Path) -> None:
    def titles(address: str) -> list[str]:
        return [entry.title for entry in feedparser.parse((site / address).read_bytes()).entries]

    assert titles(function_feed_path("torch", "torch.cat")) == [
        "torch.cat on cpu-x86: 1 regressed (torch 2.4.0.dev20251105+cpu, paper)",
        "torch.cat: signature changed (torch 2.4.0.dev20251105+cpu)",
    ]
    assert titles(function_feed_path("torch", "torch.Tensor.backward")) == []
    assert all(" on gpu-t4: " in title for title in titles(target_feed_path("gpu-t4")))
    assert all(title.startswith("JAX on ") for title in titles(framework_feed_path("jax")))
    everything = titles(ALL_FEED)
    assert any(title.startswith("JAX on gpu-t4: 1 incident, 28 regressed, ") for title in everything)
    assert len(everything) > len(titles(framework_feed_path("jax"))) > 0


def test_planted_markup_is_text_in_feeds_and_pictures(site: Path) -> None:
    feed = (site / function_feed_path("torch", "torch.cat")).read_bytes()
    texts = [content.text or "" for content in ElementTree.fromstring(feed).iterfind("{*}entry/{*}content")]
    assert [SCRIPT in text for text in texts] == [True, True]
    assert {entry.content[0].type for entry in feedparser.parse(feed).entries} == {"text/plain"}
    svg = badges.badge_svg(Badge(f"evil{SCRIPT}", IMAGE, badges.GOOD))
    root = ElementTree.fromstring(svg)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert root.get("aria-label") == f"evil{SCRIPT}: {IMAGE}"


def test_badges_say_how_much_works_and_by_what_evidence(site: Path) -> None:
    cat = read(site, f"{function_badge_path('torch', 'torch.cat')}.json")
    assert (cat["schemaVersion"], cat["label"], cat["message"]) == (1, "torch.cat", "1/2 executed")
    tpu = read(site, f"{target_badge_path('tpu-v5e')}.json")
    assert tpu["message"].replace("\u202f", " ") == "100 % of 1 executed, 92.9 % of 14 compiled"
    long = ElementTree.parse(site / f"{function_badge_path('torch', LONG_NAME)}.svg").getroot()
    assert float(long.get("width", "")) < 800
    for path in (site / "badges").rglob("*.svg"):
        assert path.with_suffix(".json").is_file()


@pytest.mark.parametrize(
    ("kinds", "colour"),
    [
        ((), badges.UNKNOWN),
        ((Portability.SUCCESS,) * 2, badges.GOOD),
        ((Portability.SUCCESS, Portability.FAILURE), badges.PARTLY),
        ((Portability.FAILURE,), badges.BAD),
    ],
)
def test_a_badge_has_the_colour_of_what_it_says(kinds: tuple[Portability, ...], colour: str) -> None:
    cells = {
        str(number): FunctionStatus(kind, 0, 1, 0, Evidence.EXECUTED, (), frozenset({Outcome.PASS}))
        for number, kind in enumerate(kinds)
    }
    assert badges.make_function_badge("f", cells).colour == colour


@pytest.mark.parametrize("colour", [badges.LABEL, badges.GOOD, badges.PARTLY, badges.BAD, badges.UNKNOWN])
def test_white_can_be_read_on_every_badge(colour: str) -> None:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_tables_are_the_same_in_every_format(site: Path) -> None:
    rows = read(site, "data/outcomes.json")["outcomes"]
    outcomes = pd.read_parquet(site / "data/outcomes.parquet")
    assert [*outcomes.columns] == [*OUTCOME_COLUMNS]
    assert outcomes.to_dict("records") == rows
    measured = pd.read_parquet(site / "data/measurements.parquet")
    assert [*measured.columns] == [*KEY_COLUMNS, *MEASUREMENT_COLUMNS]
    with (site / "data/measurements.csv").open(newline="") as file:
        written = [*csv.DictReader(file)]
    assert [row["case"] for row in written] == [*measured["case"]]
    assert [float(row["latency_median"] or "nan") for row in written] == pytest.approx(
        [*measured["latency_median"]], nan_ok=True
    )


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_takes_a_message_for_a_formula(formula: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(_without_formulas(pd.Series([formula, "plain", None])))
    assert next(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [f"'{formula}", "plain", ""]
    assert _without_formulas(pd.Series([-1.5, None])) == [-1.5, ""]  # a figure is no formula


def test_the_map_of_the_site_has_its_pages(site: Path) -> None:
    root = ElementTree.fromstring((site / "sitemap.xml").read_bytes())
    listed = {(loc.text or "").removeprefix(BASE) for loc in root.findall("{*}url/{*}loc")}
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert listed == {page for page in pages if not page.startswith("runs/") or page == "runs/index.html"}
    assert f"Sitemap: {BASE}sitemap.xml" in (site / "robots.txt").read_text()


def test_a_page_shared_elsewhere_has_a_card(site: Path) -> None:
    page = (site / "functions" / "torch" / f"{slug('torch.cat')}.html").read_text()
    assert '<meta property="og:title" content="torch.cat">' in page
    assert f'<meta property="og:image" content="{BASE}assets/card.png">' in page
    assert f'<link rel="canonical" href="{BASE}functions/torch/torch.cat.html">' in page
    assert f'href="../../{function_feed_path("torch", "torch.cat")}"' in page
    assert (site / "assets/card.png").read_bytes().startswith(b"\x89PNG")
