"""Calls that current packages make to each public function of the frameworks; standard library only.

`benchmarks/count_calls.py` writes the files of this folder:

- `corpus.txt`: the packages with their versions, in the format of pip;
- `calls.csv`: `framework`, `function` (a public name that at least two files call), its number of `calls`, and of the
  `files` and `packages` that call it. Rows of `torch.Tensor` are methods, whose receiver is not known: an upper bound;
- `names.csv`: `framework`, `name`, and `object`, the shortest name of the same Python object in the build.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
METHODS_OF = "torch.Tensor."

# Imported packages, each with the root of its public names.
ROOTS = {"torch": "torch", "jax": "jax", "tensorflow": "tf", "keras": "tf.keras"}
FRAMEWORKS = {"torch": "torch", "jax": "jax", "tf": "tensorflow"}  # by the first part of a public name

# Implementation packages of TensorFlow and Keras, public in form only. Elsewhere a private module starts with `_`.
PRIVATE = {"python", "src"}


@dataclass(frozen=True)
class CalledName:
    """A public name with its number of calls, and of the files and packages that call it."""

    framework: str
    function: str
    calls: int
    files: int
    packages: int


@dataclass(frozen=True)
class Usage:
    """Calls by name, and the object that each name stands for.

    Names with the same object are the same function. `objects` has each called name that the build has, and the other
    public names of the same object.
    """

    calls: tuple[CalledName, ...] = ()
    objects: Mapping[str, str] = field(default_factory=dict)

    def object_of(self, name: str) -> str:
        """Return the object of a name: the name itself if no other name of it is known."""
        return self.objects.get(name, name)


def public_name(dotted: str) -> str:
    """Return the name that a framework documents for a dotted name; empty for another package or a private name."""
    if dotted.startswith("tensorflow.compat.v2."):
        dotted = "tensorflow." + dotted.removeprefix("tensorflow.compat.v2.")
    root, *parts = dotted.split(".")
    if root not in ROOTS or any(part.startswith("_") or part in PRIVATE for part in parts):
        return ""
    return ".".join((ROOTS[root], *parts))


def framework_of(name: str) -> str:
    """Return the framework of a public name."""
    return FRAMEWORKS[name.partition(".")[0]]


@cache
def load_usage() -> Usage:
    """Return the counted calls that ship with the code."""
    calls = tuple(
        CalledName(row["framework"], row["function"], *(int(row[key]) for key in ("calls", "files", "packages")))
        for row in _rows("calls.csv")
    )
    return Usage(calls, {row["name"]: row["object"] for row in _rows("names.csv")})


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
