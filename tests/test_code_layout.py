"""Rules of the code's layout that no linter checks."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
MODULES = sorted((CHECKOUT / "monitor").rglob("*.py"))
TESTS = sorted((CHECKOUT / "tests").rglob("*.py"))
DOCUMENTED = sorted(path for folder in ("monitor", "tests", "benchmarks") for path in (CHECKOUT / folder).rglob("*.py"))

LONGEST_MODULE = 400  # lines
LONGEST_FUNCTION = 60  # lines, decorators and docstring included
# A docstring that begins so is a question or a fragment, not the result that its function returns.
FRAGMENTS = ("What", "Whether", "How", "Of", "Which", "Who", "Whose", "Where", "When")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def nodes(path: Path) -> Iterator[Documented]:
    """Yield the module, and every class and function in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Documented):
            yield node


def test_every_class_has_a_name_of_its_own() -> None:
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(CHECKOUT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_modules_and_functions_are_short(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: split the module by subject"
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            assert (node.end_lineno or first) - first < LONGEST_FUNCTION, f"{node.name}: split the function"


@pytest.mark.parametrize("path", DOCUMENTED, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_docstring_begins_with_a_fragment(path: Path) -> None:
    for node in nodes(path):
        docstring = ast.get_docstring(node) or ""
        word = docstring.split(maxsplit=1)[0].rstrip(",:") if docstring else ""
        name = getattr(node, "name", "the module")
        assert word not in FRAGMENTS, f"{name}: {docstring.splitlines()[0]}"


def test_tests_that_start_a_framework_say_so() -> None:
    """The fixture `framework_environments` marks its tests, so nothing else may lead to the environments."""
    allowed = {"conftest.py", "execution/test_environments.py"}  # the fixture, and the tests of the function
    tests = CHECKOUT / "tests"
    places = {str(path.relative_to(tests)) for path in tests.rglob("*.py") if "default_cache(" in path.read_text()}
    assert places - {str(Path(__file__).relative_to(tests))} == allowed
