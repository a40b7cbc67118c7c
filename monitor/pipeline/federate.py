"""Fetch the columns of forks for the site."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monitor.federation.columns import Federation, load_federation, write_federation
from monitor.federation.fetching import fetch_columns as fetch_fork_columns
from monitor.federation.forks import load_forks
from monitor.pipeline.progress_log import log


def fetch_columns(forks: Path, out: Path) -> Federation:
    """Fetch the columns that forks publish, write them to `out`, and return them as the site reads them.

    Logs a line for each column that is unavailable, malformed or stale. Raises FederationError.
    """
    write_federation(out, fetch_fork_columns(load_forks(forks)))
    federation = load_federation(out, datetime.now(UTC))
    for line in federation.excluded:
        log(f"left out: {line}")
    return federation
