"""Read the reports for the frameworks, and what became of each.

`docs/upstream/` has the reports. `triage/upstream.toml` has the state of each one that was sent; `triage/README.md`
explains its fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitor.formats.toml_reader import TomlTable, nearest, read_toml

UPSTREAM = "upstream.toml"
NO_REPORT = "README.md"


class ReportState(StrEnum):
    """State of a report: written and not sent, or what the maintainers of the framework did with it."""

    WRITTEN = "written"
    SENT = "sent"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class UpstreamReport:
    """A report for a framework. `url` is its address there, empty until it is sent."""

    file: str
    title: str
    framework: str
    state: ReportState
    url: str = ""


def load_upstream_reports(reports: Path, triage: Path) -> tuple[UpstreamReport, ...]:
    """Return the reports of a folder with their states, by file. Raises FieldError."""
    files = {path.name: path for path in sorted(reports.glob("*.md")) if path.name != NO_REPORT}
    states = _states(triage / UPSTREAM, files)
    return tuple(
        UpstreamReport(name, _title(path), name.partition("-")[0], *states.get(name, (ReportState.WRITTEN, "")))
        for name, path in files.items()
    )


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ").strip()


def _states(path: Path, files: Iterable[str]) -> dict[str, tuple[ReportState, str]]:
    if not path.exists():
        return {}
    table = read_toml(path)
    found: dict[str, tuple[ReportState, str]] = {}
    for record in table.records("report"):
        file, state, url = _entry(record, files)
        if file in found:
            record.refuse("file", f'"{file}" has an earlier entry: keep one')
        found[file] = state, url
    table.finish()
    return found


def _entry(table: TomlTable, files: Iterable[str]) -> tuple[str, ReportState, str]:
    sent = [state.value for state in ReportState if state is not ReportState.WRITTEN]
    file, state = table.text("file"), table.text("state")
    if file not in files:
        table.refuse("file", f'"{file}" is no report in docs/upstream, {nearest(file, files)}')
    if state not in sent:
        table.refuse("state", f'"{state}" is not a state, {nearest(state, sent)}')
    url = table.text("url", pattern=r"https://\S+", shape="an address: https://github.com/jax-ml/jax/issues/1")
    table.finish()
    return file, ReportState(state), url


def state_counts(reports: Iterable[UpstreamReport]) -> Mapping[ReportState, int]:
    """Return the number of reports that reached each state: every fixed report was accepted, sent and written."""
    counted = Counter(one.state for one in reports)
    fixed, accepted = counted[ReportState.FIXED], counted[ReportState.ACCEPTED]
    sent = counted.total() - counted[ReportState.WRITTEN]
    return {
        ReportState.WRITTEN: counted.total(),
        ReportState.SENT: sent,
        ReportState.ACCEPTED: accepted + fixed,
        ReportState.FIXED: fixed,
        ReportState.REJECTED: counted[ReportState.REJECTED],
    }
