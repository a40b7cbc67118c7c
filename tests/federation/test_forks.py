"""`federation.toml`: a fork a line, and every fault of it one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.federation.forks import Fork, load_forks
from monitor.formats.toml_reader import FieldError
from monitor.pipeline.locations import FORKS


def test_a_fork_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "federation.toml"
    path.write_text('[forks]\nlab = { site = "https://lab.example.org/monitor/", targets = ["amd-mi250"] }\n')
    assert load_forks(path) == (Fork("lab", "https://lab.example.org/monitor/", ("amd-mi250",)),)


def test_the_shipped_file_is_fine() -> None:
    assert isinstance(load_forks(FORKS), tuple)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('lab = { site = "http://lab.example.org/", targets = ["a"] }', "forks.lab.site"),
        ('lab = { site = "https://lab.example.org/monitor", targets = ["a"] }', "forks.lab.site"),
        ('lab = { site = "https://user:word@lab.example.org/", targets = ["a"] }', "forks.lab.site"),
        ('lab = { site = "https://lab.example.org/a/../b/", targets = ["a"] }', "forks.lab.site"),
        ('lab = { site = "file:///etc/", targets = ["a"] }', "forks.lab.site"),
        ('lab = { site = "https://lab.example.org/", targets = ["../a"] }', "forks.lab.targets"),
        ('lab = { site = "https://lab.example.org/", targets = [] }', "forks.lab.targets"),
        ('lab = { site = "https://lab.example.org/" }', "forks.lab.targets"),
        ('lab = { site = "https://lab.example.org/", target = ["a"] }', "targets"),
        ('"The Lab" = { site = "https://lab.example.org/", targets = ["a"] }', "forks.The Lab"),
        ('lab = "https://lab.example.org/"', "forks.lab"),
    ],
)
def test_a_fault_is_one_line_with_file_and_field(line: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "federation.toml"
    path.write_text(f"[forks]\n{line}\n")
    with pytest.raises(FieldError) as raised:
        load_forks(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)
