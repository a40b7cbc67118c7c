"""Name the folders and files that the application reads and writes."""

from __future__ import annotations

from pathlib import Path

from monitor.shipped import ROOT, runners_folder

RUNNERS = runners_folder()
TEMPLATES = ROOT / "site"
FINDINGS = ROOT / "docs" / "findings.md"
UPSTREAM_REPORTS = ROOT / "docs" / "upstream"
TRIAGE = ROOT / "triage"
FORKS = ROOT / "federation.toml"
SHIPPED_HISTORY = ROOT / "results"

WORK = Path(".portability")  # in the current directory: the output of a night on this machine
INDEX = WORK / "index"  # cached columns of the history's runs; may be deleted at any time
DEFAULT_HISTORY = WORK / "history"
DEFAULT_SITE = WORK / "site"
NIGHTS = WORK / "nights"
BACKFILL = WORK / "backfill"
BISECTIONS = WORK / "bisect"
# Old builds are many and large. They have their own cache, which keeps the last used few.
PAST_BUILDS = BACKFILL / "cache"
