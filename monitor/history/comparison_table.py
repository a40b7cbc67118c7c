"""Tables of comparisons, one row for each case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from monitor.history.digests import digest_text, parse_digest
from monitor.model import Comparison, ComparisonSide, Outcome, Reason

SIDES = ("good", "new")  # of a comparison; each has the columns of `SIDE_COLUMNS`
SIDE_COLUMNS = ("build", "outcomes", "latencies", "digest")
OTHER_GOODS = [f"earlier_{column}" for column in SIDE_COLUMNS]  # lists, with an entry for each earlier good build


def comparisons_table(comparisons: Iterable[Comparison]) -> pd.DataFrame:
    """Return comparisons as a table, one row for each case, sorted by case."""
    columns = ["case", "reason", *(f"{side}_{column}" for side in SIDES for column in SIDE_COLUMNS), *OTHER_GOODS]
    rows = [
        (c.case, c.reason.value, *_side_cells(c.good), *_side_cells(c.new), *_lists(c.earlier))
        for c in sorted(comparisons, key=lambda c: c.case)
    ]
    return pd.DataFrame(rows, columns=columns)


def _side_cells(side: ComparisonSide) -> tuple[object, ...]:
    outcomes = " ".join(outcome.value for outcome in side.outcomes)
    return side.build, outcomes, list(side.latencies), digest_text(side.digest)


def _lists(sides: Sequence[ComparisonSide]) -> tuple[list[object], ...]:
    """Return the columns of several sides, each a list."""
    cells = [_side_cells(side) for side in sides]
    return tuple([cell[column] for cell in cells] for column in range(len(SIDE_COLUMNS)))


def comparisons_from(table: pd.DataFrame) -> Iterator[Comparison]:
    """Yield the comparisons in a table."""
    for row in table.to_dict("records"):
        good, new = (_side(*(row[f"{side}_{column}"] for column in SIDE_COLUMNS)) for side in SIDES)
        # Files older than these columns have one good build.
        earlier = zip(*(row.get(column, ()) for column in OTHER_GOODS), strict=True)
        yield Comparison(row["case"], Reason(row["reason"]), good, new, tuple(_side(*cells) for cells in earlier))


def _side(build: str, outcomes: str, latencies: Iterable[float], digest: str) -> ComparisonSide:
    given = parse_digest(digest) if digest else None
    return ComparisonSide(build, tuple(map(Outcome, outcomes.split())), tuple(map(float, latencies)), given)
