"""Count the calls that current packages make to each public function of PyTorch, JAX and TensorFlow.

    python -m pip download --no-deps --only-binary :all: --dest wheels --requirement monitor/usage/corpus.txt
    python benchmarks/count_calls.py wheels --names torch=$TORCH/bin/python --names jax=… --names tensorflow=…

`wheels` is a folder of wheels, or of installed packages (`site-packages`); every `.py` file in them counts. The imports
of a file give each dotted name its meaning: after `import jax.numpy as jnp`, `jnp.where(x)` is a call of
`jax.numpy.where`. `tensorflow.compat.v2` counts as `tf`, and Keras as `tf.keras`. Names of private modules are left
out. A call of a method, `x.view(2)`, has no receiver that a reader of the file knows: in files that import PyTorch, it
counts for `torch.Tensor` unless its receiver is a name that the file imports. So methods are an upper bound.

Write `calls.csv` (framework, function, calls, files, packages), the names that at least two files call, most-called
first, and with `--names` also `names.csv`: the names of each called object in a build, from `names_of_calls.py`.
"""

from __future__ import annotations

import argparse
import ast
import csv
import subprocess
import sys
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.usage import FRAMEWORKS, framework_of, public_name

USAGE = Path(__file__).resolve().parents[1] / "monitor" / "usage"
NAMES_SCRIPT = Path(__file__).with_name("names_of_calls.py")

# A name in one file may be a private helper, or the name of a variable.
MIN_FILES = 2

TENSOR = "torch.Tensor"


@dataclass
class FileCalls:
    """Calls in one file: of qualified functions, and of methods of an unknown receiver, by name."""

    functions: Counter[str] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)


def imported_names(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Return the dotted name of each name that a file imports; that of a relative import starts with a dot."""
    names: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            names |= {alias.asname or alias.name: f"{package}.{alias.name}" for alias in node.names}
    return names


def attributes(node: ast.expr) -> tuple[str, list[str]]:
    """Return the first name of an attribute chain, empty if it begins with another expression, and its attributes."""
    found: list[str] = []
    while isinstance(node, ast.Attribute):
        found.append(node.attr)
        node = node.value
    return (node.id if isinstance(node, ast.Name) else ""), found[::-1]


def calls_of(source: bytes) -> FileCalls:
    """Return the calls in the source of one file. Raises SyntaxError."""
    nodes = [*ast.walk(ast.parse(source))]
    names = imported_names(nodes)
    has_torch = any(name.partition(".")[0] == "torch" for name in names.values())
    found = FileCalls()
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        root, parts = attributes(node.func)
        if root in names:
            if name := public_name(".".join((names[root], *parts))):
                found.functions[name] += 1
        elif parts and has_torch and not parts[-1].startswith("_"):
            found.methods[parts[-1]] += 1
    return found


def python_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the package and the source of each Python file in the wheels or installed packages of a folder."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                for name in wheel.namelist():
                    if name.endswith(".py"):
                        yield path.name.partition("-")[0], wheel.read(name)
        elif path.is_dir():
            for file in sorted(path.rglob("*.py")):
                yield path.name, file.read_bytes()


@dataclass
class Total:
    """Calls, files and packages of one name."""

    calls: int = 0
    files: int = 0
    packages: set[str] = field(default_factory=set)

    def add(self, calls: int, package: str) -> None:
        self.calls += calls
        self.files += 1
        self.packages.add(package)


def count(files: Iterable[tuple[str, bytes]]) -> tuple[dict[str, Total], dict[str, Total]]:
    """Return the totals of functions and of methods over all files."""
    functions: dict[str, Total] = {}
    methods: dict[str, Total] = {}
    number = broken = 0
    for package, source in files:
        number += 1
        try:
            found = calls_of(source)
        except SyntaxError:  # templates, and Python 2
            broken += 1
            continue
        for totals, calls in ((functions, found.functions), (methods, found.methods)):
            for name, times in calls.items():
                totals.setdefault(name, Total()).add(times, package)
    print(f"{number:,} files, {broken} of them not in the syntax of this Python", file=sys.stderr)
    return functions, methods


def frequent(totals: Mapping[str, Total]) -> dict[str, Total]:
    """Return the names that enough files call."""
    return {name: total for name, total in totals.items() if total.files >= MIN_FILES}


def rows(totals: Mapping[str, Total]) -> list[tuple[str, str, int, int, int]]:
    """Return the rows of `calls.csv`: by framework, the most-called first."""
    found = [
        (framework_of(name), name, total.calls, total.files, len(total.packages)) for name, total in totals.items()
    ]
    order = [*FRAMEWORKS.values()]
    return sorted(found, key=lambda row: (order.index(row[0]), -row[2], row[1]))


def names_in_build(framework: str, python: str, called: Iterable[str]) -> list[list[str]]:
    """Return the rows of `names.csv` of one framework, from the build of an interpreter."""
    done = subprocess.run(
        [python, NAMES_SCRIPT, framework], input="\n".join(called), stdout=subprocess.PIPE, text=True, check=True
    )
    return [*csv.reader(done.stdout.splitlines())]


def write(path: Path, head: tuple[str, ...], lines: Iterable[Iterable[object]]) -> None:
    """Write a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *lines])
    print(f"wrote {path}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path, help="a folder of wheels or of installed packages")
    parser.add_argument("--names", action="append", default=[], metavar="FRAMEWORK=PYTHON")
    parser.add_argument("--out", type=Path, default=USAGE)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of other people's source: invalid escapes
    functions, methods = count(python_files(options.packages))
    functions, methods = frequent(functions), frequent(methods)
    called = [*functions, *(f"{TENSOR}.{name}" for name in methods)]
    names: list[list[str]] = []
    for framework, python in (choice.split("=", 1) for choice in options.names):
        root = next(root for root, name in FRAMEWORKS.items() if name == framework)
        names += names_in_build(framework, python, (name for name in called if name.startswith(f"{root}.")))
    known = {name for _, name, *_ in names}
    # Most names of methods belong to other classes.
    functions |= {name: methods[name.removeprefix(f"{TENSOR}.")] for name in called if name in known - functions.keys()}
    write(options.out / "calls.csv", ("framework", "function", "calls", "files", "packages"), rows(functions))
    if names:
        write(options.out / "names.csv", ("framework", "name", "object"), names)


if __name__ == "__main__":
    main()
