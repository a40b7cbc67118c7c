"""Take the pictures of the README from a site: its first page and the page of a function.

    portability site --site .portability/site --history .portability/new
    python benchmarks/screenshots.py .portability/site

Without a history of its own, the site shows the one in `results/`. Write `docs/images/overview.png` and
`docs/images/function.png`, in the light scheme. Needs Chromium and the package `playwright`.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
FUNCTION = "functions/jax/jax.numpy.linalg.svd.html"
SIZE = {"width": 1280, "height": 900}
SEARCH = "jnp.linalg.svd"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path, help="the folder of a site")
    site: Path = parser.parse_args().site
    chromium = shutil.which("chromium")
    if chromium is None or not (site / FUNCTION).is_file():
        raise SystemExit(f"needs Chromium, and a site that has {FUNCTION}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        page.goto((site / "index.html").resolve().as_uri())
        page.get_by_label("Function, chip or error message").fill(SEARCH)
        page.locator("#results li").first.wait_for()
        page.screenshot(path=IMAGES / "overview.png")
        page.goto((site / FUNCTION).resolve().as_uri())
        page.screenshot(path=IMAGES / "function.png")
        browser.close()


if __name__ == "__main__":
    main()
