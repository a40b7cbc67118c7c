"""The pages in a real browser: accessible, valid, within the width of a phone, and quiet in the console."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from monitor.federation.columns import Federation, parse_column
from monitor.federation.forks import Fork
from monitor.formatting.urls import build_page, function_page, run_page, target_page
from monitor.history.store import LoadedHistory
from monitor.site.build import write_site
from monitor.site.pages.matrix import FIRST_ROWS
from monitor.snapshot.snapshot import Snapshot
from support.chromium import rows, sync_api
from support.site_history import GENERATED, LONG_NAME, PROJECT, TEMPLATES

WIDTHS = (320, 390, 1280, 1600)
SHEET = 718  # pixels: A4 without margins
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": WCAG, "resultTypes": ["violations"]}  # what is in order is not described, element by element


@pytest.fixture(scope="module")
def addresses(recorded: LoadedHistory, site: Path) -> dict[str, str]:
    """One page of each kind, and the worst of them."""
    noted = next(item.run for item in recorded.runs if item.run.notes)
    blocked = next(item.run for item in recorded.runs if item.run.blocked)
    assert noted.build
    longest = max((site / "regressions").iterdir(), key=lambda page: page.stat().st_size)
    return {
        "overview": "index.html",
        "health": "health.html",
        "targets": "targets/index.html",
        "target": target_page("cpu-x86"),
        "builds": "builds/index.html",
        "build": build_page("torch", noted.build),
        "regressions": "regressions.html",
        "regression": f"regressions/{longest.name}",
        "failures": "failures.html",
        "changes": "changes.html",
        "compare": "compare.html?a=jax/cpu-x86/executed&b=torch/cpu-x86/executed",
        "check": "check.html",
        "trust": "trust.html",
        "study": "study.html",
        "coverage": "coverage.html",
        "arguments": "arguments.html",
        "hardware": "hardware.html",
        "matrix": "matrix.html",
        "matrix table": "matrix-table.html",
        "method": "method.html",
        "kernels": "kernels/index.html",
        "kernel table": "kernels/torch.html",
        "runs": "runs/index.html",
        "run": run_page(noted.id),
        "blocked run": run_page(blocked.id),
        "function": function_page("torch", "torch.cat"),
        "long function": function_page("torch", LONG_NAME),
        "gone function": function_page("torch", "torch.sparse.mm"),
        "slower": "regressions.html",
        "slower function": function_page("jax", "jax.f00"),
    }


KINDS = (
    "overview", "health", "matrix", "matrix table", "method", "kernels", "kernel table", "runs", "run", "blocked run",
    "function", "long function", "gone function", "targets", "target", "builds", "build", "regressions", "regression",
    "failures", "study", "coverage", "arguments", "hardware", "slower", "slower function", "changes",
    "compare", "check", "trust",
)  # fmt: skip


@pytest.fixture
def of_kind(site: Path, slowed_site: Path, addresses: dict[str, str], kind: str) -> str:
    """The address of the page of a kind, in the site that has it."""
    page, _, query = addresses[kind].partition("?")
    address = ((slowed_site if kind.startswith("slower") else site) / page).as_uri()
    return f"{address}?{query}" if query else address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_is_accessible(browser: sync_api.Browser, of_kind: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe is a script, which the pages forbid
    page = context.new_page()
    page.goto(of_kind)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    results = Axe().run(page, options=OPTIONS)
    context.close()
    assert not results.violations_count, results.generate_report()


@pytest.mark.parametrize("kind", KINDS)
def test_fits_every_width_and_says_nothing_in_the_console(browser: sync_api.Browser, of_kind: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(of_kind)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") != "32px", (
        "the style sheet is there"
    )
    page.set_viewport_size({"width": SHEET, "height": 1000})
    page.emulate_media(media="print")
    right = page.locator("main *").evaluate_all("all => Math.max(...all.map(one => one.getBoundingClientRect().right))")
    assert right <= SHEET + 1, "a sheet of paper has no scroll bar"
    context.close()
    assert not said


def test_times_are_told_by_how_long_ago_they_are_and_kept_so(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.install(time="2025-11-07T06:02:30Z")
    page.goto((site / "targets/cpu-x86.html").as_uri())
    generated = page.locator("footer p", has_text="Generated")
    assert "7 Nov 2025, 06:00 UTC (2 minutes ago)" in generated.inner_text()
    assert "5 Nov 2025, 03:24 UTC (2 days ago)" in page.locator(".lead").inner_text()
    page.clock.run_for(60_000)
    assert "(3 minutes ago)" in generated.inner_text()
    page.clock.set_system_time("2028-01-01T00:00:00Z")
    page.clock.run_for(60_000)
    assert "(2 years ago)" in generated.inner_text()
    page.clock.set_system_time("2025-11-06T05:59:00Z")  # a clock that is behind
    page.clock.run_for(1_000)
    page.clock.run_for(60_000)
    assert "(just now)" in generated.inner_text()
    context.close()


def test_a_night_is_a_day_without_hours(browser: sync_api.Browser, site: Path) -> None:
    path = site / "functions/torch/torch.cat.html"
    night = re.findall(r'last ran <time datetime="([\d-]+)T00:00:00Z">', path.read_text())[0]
    page = browser.new_page()
    page.clock.install(time=f"{night}T08:00:00Z")
    page.goto(path.as_uri())
    # The text of a section that is out of sight has no layout.
    assert "(today)" in (page.locator("thead th", has_text="last ran").first.text_content() or "")


def test_the_filter_narrows_the_matrix_and_keeps_its_state_in_the_address(
    browser: sync_api.Browser, site: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    matrix = (site / "matrix.html").as_uri()
    page.goto(matrix)
    everything = len(rows(page))
    page.keyboard.press("/")
    page.keyboard.type("LINALG jax")
    assert rows(page) == ["jax.numpy.linalg.eig", "jax.numpy.linalg.svd"]
    assert page.locator("#found").inner_text() == f"2 of {everything} functions"
    page.get_by_label("Result").select_option("crash")
    assert rows(page) == []
    assert page.get_by_text("No function with cases matches.").is_visible()
    page.get_by_label("Function", exact=True).fill("")
    assert rows(page) == ["torch.add"]
    assert page.url == f"{matrix}#is=crash"
    page.get_by_role("button", name="Clear").click()
    assert len(rows(page)) == everything
    assert page.url == matrix

    again = context.new_page()
    again.goto(f"{matrix}#q=svd&is=partial")
    assert rows(again) == ["jax.numpy.linalg.svd", "tf.linalg.svd", "torch.linalg.svd"]
    again.goto(f"{matrix}#q=svd&is=partial&dtype=bfloat16")
    assert rows(again) == []  # of one dtype there is one case: it fails wholly, or not at all
    again.goto(f"{matrix}#q=svd&is=failure&dtype=bfloat16&mode=eager")
    assert len(rows(again)) == 3
    again.goto(f"{matrix}#is=nonsense")
    assert len(rows(again)) == everything
    context.close()


def test_the_rows_that_the_matrix_comes_with_are_those_that_its_script_draws(
    browser: sync_api.Browser, with_a_fork: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((with_a_fork / "matrix.html").as_uri())
    assert len(rows(page)) > FIRST_ROWS
    markup = "body => [...body.rows].map(row => row.outerHTML)"
    came = page.locator("#live tbody").evaluate(markup)
    page.get_by_label("Framework").select_option("torch")
    page.get_by_role("button", name="Clear").click()
    sync_api.expect(page.locator("#found")).to_have_text(re.compile(r"^(\d+) of \1 functions$"))
    assert rows(page)
    assert page.locator("#live tbody").evaluate(markup) == came
    context.close()


def test_the_matrix_shows_rows_before_its_cells_are_there(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    context.route("**/data/matrix.js", lambda route: route.abort())
    page = context.new_page()
    page.goto((site / "matrix.html").as_uri())
    assert page.locator("#live tbody tr").count() == FIRST_ROWS
    assert page.locator("#found").inner_text() == "46 of 46 functions"
    context.close()


def test_two_targets_are_compared_in_the_matrix(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "targets/tpu-v5e.html").as_uri())
    page.locator(".choices").get_by_role("link", name="cpu-x86").click()
    assert rows(page) == ["jax.numpy.linalg.eig", "jax.numpy.linalg.svd"]
    heads = [head.split("\n")[:3] for head in page.locator("#live thead th").all_inner_texts()[1:3]]
    assert heads == [
        ["tpu-v5e", "compiled", "jax 2.3.0.dev20251104+cpu"],
        ["cpu-x86", "executed", "jax 2.4.0.dev20251105+cpu"],
    ]
    context.close()


@pytest.fixture(scope="module")
def with_a_fork(site: Path, material: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, with a column of a fork and a word on another."""
    fork = Fork("octocat", "https://octocat.example.org/monitor/", ("gpu-t4",))
    column = parse_column(fork, "gpu-t4", json.loads((site / "api/v1/columns/gpu-t4.json").read_text()))
    project = replace(PROJECT, federation=Federation((column,), ("mi250@lab: its site answers 404",)))
    directory = tmp_path_factory.mktemp("fork") / "site"
    write_site(material, project, directory, templates=TEMPLATES, generated=GENERATED)
    return directory


def test_a_forks_column_leads_to_the_forks_own_pages(browser: sync_api.Browser, with_a_fork: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{(with_a_fork / 'matrix.html').as_uri()}#on=gpu-t4@octocat&q=torch.cat")
    assert rows(page) == ["torch.cat"]
    assert page.locator("#live thead th").all_inner_texts()[-2].startswith("gpu-t4@octocat\nexecuted, from a fork")
    links = page.locator("#live tbody tr td a")
    assert links.last.get_attribute("href") == "https://octocat.example.org/monitor/functions/torch/torch.cat.html"
    assert links.first.get_attribute("href") == "functions/torch/torch.cat.html#on-cpu-x86-paper"
    assert links.last.inner_text() == page.locator("#live tbody tr td").nth(1).inner_text()
    context.close()


@pytest.mark.parametrize("address", ["matrix.html", "targets/index.html", function_page("torch", "torch.cat")])
def test_pages_with_forks_are_accessible_and_fit(browser: sync_api.Browser, with_a_fork: Path, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto((with_a_fork / address).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    results = Axe().run(page, options=OPTIONS)
    context.close()
    assert not results.violations_count, results.generate_report()


def test_the_matrix_sorts_and_walks_by_keyboard(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{(site / 'matrix.html').as_uri()}#fw=torch")
    page.get_by_role("button", name="cpu-x86").press("Enter")
    assert page.url.endswith("#fw=torch&sort=cpu-x86")
    worst = page.locator("#live tbody tr").first
    assert "3/4 partial" in worst.inner_text()
    worst.locator("a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    focused = page.locator("#live td a:focus")
    assert focused.evaluate("link => [link.closest('td').cellIndex, link.closest('tr').sectionRowIndex]") == [1, 1]
    context.close()


def test_two_builds_are_compared_by_cause(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    builds = (site / "builds/index.html").as_uri()
    page.goto(builds)
    page.get_by_label("Framework").select_option("torch")
    page.get_by_label("From").select_option(label="torch 2.3.0.dev20251104+cpu")
    page.get_by_label("to", exact=True).select_option(label="torch 2.4.0.dev20251105+cpu")
    assert page.locator("#result").inner_text().startswith("11 cases differ between torch 2.3.0.dev20251104+cpu and")
    crash = page.locator("#differences > li", has_text="crash")
    assert "<img src=x" in crash.inner_text()  # as text
    assert page.locator("#differences img").count() == 0
    again = context.new_page()
    again.goto(page.url)
    assert again.locator("#result").inner_text() == page.locator("#result").inner_text()
    page.get_by_label("From").select_option(label="torch 2.4.0.dev20251105+cpu")
    assert page.locator("#result").inner_text() == "Choose two builds."
    context.close()


def test_two_builds_are_compared_by_signature(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    builds = (site / "builds/index.html").as_uri()
    older, newer = "torch 2.0.0.dev20251101+cpu", "torch 2.4.0.dev20251105+cpu"
    signatures = page.locator("#signatures")

    def cat() -> list[str]:
        return signatures.locator("li", has_text="torch.cat").locator(".signature").all_inner_texts()

    page.goto(f"{builds}#{urlencode({'fw': 'torch', 'a': older, 'b': newer})}")
    assert signatures.get_by_role("heading").inner_text() == "2 signatures changed"
    now = "cat(tensors, *, dim=0, out='<script>alert(1)</script>') -> Tensor"  # as text
    assert cat() == ["cat(tensors, dim=0) -> Tensor", now]
    assert signatures.locator("li", has_text="torch.fft.fft").locator(".signature").last.inner_text() == "none"
    page.goto(f"{builds}#{urlencode({'fw': 'torch', 'a': newer, 'b': older})}")
    assert cat() == [now, "cat(tensors, dim=0) -> Tensor"]
    page.goto(f"{builds}#{urlencode({'fw': 'torch', 'a': older, 'b': 'torch 2.3.0.dev20251104+cpu'})}")
    assert not signatures.is_visible()
    context.close()


def test_everything_is_there_without_scripts(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "matrix.html").as_uri())
    assert page.locator("tbody tr").count() == FIRST_ROWS
    assert not page.locator("#filter, #found, #pager, .keys").filter(visible=True).count()
    page.get_by_role("link", name="All functions as one plain table").click()
    assert page.locator("tbody tr").count() == 46
    page.get_by_role("link", name="torch.cat", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "torch.cat"
    page.get_by_role("link", name="cpu-x86").first.click()
    assert page.url.endswith("#on-cpu-x86-paper")
    page.goto((site / "builds/index.html").as_uri())
    assert not page.locator("#comparison").is_visible()
    assert page.get_by_role("link", name="torch 2.4.0.dev20251105+cpu").is_visible()
    assert page.locator("footer time").inner_text() == "7 Nov 2025, 06:00 UTC"
    assert page.locator(".ago").count() == 0
    context.close()


def test_the_head_of_the_matrix_stays_in_sight(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.goto((site / "matrix.html").as_uri())
    box = page.locator(".scroll.tall")
    box.evaluate("box => { box.scrollTop = 900; box.scrollLeft = 200 }")
    top = box.bounding_box()
    head = page.locator("thead th").first.bounding_box()
    assert top
    assert head
    assert abs(head["y"] - top["y"]) < 3
    assert abs(head["x"] - top["x"]) < 3
    context.close()


def test_is_valid_html_and_css(html_checker: list[str], site: Path, slowed_site: Path, mixed_site: Path) -> None:
    # Errors only: read from files, it does not know what 'self' is in a Content-Security-Policy and warns of it.
    options = ("--errors-only", "--skip-non-html", "--also-check-css", "--also-check-svg")
    done = subprocess.run(
        [*html_checker, *options, site, slowed_site, mixed_site], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[:4000]
