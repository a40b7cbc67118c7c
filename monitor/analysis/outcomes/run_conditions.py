"""What two runs differ in beside what they saw: the build itself, and everything that is not the build.

A build is the framework, the packages that implement or compile its functions, and the compiler of compiled evidence.
Everything else is the environment: machine, driver, Python, the other packages, the system. The same build cannot
regress, so a change between two runs of one build is the environment's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.model import Build, Evidence, Run

# Packages that implement a framework's functions, or compile them. They have versions of their own, so a framework of
# one version may come with another of them: a change then came with that part, and can be a regression of it.
PARTS = re.compile(
    r"jaxlib|jax-(cuda|rocm)\S*|libtpu\S*|torch[-_]xla|(pytorch-)?triton\S*|(tf-)?keras(-nightly)?", re.IGNORECASE
)

# What a run tells of its environment, and what that is called where two runs differ in it.
TOLD = {"device.driver": "driver", "python.version": "Python", "host.system": "system", "host.kernel": "kernel"}

# A nightly may come with fifty other packages. These are named first, as outcomes hang on them most often; of the
# others a reader needs no more than a few, and how many there are.
FIRST = ("numpy", "scipy")
NAMED = 5


def machine_of(run: Run) -> str:
    """Return the class of machine that a run's outcomes are held against; empty where the machine does not decide.

    What a compiler or a table says does not depend on the host that asked it.
    """
    return run.machine if run.evidence is Evidence.EXECUTED else ""


def same_build(before: Run, after: Run) -> bool:
    """Return whether two runs had the same build, its parts and its compiler included."""
    one, other = before.build, after.build
    if one is None or other is None or one.label != other.label:
        return False
    if one.commit and other.commit and one.commit != other.commit:
        return False
    return not [*_parts(before, after)]


def differences(before: Run, after: Run) -> tuple[str, ...]:
    """Return what two runs differ in beside the framework's own version, as "numpy 2.3.1 -> 2.4.0".

    The parts of the build come first, then the machine, and what hangs together with it.
    """
    packages = [*_moved_packages(before, after, parts=False)]
    more = [f"{len(packages) - NAMED} more packages"] if len(packages) > NAMED else []
    return (*_parts(before, after), *_machines(before, after), *_environment(before, after), *packages[:NAMED], *more)


def _parts(before: Run, after: Run) -> Iterator[str]:
    one, other = before.compiler, after.compiler
    if _label(one) != _label(other):
        yield f"compiler {_label(one)} -> {_label(other)}"
    yield from _moved_packages(before, after, parts=True)


def _machines(before: Run, after: Run) -> Iterator[str]:
    if before.machine != after.machine:
        yield f"{_machine_name(before)} -> {_machine_name(after)}"


def _machine_name(run: Run) -> str:
    """The machine, also of a run that does not tell it."""
    return run.machine or "a machine that is not told"


def _environment(before: Run, after: Run) -> Iterator[str]:
    for key, name in TOLD.items():
        one, other = before.environment.get(key, ""), after.environment.get(key, "")
        if one and other and one != other:
            yield f"{name} {one} -> {other}"


def _moved_packages(before: Run, after: Run, *, parts: bool) -> Iterator[str]:
    if not (before.build and after.build and before.build.packages and after.build.packages):
        return  # an interpreter of the user's own may not tell what is there
    one, other = _versions(before.build, parts=parts), _versions(after.build, parts=parts)
    framework = before.build.version, after.build.version
    for name in sorted(one.keys() | other.keys(), key=lambda name: (name not in FIRST, name)):
        was, now = one.get(name, "none"), other.get(name, "none")
        if was != now and (was, now) != framework:  # jaxlib has the versions of jax
            yield f"{name} {was} -> {now}"


def _versions(build: Build, *, parts: bool) -> dict[str, str]:
    """The version of each package beside the framework's own: of its parts, or of the others."""
    return {
        package.name: package.version
        for package in build.packages
        if package.name != build.distribution and bool(PARTS.fullmatch(package.name)) is parts
    }


def _label(build: Build | None) -> str:
    return build.label if build else "none"
