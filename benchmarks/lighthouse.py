"""Measure the site's main pages with Lighthouse, on a desktop and on a phone.

    npm install --prefix .ci --no-save --no-package-lock --ignore-scripts lighthouse@12.8.2
    python benchmarks/lighthouse.py .portability/site matrix.html functions/torch/torch.cat.html

Serve a site on loopback, compressed, as its host would. Print the scores of each page in Lighthouse's four categories,
the time of its first paint, and the audits that cost it points. The figures are those of the median of several runs,
because a busy machine makes a page slow. Needs Chromium and npm's `lighthouse`. Exit with 1 if a score is below its
minimum.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LIGHTHOUSE = Path(__file__).resolve().parents[1] / ".ci" / "node_modules" / ".bin" / "lighthouse"
BARS = {"desktop": 0.95, "mobile": 0.9}
RUNS = 3  # an odd number
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
COMPRESSED = (".html", ".css", ".js", ".svg", ".json")


class Compressed(SimpleHTTPRequestHandler):
    """Request handler that compresses text, as hosts of static pages do: a score depends on transfer sizes."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(str(path))}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Log no requests, because only scores are of interest."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path, help="the folder of a site")
    parser.add_argument("pages", nargs="*", default=["matrix.html"], help="pages beside the first, from its root")
    given = parser.parse_args()
    chromium = shutil.which("chromium")
    if not LIGHTHOUSE.exists() or chromium is None:
        raise SystemExit("needs chromium, and lighthouse: the first line above installs it")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressed, directory=str(given.site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    below = False
    for page in ("index.html", *given.pages):
        for device, bar in BARS.items():
            address = f"http://127.0.0.1:{server.server_port}/{page}"
            reports = [audit(address, device, chromium) for _ in range(RUNS)]
            report = sorted(reports, key=lambda one: one["categories"]["performance"]["score"])[RUNS // 2]
            scores = {name: found["score"] for name, found in report["categories"].items()}
            below |= min(scores.values()) < bar
            audits = report["audits"]
            print(page, device, scores, "first paint", audits["first-contentful-paint"]["displayValue"])
            for one in audits.values():
                if one["score"] is not None and one["score"] < BARS["mobile"]:
                    print("   ", one["id"], one["score"], one.get("displayValue", ""))
    sys.exit(below)


def audit(address: str, device: str, chromium: str) -> Any:
    """Return Lighthouse's report of one page on one kind of device."""
    preset = ["--preset=desktop"] if device == "desktop" else []
    command = [str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}", *preset]
    environment = {**os.environ, "CHROME_PATH": chromium}
    return json.loads(subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout)


if __name__ == "__main__":
    main()
