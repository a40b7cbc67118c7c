"""The page of regressions, and its document: slowdowns with both builds side by side, and what is flaky."""

from __future__ import annotations

import json
import math
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from monitor.analysis.cells import Cell
from monitor.analysis.latency.slowdown_tracker import Slowdown, SlowdownStatus, latency_nights
from monitor.analysis.outcomes.flakiness import FlakinessRating
from monitor.model import Evidence
from monitor.site.pages.regressions import regressions_page
from monitor.site.status_legend import SLOWDOWN_STATUSES
from monitor.snapshot.snapshot import snapshot_of
from support.slowdown_history import SLOW, STEP, history, slower_in


def words(page: Path) -> str:
    return unescape(page.read_text()).replace("\u202f", " ")


def document(site: Path) -> Any:
    return json.loads((site / "api/v1/regressions.json").read_text())


def test_a_slowdown_stands_with_both_builds_side_by_side(slowed_site: Path) -> None:
    page = words(slowed_site / "regressions.html")
    slow = page[page.index('<h2 id="slower">') : page.index('<h2 id="flaky">')]
    table = slow[slow.index("<tbody>") : slow.index("</tbody>")]
    assert "⇊</span> reported" in table
    assert '<a href="functions/jax/jax.f00.html#on-cpu-paper">' in table
    assert "25 % slower</td>" in table
    assert "100 µs ± 1.14 µs" in table
    assert "125 µs ± 1.43 µs" in table
    assert table.count("15 processes") == 2


def test_it_is_a_regression_too_with_its_build_and_no_time_to_detection(slowed_site: Path) -> None:
    (address,) = (slowed_site / "regressions").iterdir()
    assert f'href="regressions/{address.name}"' in words(slowed_site / "regressions.html")
    page = words(address)
    assert "25 % slower: 100 µs ± 1.14 µs, now 125 µs ± 1.43 µs" in page
    assert "jax 13.0" in page
    assert "Time to detection" not in page


@pytest.mark.parametrize(
    ("slow", "fast", "standing"),
    [(1, 0, "confirmed"), (2, 0, "reported"), (4, 0, "ongoing"), (4, 2, "recovered")],
)
def test_every_standing_is_told(slow: int, fast: int, standing: str) -> None:
    recorded = history(slow=slow, fast=fast)
    page = regressions_page(slower_in(recorded), latency_nights(recorded), ())
    statuses = [one.status for pace in page.latencies for one in pace.slowdowns]
    assert statuses == [SlowdownStatus(standing)]


def test_what_was_not_measured_again_is_counted_beside() -> None:
    (night,) = latency_nights(history(slow=1))
    suspects = tuple(Slowdown(f"jax/jax.f{n:02}/eager", SlowdownStatus.SUSPECT, 0.1, night.run.id) for n in range(7))
    page = regressions_page((), [type(night)(night.run, suspects, 0, None, ("not all was compared",))], ())
    (pace,) = page.latencies
    assert (pace.slowdowns, pace.suspects, pace.remarks) == ((), suspects, ("not all was compared",))


def test_a_quiet_night_is_not_told() -> None:
    (night,) = latency_nights(history(slow=1))
    assert regressions_page((), [type(night)(night.run, (), 3, None, ("a note",))], ()).latencies == ()


def test_flaky_cases_are_told_how_often_and_where(site: Path) -> None:
    page = words(site / "regressions.html")
    flaky = page[page.index('<h2 id="flaky">') :]
    assert "torch.<wbr>argmax" in flaky
    assert '<a href="targets/cpu-x86.html">cpu-x86</a>' in flaky
    assert "unproven" in flaky
    assert '<td class="number">1</td><td class="number">5</td>' in flaky


def test_those_that_are_flaky_for_sure_are_counted() -> None:
    cell = Cell(SLOW, "cpu", "paper", Evidence.EXECUTED)
    page = regressions_page((), (), (FlakinessRating(cell, 9, 30, 0.1, 0.4), FlakinessRating(cell, 1, 5, 0.01, 0.4)))
    assert (len(page.flaky), page.proven_flaky) == (2, 1)


def test_programs_are_told_the_same(site: Path, slowed_site: Path) -> None:
    (slow,) = document(slowed_site)["slowdowns"]
    assert (slow["case"], slow["status"], slow["baseline"]["build"]) == (SLOW, "reported", "jax==12.0")
    assert math.isclose(slow["factor"], STEP, rel_tol=0.01)
    assert len(slow["candidate"]["latencies"]) == 15
    (rating,) = [one for one in document(site)["flaky"] if one["case"] == "torch/torch.argmax/eager-float32"]
    assert (rating["inconsistent"], rating["results"], rating["flaky"]) == (1, 5, False)


def test_the_document_is_as_the_published_schema_says(slowed_site: Path) -> None:
    schema = json.loads((slowed_site / "api/v1/schema.json").read_text())
    check = jsonschema_rs.validator_for({"$ref": "#/$defs/regressions", "$defs": schema["$defs"]})
    found = document(slowed_site)
    assert check.is_valid(found)
    assert found["regressions"][0]["kind"] == "slower"
    assert not check.is_valid({**found, "slowdowns": [{**found["slowdowns"][0], "status": "great"}]})
    status = schema["$defs"]["slowdown"]["properties"]["status"]
    assert status["enum"] == [*SlowdownStatus] == [*SLOWDOWN_STATUSES]


def test_a_history_without_any_says_so() -> None:
    material = snapshot_of(history(slow=0))
    page = regressions_page((), material.latency_nights, material.flakiness)
    assert (page.groups, page.latencies, page.flaky, page.median_detection_days) == ((), (), (), None)
