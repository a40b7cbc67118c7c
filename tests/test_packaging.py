"""The wheel works in an empty environment and an empty directory, with all that ships with the code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import uv

CHECKOUT = Path(__file__).resolve().parents[1]
SHIPPED = ("runners", "site", "triage", "results")  # folders; every file of them is in the wheel

pytestmark = pytest.mark.frameworks


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, CHECKOUT], check=True
    )
    (built,) = folder.glob("portability_monitor-*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel alone into a new environment, and return its command."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([uv.find_uv_bin(), "venv", "--quiet", "--python", sys.executable, environment], check=True)
    subprocess.run(
        [uv.find_uv_bin(), "pip", "install", "--quiet", "--python", environment / "bin" / "python", wheel], check=True
    )
    return environment / "bin" / "portability"


def call(program: Path, folder: Path, *arguments: str | Path) -> str:
    """Call the installed command in a folder, and return its standard output; it must succeed."""
    result = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_wheel_contains_what_ships_with_the_code(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", *SHIPPED, "docs/findings.md", "federation.toml", "monitor"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    tracked = {file for file in listed if file}
    assert {file if file.startswith("monitor/") else f"monitor/shipped/{file}" for file in tracked} <= inside


def test_an_installed_command_works_in_an_empty_directory(program: Path, tmp_path: Path) -> None:
    assert call(program, tmp_path, "target", "list").count("\n") > 10
    assert "jax" in call(program, tmp_path, "suite", "list")
    call(program, tmp_path, "site", "--site", "pages")
    assert (tmp_path / "pages" / "index.html").is_file()


def test_an_installed_command_runs_a_night_in_an_empty_directory(
    program: Path, framework_environments: Path, tmp_path: Path
) -> None:
    printed = call(
        program, tmp_path, "nightly", "--framework", "jax", "--suite", "paper", "--case", "*.numpy.sum/eager-float32*",
        "--cache", framework_environments,
    )  # fmt: skip
    page = tmp_path / ".portability" / "site" / "functions" / "jax" / "jax.numpy.sum.html"
    assert printed.endswith(f"jax.numpy.sum: {page.as_uri()}\n")
    assert page.is_file()
    assert (tmp_path / ".portability" / "history" / "runs").is_dir()
    assert (tmp_path / ".portability" / "site" / "index.html").is_file()


def test_local_runner_files_take_the_place_of_those_in_the_wheel(program: Path, tmp_path: Path) -> None:
    runners = tmp_path / "runners"
    runners.mkdir()
    text = (CHECKOUT / "runners" / "cpu.toml").read_text()
    (runners / "mine.toml").write_text(text)
    listed = call(program, tmp_path, "target", "list")
    assert "mine" in listed
    assert "tpu-v5e" not in listed
