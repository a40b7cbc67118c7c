"""The written site: its files, its links, its data, and text from a run stays text."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.status.current_status import series_statuses
from monitor.analysis.status.scores import Portability
from monitor.formatting.humanize import deviation, duration, escape_invisible, percent
from monitor.formatting.urls import build_page, documentation_url, function_page, run_page, slug, target_page
from monitor.history.store import LoadedHistory
from monitor.model import Evidence, Outcome
from monitor.site.build import write_site
from monitor.site.incremental import MARKER, SiteError
from monitor.site.status_legend import CHANGE_KINDS, EVIDENCES, OUTCOMES, PORTABILITIES
from monitor.snapshot.snapshot import snapshot_of
from support.html_pages import Page
from support.site_history import (
    BIDI,
    GENERATED,
    IMAGE,
    LONG,
    LONG_NAME,
    NOTHING_SAID,
    PROJECT,
    SCRIPT,
    TEMPLATES,
)


def test_has_a_page_for_every_function_and_run(pages: dict[str, Page], recorded: LoadedHistory) -> None:
    single = (
        "index",
        "health",
        "matrix",
        "matrix-table",
        "regressions",
        "failures",
        "changes",
        "study",
        "method",
        "hardware",
    )
    groups = ("runs", "kernels", "targets", "builds")
    assert {f"{name}.html" for name in single} | {f"{name}/index.html" for name in groups} <= pages.keys()
    for item in recorded.runs:
        assert target_page(item.run.target) in pages
        assert item.run.build is None or build_page(item.run.framework, item.run.build) in pages
    assert {run_page(item.run.id) for item in recorded.runs} <= pages.keys()
    for one in series_statuses(recorded):
        if one.evidence is Evidence.REGISTERED:  # an operator is no function of the matrix
            assert {s.function for s in one.now}.isdisjoint(pages["matrix-table.html"].words.split())
            continue
        assert {
            function_page(one.framework, standing.function) for standing in (*one.now, *one.removed)
        } <= pages.keys()


def test_every_relative_link_and_fragment_leads_somewhere(site: Path, pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        for link in set(page.links()):
            parts = urlsplit(link)
            if parts.scheme:
                assert parts.scheme == "https"
                continue
            assert not link.startswith("/"), f"{address}: {link} leaves a sub-path"
            target = (site / address).parent.joinpath(unquote(parts.path)).resolve() if parts.path else site / address
            assert target.is_file(), f"{address}: {link}"
            if parts.fragment and "=" not in parts.fragment and target.suffix == ".html":  # else a view, for a script
                assert parts.fragment in pages[target.relative_to(site.resolve()).as_posix()].ids(), (
                    f"{address}: {link}"
                )


def test_ids_are_unique_and_headings_in_order(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert len(page.ids()) == len(set(page.ids())), address
        levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), address


def test_nothing_runs_but_scripts_of_our_own(pages: dict[str, Page]) -> None:
    ours = {
        "index.html": tuple(f"assets/{name}.js" for name in ("elements", "search", "cells", "front")),
        "matrix.html": (
            "data/matrix.js",
            *(f"assets/{name}.js" for name in ("elements", "search", "cells", "names", "matrix")),
        ),
        "builds/index.html": ("assets/elements.js", "assets/builds.js"),
        "hardware.html": ("assets/copy.js",),
        "check.html": ("assets/copy.js",),
        "compare.html": tuple(f"assets/{name}.js" for name in ("elements", "search", "compare")),
    }
    for address, page in pages.items():
        scripts = [a for tag, a in page.tags if tag == "script" and a.get("type") != "application/json"]
        wanted = ("assets/copy.js",) if address.startswith("functions/") else ours.get(address, ())
        found = [(script["src"] or "").removeprefix("../" * address.count("/")) for script in scripts]
        own_field = address in ("index.html", "matrix.html")
        assert found == ["assets/times.js", *(() if own_field else ("assets/find.js",)), *wanted], address
        assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]
        assert not [tag for tag, _ in page.tags if tag == "style"]
        (policy,) = (a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_every_time_is_told_in_utc_and_to_programs_and_none_is_relative(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text()
        times = re.findall(r"<time([^>]*)>([^<]*)</time>", text)
        assert times, path
        for attributes, shown in times:
            assert re.fullmatch(r' datetime="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"', attributes), path
            assert re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4}(, \d\d:\d\d UTC)?", shown), path
        assert not re.search(r"\b(ago|yesterday|silent for)\b", re.sub(r"<[^>]*>", "", text)), path


def test_planted_markup_is_shown_as_text(pages: dict[str, Page]) -> None:
    night = pages["changes.html"]
    assert SCRIPT in night.text
    assert IMAGE in night.text
    run = next(page for address, page in pages.items() if address.startswith("runs/2025") and LONG in page.text)
    assert f"evil{SCRIPT}" in run.text
    assert f"Tesla T4 {IMAGE}" in run.text
    images = {a["src"] for page in pages.values() for tag, a in page.tags if tag == "img"}
    assert {(src or "").rpartition("/")[2] for src in images} == {"icon.svg"}


def test_what_does_not_show_is_written_out(site: Path, pages: dict[str, Page]) -> None:
    page = pages[function_page("torch", LONG_NAME)]
    assert r"safe \u202egpj.exe\u202c and \u200binvisible \x07 bell" in page.text
    for path in site.rglob("*.html"):
        assert not set(path.read_text(encoding="utf-8")) & set("\u202e\u202c\u200b\x07"), path
    assert escape_invisible("\ud800\ufdd0") == r"\ud800\ufdd0"
    assert escape_invisible("naïve 数学 ✓") == "naïve 数学 ✓"
    assert escape_invisible(BIDI) == r"safe \u202egpj.exe\u202c and \u200binvisible \x07 bell"


def test_every_value_has_a_sign_of_its_own() -> None:
    for kind, signs in (
        (Outcome, OUTCOMES),
        (Portability, PORTABILITIES),
        (ChangeKind, CHANGE_KINDS),
        (Evidence, EVIDENCES),
    ):
        assert {value: sign.word for value, sign in signs.items()} == {value: value.value for value in kind}
        assert len({sign.symbol for sign in signs.values()}) == len(signs)


def test_data_has_every_case_once(site: Path, recorded: LoadedHistory) -> None:
    data = json.loads((site / "data/outcomes.json").read_text())
    assert data["format"] == 1
    assert data["generated"] == "2025-11-07T06:00:00Z"
    assert len(data["outcomes"]) == sum(len(one.now) for one in series_statuses(recorded))
    cat = next(
        row for row in data["outcomes"] if (row["target"], row["case"]) == ("cpu-x86", "torch/torch.cat/eager-float32")
    )
    assert cat["outcome"] == "mismatch"
    assert cat["message"] == SCRIPT
    assert cat["since"] == "2025-11-05T03:10:07Z"
    assert cat["build"] == "torch==2.4.0.dev20251105+cpu"
    with (site / "data/outcomes.csv").open(newline="") as file:
        assert [*csv.DictReader(file)] == data["outcomes"]


def test_the_next_build_replaces_the_site_and_nothing_else(recorded: LoadedHistory, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    nothing = snapshot_of(LoadedHistory((), recorded.observations.iloc[:0]))
    first = write_site(nothing, NOTHING_SAID, directory, templates=TEMPLATES, generated=GENERATED)
    assert first == directory / "index.html"
    (directory / "stale.html").write_text("old")
    write_site(snapshot_of(recorded), PROJECT, directory, templates=TEMPLATES, generated=GENERATED)
    assert not (directory / "stale.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["public"]

    foreign = tmp_path / "home"
    foreign.mkdir()
    write_site(
        nothing, NOTHING_SAID, foreign, templates=TEMPLATES, generated=GENERATED
    )  # an empty directory is nobody's
    (foreign / MARKER).unlink()
    with pytest.raises(SiteError, match="home: holds files that are not a site of the monitor"):
        write_site(snapshot_of(recorded), NOTHING_SAID, foreign, templates=TEMPLATES, generated=GENERATED)
    assert (foreign / "index.html").exists()


def test_a_failing_build_leaves_the_old_site(recorded: LoadedHistory, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    write_site(snapshot_of(recorded), NOTHING_SAID, directory, templates=TEMPLATES, generated=GENERATED)
    before = (directory / "index.html").read_bytes()

    def broken(case: str, seen: str) -> str:
        raise KeyError(case)

    with pytest.raises(KeyError):
        write_site(
            snapshot_of(recorded),
            replace(NOTHING_SAID, script=broken),
            directory,
            templates=TEMPLATES,
            generated=GENERATED,
            base="https://moved.example/",  # so that every page is made anew
        )
    assert (directory / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_an_empty_history_makes_a_site(recorded: LoadedHistory, tmp_path: Path) -> None:
    nothing = snapshot_of(LoadedHistory((), recorded.observations.iloc[:0]))
    index = write_site(nothing, NOTHING_SAID, tmp_path / "public", templates=TEMPLATES, generated=GENERATED)
    assert "No run has been recorded yet." in Page(index).text


@pytest.mark.parametrize("name", ["..", ".", "../../etc/passwd", "", "a/b", "x" * 300, ".hidden", "a\nb", "\ud800"])
def test_no_name_leaves_its_folder(name: str) -> None:
    part = slug(name)
    assert part == slug(name)
    assert "/" not in part
    assert part.strip(".")
    assert len(part) < 200
    assert part.isascii()
    assert part != slug(name + "x")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("torch.cat", "https://docs.pytorch.org/docs/main/generated/torch.cat.html"),
        ("torch.Tensor.add_", "https://docs.pytorch.org/docs/main/generated/torch.Tensor.add_.html"),
        (
            "torch.nn.Module.state_dict",
            "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict",
        ),
        (
            "torch.utils.data.DataLoader",
            "https://docs.pytorch.org/docs/main/data.html#torch.utils.data.DataLoader",
        ),
        ("jax.numpy.dot", "https://docs.jax.dev/en/latest/_autosummary/jax.numpy.dot.html"),
        ("tf.nn.conv2d", "https://www.tensorflow.org/api_docs/python/tf/nn/conv2d"),
        ("tf.Module.name_scope", "https://www.tensorflow.org/api_docs/python/tf/Module#name_scope"),
        ("array_api.max", "https://data-apis.org/array-api/latest/API_specification/generated/array_api.max.html"),
        (
            "array_api.linalg.svd",
            "https://data-apis.org/array-api/latest/extensions/generated/array_api.linalg.svd.html",
        ),
        ("flax.linen.Dense", ""),
        ("torch.<script>", ""),
    ],
)
def test_documentation_follows_each_frameworks_rule(name: str, address: str) -> None:
    assert documentation_url(name) == address


def test_figures_have_units_and_sensible_digits() -> None:
    assert [duration(value) for value in (None, 0.0123, 1.204, 12.34, 999.4, 999.7, 84_021.0, 6.1e7)] == [
        "–", "0.01\u202fµs", "1.20\u202fµs", "12.3\u202fµs", "999\u202fµs", "1.00\u202fms", "84.0\u202fms",
        "61.0\u202fs",
    ]  # fmt: skip
    assert [deviation(value) for value in (0.0, 1.234e-7, 3.0, float("inf"), float("nan"))] == [
        "0", "1.2e-07", "3", "∞", "–",
    ]  # fmt: skip
    assert [percent(share) for share in (None, 0.0, 1e-6, 0.875, 0.99999, 1.0)] == [
        "–", "0\u202f%", "0.1\u202f%", "87.5\u202f%", "99.9\u202f%", "100\u202f%",
    ]  # fmt: skip
