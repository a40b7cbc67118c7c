"""Commands and pages list targets in the order of the runner files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.execution.targets.target import load_targets
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.snapshots import open_history, snapshot_of
from monitor.site.pages.matrix import matrix_page
from monitor.suite.catalog import load_catalog


@pytest.mark.no_cover  # it writes the site of the whole shipped history
def test_pages_list_targets_in_the_order_of_the_runner_files(tmp_path: Path) -> None:
    material = snapshot_of(open_history(tmp_path / "history"))
    seen = {one.target for one in material.functions}
    expected = tuple(name for name in load_targets(RUNNERS) if name in seen)
    assert expected[0] == "cpu"
    assert expected != tuple(sorted(expected))
    assert matrix_page(material.functions, load_catalog()).targets == expected


def test_workflows_offer_targets_in_the_order_of_the_runner_files() -> None:
    text = (RUNNERS.parent / ".github" / "workflows" / "run.yml").read_text()
    offered = re.search(r"options: # the files in runners/[^\n]*\n((?: +- [^\n]+\n)+)", text)
    assert offered
    assert re.findall(r"- (\S+)", offered[1]) == [*load_targets(RUNNERS)]
