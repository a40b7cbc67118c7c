"""Records of a watched program: what `monitor/watching/inject` writes, one object per line.

Each line is `{"call": {…}}`, `{"use": {…}}` and so on, with the fields of the classes below.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.programs import Place


@dataclass(frozen=True)
class ObservedCall:
    """A call of a framework's function that computed something.

    `operators` are those that it dispatched: ATen operators, primitives of JAX, or operators of TensorFlow. `dtypes`
    are those of the arrays. `gradient` is True if gradients flow through the call, or if it is a part of them;
    `backward` is True if it has nothing but gradients of other calls. `text` is the source of the call, empty if a
    library makes it at the line `within`. `host` is True if it prepares data on the host.
    """

    framework: str
    name: str
    place: Place
    operators: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    gradient: bool = False
    backward: bool = False
    text: str = ""
    within: str = ""
    host: bool = False


@dataclass(frozen=True)
class ObservedUse:
    """A use of a name that may tie the program to one kind of hardware, such as `.cuda` or `jax.devices`.

    `shown` is the name for readers if it is another one. `argument` is the string that the call really has, such as
    "cuda:0", and `disabled` is True if it switches off what it names.
    """

    name: str
    place: Place
    shown: str = ""
    argument: str = ""
    disabled: bool = False
    text: str = ""
    within: str = ""
    host: bool = False


@dataclass(frozen=True)
class ObservedImport:
    """An import of a package of kernels by the program's own code; `found` is False if it is not installed."""

    name: str
    place: Place
    found: bool = True


@dataclass(frozen=True)
class ObservedFailure:
    """The exception that ended a process. `module` is the missing module of an ImportError."""

    message: str
    place: Place
    module: str = ""


@dataclass(frozen=True)
class WatchedProgram:
    """Everything that was seen of a program, in all its processes.

    `frameworks` are those that it imported, each with its version. `faults` are losses of the watch itself.
    """

    frameworks: tuple[tuple[str, str], ...] = ()
    calls: tuple[ObservedCall, ...] = ()
    uses: tuple[ObservedUse, ...] = ()
    imports: tuple[ObservedImport, ...] = ()
    failures: tuple[ObservedFailure, ...] = ()
    faults: tuple[str, ...] = ()
    processes: int = 0
