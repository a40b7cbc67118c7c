"""How the pages call what has a name: frameworks, builds."""

from __future__ import annotations

from monitor.model import Build

# The names the frameworks give themselves; another framework goes by its key.
FRAMEWORK_TITLES = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow"}


def framework_title(framework: str) -> str:
    return FRAMEWORK_TITLES.get(framework, framework)


def build_title(build: Build | None) -> str:
    """A build as a reader says it: `jax 0.10.2`."""
    return f"{build.distribution} {build.version}" if build else "no build"


def label_title(label: str) -> str:
    """The same, where only the label of a build is known."""
    return label.replace("==", " ")
