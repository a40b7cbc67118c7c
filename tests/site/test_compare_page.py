"""The page that compares two sides counts only what ran on both, and the browser counts as the page does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from monitor.analysis.status.equivalents import equivalents
from monitor.analysis.status.side_comparison import ComparedSide, compare_builds, compare_targets, compared_sides
from monitor.model import Evidence
from monitor.snapshot.snapshot import Snapshot
from monitor.usage import Usage
from support.chromium import sync_api
from support.html_pages import Page

# The address and the figures of each row of a table.
ROWS = """rows => rows.map(row => [
  row.querySelector("a").href, ...[...row.cells].slice(2, 7).map(one => one.innerText),
])"""


def side(snapshot: Snapshot, key: str) -> ComparedSide:
    return next(one for one in compared_sides(snapshot.functions) if one.key == key)


def test_two_targets_are_compared_with_the_newest_build_that_both_ran(mixed_snapshot: Snapshot) -> None:
    gpu, cpu = side(mixed_snapshot, "jax/gpu/executed"), side(mixed_snapshot, "jax/cpu/executed")
    assert cpu.builds[0].title == "jax 2.2"
    found = compare_targets(gpu, cpu)
    assert found
    assert [one.title for one in found.sources[0]] == [one.title for one in found.sources[1]]
    assert "jax 2.2" not in [one.title for one in found.sources[1]]  # the GPU stopped before it
    assert (found.first_only, found.second_only) == (0, 1)  # they differ in f02 alone
    assert not found.apart
    assert found.compared == found.both + 1 + found.neither


def test_a_failure_that_a_newer_build_fixed_is_counted(mixed_snapshot: Snapshot) -> None:
    gpu, cpu = side(mixed_snapshot, "jax/gpu/executed"), side(mixed_snapshot, "jax/cpu/executed")
    found = compare_targets(gpu, cpu)
    assert found
    fails, fixed = cpu.outcomes.copy(), cpu.outcomes.copy()
    common = next(n for n, one in enumerate(cpu.builds) if one.title == "jax 2.1")
    judged = cpu.outcomes[:, common] >= 0
    fails[judged, common] = 1
    fixed[judged, :common] = 0
    fixed[judged, common] = 1
    for outcomes, expected in ((fails, found.fixed[1]), (fixed, found.compared)):
        changed = compare_targets(gpu, replace(cpu, outcomes=outcomes))
        assert changed
        assert changed.second_only == changed.both == 0
        assert changed.fixed[1] >= expected


def test_without_a_common_build_the_latest_results_are_compared(mixed_snapshot: Snapshot) -> None:
    tpu, cpu = side(mixed_snapshot, "torch/tpu/compiled"), side(mixed_snapshot, "torch/cpu/executed")
    found = compare_targets(tpu, cpu)
    assert found
    assert found.apart == (not {one.build for one in tpu.builds} & {one.build for one in cpu.builds})


def test_two_builds_are_compared_over_the_cases_of_both(mixed_snapshot: Snapshot) -> None:
    cpu = side(mixed_snapshot, "jax/cpu/executed")
    for older in range(1, len(cpu.builds)):
        found = compare_builds(cpu, 0, older)
        both = ((cpu.outcomes[:, 0] >= 0) & (cpu.outcomes[:, older] >= 0)).any()
        assert bool(found) == bool(both)


def test_functions_are_paired_by_standard_names_and_declared_cases() -> None:
    declared = {("tensorflow", "tf.math.acos"): "arccos", ("torch", "torch.odd"): "nothing"}
    functions = [
        ("jax", "jax.numpy.arccos"), ("tensorflow", "tf.math.acos"), ("torch", "torch.acos"), ("torch", "torch.odd"),
        ("torch", "torch.equal"), ("jax", "jax.numpy.equal"),
    ]  # fmt: skip
    found = equivalents(functions, declared, {"acos", "equal"}, Usage())
    assert found.groups == {
        "acos": {"jax": ("jax.numpy.arccos",), "tensorflow": ("tf.math.acos",), "torch": ("torch.acos",)}
    }  # torch.equal returns one boolean
    assert found.of("torch", "torch.acos") == {"jax": ("jax.numpy.arccos",), "tensorflow": ("tf.math.acos",)}
    assert not found.of("torch", "torch.odd")


def test_a_function_page_names_the_function_of_another_framework(pages: dict[str, Page]) -> None:
    words = pages["functions/torch/torch.linalg.svd.html"].words
    assert "In JAX: jax.numpy.linalg.svd; in TensorFlow: tf.linalg.svd." in words
    assert "In JAX" not in pages["functions/torch/torch.utils.data.DataLoader.html"].words


def test_the_browser_counts_as_the_page_does(browser: sync_api.Browser, site: Path, mixed_site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    compared = 0
    for root in (site, mixed_site):
        page.goto((root / "compare.html").as_uri())
        rows = page.locator("table.pairs tbody tr").evaluate_all(ROWS)
        assert rows
        for address, total, share, *others in rows:
            page.goto(address)
            page.locator("#comparison:not([hidden])").wait_for()
            assert page.locator("#headline").inner_text().startswith(f"{share} of {total} "), address
            shown = page.locator("table.shares tbody tr").evaluate_all(
                "rows => rows.map(row => row.cells[1].innerText)"
            )
            assert shown[1:] == others, address
            compared += 1
    assert compared > 10
    context.close()


def test_a_comparison_names_causes_and_can_be_shared(browser: sync_api.Browser, mixed_site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((mixed_site / "compare.html").as_uri())
    page.locator("#a").select_option("jax/gpu/executed")
    page.locator("#b").select_option("jax/cpu/executed")
    page.get_by_role("heading", name=re.compile("A CPU works, A GPU fails: 1 function")).wait_for()
    causes = page.locator("#causes section", has_text="A CPU works").inner_text()
    assert "≠ mismatch" in causes
    assert "jax.numpy.f02" in causes
    figures = page.locator("#figures").inner_text()
    assert "executed, jax 2.1" in figures
    assert page.url.endswith("?a=jax/gpu/executed&b=jax/cpu/executed")
    address, text = page.url, page.locator("#comparison").inner_text()
    page.goto("about:blank")
    page.goto(address)
    page.locator("#comparison:not([hidden])").wait_for()
    assert page.locator("#comparison").inner_text() == text
    page.get_by_role("button", name="Swap").click()
    page.get_by_role("heading", name=re.compile("A CPU works, A GPU fails")).wait_for()
    assert page.url.endswith("?a=jax/cpu/executed&b=jax/gpu/executed")
    context.close()


def test_sides_are_kinds_of_evidence_of_a_target(mixed_snapshot: Snapshot) -> None:
    keys = [one.key for one in compared_sides(mixed_snapshot.functions)]
    assert len(keys) == len(set(keys))
    assert all(one.evidence is not Evidence.REGISTERED for one in compared_sides(mixed_snapshot.functions))
