"""The search of the first page: functions by any spelling, hardware, messages, operators, names without cases."""

from __future__ import annotations

from pathlib import Path

from support.chromium import sync_api


def answers(page: sync_api.Page, text: str, last: str) -> list[str]:
    """Return the answers to a search, once one of them begins with `last`."""
    page.get_by_label("Function, chip or error message").fill(text)
    sync_api.expect(page.locator("#results li", has_text=last).first).to_be_visible()
    return [" ".join(one.split()) for one in page.locator("#results li").all_inner_texts()]


def test_the_search_of_the_first_page(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    first = (site / "index.html").as_uri()
    page.goto(first)
    page.keyboard.press("/")
    svd = answers(page, "jnp.linalg.svd(x)", "jax.numpy.linalg.svd")
    assert svd[0].startswith("jax.numpy.linalg.svd TPU v5e: ✓ compiles A plain CPU: ◐ works in part")
    assert answers(page, "F.softmax", "softmax")[0].startswith("torch.nn.functional.softmax")
    (concat,) = answers(page, "torch.concat", "also torch.concat")
    assert concat.startswith("torch.cat also torch.concat")
    assert "jax.numpy.linalg.svd" in answers(page, "jnp.lingalg.svd", "jax.numpy.linalg.svd")[0]
    assert answers(page, "qr", "torch.qr") == ["torch.qr deprecated; use torch.fft.fft"]
    assert answers(page, "gpu-t4", "hardware")[0] == "gpu-t4 hardware"
    assert "operator of PyTorch, kernel table" in answers(page, "torch.linalg.eig", "operator")[-1]
    crash = answers(page, "segfault", "crash")
    assert crash[0].startswith("crash: the process died 1 function now")
    assert any("<img src=x" in one for one in answers(page, "onerror", "onerror"))  # as text
    assert page.locator("#results img").count() == 0
    page.get_by_label("Function, chip or error message").fill("zzzqqq")
    sync_api.expect(page.locator("#found")).to_have_text("Nothing is like that.")
    answers(page, "jax.numpy.dot", "jax.numpy.dot")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/functions/jax/jax.numpy.dot.html")
    page.go_back()
    sync_api.expect(page.locator("#results li").first).to_contain_text("jax.numpy.dot")
    context.close()


def test_the_search_leads_to_the_whole_table_without_scripts(browser: sync_api.Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    page.get_by_label("Function, chip or error message").fill("svd")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/matrix-table.html?q=svd")
    context.close()
