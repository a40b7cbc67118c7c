"""Write what a watched program calls: one JSON object in each line of a file for each process.

A line is written when something is first seen, so a process that is killed loses nothing.
"""

from __future__ import annotations

import json
import linecache
import os
import sys
import sysconfig
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

PACKAGES = ("site-packages", "dist-packages")
FRAMEWORKS = ("torch", "functorch", "jax", "jaxlib", "tensorflow", "torch_xla")
HOST_CODE = ("torch/utils/data/", "tensorflow/python/data/")  # it prepares data on the host, whatever the device is
GENERATED = "__autograph_generated_file"  # of TensorFlow, which knows the lines that it was made of
OWN, LIBRARY, FRAMEWORK = 0, 1, 2
LONGEST_TEXT = 1000  # characters of the source of a call

Where = tuple[str, int, int, str]  # file, line, column, and the source of the call


class Caller(NamedTuple):
    """The code that calls a framework: the program's innermost frame, and that of a library between, if there is one.

    `direct` is True if no library is between.
    """

    frame: FrameType | None
    library: FrameType | None
    start: FrameType | None = None  # the frame of the framework

    @property
    def direct(self) -> bool:
        return self.library is None

    @property
    def key(self) -> tuple[object, int, object, int]:
        """Return what two calls at one place have in common."""
        frame, library = self.frame, self.library
        return (
            frame.f_code.co_filename if frame else "",
            frame.f_lasti if frame else 0,
            library.f_code.co_filename if library else "",
            library.f_lineno if library else 0,
        )


class Recorder:
    """The records of this process."""

    def __init__(self, folder: str) -> None:
        """Take the folder for the records."""
        self._folder = folder
        self._kinds: dict[str, int] = {}
        self._written: set[object] = set()
        self._python = os.path.realpath(sysconfig.get_path("stdlib"))
        self._programs = os.path.realpath(sysconfig.get_path("scripts"))
        self._watch = os.path.dirname(os.path.realpath(__file__))

    def write(self, kind: str, entry: dict[str, Any]) -> None:
        """Append a line of a kind. The file is that of the process, which may be a fork of another.

        `monitor.model.watching` has the fields of each kind.
        """
        file = os.path.join(self._folder, f"{os.getpid()}.jsonl")
        descriptor = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            os.write(descriptor, (json.dumps({kind: entry}) + "\n").encode())
        finally:
            os.close(descriptor)

    def once(self, key: object) -> bool:
        """Return whether a key is new, and remember it."""
        if key in self._written:
            return False
        self._written.add(key)
        return True

    def fault(self, what: str, error: Exception) -> None:
        """Record that the watch itself failed: the program goes on, and the report states what it lacks."""
        text = f"{what}: {type(error).__name__}: {error}"
        if self.once(text):
            self.write("fault", {"message": text[:LONGEST_TEXT]})

    def watched(self, name: str, module: object) -> None:
        """Record that a module is watched: that of a framework, with its version."""
        if "." not in name:
            self.write("framework", {"name": name, "version": str(getattr(module, "__version__", ""))})

    def kind(self, file: str) -> int:
        """Return whether a file is the program's own, of a library, or of a framework or Python."""
        known = self._kinds.get(file)
        if known is None:
            known = self._kinds[file] = self._kind(file)
        return known

    def _kind(self, file: str) -> int:
        if file.startswith("<") or GENERATED in file:  # code without a file of its own
            return FRAMEWORK
        path = os.path.realpath(file)
        parts = path.split(os.sep)
        for folder in PACKAGES:
            if folder in parts[:-1]:
                top = parts[len(parts) - parts[::-1].index(folder)]
                return FRAMEWORK if top.partition(".")[0] in FRAMEWORKS else LIBRARY
        skipped = (self._python, self._programs, self._watch)
        return FRAMEWORK if any(path.startswith(folder + os.sep) for folder in skipped) else OWN

    def caller(self, frame: FrameType | None) -> Caller:
        """Return the code that a frame of a framework is called by."""
        kinds = self._kinds
        library, start = None, frame
        while frame is not None:
            file = frame.f_code.co_filename
            kind = kinds.get(file)
            if kind is None:
                kind = self.kind(file)
            if kind == OWN:
                return Caller(frame, library, start)
            if kind == LIBRARY and library is None:
                library = frame
            frame = frame.f_back
        return Caller(None, library, start)

    def place(self, caller: Caller) -> dict[str, Any]:
        """Return the fields of a record on its place: of the program's own line, or else of the library's."""
        frame, library = caller.frame or caller.library, caller.library
        if frame is None:
            return self.place_of(sys.argv[0], 1, 1, "")
        file, line, column, text = where(frame.f_code, frame.f_lasti, frame.f_lineno)
        found = self.place_of(file, line, column, text if caller.direct else "")
        if library and library is not frame:
            found["within"] = within(library.f_code.co_filename, library.f_lineno)
        if _on_host(caller.start):
            found["host"] = True
        return found

    def place_of(self, file: str, line: int, column: int, text: str) -> dict[str, Any]:
        """Return the fields of a record on a place."""
        place = {"file": os.path.realpath(file), "line": line, "column": column}
        return {"place": place, "text": text if len(text) <= LONGEST_TEXT else ""}

    def imported(self, name: str, *, found: bool) -> None:
        """Record that the program's own code imports a package of kernels; `found` is False if it is not installed."""
        frame = sys._getframe(3)
        caller = self.caller(frame)
        # The innermost frame decides: an import by a library is not the program's.
        if caller.frame and caller.direct and not self._by_framework(frame):
            self.write("import", {"name": name, "place": self.place(caller)["place"], "found": found})

    def _by_framework(self, frame: FrameType | None) -> bool:
        """Return whether a framework's own code is the innermost with a file outside of Python's import system."""
        while frame is not None:
            file = frame.f_code.co_filename
            if not file.startswith("<frozen") and not os.path.realpath(file).startswith((self._python, self._watch)):
                return self.kind(file) == FRAMEWORK
            frame = frame.f_back
        return False

    def use(self, name: str, caller: Caller, **facts: Any) -> None:
        """Record the use of a name that `monitor.check.hardware_rules` judges, once for each place."""
        if self.once((name, caller.key)):
            self.write("use", {"name": name, **self.place(caller), **facts})

    def raised(self, kind: type[BaseException], error: BaseException, frames: Iterable[tuple[str, int]]) -> None:
        """Record the exception that ends the program, at the program's innermost line."""
        own = [(file, line) for file, line in frames if self.kind(file) == OWN]
        file, line = own[-1] if own else (sys.argv[0], 1)
        module = error.name or "" if isinstance(error, ImportError) else ""
        place = self.place_of(file, line, 1, "")["place"]
        message = " ".join(f"{kind.__name__}: {error}".split())
        self.write("failure", {"message": message[:LONGEST_TEXT], "module": module, "place": place})


def where(code: CodeType, offset: int, line: int) -> Where:
    """Return the file, the line and the column of an instruction, and the source of its expression."""
    positions = list(code.co_positions())
    number = offset // 2
    if not 0 <= number < len(positions):
        return code.co_filename, line, 1, ""
    first, last, start, end = positions[number]
    if first is None or last is None or start is None or end is None:
        return code.co_filename, line, 1, ""
    lines = [text.encode() for text in linecache.getlines(code.co_filename)[first - 1 : last]]
    if not lines:
        return code.co_filename, first, start + 1, ""
    column = len(lines[0][:start].decode(errors="replace")) + 1
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return code.co_filename, first, column, b"".join(lines).decode(errors="replace")


def within(file: str, line: int) -> str:
    """Return a line of a library for a reader: its path from the package on."""
    parts = os.path.realpath(file).split(os.sep)
    for folder in PACKAGES:
        if folder in parts:
            parts = parts[len(parts) - parts[::-1].index(folder) :]
    return f"{'/'.join(parts)}:{line}"


def _on_host(frame: FrameType | None) -> bool:
    """Return whether a frame, or one that leads to it, prepares data on the host."""
    while frame is not None:
        file = frame.f_code.co_filename.replace(os.sep, "/")
        if any(part in file for part in HOST_CODE):
            return True
        frame = frame.f_back
    return False
