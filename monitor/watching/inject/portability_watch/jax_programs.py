"""Record the operations of every program that JAX lowers: those of `jax.jit`, and of calls outside of it.

JAX compiles each new program once, so a call of the same function on the same types at another line outside of
`jax.jit` is not seen again. No public function of JAX gives the programs: `lower_jaxpr_to_module` is JAX's own.
"""

from __future__ import annotations

import functools
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
from jax._src.array import ArrayImpl
from jax._src.interpreters import mlir

from .recorder import FRAMEWORK, OWN, where, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .recorder import Recorder

# Equations with programs inside that compute, each by itself.
CALLS = {"pjit", "jit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr"}
CONTAINERS = CALLS | {"remat", "remat2", "checkpoint", "while", "scan", "cond", "run_state", "custom_lin"}
CALLBACKS = {
    "pure_callback": "jax.pure_callback",
    "io_callback": "jax.experimental.io_callback",
    "debug_callback": "jax.debug.callback",
    "debug_print": "jax.debug.callback",
}
WIDE = ("float64", "complex128")
# Primitives that only convert, or make a value of a constant.
PASSES_ON = {"convert_element_type", "copy", "copy_p", "device_put", "broadcast_in_dim"}
SOURCE = re.compile(r"(?P<name>.*) at (?P<file>.+):\d+")  # of a traced function, as JAX describes it
PUBLIC = re.compile(r"jax(\.(debug|image|lax|nn|numpy|ops|random|scipy|experimental)(\.[a-z]\w*)*)?")
# Functions whose results have a shape that depends on values, unless an argument fixes it.
DYNAMIC = ("where", "nonzero", "flatnonzero", "argwhere", "unique", "unique_all", "unique_counts", "unique_values")
DEVICES = re.compile(r"gpu|cuda|rocm")
TO_HOST = ("item", "tolist", "__float__", "__int__", "__bool__", "__index__", "__str__", "__format__", "__array__")


class _Context(NamedTuple):
    """Origin of an equation: its place in the program's own code, and the public function that it calls."""

    file: str = ""
    line: int = 1
    column: int = 1
    text: str = ""
    library: str = ""
    function: str = ""


class _Programs:
    """The programs of this process."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.found_wide = False
        self._names: dict[tuple[str, str], str] = {}
        self._modules = 0

    def record(self, jaxpr: Any) -> None:
        """Record the operations of a program."""
        outer = getattr(jaxpr, "jaxpr", jaxpr)
        self._read_names()
        operators: dict[Any, set[str]] = {}
        types: dict[Any, tuple[str, ...]] = {}
        for equation, context in self._equations(outer, self._current(outer)):
            name = str(equation.primitive.name)
            gradient = "transpose(" in str(equation.source_info.name_stack)
            function = context.function or f"jax.lax.{name}"
            key = function, gradient, context
            operators.setdefault(key, set()).add(name)
            types[key] = types.get(key) or _types(equation)  # the first operation has the types of the arguments
            self._habits(equation, name, function, context)
        for key, names in operators.items():
            function, gradient, context = key
            found = tuple(sorted(names))
            if self.recorder.once((*key, types[key], found)):
                self.recorder.write(
                    "call",
                    {
                        "name": function,
                        "framework": "jax",
                        "operators": [*found],
                        "dtypes": [*types[key]],
                        "gradient": gradient,
                        "backward": False,
                        **self._place(context),
                    },
                )

    def _habits(self, equation: Any, name: str, function: str, context: _Context) -> None:
        if name in CALLBACKS:
            self._use(CALLBACKS[name], context, shown=function)
        takes_wide = _is_wide(equation.invars)
        makes_wide = _is_wide(equation.outvars) and not takes_wide
        if makes_wide or (takes_wide and name not in PASSES_ON and not self.found_wide):
            self.found_wide = True
            self._use("jax.numpy.float64", context)

    def _use(self, name: str, context: _Context, **facts: Any) -> None:
        if self.recorder.once((name, context)):
            self.recorder.write("use", {"name": name, **self._place(context), **facts})

    def _place(self, context: _Context) -> dict[str, Any]:
        place = self.recorder.place_of(context.file or sys.argv[0], *context[1:4])
        return {**place, "within": context.library} if context.library else place

    def _current(self, jaxpr: Any) -> _Context:
        """Return the code that calls JAX now, for equations without a place: those of a call outside of `jax.jit`."""
        function = self._names.get(_source(jaxpr), "")
        start = sys._getframe(3)
        caller = self.recorder.caller(start)
        frame, library = caller.frame or caller.library, caller.library
        while start is not frame and start is not library and start is not None:
            code = start.f_code
            function = self._names.get((code.co_filename, code.co_name)) or function
            start = start.f_back  # type: ignore[assignment]
        if frame is None:
            return _Context(function=function)
        inner = within(library.f_code.co_filename, library.f_lineno) if library and library is not frame else ""
        file, line, column, text = where(frame.f_code, frame.f_lasti, frame.f_lineno)
        return _Context(file, line, column, text, inner, function)

    def _equations(self, jaxpr: Any, around: _Context, *, inner: bool = False) -> Iterator[tuple[Any, _Context]]:
        """Yield the equations that compute; `inner` is True within a function of JAX's own, such as `jnp.where`.

        JAX traces such a function once, so the lines of its equations are those of its first call.
        """
        for equation in jaxpr.eqns:
            context = around if inner else self._context(equation) or around
            programs = [one for value in equation.params.values() for one in _programs(value)]
            if not programs or equation.primitive.name not in CONTAINERS:
                yield equation, context
                continue
            for program in programs:
                file, name = _source(program)
                of_jax = equation.primitive.name in CALLS and bool(file) and self.recorder.kind(file) == FRAMEWORK
                if of_jax and not context.function:
                    context = context._replace(function=self._names.get((file, name), ""))
                yield from self._equations(program, context, inner=inner or of_jax)

    def _context(self, equation: Any) -> _Context | None:
        """Return where an equation comes from; None if no line of the program's own leads to it."""
        trace = equation.source_info.traceback
        if trace is None:
            return None
        library = function = ""
        for code, offset in zip(*trace.raw_frames(), strict=True):  # the innermost first
            kind = self.recorder.kind(code.co_filename)
            if kind == OWN:
                file, line, column, text = where(code, offset, code.co_firstlineno)
                return _Context(file, line, column, text, library, function)
            if kind == FRAMEWORK:
                if not library:
                    function = self._names.get((code.co_filename, code.co_name)) or function
            elif not library:
                library = within(*where(code, offset, code.co_firstlineno)[:2])
        return None

    def _read_names(self) -> None:
        """Read the public names of the functions in the modules of JAX that are imported now."""
        if len(sys.modules) == self._modules:
            return
        self._modules = len(sys.modules)
        public = [one for one in sys.modules if PUBLIC.fullmatch(one)]
        for module in sorted(public, key=lambda one: (one.count("."), one), reverse=True):
            for name, value in list(vars(sys.modules[module]).items()):
                code = _code(value) if not name.startswith("_") else None
                if code is not None and "/jax/_src/" in code.co_filename.replace("\\", "/"):
                    self._names[code.co_filename, code.co_name] = f"{module}.{name}"


def _code(value: Any) -> Any:
    """Return the code of a function under its decorators; None for everything else."""
    for _ in range(5):
        inner = getattr(value, "__wrapped__", None) or getattr(value, "fun", None)
        if inner is None or not callable(inner):
            break
        value = inner
    return getattr(value, "__code__", None)


def _source(program: Any) -> tuple[str, str]:
    """Return the file and the name of the function that a program was traced from; both are empty if not known."""
    match = SOURCE.fullmatch(str(getattr(getattr(program, "debug_info", None), "func_src_info", "")))
    return (match["file"], match["name"]) if match else ("", "")


def _programs(value: Any) -> Iterator[Any]:
    """Yield the programs in a parameter of an equation; their classes have moved from release to release."""
    if hasattr(value, "eqns"):
        yield getattr(value, "jaxpr", value)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _programs(one)


def _types(equation: Any) -> tuple[str, ...]:
    """Return the dtypes of the operands, or of the results if there are none; Python's numbers do not count."""
    for variables in (equation.invars, equation.outvars):
        typed = (one.aval for one in variables if hasattr(one.aval, "dtype"))
        found = tuple(dict.fromkeys(str(one.dtype) for one in typed if not getattr(one, "weak_type", False)))
        if found:
            return found
    return ()


def _is_wide(variables: Sequence[Any]) -> bool:
    """Return whether a value has 64 bits; the weak type of a Python number does not count."""
    return any(
        str(getattr(one.aval, "dtype", "")) in WIDE and not getattr(one.aval, "weak_type", False) for one in variables
    )


def _dynamic(recorder: Recorder, name: str) -> None:
    """Record a call of a function of `jax.numpy` by the program's own code: its arguments decide on the shape."""
    original: Callable[..., Any] = getattr(jnp, name)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        if recorder.kind(frame.f_code.co_filename) == OWN:
            recorder.use(f"jax.numpy.{name}", recorder.caller(frame))
        return original(*args, **kwargs)

    setattr(jnp, name, call)


def _devices(recorder: Recorder, name: str) -> None:
    """Record that a program wants GPUs, and give it the CPU if there is none."""
    original: Callable[..., Any] = getattr(jax, name)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        backend = args[0] if args else kwargs.get("backend")
        if isinstance(backend, str) and DEVICES.fullmatch(backend):
            recorder.use(f"jax.{name}", recorder.caller(sys._getframe(1)), argument=backend)
            try:
                return original(*args, **kwargs)
            except RuntimeError:  # no such device here
                return original()
        return original(*args, **kwargs)

    setattr(jax, name, call)


def _to_host(recorder: Recorder, name: str) -> None:
    """Record that the program's own code copies an array to the host."""
    original: Callable[..., Any] = getattr(ArrayImpl, name)

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        if recorder.kind(frame.f_code.co_filename) == OWN:
            recorder.use(".item", recorder.caller(frame), shown=f"jax.Array.{name}")
        return original(self, *args, **kwargs)

    setattr(ArrayImpl, name, call)


def _x64(recorder: Recorder) -> None:
    """Record that the program turns on 64-bit numbers."""
    original: Callable[..., Any] = jax.config.update

    def update(name: str, value: Any) -> Any:
        if name == "jax_enable_x64" and value:
            recorder.use("jax.config.update", recorder.caller(sys._getframe(1)), argument=name)
        return original(name, value)

    jax.config.update = update


def watch(recorder: Recorder) -> None:
    """Watch this process until it ends."""
    programs = _Programs(recorder)
    original = mlir.lower_jaxpr_to_module

    @functools.wraps(original)
    def lower(name: str, jaxpr: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            programs.record(jaxpr)
        except Exception as error:  # the program goes on; the report states the loss
            recorder.fault("a program of JAX was not recorded", error)
        return original(name, jaxpr, *args, **kwargs)

    mlir.lower_jaxpr_to_module = lower
    for name in ("devices", "local_devices", "device_count", "local_device_count"):
        _devices(recorder, name)
    for name in DYNAMIC:
        _dynamic(recorder, name)
    for name in TO_HOST:
        _to_host(recorder, name)
    _x64(recorder)
