"""The pages in a real browser: accessible, valid, within the width of a phone, and quiet in the console."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from planted import LONG_NAME

from monitor.history.store import Recorded
from monitor.reporting.addresses import function_page, run_page

ROOT = Path(__file__).parents[2]
VNU = ROOT / ".ci" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

# No sandbox, because tests run as root in containers; the others keep the browser off the network.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (320, 390, 1280, 1600)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def missing(what: str) -> None:
    """Skip for want of a program; on CI, where it must be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


sync_api = pytest.importorskip("playwright.sync_api") if os.environ.get("CI") != "true" else None
if sync_api is None:
    from playwright import sync_api


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        missing("Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def addresses(recorded: Recorded) -> dict[str, str]:
    """One page of each kind, and the worst of them."""
    noted = next(item.run for item in recorded.runs if item.run.notes)
    blocked = next(item.run for item in recorded.runs if item.run.blocked)
    return {
        "tonight": "index.html",
        "matrix": "matrix.html",
        "method": "method.html",
        "kernels": "kernels/index.html",
        "kernel table": "kernels/torch.html",
        "runs": "runs/index.html",
        "run": run_page(noted.id),
        "blocked run": run_page(blocked.id),
        "function": function_page("torch", "torch.cat"),
        "long function": function_page("torch", LONG_NAME),
        "gone function": function_page("torch", "torch.sparse.mm"),
    }


KINDS = (
    "tonight", "matrix", "method", "kernels", "kernel table", "runs", "run", "blocked run", "function", "long function",
    "gone function",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_is_accessible(
    browser: sync_api.Browser, site: Path, addresses: dict[str, str], kind: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe is a script, which the pages forbid
    page = context.new_page()
    page.goto((site / addresses[kind]).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    results = Axe().run(page, options={"runOnly": WCAG})
    context.close()
    assert not results.violations_count, results.generate_report()


@pytest.mark.parametrize("kind", KINDS)
def test_fits_every_width_and_says_nothing_in_the_console(
    browser: sync_api.Browser, site: Path, addresses: dict[str, str], kind: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto((site / addresses[kind]).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") != "32px", (
        "the style sheet is there"
    )
    context.close()
    assert not said


def test_the_filter_narrows_the_matrix_and_keeps_its_state_in_the_address(
    browser: sync_api.Browser, site: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    matrix = (site / "matrix.html").as_uri()
    page.goto(matrix)
    rows = page.locator("tr[data-is]:visible")
    everything = rows.count()
    page.get_by_label("Function", exact=True).fill("LINALG jax")
    assert rows.count() == 2
    assert page.locator("#found").inner_text() == f"2 of {everything} functions"
    assert page.locator("tr.group:visible").count() == 1
    page.get_by_label("Shows").select_option("crash")
    assert rows.count() == 0
    assert page.get_by_text("No function is like that.").is_visible()
    page.get_by_label("Function", exact=True).fill("")
    assert rows.locator("th").all_inner_texts() == ["torch.add"]
    assert page.url == f"{matrix}#is=crash"

    again = context.new_page()
    again.goto(f"{matrix}#q=svd&is=partial")
    shown = again.locator("tr[data-is]:visible th").all_inner_texts()
    assert shown == ["jax.numpy.linalg.svd", "tf.linalg.svd", "torch.linalg.svd"]
    again.goto(f"{matrix}#is=nonsense")
    assert again.locator("tr[data-is]:visible").count() == everything
    context.close()


def test_everything_is_there_without_scripts(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "matrix.html").as_uri())
    assert page.locator("tr[data-is]").count() == 46
    assert not page.locator("#filter").is_visible()
    page.get_by_role("link", name="torch.cat", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "torch.cat"
    page.get_by_role("link", name="cpu-x86").click()
    assert page.url.endswith("#on-cpu-x86-paper")
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


def test_is_valid_html_and_css(site: Path) -> None:
    java = shutil.which("java")
    if not java:
        missing("Java")
    if not VNU.is_file():
        missing("vnu (npm install --prefix .ci vnu-jar)")
    # Errors only: read from files, it does not know what 'self' is in a Content-Security-Policy and warns of it.
    options = ("--errors-only", "--skip-non-html", "--also-check-css", "--also-check-svg")
    done = subprocess.run([java, "-jar", VNU, *options, site], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:4000]
