"""Writing a run loses only digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.history.parquet_encoding import DIGITS, round_to_digits, write_table
from monitor.history.run_files import COLUMNS

SHIPPED = Path(__file__).parents[2] / "results" / "runs" / "cpu"
WITH_EVERY_DIGIT = sorted(SHIPPED.glob("*/20261123*.parquet"))  # recorded before digits were rounded


def test_there_are_runs_to_shorten() -> None:
    assert WITH_EVERY_DIGIT


@pytest.mark.parametrize(
    ("value", "digits", "short"),
    [
        (1234.5, 3, 1230.0),
        (0.0012345, 3, 0.00123),
        (0.3, 2, 0.3),
        (-99.7, 2, -100.0),
        (0.0, 2, 0.0),
        (5e-324, 2, 5e-324),
    ],
)
def test_so_many_digits_are_left(value: float, digits: int, short: float) -> None:
    assert round_to_digits([value], digits)[0] == short


def test_what_is_no_number_stays() -> None:
    given = [np.nan, np.inf, -np.inf]
    np.testing.assert_array_equal(round_to_digits(given, 2), given)


@given(st.floats(allow_nan=False), st.integers(1, 4))
def test_rounding_is_close_and_done_once(value: float, digits: int) -> None:
    once = round_to_digits([value], digits)
    assert once[0] == pytest.approx(value, rel=0.51 * 10.0 ** (1 - digits))
    # Near the ends of what a float holds, the last bit may still move.
    np.testing.assert_allclose(round_to_digits(once, digits), once, rtol=1e-15)


@pytest.mark.parametrize("run", WITH_EVERY_DIGIT, ids=lambda path: path.stem)
def test_a_real_run_loses_only_digits_and_a_third_of_its_size_at_least(run: Path, tmp_path: Path) -> None:
    path, plain = tmp_path / "short.parquet", tmp_path / "plain.parquet"
    given = pd.read_parquet(run)
    write_table(given, path)
    given.to_parquet(plain, compression="zstd", index=False)
    kept = pd.read_parquet(path)
    assert path.stat().st_size < plain.stat().st_size * 2 / 3
    assert [*kept] == [*given]
    for name in given:
        if name in DIGITS:
            # Half a unit of the last digit is furthest off where the first digit is a one.
            np.testing.assert_allclose(kept[name], given[name], rtol=0.501 * 10.0 ** (1 - DIGITS[name]))
        else:
            assert kept[name].astype(COLUMNS[name]).equals(given[name].astype(COLUMNS[name]))
