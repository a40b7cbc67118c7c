"""List the public names of a build: kind, signature, deprecation, and the name of the object that each is an alias of.

Nothing is called. The module `names` of each framework says which names are public; this module reads them.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol, get_origin

from monitor.formats.error_text import clean, describe
from monitor.model import NameKind, PublicName
from monitor.suite.signature import signature_of

LONGEST_NOTE = 500

# Python's message for a missing name. A framework may have a message of its own.
PYTHONS_OWN = re.compile(r"has no attribute '\w+'$")
# First sentence of the docstring of a second name: "Alias of :func:`torch.cat`."
ALIAS = re.compile(r"Alias (?:of|for) (?::\w+:)?`{1,2}~?([\w.]+)`{1,2}\.?", re.IGNORECASE)
# A paragraph of a docstring that deprecates the whole object, not one of its parameters.
DEPRECATED = re.compile(
    r"(?:^|(?<=[.:!] ))((?:Warning: )?(?:THIS (?:FUNCTION|CLASS|API|METHOD) IS DEPRECATED"
    r"|Deprecated(?: since| in| as of|[:.,])(?! SOME)"
    r"|(?:This (?:function|class|method|module|API|constant)|(?::\w+:)?`[^`]+`|[\w.]+(?:\(\))?)"
    r" (?:is|has been|was) (?:now )?deprecated\b))",
)
# The directive with a version deprecates a parameter, if it begins with its name.
VERSION_DIRECTIVE = re.compile(r"\.\. deprecated:: (\d[\w.]*) *")
PARAMETER = re.compile(r"``\w+=|Use ``\w+``")
ROLE = re.compile(r":\w+:`~?([^`]+)`")
DIRECTIVE = re.compile(r"\.\. (?:deprecated|warning|note|attention|admonition)::\s*")


@dataclass(frozen=True)
class PublicModule:
    """A public module with its dotted name, which may differ from the one by which it is imported."""

    path: str
    module: ModuleType


@dataclass(frozen=True)
class Member:
    """The object behind a name in a public module."""

    at: PublicModule
    name: str
    value: Any


class PublicApi(Protocol):
    """The public names of a framework, as its documentation has them: an object `API` in its `names.py`."""

    prefix: str  # the first part of dotted names: "tf"
    module: ModuleType

    def members(self, module: PublicModule) -> Iterable[str]:
        """Return the public names in a module, deprecated ones included; each may raise on access."""

    def submodules(self, module: PublicModule) -> Mapping[str, str]:
        """Return the names of the public modules in a module, each with the name by which it is imported."""

    def is_public(self, member: Member) -> bool:
        """Return False for a member that the module only uses itself."""

    def methods(self, value: type) -> Iterable[str]:
        """Return the names of the public methods and properties of a class that are listed, inherited ones included."""


def public_methods(value: type, packages: Collection[str]) -> list[str]:
    """Return the names of the public methods and properties of a class and of its bases, of those in `packages`."""
    bases = [base for base in value.__mro__ if (base.__module__ or "").partition(".")[0] in packages]
    return sorted({name for base in bases for name, one in vars(base).items() if name[0] != "_" and _is_method(one)})


def _is_method(value: Any) -> bool:
    return not isinstance(value, type) and (callable(value) or hasattr(type(value), "__get__"))


@dataclass(frozen=True)
class _Found:
    """A name with its object; `identity` is 0 for an object that says nothing, such as a number.

    `inherited` is True for a method of a class that one of its bases defines.
    """

    listed: PublicName
    identity: int
    value: Any = None
    inherited: bool = False


def list_names(api: PublicApi, preferred: Collection[str]) -> tuple[PublicName, ...]:
    """Return the public names of the installed build, sorted.

    `preferred` are names that are canonical whatever else the object is called. A name that raises on access is listed
    with its message, and costs only itself.
    """
    found = {one.listed.name: one for one in _walk(api)}
    for name in preferred:
        if name not in found and name.startswith(f"{api.prefix}.") and (one := _resolved(api, name)):
            found[name] = one
    canonical = _canonical_names(found, frozenset(preferred))
    return tuple(replace(one.listed, alias_of=canonical.get(name, "")) for name, one in sorted(found.items()))


def _walk(api: PublicApi) -> Iterator[_Found]:
    """Yield all names, module by module, the shortest path to each module first."""
    waiting, seen = deque([(api.prefix, api.module)]), {id(api.module)}
    known: dict[tuple[int, str], _Found] = {}
    yield _Found(PublicName(api.prefix, NameKind.MODULE), id(api.module), api.module)
    while waiting:
        path, module = waiting.popleft()
        at = PublicModule(path, module)
        children = api.submodules(at)
        for name, imported in sorted(children.items()):
            one = _imported(f"{path}.{name}", imported)
            if one:
                yield one
            if one and one.identity not in {0, *seen}:
                seen.add(one.identity)
                waiting.append((one.listed.name, one.value))
        for name in sorted({*api.members(at)} - {*children}):
            one = _accessed(module, f"{path}.{name}", partial(_is_public, api, at, name))
            if one:
                yield one
                if isinstance(one.value, type) and one.identity not in seen:
                    seen.add(one.identity)  # a class with several names has its methods under the first
                    yield from _methods(api, one.listed.name, one.value, known)


def _is_public(api: PublicApi, at: PublicModule, name: str, value: Any) -> bool:
    return api.is_public(Member(at, name, value))


def _imported(path: str, imported: str) -> _Found | None:
    """Return the module of a name; None if this build has none."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        try:
            module = import_module(imported)
        except Exception as error:  # a module of an optional dependency may raise anything
            if isinstance(error, ModuleNotFoundError) and error.name == imported:
                return None
            return _Found(PublicName(path, NameKind.BROKEN, note=describe(error)), 0)
    return _Found(PublicName(path, NameKind.MODULE, note=_warned(raised, path)), id(module), module)


def _methods(api: PublicApi, path: str, value: type, known: dict[tuple[int, str], _Found]) -> Iterator[_Found]:
    """Yield the methods of a class. `known` has the methods of earlier classes, by definition and name."""
    for name in sorted(api.methods(value)):
        defined = inspect.getattr_static(value, name)
        one = known.get((id(defined), name)) or _accessed(value, f"{path}.{name}", lambda _: True)
        if one:
            one = replace(one, identity=one.identity or id(defined), inherited=name not in vars(value))
            known[id(defined), name] = one
            yield replace(one, listed=replace(one.listed, name=f"{path}.{name}"))


def _resolved(api: PublicApi, name: str) -> _Found | None:
    """Return the object of a dotted name outside of the listed modules; None if there is none."""
    owner: Any = api.module
    *path, last = name.split(".")[1:]
    try:
        for part in path:
            owner = getattr(owner, part)
    except Exception:  # a part that is gone, or broken
        return None
    return _accessed(owner, f"{'.'.join((api.prefix, *path))}.{last}", lambda _: True)


def _accessed(owner: Any, path: str, is_public: Callable[[Any], bool]) -> _Found | None:
    """Return the object of a name; None if it has none, or is not public."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        try:
            value = getattr(owner, path.rpartition(".")[2])
        except AttributeError as error:
            if PYTHONS_OWN.search(str(error)):
                return None
            return _Found(PublicName(path, NameKind.REMOVED, note=_readable(str(error))), 0)
        except Exception as error:  # anything may be raised, and costs only this name
            return _Found(PublicName(path, NameKind.BROKEN, note=describe(error)), 0)
        if not is_public(value):
            return None
        kind = _kind(owner, value)
        signature = _signature(value) if kind in (NameKind.CLASS, NameKind.FUNCTION) else ""
    note = _warned(raised, path) or deprecation_of(value, path.rpartition(".")[2])
    shares_identity = kind in (NameKind.CLASS, NameKind.FUNCTION, NameKind.MODULE, NameKind.DTYPE)
    return _Found(PublicName(path, kind, signature, note), id(value) if shares_identity else 0, value)


def _signature(value: Any) -> str:
    try:
        return signature_of(value)
    except Exception:  # a default that does not show itself, or parameters that Python could not have made
        return ""


def _warned(raised: Iterable[warnings.WarningMessage], path: str) -> str:
    """Return the message of the deprecation that an access raised, if it is that of this name."""
    kinds = (DeprecationWarning, FutureWarning, PendingDeprecationWarning)
    texts = [str(one.message) for one in raised if issubclass(one.category, kinds)]
    last = path.rpartition(".")[2]
    return next((_readable(text) for text in texts if last in text), "")


def _kind(owner: Any, value: Any) -> NameKind:
    if isinstance(value, ModuleType):
        return NameKind.MODULE
    if _is_dtype(value):
        return NameKind.DTYPE
    if _is_type_alias(value):
        return NameKind.CONSTANT
    if isinstance(value, type):
        return NameKind.CLASS
    if isinstance(owner, type) and not callable(value):
        return NameKind.PROPERTY
    return NameKind.FUNCTION if callable(value) else NameKind.CONSTANT


def _is_type_alias(value: Any) -> bool:
    """Return whether an object is a type only for annotations, such as `int | float`; some of these can be called."""
    return get_origin(value) is not None or value is Any


def _is_dtype(value: Any) -> bool:
    """Return whether an object is a dtype, or a scalar type by which NumPy and JAX name one."""
    if isinstance(value, type):
        of_numpy = value.__module__ in ("numpy", "ml_dtypes") and "generic" in [one.__name__ for one in value.__mro__]
        return of_numpy or type(value).__name__ == "_ScalarMeta"
    return type(value).__name__.lower() == "dtype" or type(value).__name__ == "_ScalarMeta"


def deprecation_of(value: Any, name: str) -> str:
    """Return the note by which an object says that it is deprecated as a whole; empty if it does not.

    `warnings.deprecated` marks the function that it wraps as well, which is then the replacement: `name` is no note.
    """
    stated = inspect.getattr_static(value, "__deprecated__", None)  # runs no code of the object
    if isinstance(stated, str):
        return "" if re.match(rf"Use `{{1,2}}{re.escape(name)}`{{1,2}} instead", stated) else _readable(stated)
    if not (isinstance(value, type) or callable(value)):
        return ""
    text = getattr(value, "__doc__", None)
    if not isinstance(text, str) or "deprecated" not in text.lower():
        return ""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        joined = " ".join(paragraph.split())
        if since := VERSION_DIRECTIVE.match(joined):
            rest = joined[since.end() :]
            if rest and not PARAMETER.match(rest) and paragraph.startswith(".."):
                return _readable(f"Deprecated since {since[1]}: {rest}")
        elif DEPRECATED.match(said := DIRECTIVE.sub("", joined)):
            return _readable(said + _replacement(said, text))
    return ""


def _replacement(said: str, text: str) -> str:
    """Return the lines in which TensorFlow names the replacement, below the paragraph that deprecates."""
    rest = " ".join(text.partition("Instructions for updating:")[2].strip().partition("\n\n")[0].split())
    return "" if rest in said else f" {rest}"


def _readable(note: str) -> str:
    """Return a note without markup of Sphinx."""
    return clean(ROLE.sub(r"`\1`", note), longest=LONGEST_NOTE)


def _canonical_names(found: Mapping[str, _Found], preferred: Collection[str]) -> dict[str, str]:
    """Return the canonical name of each name that is an alias.

    Two names are one if they have the same object, or if the docstring of one is only a reference to the other. Of the
    names of an object, a preferred one is canonical, else that of the class that defines a method, else the name that
    the object itself has, else the shortest.
    """
    of_object: dict[int, list[str]] = defaultdict(list)
    for name, one in found.items():
        if one.identity:
            of_object[one.identity].append(name)
    first = {identity: _first(names, found, preferred) for identity, names in of_object.items()}
    canonical = {name: first[identity] for identity, names in of_object.items() for name in names}
    for name, one in found.items():
        stated = _stated_alias(one.value) if one.identity else ""
        stated = stated if stated in canonical else f"{name.rpartition('.')[0]}.{stated}"  # `torch.Tensor` says "abs"
        if stated in canonical and canonical[stated] != canonical[name]:
            kept, other = canonical[stated], canonical[name]
            if other in preferred and kept not in preferred:
                kept, other = other, kept
            canonical.update({each: kept for each, of in canonical.items() if of == other})
    return {name: of for name, of in canonical.items() if of != name}


def _first(names: Iterable[str], found: Mapping[str, _Found], preferred: Collection[str]) -> str:
    def order(name: str) -> tuple[bool, bool, bool, int, str]:
        value = found[name].value
        own = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        is_own = name in (own, repr(value)) if found[name].listed.kind is NameKind.DTYPE else name == own
        return name not in preferred, found[name].inherited, not is_own, len(name), name

    return min(names, key=order)


def _stated_alias(value: Any) -> str:
    """Return the name that a docstring refers to, if the reference is all that it says; else an empty string."""
    text = getattr(value, "__doc__", None)
    if not isinstance(text, str):
        return ""
    paragraphs = [" ".join(one.split()) for one in re.split(r"\n\s*\n", text.strip())]
    first = next((one for one in paragraphs if "(" not in one.partition(" ")[0] or "->" not in one), "")
    stated = ALIAS.match(first)
    return stated[1] if stated else ""
