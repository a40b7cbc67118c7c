"""The page on real calls, and the figures on the overview: shares, missing functions, other names."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

from monitor.analysis.status.call_coverage import call_coverage
from monitor.site.pages.coverage import MAX_MISSING, coverage_page
from monitor.snapshot.snapshot import Snapshot
from monitor.usage import CalledName, Usage
from support.site_history import CATALOG, USAGE


def text_of(path: Path) -> str:
    tags = re.compile(r"<[^>]*>")
    html = path.read_text().replace("<wbr>", "").replace("</td>", " ").replace("</th>", " ")
    text = unescape(tags.sub("", html)).replace("\u202f", " ")
    return " ".join(text.split())


def test_missing_functions_are_named_with_their_calls(site: Path) -> None:
    text = text_of(site / "coverage.html")
    assert "Missing functions 1 function without a verdict on any target, 50 calls All" in text
    assert "torch.missing 50 3 –" in text
    assert "Missing methods 1 method without a verdict on any target, 700 calls All" in text
    assert "Missing functions 0 functions without a verdict on any target, 0 calls None." in text  # of JAX
    assert (
        "TensorFlow" not in text.partition("JAX or TensorFlow")[2].partition("Runs ·")[0]
    )  # it has no called function


def test_the_overview_weights_functions_by_calls(site: Path) -> None:
    # torch.cat does not pass all of its cases on the newest night; 944 of 994 calls have a verdict.
    text = text_of(site / "index.html")
    assert "3.2 % of the tested calls work 95.0 % tested, ● executed, torch 2.4.0.dev20251105+cpu" in text
    document = json.loads((site / "api/v1/coverage.json").read_text())
    row = next(row for row in document["rows"] if (row["target"], row["framework"]) == ("cpu-x86", "torch"))
    assert (row["judged_calls"], row["calls"]) == (944, 994)
    assert sum(row["calls_by_portability"].values()) == 944


def test_the_page_is_short(material: Snapshot) -> None:
    many = tuple(CalledName("torch", f"torch.f{number}", number, 2, 1) for number in range(2 * MAX_MISSING))
    usage = Usage(USAGE.calls + many, {**USAGE.objects, **{one.function: one.function for one in many}})
    found = coverage_page(call_coverage(material.functions, usage), material.series, CATALOG)["torch"].missing[0]
    assert (len(found.first), found.number) == (MAX_MISSING, 2 * MAX_MISSING + 1)
    assert found.first[0].function.name == f"torch.f{2 * MAX_MISSING - 1}"
    assert not coverage_page(call_coverage(material.functions, Usage()), material.series, CATALOG)


def test_parameters_that_no_case_passes_are_named(site: Path) -> None:
    text = text_of(site / "arguments.html")
    assert "PyTorch, paper 1 parameter that no case passes, of 1 function" in text
    assert "torch.cat 912 out" in text or "torch.cat 900 out" in text
    document = json.loads((site / "api/v1/arguments.json").read_text())
    assert [(row["suite"], row["passed"], row["missing"]) for row in document["rows"]] == [("paper", 1, 1)]
