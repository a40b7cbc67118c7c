"""State how much of a regression fails now, in the same words everywhere."""

from __future__ import annotations

from collections.abc import Collection

from monitor.analysis.regressions.regression import Regression
from monitor.formatting.humanize import count


def affected_share(regressions: Collection[Regression]) -> str:
    """Return `1 of 2 cases and 1 of 2 functions bad, 1 case flaky`; if nothing fails, what was affected."""
    cells = {cell for one in regressions for cell in one.cells}
    bad = {one.cell for regression in regressions for one in regression.bad}
    flaky = {cell for one in regressions for cell in one.flaky}
    functions = {(cell.framework, cell.function) for cell in cells}
    if not bad:
        return f"{count(len(cells), 'case')} of {count(len(functions), 'function')}"
    hit = {(cell.framework, cell.function) for cell in bad}
    text = f"{len(bad):,} of {count(len(cells), 'case')} and {len(hit):,} of {count(len(functions), 'function')} bad"
    return f"{text}, {count(len(flaky), 'case')} flaky" if flaky else text
