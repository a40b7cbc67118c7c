"""The public names of TensorFlow: its generated modules have the exported symbols and nothing else.

`tf.keras` has those of Keras. `tf.compat.v2` repeats `tf`, and is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType

import tensorflow as tf

from monitor.suite.name_listing import Member, PublicModule, public_methods

GENERATED = "tensorflow._api.v2."
KERAS = ("keras", "tf_keras")  # packages behind `tf.keras`; their modules outside of `src` have only public names
PACKAGES = ("tensorflow", *KERAS)  # with the base classes whose methods count
NOT_LISTED = ("tf.compat.v2", "tf.compat.v1.compat", "tf.compat.v1.keras")


class TensorflowApi:
    """The public names of TensorFlow."""

    prefix = "tf"
    module: ModuleType = tf

    def members(self, module: PublicModule) -> Iterable[str]:
        return [name for name in dir(module.module) if not name.startswith("_")]

    def submodules(self, module: PublicModule) -> Mapping[str, str]:
        found = {}
        for name in self.members(module):
            child = f"{module.path}.{name}"
            if child not in NOT_LISTED and (imported := _generated(child, module.module, name)):
                found[name] = imported
        return found

    def is_public(self, member: Member) -> bool:
        value = member.value
        if isinstance(value, ModuleType):
            return False  # the generated ones are submodules, the others are TensorFlow's own
        home = getattr(value, "__module__", None) or ""
        return home.partition(".")[0] not in ("typing", "builtins", "os", "sys") or not callable(value)

    def methods(self, value: type) -> Iterable[str]:
        return public_methods(value, PACKAGES)


API = TensorflowApi()


def _generated(path: str, module: ModuleType, name: str) -> str:
    """Return the generated module behind a name; empty if it is none.

    An import of TensorFlow's own module of the same name replaces the attribute, as for `tf.experimental`.
    """
    own = f"tensorflow._api.v2.{path.removeprefix('tf.')}"
    if own in sys.modules:
        return own
    value = getattr(module, name, None)
    if not isinstance(value, ModuleType):
        return ""
    imported = value.__name__
    if path == "tf.keras":
        return _keras(value)
    is_keras = imported.partition(".")[0] in KERAS and ".src" not in imported
    return imported if is_keras or imported.startswith(GENERATED) else ""


def _keras(value: ModuleType) -> str:
    """Return the module of `tf.keras`, which some versions load when it is first used."""
    dir(value)
    layers: str = import_module(value.layers.__name__).__name__
    return layers.rpartition(".")[0]
