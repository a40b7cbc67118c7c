"""The page of the array API standard and its document: each function by section, framework, target and evidence."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

from monitor.analysis.status.array_api import StandardState, array_api_scoreboard
from monitor.analysis.status.scores_table import all_functions_table
from monitor.snapshot.snapshot import Snapshot
from support.site_history import STANDARD


def text_of(path: Path) -> str:
    text = unescape(re.sub(r"<[^>]*>", " ", path.read_text().replace("<wbr>", "")))
    return " ".join(text.split())


def test_the_page_counts_functions_by_state(site: Path) -> None:
    text = text_of(site / "array-api.html")
    assert (
        "PyTorch on cpu-x86, executed: 1 of 4 functions work, 1 work in part, 1 fail, 1 absent"
        " in array_api_compat.torch of array-api-compat 1.16.0 , torch 2.0.0.dev20251101+cpu"
    ) in text
    assert "sort ◐ partial 1 of 2 cases" in text
    assert "linalg.svd ∅ absent Runs" in text
    assert "argsort not run" in text  # a function of the standard that the run did not have


def test_a_result_links_to_its_cases(site: Path) -> None:
    page = (site / "array-api.html").read_text()
    assert 'href="functions/torch/array_api.sort.html#on-cpu-x86-array_api"' in page
    assert 'id="on-cpu-x86-array_api"' in (site / "functions/torch/array_api.sort.html").read_text()
    assert 'href="array-api.html"' in (site / "index.html").read_text()


def test_the_document_has_every_function_and_column(site: Path) -> None:
    document = json.loads((site / "api/v1/array-api.json").read_text())
    assert document["standard"] == "2025.12"
    (column,) = document["columns"]
    assert column["functions"] == {"success": 1, "partial": 1, "failure": 1, "absent": 1}
    results = {one["name"]: one["results"] for one in document["functions"]}
    assert list(results) == ["abs", "max", "argsort", "sort", "linalg.svd"]
    assert results["argsort"] == []
    (result,) = results["sort"]
    assert (result["state"], result["passed"], result["judged"]) == (StandardState.PARTIAL, 1, 2)


def test_functions_of_the_standard_are_none_of_the_framework(site: Path, material: Snapshot) -> None:
    assert array_api_scoreboard(material.functions, STANDARD).columns
    assert all("array_api" not in row.suites for row in all_functions_table(material.functions))
    target = (site / "targets/cpu-x86.html").read_text()
    assert "array_api.max" not in target
