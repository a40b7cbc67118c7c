"""Find code that ties a program to one kind of hardware: devices by name, kernels, calls of the host, wide dtypes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from monitor.check.name_uses import NameUse
from monitor.check.problems import Level, Problem, ProblemKind

NVIDIA, AMD, TPU, APPLE, INTEL = "NVIDIA GPU", "AMD GPU", "Google TPU", "Apple GPU", "Intel GPU"
ACCELERATORS = frozenset({NVIDIA, AMD, TPU, APPLE, INTEL})
EVERYWHERE = {ProblemKind.HOST, ProblemKind.SHAPE}  # problems on each accelerator, whatever the code checks before
CALLS = {ProblemKind.DEVICE, ProblemKind.SHAPE}  # a mere name, such as a class after `isinstance`, does nothing


@dataclass(frozen=True)
class Habit:
    """A way to write code that some hardware cannot run as it is.

    A use has the habit if its name fits a shell pattern in `names`, or if it calls one of the `methods` of PyTorch's
    tensors and modules. With `text`, the call must also have a string argument that fits it; as one of the `keywords`,
    such an argument makes a call of any name a habit. With `arguments`, the call must have this number of positional
    arguments and no keyword; with one of the `unless` keywords, it is no habit. Without `if_disabled`, it is none if an
    argument is `False`; with `needs_true`, an argument must be `True`. `levels` has the level on each family of
    hardware that it concerns.
    """

    kind: ProblemKind
    message: str
    alternative: str
    levels: Mapping[str, Level]
    names: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset()
    text: str = ""
    keywords: frozenset[str] = frozenset()
    arguments: int | None = None
    unless: frozenset[str] = frozenset()
    if_disabled: bool = True
    needs_true: bool = False

    def matches(self, use: NameUse, *, has_torch: bool) -> bool:
        """Return whether a use is of this habit; `has_torch` is True if its file uses names of PyTorch."""
        if not self._concerns(use):
            return False
        if use.is_method:
            named = has_torch and use.name.removeprefix(".") in self.methods
        else:
            named = any(fnmatchcase(use.name, pattern) for pattern in self.names)
        if not self.text:
            return named
        return any(re.fullmatch(self.text, text) and (named or keyword in self.keywords) for keyword, text in use.texts)

    def _concerns(self, use: NameUse) -> bool:
        """Return whether a use is of the form of this habit, whatever its name is."""
        if use.imported:
            return self.kind is ProblemKind.KERNEL
        if (self.kind in CALLS or not self.if_disabled) and not use.called:
            return False
        if self.arguments is not None and (use.arguments, use.keywords) != (self.arguments, ()):
            return False
        is_off = (False in use.flags and not self.if_disabled) or (self.needs_true and True not in use.flags)
        return not (is_off or use.harmless or self.unless.intersection(use.keywords)) and not (
            self.kind is ProblemKind.WIDE and use.for_dtype
        )


CUDA = r"cuda(:\d+)?"
NOT_CUDA = ACCELERATORS - {NVIDIA, AMD}  # ROCm's PyTorch has the device `cuda` too

HABITS = (
    Habit(
        ProblemKind.DEVICE,
        "needs the device `cuda`",
        "take the device as a parameter, and use `.to(device)`",
        dict.fromkeys(NOT_CUDA, Level.ERROR),
        methods=frozenset({"cuda"}),
    ),
    Habit(
        ProblemKind.DEVICE,
        "names the device `cuda`",
        "take the device as a parameter: `torch.accelerator.current_accelerator()`, or `torch_xla.device()` on a TPU",
        dict.fromkeys(NOT_CUDA, Level.ERROR),
        names=("torch.device", "torch.set_default_device"),
        methods=frozenset({"to"}),
        text=CUDA,
        keywords=frozenset({"device", "map_location"}),
    ),
    Habit(
        ProblemKind.DEVICE,
        "works only for the device `cuda`: elsewhere it is switched off",
        "pass `torch.accelerator.current_accelerator().type` to `torch.autocast` and `torch.amp.GradScaler`",
        dict.fromkeys(NOT_CUDA, Level.WARNING),
        names=("torch.cuda.amp.autocast", "torch.cuda.amp.GradScaler"),
        if_disabled=False,
    ),
    Habit(
        ProblemKind.DEVICE,
        "works only for the device `cuda`: elsewhere it is switched off",
        "pass `torch.accelerator.current_accelerator().type`",
        dict.fromkeys(NOT_CUDA, Level.WARNING),
        names=("torch.autocast", "torch.amp.*"),
        text=CUDA,
        if_disabled=False,
    ),
    Habit(
        ProblemKind.DEVICE,
        "needs a CUDA device",
        "use `torch.accelerator`, which has the same calls for every GPU",
        dict.fromkeys(NOT_CUDA, Level.ERROR),
        names=tuple(
            f"torch.cuda.{name}"
            for name in ("set_device", "current_device", "synchronize", "Stream", "Event", "stream", "graph*", "CUDA*",
                         "get_device_*", "memory_*", "max_memory_*", "reset_*", "mem_get_info", "nvtx.*")
        ),
    ),
    Habit(
        ProblemKind.DEVICE,
        "names GPUs as the devices",
        "call `jax.devices()`, which gives the devices that there are",
        dict.fromkeys((TPU,), Level.ERROR),
        names=("jax.devices", "jax.local_devices", "jax.device_count", "jax.local_device_count"),
        text="gpu|cuda|rocm",
    ),
    Habit(
        ProblemKind.DEVICE,
        "names a GPU as the device",
        "leave the device out, or use `tf.distribute`",
        dict.fromkeys((TPU,), Level.ERROR),
        names=("tf.device",),
        text=r"(?i).*gpu(:\d+)?",
    ),
    Habit(
        ProblemKind.KERNEL,
        "is for CUDA code",
        "keep a version in plain PyTorch for other hardware",
        dict.fromkeys(NOT_CUDA, Level.ERROR) | dict.fromkeys((AMD,), Level.WARNING),
        names=("torch.utils.cpp_extension.CUDAExtension", "torch.utils.cpp_extension.load*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "has kernels only for GPUs",
        "keep a version in plain PyTorch for other hardware",
        dict.fromkeys((TPU, APPLE), Level.ERROR),
        names=("triton", "triton.*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "has kernels only for GPUs of NVIDIA and AMD",
        "keep a version in plain PyTorch for other hardware",
        dict.fromkeys(NOT_CUDA, Level.ERROR),
        names=("flash_attn", "flash_attn.*", "xformers", "xformers.*", "cupy", "cupy.*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "is for CUDA code",
        "keep a version in plain PyTorch for other hardware",
        dict.fromkeys(ACCELERATORS - {NVIDIA}, Level.ERROR),
        names=("pycuda", "pycuda.*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "writes a kernel only for GPUs",
        "keep a version without the kernel, or write it for `jax.experimental.pallas.tpu` too",
        dict.fromkeys((TPU,), Level.ERROR),
        names=("jax.experimental.pallas.triton*", "jax.experimental.pallas.mosaic_gpu*"),
    ),
    Habit(
        ProblemKind.KERNEL,
        "writes a kernel only for TPUs",
        "keep a version without the kernel",
        dict.fromkeys((NVIDIA, AMD), Level.ERROR),
        names=("jax.experimental.pallas.tpu*",),
    ),
    Habit(
        ProblemKind.HOST,
        "calls Python on the host",
        "write it with operations of the framework",
        dict.fromkeys(ACCELERATORS, Level.WARNING),
        names=("jax.pure_callback", "jax.experimental.io_callback", "jax.debug.callback", "tf.py_function",
               "tf.numpy_function"),
    ),
    Habit(
        ProblemKind.HOST,
        "waits for the device and copies a value to the host",
        "keep the value in a tensor inside of the training step",
        dict.fromkeys(ACCELERATORS, Level.WARNING),
        methods=frozenset({"item", "tolist"}),
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values, which no compiler accepts",
        "pass `size=`, or use a mask",
        dict.fromkeys(ACCELERATORS, Level.WARNING),
        names=("jax.numpy.nonzero", "jax.numpy.flatnonzero", "jax.numpy.argwhere", "jax.numpy.unique",
               "jax.numpy.unique_*"),
        unless=frozenset({"size"}),
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values, which no compiler accepts",
        "pass `size=`, or all three arguments",
        dict.fromkeys(ACCELERATORS, Level.WARNING),
        names=("jax.numpy.where",),
        arguments=1,
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values: a TPU compiles again for each shape",
        "use a mask and `torch.where`",
        dict.fromkeys((TPU,), Level.WARNING),
        names=("torch.nonzero", "torch.argwhere", "torch.unique", "torch.masked_select", "torch.unique_consecutive"),
        methods=frozenset({"nonzero", "masked_select", "argwhere"}),
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values: a TPU compiles again for each shape",
        "pass all three arguments",
        dict.fromkeys((TPU,), Level.WARNING),
        names=("torch.where", "tf.where"),
        arguments=1,
    ),
    Habit(
        ProblemKind.SHAPE,
        "gives a shape that depends on values, which XLA does not compile",
        "use a mask and `tf.where` with three arguments",
        dict.fromkeys((TPU,), Level.WARNING),
        names=("tf.boolean_mask", "tf.unique", "tf.unique_with_counts"),
    ),
    Habit(
        ProblemKind.WIDE,
        "is float64, which this hardware lacks",
        "use float32",
        dict.fromkeys((APPLE,), Level.ERROR) | dict.fromkeys((TPU,), Level.WARNING),
        names=("torch.float64", "torch.double", "torch.complex128", "jax.numpy.float64", "jax.numpy.complex128",
               "tf.float64", "tf.complex128", "tf.double"),
        methods=frozenset({"double"}),
    ),
    Habit(
        ProblemKind.WIDE,
        "is float64, which this hardware lacks",
        "use float32",
        dict.fromkeys((APPLE,), Level.ERROR) | dict.fromkeys((TPU,), Level.WARNING),
        names=("jax.*", "tf.*"),
        text="float64|complex128",
    ),
    Habit(
        ProblemKind.WIDE,
        "turns on 64-bit numbers, which this hardware lacks or emulates",
        "use 32-bit numbers",
        dict.fromkeys((TPU,), Level.WARNING),
        names=("jax.config.update",),
        text="jax_enable_x64",
        needs_true=True,
    ),
    Habit(
        ProblemKind.WIDE,
        "turns on 64-bit numbers, which this hardware lacks or emulates",
        "use 32-bit numbers",
        dict.fromkeys((TPU,), Level.WARNING),
        names=("jax.enable_x64", "jax.experimental.enable_x64"),
        if_disabled=False,
    ),
)  # fmt: skip


def habit_problems(uses: Sequence[NameUse], families: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems with the uses of one file; `families` has the family of each target.

    Without targets, every habit is a warning: nothing is known to fail. A use after a check of the machine, such as
    `torch.cuda.is_available()`, is no problem. After the import of a kernel, its uses are no further problems.
    """
    has_torch = any(use.framework == "torch" for use in uses)
    settled: set[str] = set()
    for use in uses:
        if use.is_below(settled):
            continue
        habit = next((habit for habit in HABITS if habit.matches(use, has_torch=has_torch)), None)
        if habit is None:
            continue
        if use.imported:
            settled.add(use.name)
        if (use.for_machine and habit.kind not in EVERYWHERE) or (use.imported and use.for_build):
            continue
        if not families:
            yield Problem(habit.kind, Level.WARNING, use.place, use.name, habit.message, (), habit.alternative)
        for level in Level:
            targets = tuple(target for target, family in families.items() if habit.levels.get(family) is level)
            if targets:
                yield Problem(habit.kind, level, use.place, use.name, habit.message, targets, habit.alternative)
