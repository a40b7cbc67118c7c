"""Load a user's callable and its inputs. Every mistake is a UserCodeError whose message names the cause."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from monitor.formats.error_text import one_line
from monitor.model import Place
from monitor.tracing.code_places import OwnCode, package_root, shown
from monitor.tracing.input_shapes import InputShape

EXAMPLE = "example_inputs"  # the function of the user's module that returns the inputs
FRAMEWORKS = ("jax", "tensorflow", "torch")
SHOWN_FRAMES = 8  # frames of a traceback


class UserCodeError(Exception):
    """A callable that cannot be traced: one line, and the traceback of the user's code where it raised."""

    def __init__(self, message: str, frames: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.frames = frames


@dataclass(frozen=True)
class UserCallable:
    """A callable of the user's. `place` is its definition, `inputs` are its positional and its keyword arguments.

    `shapes` stand for the positional arguments where the user gave them as text.
    """

    call: Callable[..., Any]
    name: str
    module: ModuleType
    own: OwnCode
    place: Place
    inputs: tuple[tuple[Any, ...], dict[str, Any]]
    shapes: tuple[InputShape, ...]


def find_file(module: str) -> str:
    """Return the file of a module without importing it, or a package that holds it; empty if there is none."""
    sys.path.insert(0, str(Path.cwd()))  # as `python -m` does
    path, found = None, ""
    parts = module.split(".")
    for number in range(len(parts)):
        spec = _find_spec(".".join(parts[: number + 1]), path)
        if spec is None or not spec.origin:
            return ""
        path, found = spec.submodule_search_locations, spec.origin
    return found


def _find_spec(name: str, path: Any) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if spec := finder.find_spec(name, path):
            return spec
    return None


def load_callable(file: str, module: str, name: str, shapes: tuple[InputShape, ...]) -> UserCallable:
    """Import the module of a callable, and return the callable with its inputs. Raises UserCodeError."""
    own = OwnCode(file)
    loaded = guard(own, lambda: _import(file, module), f"importing {shown(file)}")
    found: Any = loaded
    for part in name.split("."):
        if not hasattr(found, part):
            known = sorted(key for key, value in vars(loaded).items() if callable(value) and _defined_in(value, loaded))
            raise UserCodeError(f'{shown(file)} has no "{name}"; its callables: {", ".join(known) or "none"}')
        found = getattr(found, part)
    if not callable(found):
        raise UserCodeError(f"{shown(file)}: {name} is a {type(found).__name__}, which is not callable")
    inputs: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})
    if not shapes:
        inputs = _example_inputs(loaded, found, own, file, name)
    return UserCallable(found, name, loaded, own, _definition(found, file), inputs, shapes)


def _import(file: str, module: str) -> ModuleType:
    if module:
        return importlib.import_module(module)
    path = Path(file).resolve()
    sys.path.insert(0, str(path.parent))  # as Python does for a script
    if root := package_root(path):  # its imports may be relative
        sys.path.insert(0, str(root.parent))
        return importlib.import_module(".".join((*path.parent.relative_to(root.parent).parts, path.stem)))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:  # no suffix of a Python file
        raise UserCodeError(f"{shown(file)} is not a Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def _defined_in(value: Any, module: ModuleType) -> bool:
    return getattr(value, "__module__", "") == module.__name__


def _example_inputs(
    module: ModuleType, call: Callable[..., Any], own: OwnCode, file: str, name: str
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the inputs that the module gives; none for a callable without parameters that need a value."""
    if hasattr(module, EXAMPLE):
        given = guard(own, module.example_inputs, f"{EXAMPLE}()")
        if isinstance(given, dict):
            return (), given
        return (tuple(given) if isinstance(given, tuple | list) else (given,)), {}
    needed = [
        parameter.name
        for parameter in _parameters(call)
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if needed:
        raise UserCodeError(
            f"{name} needs {', '.join(needed)}: define {EXAMPLE}() in {shown(file)}, or give --inputs, such as "
            '--inputs "f32[8,128] i32[8]"'
        )
    return (), {}


def _parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return [*inspect.signature(call).parameters.values()]
    except (TypeError, ValueError):  # a callable without a signature
        return []


def _definition(call: Callable[..., Any], file: str) -> Place:
    """Return the place of a callable's definition; the first line of its module where Python does not know it."""
    inner = inspect.unwrap(call)
    code = getattr(inner, "__code__", None) or getattr(type(inner).__call__, "__code__", None)
    return Place(shown(code.co_filename), code.co_firstlineno, 1) if code else Place(shown(file), 1, 1)


def check_signature(user: UserCallable) -> None:
    """Raise UserCodeError if the inputs do not fit the parameters of a callable."""
    arguments = user.inputs[0] or user.shapes
    try:
        signature = inspect.signature(user.call)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*arguments, **user.inputs[1])
    except TypeError as error:
        source = "--inputs" if user.shapes else f"{EXAMPLE}()"
        raise UserCodeError(f"{source} does not fit {user.name}{signature}: {error}") from None


def guard(own: OwnCode, action: Callable[[], Any], what: str) -> Any:
    """Return the result of a call of the user's code. Raises UserCodeError with the user's part of a traceback."""
    try:
        return action()
    except UserCodeError:
        raise
    except ModuleNotFoundError as error:
        message = f"{what}: {sys.executable} has no package {error.name}; install it there, or give --python"
        raise UserCodeError(message, user_frames(own, error)) from error
    except (Exception, SystemExit) as error:
        words = one_line(f"{type(error).__name__}: {error}", longest=300)
        raise UserCodeError(f"{what}: your code raises {words}", user_frames(own, error)) from error


def user_frames(own: OwnCode, error: BaseException) -> tuple[str, ...]:
    """Return the frames of a traceback in the user's own code, as lines."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if own.owns(frame.filename)]
    return tuple(
        f"{shown(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames[-SHOWN_FRAMES:]
    )


def framework_used(user: UserCallable, wanted: str, leaves: list[Any]) -> str:
    """Return the framework of a callable: the wanted one, that of its inputs, of its module, or the imported one.

    Raises UserCodeError where none or several are used.
    """
    if wanted:
        return wanted
    of_module = {_top_level(value) for value in vars(user.module).values()}
    for found in ({_top_level(type(leaf)) for leaf in leaves}, of_module, {*sys.modules}):
        names = sorted({"jax" if name == "jaxlib" else name for name in found} & {*FRAMEWORKS})
        if len(names) == 1:
            return names[0]
        if names:
            raise UserCodeError(f"{user.name} uses {' and '.join(names)}: give --framework with the one to compile")
    raise UserCodeError(f"{shown(str(user.module.__file__))} imports none of {', '.join(FRAMEWORKS)}")


def _top_level(value: Any) -> str:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return name.partition(".")[0] if isinstance(name, str) else ""
