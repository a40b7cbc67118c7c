"""Charts as markup: text from a run is inert in it, and a text states what is hard to see."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from monitor.model import Outcome
from monitor.site.charts.geometry import Axis, Chart, chart
from monitor.site.charts.svg_charts import HINT_LENGTH, chart_svg, escaped, strip_cells, strip_head
from monitor.site.status_legend import OUTCOMES
from support.site_history import BIDI, IMAGE, SCRIPT, Night

BUILDS = ("0.9.0", "0.9.1", "0.9.2", "0.10.0")
AXIS = Axis(BUILDS)


def parsed(markup: str) -> ElementTree.Element:
    """Markup as a strict reader sees it: one element that is not closed, or one bare `&`, and it is refused."""
    return ElementTree.fromstring(f"<all>{markup}</all>")


def made(title: str = "eager", axis: Axis = AXIS, **given: object) -> Chart:
    options = {"changes": [(1, "pass → error")], "levels": [(2, "25 % slower")], "notes": ["25 % slower for good"]}
    one = chart(title, [10.0, 12.0, math.nan, 15.0], axis, "{:g} µs".format, **(options | given))  # type: ignore[arg-type]
    assert one
    return one


@pytest.mark.parametrize("planted", [SCRIPT, IMAGE, BIDI, "a & b < c", "'\"`", "100 %s %"])
def test_foreign_text_is_inert_wherever_it_stands(planted: str) -> None:
    builds = Axis((planted, *BUILDS[1:]))
    one = made(planted, builds, changes=[(1, planted)], levels=[(2, planted)], notes=[planted])
    one = replace(one, summary=planted)
    for markup in (chart_svg(one), strip_cells([Outcome.ERROR], [planted], [Night(0).run("cpu-x86", "jax")])):
        root = parsed(markup)
        assert {element.tag for element in root.iter()}.isdisjoint({"script", "img"})
        assert all(not name.startswith("on") for element in root.iter() for name in element.attrib)
        assert "\u202e" not in markup
        assert "\x07" not in markup


def test_what_does_not_show_is_written_out() -> None:
    assert escaped("a\u202eb<\x07") == "a\\u202eb&lt;\\x07"


def test_a_chart_is_told_to_those_who_do_not_see_it() -> None:
    root = parsed(chart_svg(made()))
    picture = root.find(".//svg")
    assert picture is not None
    assert (picture.get("role"), picture.get("aria-label")) == ("img", made().summary)
    assert [item.text for item in root.iter("li")] == ["25 % slower for good"]
    assert root.findtext(".//figcaption/b") == "15 µs"


def test_a_chart_draws_what_was_measured_and_marks_what_happened() -> None:
    root = parsed(chart_svg(made()))
    assert len([*root.iter("circle")]) == 3
    assert len([*root.iter("polyline")]) == 2  # broken where nothing was measured
    assert [title.text for title in root.iter("title")] == [
        "pass → error",
        "0.9.0: 10 µs",
        "0.9.1: 12 µs",
        "0.10.0: 15 µs",
    ]
    assert [one.text for one in root.iter("text") if one.get("class") == "level"] == ["25 % slower"]
    line = root.find(".//line[@class='level']")
    ticks = root.find(".//path[@class='builds']")
    assert line is not None
    assert ticks is not None
    assert f"M{line.get('x1')} " in str(ticks.get("d"))  # it stands on its build
    assert str(ticks.get("d")).count("M") == len(BUILDS)


def test_a_build_stands_beside_its_value_as_it_is_called() -> None:
    axis = Axis(("1.0%s", "50 % <", *BUILDS[2:]))
    root = parsed(chart_svg(made(axis=axis, changes=[])))
    assert [title.text for title in root.iter("title")] == ["1.0%s: 10 µs", "50 % <: 12 µs", "0.10.0: 15 µs"]


def test_the_builds_stand_on_the_axis() -> None:
    named = [one.text for one in parsed(chart_svg(made())).iter("text") if one.get("class") == "build"]
    assert sorted(map(str, named)) == ["0.10.0", "0.9.0", "0.9.1", "0.9.2"]
    without = [one.text for one in parsed(chart_svg(made(changes=[], levels=[], notes=[]))).iter("text")]
    assert {"0.9.0", "0.10.0"} <= set(without)
    assert "0.9.2" not in without
    assert "<ul" not in chart_svg(made(notes=[]))


def test_a_cell_says_its_outcome_to_everybody() -> None:
    run = Night(0).run("cpu-x86", "jax")
    blocked = replace(run, blocked="does not install")
    cells = parsed(
        strip_cells([Outcome.PASS, Outcome.ERROR, None, None], ["", "why", "", ""], [run, run, run, blocked])
    )
    passed, failed, unasked, nothing = cells
    assert ["".join(cell.itertext()) for cell in cells] == [
        f"{OUTCOMES[Outcome.PASS].symbol}pass",
        f"{OUTCOMES[Outcome.ERROR].symbol}error",
        "·not run",
        "?blocked",
    ]
    assert (passed.get("title"), failed.get("title"), unasked.get("title")) == (None, "why", None)
    assert (passed.get("class"), failed.get("class"), nothing.get("class")) == ("good", "bad", "none")


def test_a_hint_holds_the_beginning_of_a_long_message() -> None:
    (cell,) = parsed(strip_cells([Outcome.ERROR], ["x" * 1000], [Night(0).run("cpu-x86", "jax")]))
    assert cell.get("title") == "x" * HINT_LENGTH


def test_a_strip_without_messages_has_a_cell_for_each_run() -> None:
    run = Night(0).run("cpu-x86", "jax")
    assert len(parsed(strip_cells([Outcome.PASS, None], (), [run, run]))) == 2


def test_the_head_of_a_strip_leads_to_each_run() -> None:
    run = Night(0).run("cpu-x86", "jax")
    head = strip_head([run, replace(run, id=f"../{IMAGE}", build=None)], "../../")
    root = parsed(head)
    first, second = root.iter("a")
    assert re.fullmatch(r"\.\./\.\./runs/[\w-]+\.html", str(first.get("href")))
    assert re.fullmatch(r"\.\./\.\./runs/[\w-]+\.html", str(second.get("href")))
    assert ["".join(link.itertext()) for link in (first, second)] == [
        run.build.version if run.build else "",
        "no build",
    ]
