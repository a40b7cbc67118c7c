"""Read which alarms were right from the issues of a repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monitor.formatting.humanize import machine_time
from monitor.issues.alarms import Alarms, alarms_of, write_alarms
from monitor.pipeline.github_access import open_issues


def fetch_alarms(repository: str, account: str, out: Path) -> Alarms:
    """Write the alarms of a repository to a file, and return them. Raises GitHubError, UserError."""
    _, issues = open_issues(repository, account, "issues: read", dry_run=True)
    alarms = Alarms(repository, machine_time(datetime.now(UTC)), alarms_of(issues.filed()))
    write_alarms(out, alarms)
    return alarms
