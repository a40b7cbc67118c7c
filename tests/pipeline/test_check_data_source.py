"""A check gives the same answer with the file that a site publishes as with the history that it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.check.check_data import packed
from monitor.execution.targets.target import load_targets
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.source_check import named_targets, read_sources, report_on

PROGRAMS = Path(__file__).parents[1] / "check"
FRAMEWORKS = ("jax", "tensorflow", "torch")
LARGEST = 2_000_000  # bytes


@pytest.mark.no_cover  # it reads the whole shipped history
def test_every_program_has_the_same_report(tmp_path: Path) -> None:
    targets = [*load_targets(RUNNERS)]
    recorded = CheckDataSource(tmp_path / "none").read(FRAMEWORKS, targets)
    file = tmp_path / "check.json.gz"
    file.write_bytes(packed(recorded))
    assert file.stat().st_size < LARGEST
    package = CheckDataSource(tmp_path / "none", str(file)).read(FRAMEWORKS, targets)
    assert package.verdicts == recorded.verdicts
    files = sorted(PROGRAMS.glob("*programs/*.py"))
    assert len(files) > 40
    named = named_targets(targets)
    for one in files:
        sources = read_sources([one])
        reports = [report_on(sources, named, data) for data in (recorded, package)]
        assert reports[0] == reports[1]
        assert reports[0].problems or one.parent.name == "watched_programs"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file"), (b"text", "no data of a check")],
)
def test_a_file_that_cannot_be_read_is_the_user_s(content: bytes | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "check.json.gz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match=message):
        CheckDataSource(tmp_path, str(file)).check()
