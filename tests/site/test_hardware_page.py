"""The runner file that the page about new hardware shows is one that the monitor takes."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.execution.targets.target import load_target
from monitor.model import Evidence
from support.site_history import TEMPLATES


def test_the_example_is_a_runner_file(tmp_path: Path) -> None:
    page = (TEMPLATES / "templates" / "hardware.html.jinja").read_text()
    example = re.search(r"<code>(title = .*?)</code>", page, re.DOTALL)
    assert example
    (tmp_path / "my-gpu.toml").write_text(example.group(1))
    target = load_target(tmp_path / "my-gpu.toml")
    assert target.evidences == (Evidence.EXECUTED,)
    assert target.framework("torch").device == "cuda"
