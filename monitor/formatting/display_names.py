"""Format the names of frameworks and builds."""

from __future__ import annotations

from monitor.model import Build

# Official names; another framework is shown by its key.
FRAMEWORK_TITLES = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow"}


def framework_title(framework: str) -> str:
    return FRAMEWORK_TITLES.get(framework, framework)


def build_title(build: Build | None) -> str:
    """Return a build for readers: `jax 0.10.2`."""
    return f"{build.distribution} {build.version}" if build else "no build"


def label_title(label: str) -> str:
    """Return the label of a build for readers: `jax 0.10.2`."""
    return label.replace("==", " ")
