"""Public names: what the walk lists of made-up modules, and of real frameworks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.process import Limits, Worker, WorkerFailure, worker_command
from monitor.model import NameKind, PublicName
from monitor.suite.name_listing import Member, PublicModule, deprecation_of, list_names, public_methods

LIMITS = Limits(seconds=120, memory_mib=4096)


class Api:
    """The names of one made-up module, all public."""

    prefix = "fw"

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def members(self, module: PublicModule) -> Iterable[str]:
        return [*module.module.__dict__.get("listed", ()), *(name for name in vars(module.module) if name[0] != "_")]

    def submodules(self, module: PublicModule) -> Mapping[str, str]:
        return {"absent": "fw_absent", "xml": "xml"} if module.path == "fw" else {}

    def is_public(self, member: Member) -> bool:
        return member.name != "listed" and member.at.path == "fw"

    def methods(self, value: type) -> Iterable[str]:
        return public_methods(value, [__name__.partition(".")[0]])


class Layer:
    def call(self, x: int) -> None: ...

    @classmethod
    def load(cls) -> None: ...

    @property
    def units(self) -> int:
        return 3

    size = 3


class Concat(Layer):
    def call(self, x: int, y: int) -> None: ...


def concat(tensors: list[int], dim: int = 0) -> None:
    """Join.

    .. deprecated:: 2.1
        Use :func:`fw.cat`.
    """


def stack(tensors: list[int]) -> None:
    """
    stack(tensors) -> Tensor

    Alias of :func:`fw.join`.
    """


def made_up() -> ModuleType:
    module = ModuleType("fw")

    def unlisted(name: str) -> Any:
        if name == "old":
            warnings.warn("fw.old is deprecated; use fw.cat", DeprecationWarning, stacklevel=2)
            return 1
        if name == "broken":
            raise OSError("no device")
        raise AttributeError("fw.gone was removed; use fw.cat" if name == "gone" else f"has no attribute '{name}'")

    module.__dict__.update(
        {"__getattr__": unlisted, "listed": ("old", "broken", "gone", "typo"), "Layer": Layer, "Dense": Layer},
        AConcat=Concat, concat=concat, cat=concat, stack=stack, join=lambda x: x, pi=3.14,
    )  # fmt: skip
    return module


def test_each_name_is_listed_with_what_its_access_gives() -> None:
    found = {name.name: name for name in list_names(Api(made_up()), ["fw.cat", "fw.Layer.size", "other.name"])}
    note = "Deprecated since 2.1: Use `fw.cat`."
    assert found["fw.cat"] == PublicName("fw.cat", NameKind.FUNCTION, "(tensors, dim=0)", note)
    assert found["fw.concat"] == PublicName("fw.concat", NameKind.FUNCTION, "(tensors, dim=0)", note, "fw.cat")
    assert found["fw.stack"].alias_of == "fw.join"  # its docstring is only a reference
    assert found["fw.Dense"].alias_of in ("fw.Layer", "") != found["fw.Layer"].alias_of
    assert found["fw.old"] == PublicName("fw.old", NameKind.CONSTANT, note="fw.old is deprecated; use fw.cat")
    assert found["fw.gone"] == PublicName("fw.gone", NameKind.REMOVED, note="fw.gone was removed; use fw.cat")
    assert found["fw.broken"] == PublicName("fw.broken", NameKind.BROKEN, note="OSError: no device")
    assert found["fw.xml"].kind is NameKind.MODULE
    assert found["fw.Layer.size"].kind is NameKind.PROPERTY  # named by the catalog
    assert found["fw.AConcat.call"] == PublicName("fw.AConcat.call", NameKind.FUNCTION, "(x, y)")
    of_base = next(name for name in ("fw.Layer", "fw.Dense") if f"{name}.call" in found)
    methods = [name for name in found if name.endswith(".call")]
    assert methods == ["fw.AConcat.call", f"{of_base}.call"]  # under one of the two names of the class
    for name in ("load", "units"):  # the class that defines a method is first, whatever its name
        assert (found[f"fw.AConcat.{name}"].alias_of, found[f"{of_base}.{name}"].alias_of) == (f"{of_base}.{name}", "")
    assert found.keys().isdisjoint({"fw.typo", "fw.absent", "other.name"})


NOTES = {  # docstrings, each with the note that it is
    "Adds.\n\n.. warning::\n    :func:`torch.lu` is deprecated in favor of x.": (
        "`torch.lu` is deprecated in favor of x."
    ),
    "Adds.\n\nDeprecated: THIS FUNCTION IS DEPRECATED. It will go.\nInstructions for updating:\nUse `tf.x`.": (
        "Deprecated: THIS FUNCTION IS DEPRECATED. It will go. Instructions for updating: Use `tf.x`."
    ),
    "Adds.\n\nDeprecated: SOME ARGUMENTS ARE DEPRECATED: `(dim)`. They will be removed.": "",
    "Adds.\n\n.. deprecated:: 2.0\n    ``center=False`` is deprecated.": "",
    "Adds.\n\nThe default is deprecated.": "",
    "Adds.": "",
}


@pytest.mark.parametrize(("text", "note"), NOTES.items())
def test_a_docstring_deprecates_the_whole_object_or_nothing(text: str, note: str) -> None:
    def function() -> None: ...

    function.__doc__ = text
    assert deprecation_of(function, "function") == note


def test_the_replacement_of_a_deprecated_function_is_not_deprecated() -> None:
    def current() -> None: ...

    current.__deprecated__ = "Use `current` instead."  # type: ignore[attr-defined] # as `warnings.deprecated` leaves it
    assert deprecation_of(current, "current") == ""
    assert deprecation_of(current, "current_idx") == "Use `current` instead."


SAMPLES: dict[str, dict[str, tuple[NameKind, str]]] = {  # names, each with its kind and canonical name
    "jax": {
        "jax.numpy.abs": (NameKind.FUNCTION, "jax.numpy.absolute"),
        "jax.tree_util.tree_map": (NameKind.FUNCTION, "jax.tree.map"),
        "jax.numpy.float32": (NameKind.DTYPE, ""),
        "jax.numpy.pi": (NameKind.CONSTANT, ""),
        "jax.scipy.linalg": (NameKind.MODULE, ""),
        "jax.Array.astype": (NameKind.FUNCTION, ""),
        "jax.nn.initializers.orthogonal": (NameKind.FUNCTION, ""),
    },
    "torch": {
        "torch.concat": (NameKind.FUNCTION, "torch.cat"),
        "torch.float": (NameKind.DTYPE, "torch.float32"),
        "torch.nn.Linear": (NameKind.CLASS, ""),
        "torch.Tensor.T": (NameKind.PROPERTY, ""),
        "torch.nn.Linear.state_dict": (NameKind.FUNCTION, "torch.nn.Module.state_dict"),
        "torch.fft.hfft2": (NameKind.FUNCTION, ""),
        "torch.optim.lr_scheduler.StepLR": (NameKind.CLASS, ""),
    },
    "tensorflow": {
        "tf.reduce_sum": (NameKind.FUNCTION, "tf.math.reduce_sum"),
        "tf.float32": (NameKind.DTYPE, ""),
        "tf.keras.layers.Dense": (NameKind.CLASS, ""),
        "tf.keras.Sequential.fit": (NameKind.FUNCTION, "tf.keras.Model.fit"),
        "tf.keras.callbacks.EarlyStopping": (NameKind.CLASS, ""),
        "tf.compat.v1.placeholder": (NameKind.FUNCTION, ""),
        "tf.experimental.numpy.sum": (NameKind.FUNCTION, ""),
    },
}


@pytest.mark.parametrize("framework", SAMPLES)
def test_a_real_framework_is_listed_in_seconds(
    builds: Callable[[str], ProvisionedBuild], tmp_path: Path, framework: str
) -> None:
    environment = {"TMPDIR": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "2"}
    log = tmp_path / "worker.log"
    with Worker(worker_command(builds(framework).python, framework, "names", "cpu", environment, log)) as worker:
        assert worker.info.cases == ()
        names = worker.public_names(LIMITS)
    assert not isinstance(names, WorkerFailure)
    found = {name.name: name for name in names}
    assert [*found] == sorted(found)
    assert len(found) > 3_000
    canonical = {name: (found[name].kind, found[name].alias_of) for name in SAMPLES[framework]}
    assert {name: kind for name, (kind, _) in canonical.items()} == {
        name: kind for name, (kind, _) in SAMPLES[framework].items()
    }
    for name, (_, alias_of) in SAMPLES[framework].items():
        if alias_of:  # the catalog may prefer either
            assert alias_of in (canonical[name][1], name) or found[alias_of].alias_of == name
    assert all(found[name.alias_of].alias_of == "" for name in names if name.alias_of)
    assert sum(name.deprecated for name in names) > 10
    broken = [name.name for name in names if name.kind is NameKind.BROKEN]
    assert len(broken) < 10, broken
