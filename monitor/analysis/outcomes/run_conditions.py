"""Compare the conditions of two runs: the build, and everything that is not the build.

A build is the framework, the packages that implement or compile its functions, and the compiler of compiled evidence.
Everything else is the environment: machine, driver, Python, the other packages, the system. The same build cannot
regress, so a change between two runs of one build is the environment's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.model import Build, Evidence, Run

# Packages that implement a framework's functions, or compile them. They have versions of their own, so one version of a
# framework may come with another version of a part, and a change can be a regression of that part.
BUILD_PARTS = re.compile(
    r"jaxlib|jax-(cuda|rocm)\S*|libtpu\S*|torch[-_]xla|(pytorch-)?triton\S*|(tf-)?keras(-nightly)?", re.IGNORECASE
)

# Keys of `Run.environment` that are compared, and their names for a reader.
ENVIRONMENT_NAMES = {
    "device.driver": "driver",
    "python.version": "Python",
    "host.system": "system",
    "host.kernel": "kernel",
}

# A nightly may come with fifty other packages. Name first those on which outcomes depend most often, then a few others,
# and count the rest.
NAMED_FIRST = ("numpy", "scipy")
MAX_NAMED = 5


def machine_of(run: Run) -> str:
    """Return the class of machine whose past outcomes apply to a run; empty if the machine does not matter.

    The result of a compiler or a table does not depend on the host.
    """
    return run.machine if run.evidence is Evidence.EXECUTED else ""


def same_build(before: Run, after: Run) -> bool:
    """Return whether two runs had the same build, with its parts and its compiler."""
    old, new = before.build, after.build
    if old is None or new is None or old.requirement != new.requirement:
        return False
    if old.commit and new.commit and old.commit != new.commit:
        return False
    return not [*_parts(before, after)]


def differences(before: Run, after: Run) -> tuple[str, ...]:
    """Return the differences between two runs except the framework's version, for example "numpy 2.3.1 -> 2.4.0".

    The parts of the build come first, then the machine and its environment.
    """
    packages = [*_moved_packages(before, after, parts=False)]
    more = [f"{len(packages) - MAX_NAMED} more packages"] if len(packages) > MAX_NAMED else []
    return (
        *_parts(before, after),
        *_machines(before, after),
        *_environment(before, after),
        *packages[:MAX_NAMED],
        *more,
    )


def _parts(before: Run, after: Run) -> Iterator[str]:
    old, new = before.compiler, after.compiler
    if _label(old) != _label(new):
        yield f"compiler {_label(old)} -> {_label(new)}"
    yield from _moved_packages(before, after, parts=True)


def _machines(before: Run, after: Run) -> Iterator[str]:
    if before.machine != after.machine:
        yield f"{_machine_name(before)} -> {_machine_name(after)}"


def _machine_name(run: Run) -> str:
    """Return the machine of a run, or words for an unknown one."""
    return run.machine or "an unknown machine"


def _environment(before: Run, after: Run) -> Iterator[str]:
    for key, name in ENVIRONMENT_NAMES.items():
        one, other = before.environment.get(key, ""), after.environment.get(key, "")
        if one and other and one != other:
            yield f"{name} {one} -> {other}"


def _moved_packages(before: Run, after: Run, *, parts: bool) -> Iterator[str]:
    if not (before.build and after.build and before.build.packages and after.build.packages):
        return  # the packages of a given interpreter may be unknown
    one, other = _versions(before.build, parts=parts), _versions(after.build, parts=parts)
    framework = before.build.version, after.build.version
    for name in sorted(one.keys() | other.keys(), key=lambda name: (name not in NAMED_FIRST, name)):
        was, now = one.get(name, "none"), other.get(name, "none")
        if was != now and (was, now) != framework:  # jaxlib has the versions of jax
            yield f"{name} {was} -> {now}"


def _versions(build: Build, *, parts: bool) -> dict[str, str]:
    """Return the versions of the parts of a framework, or of all other packages, by name."""
    return {
        package.name: package.version
        for package in build.packages
        if package.name != build.distribution and bool(BUILD_PARTS.fullmatch(package.name)) is parts
    }


def _label(build: Build | None) -> str:
    return build.requirement if build else "none"
