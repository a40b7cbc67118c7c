"""Rules of the code's layout that no linter checks."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_cover  # they run no code of the monitor

CHECKOUT = Path(__file__).resolve().parents[1]
MODULES = sorted((CHECKOUT / "monitor").rglob("*.py"))
TESTS = sorted((CHECKOUT / "tests").rglob("*.py"))
DOCUMENTED = sorted(path for folder in ("monitor", "tests", "benchmarks") for path in (CHECKOUT / folder).rglob("*.py"))

LONGEST_MODULE = 400  # lines
LONGEST_FUNCTION = 60  # lines, decorators and docstring included
# A docstring that begins so is a question or a fragment, not the result that its function returns.
FRAGMENTS = ("What", "Whether", "How", "Of", "Which", "Who", "Whose", "Where", "When")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # the fields of a statement that hold statements


@cache
def nodes(path: Path) -> tuple[Documented, ...]:
    """Return the module, and every class and function in it."""
    return tuple(node for node in statements(ast.parse(path.read_text())) if isinstance(node, Documented))


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a module or statement, and every statement in it. Expressions hold no documented node, and most nodes."""
    yield node
    for block in BLOCKS:
        for inner in getattr(node, block, ()):
            yield from statements(inner)


def double_class_names() -> Iterator[str]:
    places = defaultdict(list)
    for path in MODULES:
        module = nodes(path)[0]
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(CHECKOUT)))
    yield from (f"class {name}: {', '.join(files)}" for name, files in places.items() if len(files) > 1)


def long_modules_and_functions() -> Iterator[str]:
    for path in (*MODULES, *TESTS):
        lines = len(path.read_text().splitlines())
        if lines > LONGEST_MODULE:
            yield f"{path.relative_to(CHECKOUT)}: {lines} lines: split the module by subject"
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                if (node.end_lineno or first) - first >= LONGEST_FUNCTION:
                    yield f"{path.relative_to(CHECKOUT)}: {node.name}: split the function"


def fragmentary_docstrings() -> Iterator[str]:
    for path in DOCUMENTED:
        for node in nodes(path):
            docstring = ast.get_docstring(node) or ""
            word = docstring.split(maxsplit=1)[0].rstrip(",:") if docstring else ""
            if word in FRAGMENTS:
                name = getattr(node, "name", "the module")
                yield f"{path.relative_to(CHECKOUT)}: {name}: {docstring.splitlines()[0]}"


def test_classes_modules_functions_and_docstrings_follow_the_rules() -> None:
    """Together, because reading all files takes longer than the rules, and each test may have its own process."""
    faults = [*double_class_names(), *long_modules_and_functions(), *fragmentary_docstrings()]
    assert not faults, "\n".join(faults)


def test_tests_that_start_a_framework_say_so() -> None:
    """The fixture `framework_environments` marks its tests, so nothing else may lead to the environments."""
    allowed = {"conftest.py", "execution/test_environments.py"}  # the fixture, and the tests of the function
    tests = CHECKOUT / "tests"
    places = {str(path.relative_to(tests)) for path in tests.rglob("*.py") if "default_cache(" in path.read_text()}
    assert places - {str(Path(__file__).relative_to(tests))} == allowed
