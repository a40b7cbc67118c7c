"""Write wheels, for tests that install builds without an index."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest


def only_wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *wheels: tuple[str, str]) -> Path:
    """Make a folder of wheels, by name and version, the only package source, with an empty uv cache."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, version in wheels:
        write_wheel(folder, name, version)
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    return folder


def write_wheel(folder: Path, name: str, version: str) -> None:
    """Write the wheel of an empty package."""
    facts = f"{name}-{version}.dist-info"
    with ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "")
        wheel.writestr(f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{facts}/RECORD", "")
