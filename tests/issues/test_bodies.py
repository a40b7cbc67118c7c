"""Complete texts of issues, compared with readable files: `golden/*.md`.

After a change that is meant, `PORTABILITY_GOLDEN=write pytest tests/issues/test_bodies.py` writes them anew;
their diff is then what is reviewed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.issues.grouping import MAX_SINGLE_ISSUES
from monitor.issues.settings import IssueSettings
from support.issue_text import SITE, held, opened

Make = Callable[..., Any]
MACHINE = {"host.cpu": "AMD EPYC", "device.name": "cpu", "python.version": "3.12.1"}
SORT, TREE = ("jax/jax.lax.sort/eager-float32", "jax/jax.lax.sort/gradient-float32"), "jax/jax.tree_map/eager-float32"


@pytest.fixture
def of_functions(read: Make, night: Make) -> Any:
    """Two functions, on two targets, of which one runs less often; one message is markup."""
    good = dict.fromkeys((*SORT, TREE), "pass")
    says = dict.fromkeys(SORT, "TypeError: sort() got | an <b>unexpected</b> @octocat") | {TREE: "TypeError: `x`"}
    bad = dict.fromkeys(SORT, "error") | {TREE: "pass"}
    return read(
        night(1, good, environment=MACHINE, version="0.9.2"),
        night(1, good, target="tpu-v5e", version="0.9.1"),
        night(3, bad, says=says, environment=MACHINE, version="0.10.0"),
        night(4, bad, says=says, target="tpu-v5e", version="0.10.1"),
    )


def test_functions(of_functions: Any) -> None:
    held("functions", opened(of_functions, SITE))


def test_without_a_site(of_functions: Any) -> None:
    held("without-a-site", opened(of_functions, IssueSettings()))


def test_a_broken_build(read: Make, night: Make) -> None:
    cases = [f"jax/jax.f{number:02}/eager" for number in range(40)]
    says = {case: "ImportError: no module" if number < 30 else "Aborted" for number, case in enumerate(cases)}
    good = dict.fromkeys(cases, "pass")
    worse = {case: "error" if number < 30 else "crash" for number, case in enumerate(cases)}
    history = read(*(night(day, seen, says=says, environment=MACHINE) for day, seen in ((1, good), (2, worse))))
    held("broken-build", opened(history, SITE))


def test_many_at_once(read: Make, night: Make) -> None:
    cases = [f"jax/jax.f{number}/eager" for number in range(100)]
    bad = cases[: MAX_SINGLE_ISSUES + 1]
    words = ("shape", "dtype", "axis", "rank", "stride", "order")
    says = {case: f"the {word} is off" for case, word in zip(bad, words, strict=True)}
    worse = {case: "mismatch" if case in bad else "pass" for case in cases}
    good = dict.fromkeys(cases, "pass")
    history = read(*(night(day, seen, says=says, environment=MACHINE) for day, seen in ((1, good), (2, worse))))
    held("many-at-once", opened(history, SITE))
