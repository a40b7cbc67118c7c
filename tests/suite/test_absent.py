"""Messages for missing names: the framework's own words where it has some."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from monitor.suite.name_lookup import AbsentError, resolve

SENTENCE = "fw.core.get_aval was deprecated in FW v0.8.2 and removed in FW v0.10.0; use fw.typeof instead."


def device() -> Any:
    """A framework that announces removals as JAX does, by the `__getattr__` of a module."""
    module, core = ModuleType("fw"), ModuleType("fw.core")

    def gone(name: str) -> None:
        raise AttributeError(SENTENCE if name == "get_aval" else f"module 'fw.core' has no attribute '{name}'")

    core.__getattr__ = gone  # type: ignore[method-assign]
    module.core, module.Tensor = core, type("Tensor", (), {})  # type: ignore[attr-defined]
    return SimpleNamespace(module=module, prefix="fw")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("fw.core.get_aval", SENTENCE),
        ("fw.core.other", "fw.core has no other"),
        ("fw.nothing", "fw has no nothing"),
        ("fw.Tensor.nothing", "fw.Tensor has no nothing"),
    ],
)
def test_the_frameworks_own_words_are_kept(function: str, says: str) -> None:
    with pytest.raises(AbsentError) as raised:
        resolve(device(), function)
    assert str(raised.value) == says
