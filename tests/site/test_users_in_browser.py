"""The four who use the site, each with a question, answered by clicking: a researcher, an engineer, somebody with
unusual hardware, and whoever is on call."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.site.build import write_site
from monitor.snapshot.snapshot import Snapshot
from support.chromium import rows, sync_api
from support.site_history import GENERATED, PROJECT, TEMPLATES

REPOSITORY = "octocat/monitor"


@pytest.fixture(scope="module")
def linked_site(material: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a repository whose issues tell of its regressions."""
    directory = tmp_path_factory.mktemp("linked") / "public"
    write_site(material, PROJECT, directory, templates=TEMPLATES, generated=GENERATED, repository=REPOSITORY)
    return directory


def test_a_researcher_finds_a_failing_function_and_takes_its_script_along(
    browser: sync_api.Browser, site: Path
) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Matrix").click()
    page.get_by_label("Result").select_option("failure")
    page.get_by_label("on", exact=True).select_option("tpu-v5e")
    assert rows(page) == ["jax.numpy.linalg.eig"]
    page.locator("#live tbody td a", has_text="failure").last.click()
    assert page.url.endswith("functions/jax/jax.numpy.linalg.eig.html#on-tpu-v5e-paper-compiled")
    page.locator("#reproduce ~ details summary").click()
    copied = page.locator("#reproduce ~ details").locator("..")
    copied.get_by_role("button", name="Copy").first.click()
    script = page.evaluate("navigator.clipboard.readText()")
    assert script.startswith('"""jax/jax.numpy.linalg.eig/')
    # The copied script runs as it is: no entity of HTML, no label of a button is in it.
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "<script>alert(1)</script> &amp;\n")
    assert page.get_by_role("link", name="JAX documentation").is_visible()
    context.close()


def test_a_researcher_sees_since_when_and_what_to_write_instead(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{(site / 'matrix.html').as_uri()}#q=linalg.svd&fw=torch&dtype=bfloat16")
    page.locator("#live tbody th a", has_text="torch.linalg.svd").click()
    section = page.locator("#on-cpu-x86-paper")
    case = section.locator("table.cases tr", has_text="eager-bfloat16")
    text = case.text_content() or ""  # a section that is out of sight has no layout
    assert "timeout" in text
    assert "since torch 2.4.0.dev20251105+cpu" in " ".join(text.split())
    assert "Instead: float32 with x.float()" in page.locator(".known").inner_text()
    page.goto((site / "functions/torch/torch.fft.fft.html").as_uri())
    page.locator(".instead").get_by_role("link", name="torch.add").click()
    assert page.get_by_role("heading", level=1).inner_text() == "torch.add"
    context.close()


def test_a_researcher_reads_what_a_function_takes_and_took(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "functions/torch/torch.cat.html").as_uri())
    now, before = page.locator(".signature").all_inner_texts()
    assert now == "cat(tensors, *, dim=0, out='<script>alert(1)</script>') -> Tensor"
    assert before == "cat(tensors, dim=0) -> Tensor"
    context.close()


def test_an_engineer_goes_from_tonight_to_the_regression_and_its_builds(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    crash = page.locator("#open ~ ul li", has_text="torch.add")
    crash.get_by_role("link", name="open").click()
    facts = page.locator("body.regression dl.facts")
    assert "Last good" in facts.inner_text()
    facts.get_by_role("link", name="torch 2.4.0.dev20251105+cpu").click()
    assert page.get_by_role("heading", level=1).inner_text() == "torch 2.4.0.dev20251105+cpu"
    page.get_by_role("link", name="‹ torch 2.3.0.dev20251104+cpu").click()
    assert page.get_by_role("heading", level=1).inner_text() == "torch 2.3.0.dev20251104+cpu"
    context.close()


def test_an_engineer_follows_a_failing_function_to_its_issue(browser: sync_api.Browser, linked_site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    context.route(
        re.compile("^https://"), lambda route: (asked.append(route.request.url), route.fulfill(body="an issue"))
    )
    page.goto(f"{(linked_site / 'matrix.html').as_uri()}#is=crash")
    assert rows(page) == ["torch.add"]
    page.locator("#live tbody th a").click()
    regression = page.locator("ul.on-function li")
    regression.get_by_role("link", name="open").click()
    number = page.locator("body.regression .over .name").inner_text()
    page.get_by_role("link", name="on GitHub").click()
    page.wait_for_url("https://github.com/**")
    assert asked == [f"https://github.com/{REPOSITORY}/issues?q=is%3Aissue%20{number}"]
    page.go_back()
    page.go_back()
    regression.get_by_role("link", name="issue").click()
    page.wait_for_url("https://github.com/**")
    assert asked == [asked[0]] * 2
    context.close()


def test_an_engineer_sees_both_builds_of_a_slowdown(browser: sync_api.Browser, slowed_site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((slowed_site / "index.html").as_uri())
    page.locator("#open ~ ul li", has_text="jax.f00").get_by_role("link", name="open").click()
    assert "25\u202f% slower".replace("\u202f", " ") in page.locator("body.regression .said").inner_text()
    page.get_by_role("link", name="Regressions").first.click()
    row = page.locator("section:has(#slower) tbody tr")
    assert row.count() == 1
    assert "15 processes" in row.inner_text()
    row.get_by_role("link").click()
    assert page.locator("figure.chart text.level").first.text_content() == "25 % slower"
    assert "from 100" in page.locator("figure.chart .levels").first.inner_text()
    context.close()


def test_somebody_with_unusual_hardware_finds_how_to_add_it_and_its_column(
    browser: sync_api.Browser, site: Path
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_role("contentinfo").get_by_role("link", name="Add your hardware").click()
    assert "Fork the project, add one file for your hardware" in page.locator("main").inner_text()
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Targets").click()
    page.get_by_role("link", name="never-seen").first.click()
    assert "not observed yet" in page.locator(".lead").inner_text()
    context.close()


def test_whoever_is_on_call_sees_what_is_silent_and_what_did_not_install(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.locator(".health").get_by_role("link", name="Details").click()
    assert "does not install" in page.locator("section.alarm").inner_text()
    page.locator("section.silence").get_by_role("link", name="gpu-t4").click()
    assert "! some results missing" in page.locator(".lead").inner_text()
    page.get_by_role("link", name="Add your hardware").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Add your hardware"
    context.close()
