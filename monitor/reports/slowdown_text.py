"""Write the slowdowns of the newest runs as plain text and as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from monitor.analysis.latency.slowdown_tracker import CommonDrift, LatencyNight, Slowdown, SlowdownStatus
from monitor.formatting.humanize import slower_by
from monitor.formatting.markdown import table
from monitor.model import ComparisonSide
from monitor.reports.changes_text import MAX_LISTED, escape_markdown

# Suspects were not compared, and one series in twenty is a suspect by chance: they are only counted.
ONLY_COUNTED = (SlowdownStatus.SUSPECT,)


def slowdowns_text(nights: Sequence[LatencyNight]) -> str:
    """Return the slowdowns as plain text, one paragraph per series with any."""
    return "\n\n".join("\n".join(lines) for night in nights if (lines := [*_paragraph(night)]))


def slowdowns_markdown(nights: Sequence[LatencyNight]) -> str:
    """Return the slowdowns as Markdown. Text from a run is escaped: no markup, no mention, no link."""
    lines: list[str] = []
    for night in nights:
        rows, remarks = [*_rows(night)], [*_remarks(night)]
        if rows or remarks:
            lines += [
                f"### {escape_markdown(_title(night))}",
                "",
                *(f"- {escape_markdown(remark)}" for remark in remarks),
            ]
        if rows:
            head = ("", "case", "slower", "last good", "new")
            lines += ["", table(head, ([*map(escape_markdown, row)] for row in rows))]
        if rows or remarks:
            lines.append("")
    return "\n".join(["## Slowdowns", "", *lines]) if lines else ""


def _paragraph(night: LatencyNight) -> Iterator[str]:
    rows, remarks = [*_rows(night)], [*_remarks(night)]
    if rows or remarks:
        yield _title(night)
    for kind, case, slower, good, new in rows:
        yield f"  {kind:<9} {case}: {slower}: {good} -> {new}"
    yield from (f"  {remark}" for remark in remarks)


def _title(night: LatencyNight) -> str:
    run = night.run
    build = run.build.requirement if run.build else "no build"
    return f"{run.target} {run.framework} {run.suite}: latency of {build} on {run.machine or 'this machine'}"


def _rows(night: LatencyNight) -> Iterator[tuple[str, ...]]:
    for status in SlowdownStatus:
        if status not in ONLY_COUNTED:
            yield from (_row(one) for one in night.of(status)[:MAX_LISTED])


def _row(one: Slowdown) -> tuple[str, ...]:
    return one.status, one.case, slower_by(one.step), _side(one.good), _side(one.new)


def _side(side: ComparisonSide | None) -> str:
    if side is None or not side.latencies:
        return "-"
    return f"{statistics.median(side.latencies):.4g} us under {side.build} ({len(side.latencies)} processes)"


def _remarks(night: LatencyNight) -> Iterator[str]:
    if night.drift:
        yield drift_text(night.drift)
    for status in SlowdownStatus:
        if status not in ONLY_COUNTED and (more := len(night.of(status)) - MAX_LISTED) > 0:
            yield f"and {more} more {status}"
    if night.alike:
        yield f"{night.alike} suspects were not slower in a comparison"
    if suspects := night.of(SlowdownStatus.SUSPECT):
        first = ", ".join(f"{one.case} ({slower_by(one.step)})" for one in suspects[:3])
        yield f"{len(suspects)} cases were slower than usual and not compared, {first} first"
    yield from (f"note: {note}" for note in night.notes)


def drift_text(drift: CommonDrift) -> str:
    """Return the drift that is common to all cases of a run, in words."""
    tonight = f"all cases together were {slower_by(drift.shift)} than usual" if drift.shift is not None else ""
    if drift.common is None:
        return f"{tonight}: caused by the machine or the build, as no other build was measured"
    compared = f"in the comparison, the controls are {slower_by(drift.common)} under the new build"
    return f"{tonight}; {compared}" if tonight else compared
