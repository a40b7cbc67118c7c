"""Find code that ties a program to one kind of hardware: devices by name, kernels, calls of the host, wide dtypes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from monitor.check.name_uses import FileNames, NameUse
from monitor.check.problems import Level, Problem, ProblemKind

NVIDIA, AMD, TPU, APPLE, INTEL = "NVIDIA GPU", "AMD GPU", "Google TPU", "Apple GPU", "Intel GPU"
ACCELERATORS = frozenset({NVIDIA, AMD, TPU, APPLE, INTEL})


@dataclass(frozen=True)
class Habit:
    """A way to write code that some hardware cannot run as it is.

    It matches a use of a name by a shell pattern in `names`, a call of a method in `methods` in a file that imports one
    of `roots`, or a call with a string argument that fits `text`; a name or method must then be among those given.
    `levels` has the level on each family of hardware that it concerns.
    """

    kind: ProblemKind
    message: str
    alternative: str
    levels: Mapping[str, Level]
    names: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()
    text: str = ""
    keywords: frozenset[str] = frozenset()

    def matches(self, use: NameUse, roots: frozenset[str]) -> bool:
        """Return whether a use in a file that imports these packages is of this habit."""
        if use.imported and not any(fnmatchcase(use.name, pattern) for pattern in self.names):
            return False
        if use.name.startswith("."):
            named = use.name.removeprefix(".") in self.methods and bool(self.roots & roots)
        else:
            named = any(fnmatchcase(use.name, pattern) for pattern in self.names)
        if not self.text:
            return named
        return any(re.fullmatch(self.text, text) and (named or keyword in self.keywords) for keyword, text in use.texts)


def _on(families: Iterable[str], level: Level) -> dict[str, Level]:
    return dict.fromkeys(families, level)


CUDA = r"cuda(:\d+)?"
NOT_CUDA = ACCELERATORS - {NVIDIA, AMD}  # ROCm's PyTorch has the device `cuda` too
TORCH, JAX, TENSORFLOW = frozenset({"torch"}), frozenset({"jax"}), frozenset({"tensorflow", "keras"})

HABITS = (
    Habit(
        ProblemKind.DEVICE,
        "needs the device `cuda`",
        "take the device as a parameter, and use `.to(device)`",
        _on(NOT_CUDA, Level.ERROR),
        methods=frozenset({"cuda"}),
        roots=TORCH,
    ),
    Habit(
        ProblemKind.DEVICE,
        "names the device `cuda`",
        "take the device as a parameter: `torch.accelerator.current_accelerator()`, or `torch_xla.device()` on a TPU",
        _on(NOT_CUDA, Level.ERROR),
        names=("torch.device", "torch.set_default_device", "torch.autocast", "torch.amp.*"),
        methods=frozenset({"to"}),
        roots=TORCH,
        text=CUDA,
        keywords=frozenset({"device", "device_type", "map_location"}),
    ),
    Habit(
        ProblemKind.DEVICE,
        "needs a CUDA device",
        "use `torch.accelerator`, which has the same calls for every GPU",
        _on(NOT_CUDA, Level.ERROR),
        names=tuple(
            f"torch.cuda.{name}"
            for name in ("set_device", "current_device", "synchronize", "Stream", "Event", "stream", "graph*", "CUDA*",
                         "get_device_*", "memory_*", "max_memory_*", "reset_*", "mem_get_info", "nvtx.*", "amp.*")
        ),
    ),
    Habit(
        ProblemKind.DEVICE,
        "names GPUs as the devices",
        "call `jax.devices()`, which gives the devices that there are",
        _on((TPU,), Level.ERROR),
        names=("jax.devices", "jax.local_devices", "jax.device_count", "jax.local_device_count"),
        text="gpu|cuda|rocm",
    ),
    Habit(
        ProblemKind.DEVICE,
        "names a GPU as the device",
        "leave the device out, or use `tf.distribute`",
        _on((TPU,), Level.ERROR),
        names=("tf.device",),
        text=r"(?i).*gpu(:\d+)?",
    ),
    Habit(
        ProblemKind.KERNEL,
        "is for CUDA code",
        "keep a version in plain PyTorch for other hardware",
        _on(NOT_CUDA, Level.ERROR) | _on((AMD,), Level.WARNING),
        names=("torch.utils.cpp_extension.CUDAExtension", "torch.utils.cpp_extension.load*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "writes a kernel for GPUs alone",
        "keep a version without the kernel, or write it for `jax.experimental.pallas.tpu` too",
        _on((TPU,), Level.ERROR),
        names=("jax.experimental.pallas.triton*", "jax.experimental.pallas.mosaic_gpu*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "writes a kernel for TPUs alone",
        "keep a version without the kernel",
        _on((NVIDIA, AMD), Level.ERROR),
        names=("jax.experimental.pallas.tpu*",),
    ),
    Habit(
        ProblemKind.HOST,
        "calls Python on the host",
        "write it with operations of the framework",
        _on(ACCELERATORS, Level.WARNING),
        names=("jax.pure_callback", "jax.experimental.io_callback", "jax.debug.callback", "tf.py_function",
               "tf.numpy_function"),
    ),
    Habit(
        ProblemKind.HOST,
        "waits for the device and copies a value to the host",
        "keep the value in a tensor inside of the training step",
        _on(ACCELERATORS, Level.WARNING),
        methods=frozenset({"item", "tolist"}),
        roots=TORCH,
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values, which no compiler accepts",
        "pass `size=`, or use a mask",
        _on(ACCELERATORS, Level.WARNING),
        names=("jax.numpy.nonzero", "jax.numpy.flatnonzero", "jax.numpy.argwhere", "jax.numpy.unique",
               "jax.numpy.unique_*"),
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values: a TPU compiles again for each shape",
        "use a mask and `torch.where`",
        _on((TPU,), Level.WARNING),
        names=("torch.nonzero", "torch.argwhere", "torch.unique", "torch.masked_select", "torch.unique_consecutive"),
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values, which XLA does not compile",
        "use a mask and `tf.where` with three arguments",
        _on((TPU,), Level.WARNING),
        names=("tf.boolean_mask", "tf.unique", "tf.unique_with_counts"),
    ),
    Habit(
        ProblemKind.WIDE,
        "is float64, which this hardware lacks",
        "use float32",
        _on((APPLE,), Level.ERROR) | _on((TPU,), Level.WARNING),
        names=("torch.float64", "torch.double", "torch.complex128", "jax.numpy.float64", "jax.numpy.complex128",
               "tf.float64", "tf.complex128", "tf.double"),
        methods=frozenset({"double"}),
        roots=TORCH,
    ),
    Habit(
        ProblemKind.WIDE,
        "turns on 64-bit numbers, which this hardware lacks or emulates",
        "use 32-bit numbers",
        _on((TPU,), Level.WARNING),
        names=("jax.config.update",),
        text="jax_enable_x64",
    ),
)  # fmt: skip


def habit_problems(names: FileNames, families: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of one file; `families` has the family of each target.

    Without targets, every habit is a warning: nothing is known to fail. A use after a question about the machine, such
    as `torch.cuda.is_available()`, is no problem.
    """
    for use in names.uses:
        for habit in HABITS:
            if use.for_machine or not habit.matches(use, names.roots):
                continue
            levels = {target: habit.levels[family] for target, family in families.items() if family in habit.levels}
            if levels or not families:
                level = Level.ERROR if Level.ERROR in levels.values() else Level.WARNING
                yield Problem(habit.kind, level, use.place, use.name, habit.message, tuple(levels), habit.alternative)
                break
