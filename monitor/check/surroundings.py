"""Find the conditions under which an expression runs, and its purpose, from the code around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

# A `try` that catches one of these has a fallback, so its author knows that a build may lack the name.
CAUGHT = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"}

# Words in a condition that chooses by what the build or the machine has, or by a dtype.
ABOUT_BUILD = re.compile(r"hasattr|TYPE_CHECKING|.*version.*", re.IGNORECASE)
ABOUT_MACHINE = re.compile(
    r".*is_(\w+_)?available|is_built|.*device_count|list_physical_devices|default_backend|(.*_)?(cuda|gpus?|mps|tpu|xla|rocm|hip)([_:].*)?",
    re.IGNORECASE,
)
ABOUT_DTYPE = re.compile(r".*(float64|double|complex128|x64).*")
ABOUT_HOST = re.compile(r"ndarray|numpy")
TAKES_DTYPE = re.compile(r"assert.*|.*dtype.*", re.IGNORECASE)  # functions that compare or adapt a dtype
NARROW = re.compile(r"b?float(16|32)|half|float|int32|complex64")

JUMPS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
ENDS = {"exit", "skip", "SkipTest"}  # calls after which the rest of a block does not run
LOOPS = (ast.For, ast.AsyncFor)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
COLLECTIONS = (ast.Tuple, ast.List, ast.Set, ast.Dict)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Surroundings:
    """The syntax tree of a file, with the parent of each node."""

    def __init__(self, tree: ast.Module) -> None:
        self.parents: dict[ast.AST, ast.AST] = {}
        self._before: dict[ast.AST, Sequence[ast.expr]] = {}
        for node in ast.walk(tree):
            self.parents.update(dict.fromkeys(ast.iter_child_nodes(node), node))
            for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
                if isinstance(block, list):
                    self._read_block(block)

    def for_build(self, node: ast.AST) -> bool:
        """Return whether the code checks the build, by a condition or by a `try` with a fallback."""
        tests = [above.test for above in self.ancestors(node) if isinstance(above, ast.If | ast.IfExp)]
        words = (word for test in (*tests, *self._conditions(node)) for word in names_of(test))
        return any(map(ABOUT_BUILD.fullmatch, words)) or self._has_fallback(node)

    def for_machine(self, node: ast.AST) -> bool:
        """Return whether the code checks the machine before."""
        return any(ABOUT_MACHINE.fullmatch(word) for test in self._conditions(node) for word in _words(test))

    def for_dtype(self, node: ast.AST) -> bool:
        """Return whether a dtype is not chosen here: it is compared, one of several, or follows from another."""
        child: ast.AST = node
        above = self.parents.get(node)
        while isinstance(above, ast.IfExp) and child is not above.test:
            child, above = above, self.parents.get(above)
        if isinstance(above, ast.Call) and child is not above.func and TAKES_DTYPE.fullmatch(_last_name(above.func)):
            return True
        while isinstance(above, (*COLLECTIONS, ast.Call)) and child is not getattr(above, "func", None):
            others = (word for one in ast.iter_child_nodes(above) if one is not child for word in _dtypes(one))
            if any(map(NARROW.fullmatch, others)):
                return True
            child, above = above, self.parents.get(above)
        if isinstance(above, ast.Compare):
            return True
        tests = (test for test in self._conditions(node, guards=False) if not _excludes(test))
        return any(ABOUT_DTYPE.fullmatch(word) for test in tests for word in _words(test))

    def for_host(self, node: ast.AST) -> bool:
        """Return whether the code checks before that a value is an array of NumPy."""
        return any(ABOUT_HOST.fullmatch(word) for test in self._conditions(node) for word in names_of(test))

    def is_method_of_same_name(self, node: ast.AST, name: str) -> bool:
        """Return whether a node is in a method of this name, which passes the call on to its parts."""
        return any(isinstance(above, ast.FunctionDef) and above.name == name for above in self.ancestors(node))

    def is_raised(self, node: ast.AST) -> bool:
        """Return whether a node is in a `raise` statement, or in the message of an `assert`."""
        child = node
        for above in self.ancestors(node):
            if isinstance(above, ast.Raise) or (isinstance(above, ast.Assert) and child is above.msg):
                return True
            child = above
        return False

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around a node, from the inside."""
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)

    def _read_block(self, block: Sequence[ast.stmt]) -> None:
        """Record for each statement the conditions of the statements before it in the block."""
        before: list[ast.expr] = []
        for statement in block:
            if before:
                self._before[statement] = tuple(before)
            if isinstance(statement, ast.Assert) or (isinstance(statement, ast.If) and _leaves(statement.body)):
                before.append(statement.test)

    def _conditions(self, node: ast.AST, *, guards: bool = True) -> Iterator[ast.expr]:
        """Yield the expressions that decide whether a node runs; none of them contains it.

        With `guards`, these are also the conditions of statements before it that leave its block.
        """
        child = node
        for above in self.ancestors(node):
            if guards:
                yield from self._before.get(child, ())
            if isinstance(above, ast.If | ast.IfExp | ast.While):
                if child is not above.test:
                    yield above.test
            elif isinstance(above, ast.BoolOp):
                yield from above.values[: above.values.index(child)]  # type: ignore[arg-type]
            elif isinstance(above, LOOPS):
                if child is not above.iter:
                    yield above.iter
            elif isinstance(above, COMPREHENSIONS):
                yield from (one for part in above.generators if part is not child for one in (part.iter, *part.ifs))
            elif isinstance(above, DEFINITIONS):
                yield from (one for one in above.decorator_list if one is not child and _skips(one))
            elif isinstance(above, ast.match_case):
                yield from (one.value for one in ast.walk(above.pattern) if isinstance(one, ast.MatchValue))
            child = above

    def _has_fallback(self, node: ast.AST) -> bool:
        """Return whether a `try` around a node catches the exception of a missing name."""
        return any(
            isinstance(above, ast.Try)
            and any(one.type is None or CAUGHT.intersection(names_of(one.type)) for one in above.handlers)
            for above in self.ancestors(node)
        )


def names_of(node: ast.AST) -> Iterator[str]:
    """Yield the names and attributes in an expression."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _last_name(function: ast.expr) -> str:
    """Return the last part of the name of a called function; empty if it has none."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _words(node: ast.AST) -> Iterator[str]:
    """Yield the names, last attributes and strings in an expression: of `torch.cuda.Stream`, not `cuda`."""
    modules = {one.value for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and one not in modules:
            yield one.attr
        elif isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _dtypes(node: ast.AST) -> Iterator[str]:
    """Yield the words of an expression that may name dtypes: of a name, a string or a collection, but of no call."""
    return iter(()) if any(isinstance(one, ast.Call) for one in ast.walk(node)) else _words(node)


def _excludes(test: ast.expr) -> bool:
    """Return whether a condition requires that values differ."""
    operators = (one for node in ast.walk(test) if isinstance(node, ast.Compare) for one in node.ops)
    return any(isinstance(one, ast.NotEq | ast.NotIn | ast.IsNot) for one in operators)


def _leaves(block: Sequence[ast.stmt]) -> bool:
    """Return whether the code after a block does not run if the block does."""
    last = block[-1]
    called = last.value.func if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else None
    return isinstance(last, JUMPS) or bool(called and ENDS.intersection(names_of(called)))


def _skips(decorator: ast.expr) -> bool:
    """Return whether a decorator can skip a test."""
    return any(word.lower().startswith(("skip", "require")) for word in names_of(decorator))
