"""Find the names of each called object in an installed framework. `count_calls.py` runs this with the build's Python.

    $BUILD/bin/python benchmarks/names_of_calls.py jax < called-names > rows.csv

Print a row (framework, name, object) for each called name that the build has as a callable, and for each other public
name of the same object. `object` is the shortest name; two names with one `object` are the same Python object. A method
of `torch.Tensor` has the `object` of the function of its name, which runs the same operator: `torch.Tensor.sum` is
`torch.sum`. A called name that the build does not have gets no row. Standard library only, apart from the framework.
"""

from __future__ import annotations

import csv
import sys
import types
import warnings
from collections.abc import Iterable, Iterator
from importlib import import_module

MODULES = {"torch": "torch", "jax": "jax", "tensorflow": "tensorflow"}
ROOTS = {"torch": "torch", "jax": "jax", "tensorflow": "tf"}
TENSOR = "torch.Tensor."
PUBLIC_PARTS = {"_api", "_tf_keras"}  # `tf.math` is the module `tensorflow._api.v2.math`
MAX_DEPTH = 5  # names in a dotted name; deeper ones are of implementation packages

Key = tuple[int, ...]


def attribute(value: object, name: str) -> object:
    """Return an attribute; None if there is none."""
    try:
        return getattr(value, name, None)
    except Exception:  # a lazy or removed attribute may raise anything
        return None


def find(name: str, module: str) -> object:
    """Return the object with a dotted name of which the first part stands for `module`; None if there is none."""
    value: object = import_module(module)
    for part in name.split(".")[1:]:
        module = f"{module}.{part}"
        found = attribute(value, part)
        if found is None and isinstance(value, types.ModuleType):
            try:
                found = import_module(module)  # a module that its package does not import
            except Exception:  # one that needs another package, or that is none
                return None
        if found is None:
            return None
        value = found
    return value


def key(value: object) -> Key:
    """Return the identity of an object. A bound method is new at each access; its function and receiver stay."""
    if isinstance(value, types.MethodType):
        return id(value.__func__), id(value.__self__)
    return (id(value),)


def is_public(module: types.ModuleType, package: str) -> bool:
    """Return whether a module is a public one of the framework. `tf.compat.v2` repeats `tf`."""
    parts = module.__name__.split(".")
    private = any(part.startswith("_") and part not in PUBLIC_PARTS for part in parts)
    return parts[0] in {package, "keras"} and not private and ".compat.v2" not in module.__name__


def only_imported(value: object, module: types.ModuleType) -> bool:
    """Return whether a module that is no package imports an object from another public module for its own use."""
    origin = attribute(value, "__module__")
    if hasattr(module, "__path__") or not isinstance(origin, str):
        return False
    return origin != module.__name__ and "._" not in origin


def public_names(root: str, package: str) -> Iterator[tuple[str, object]]:
    """Yield each callable in the public modules of a framework, with its name; each module once, by its shortest."""
    level: list[tuple[str, types.ModuleType]] = [(root, import_module(package))]
    visited = {id(level[0][1])}
    for _ in range(MAX_DEPTH - 1):
        below = []
        for prefix, module in level:
            for name in sorted(dir(module)):
                value = None if name.startswith("_") else attribute(module, name)
                if isinstance(value, types.ModuleType):
                    if id(value) not in visited and is_public(value, package):
                        visited.add(id(value))
                        below.append((f"{prefix}.{name}", value))
                elif callable(value) and not only_imported(value, module):
                    yield f"{prefix}.{name}", value
        level = below


def object_of_method(name: str) -> str:
    """Return the function of the name of a method of `torch.Tensor`; the method itself if there is none."""
    import torch

    short = name.removeprefix(TENSOR)
    same = getattr(torch, short, None)
    # A dtype too: suite `opinfo` names the conversion `x.float()` after it.
    is_function = isinstance(same, (types.BuiltinFunctionType, types.FunctionType, torch.dtype))
    return f"torch.{short}" if is_function else name


def rows(framework: str, called: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of a framework, sorted by object and name."""
    package, root = MODULES[framework], ROOTS[framework]
    values = {name: find(name, package) for name in called}
    values = {name: value for name, value in values.items() if callable(value)}
    methods = {name for name in values if name.startswith(TENSOR)}
    wanted = {key(value) for name, value in values.items() if name not in methods}
    public = {name: value for name, value in public_names(root, package) if key(value) in wanted}
    names: dict[Key, list[str]] = {}
    for name, value in (public | {name: value for name, value in values.items() if name not in methods}).items():
        names.setdefault(key(value), []).append(name)
    found = []
    for same in names.values():
        shortest = min(same, key=lambda name: (name.count("."), name))
        found += [(framework, name, shortest) for name in same]
    objects = {name: of for _, name, of in found}
    for name in methods:
        of = object_of_method(name)
        found.append((framework, name, objects.get(of, of)))
    yield from sorted(found, key=lambda row: (row[2], row[1]))


def main() -> None:
    warnings.simplefilter("ignore")
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows(sys.argv[1], sys.stdin.read().split()))


if __name__ == "__main__":
    main()
