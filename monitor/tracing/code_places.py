"""Find the place in the user's own code that a traceback leads to."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable
from pathlib import Path

from monitor.model import Place

PACKAGES = ("site-packages", "dist-packages")


class OwnCode:
    """The user's own files: all but Python's own and installed packages, except the package of the callable."""

    def __init__(self, file: str) -> None:
        """Take the file of the callable."""
        path = Path(file).resolve()
        self._root = package_root(path) or path
        self._python = Path(sysconfig.get_path("stdlib")).resolve()
        self._known: dict[str, bool] = {}

    def owns(self, file: str) -> bool:
        """Return whether a file is the user's own."""
        if file not in self._known:
            self._known[file] = self._owns(file)
        return self._known[file]

    def _owns(self, file: str) -> bool:
        if file.startswith("<"):  # code without a file
            return False
        path = Path(file).resolve()
        if path == self._root or self._root in path.parents:
            return True
        installed = any(part in PACKAGES for part in path.parts)
        monitor = Path(__file__).resolve().parents[1]
        return not installed and not {monitor, self._python} & {*path.parents}

    def first(self, frames: Iterable[tuple[str, int, int]]) -> Place | None:
        """Return the first frame in the user's own code as a place; None if there is none.

        A frame is a file, a line and a column; both count from 1.
        """
        return next((Place(shown(file), line, column) for file, line, column in frames if self.owns(file)), None)


def package_root(file: Path) -> Path | None:
    """Return the folder of the topmost package that holds a file; None where it is in none."""
    root = file
    while (root.parent / "__init__.py").exists():
        root = root.parent
    return None if root == file else root


def shown(file: str) -> str:
    """Return the path of a file as reports have it: relative to the current directory if it is below it."""
    path, here = Path(file).resolve(), Path.cwd()
    return (path.relative_to(here) if here in path.parents else path).as_posix()
