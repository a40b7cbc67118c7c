"""Two builds side by side, by hand: the row of a case, and a real pair."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from monitor.cli.compare import comparison_frame
from monitor.execution.builds.provider import ProvisionedBuild
from monitor.model import ComparisonSide, Digest, Outcome
from monitor.pipeline.compare import compared_cases

CHECKOUT = Path(__file__).resolve().parents[2]
PASSED = (Outcome.PASS,) * 6
SLOW, FAST, BROKEN, FLAKY, UNHEARD = (f"jax/jax.{name}/eager" for name in ("slow", "fast", "broken", "flaky", "new"))
LOW, HIGH = (10.0, 10.1, 10.2, 10.3, 10.4, 10.5), (15.0, 15.1, 15.2, 15.3, 15.4, 15.5)


def test_a_row_tells_outcomes_latency_and_values() -> None:
    rows = compared_cases(
        {
            SLOW: (
                ComparisonSide("jax==1", PASSED, LOW, Digest("0" * 8, (3,))),
                ComparisonSide("jax==2", PASSED, HIGH, Digest("0" * 8, (4,))),
            ),
            FAST: (
                ComparisonSide("jax==1", PASSED, HIGH, Digest("0" * 8)),
                ComparisonSide("jax==2", PASSED, LOW, Digest("1" * 8)),
            ),
            BROKEN: (ComparisonSide("jax==1", PASSED, LOW), ComparisonSide("jax==2", (Outcome.ABSENT,) * 6)),
            FLAKY: (
                ComparisonSide("jax==1", PASSED, LOW),
                ComparisonSide("jax==2", (*PASSED[:5], Outcome.CRASH), LOW[:5]),
            ),
            UNHEARD: (ComparisonSide("jax==1"), ComparisonSide("jax==2", PASSED, LOW)),
        }
    )
    cells = comparison_frame(rows).drop(columns="case").to_numpy().tolist()
    assert cells == [
        ["pass", "pass", "10.25", "15.25", "1.49", "3.4%", "slower", "same"],
        ["pass", "pass", "15.25", "10.25", "0.67", "3.4%", "faster", "other"],
        ["pass", "absent", "10.25", "-", "-", "-", "-", "-"],
        ["pass", "5 pass, 1 crash", "10.25", "10.2", "1.00", "3.4%", "not confirmed", "-"],
        ["not listed", "pass", "-", "10.25", "-", "-", "-", "-"],
    ]
    assert [row.case for row in rows if row.worse] == [SLOW, BROKEN]


def test_a_build_is_no_worse_than_itself(builds: Callable[[str], ProvisionedBuild], tmp_path: Path) -> None:
    label = builds("jax").build.requirement
    command = [sys.executable, "-m", "monitor", "compare", "--builds", f"{label},{label}", "--samples", "1", "--json"]
    cases = ["--case", "jax/jax.numpy.sum/eager-float32"]
    done = subprocess.run([*command, *cases], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["old"]["build"], row["new"]["outcomes"], row["values"]) == (label, ["pass"], True)
    assert row["ratio"] == row["new_us"] / row["old_us"]

    unheard = subprocess.run([*command, "--case", "nothing"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert unheard.returncode == 2
    assert '--case "nothing": fits no case of suite paper' in unheard.stderr
