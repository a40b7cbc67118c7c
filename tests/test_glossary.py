"""docs/glossary.md links each word to a definition that exists in the code."""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest

from monitor.analysis.latency.slowdown_tracker import SlowdownStatus
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.status.scores import Portability
from monitor.model import Evidence, Outcome

GLOSSARY = Path(__file__).resolve().parents[1] / "docs" / "glossary.md"
LINK = re.compile(r"\[`(\w+)`\]\((\.\./[^)]+\.py)\)")


def definitions(module: Path) -> set[str]:
    """Return the names that a module defines at its top level: classes, functions and constants."""
    names: set[str] = set()
    for statement in ast.parse(module.read_text(encoding="utf-8")).body:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names.update(target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


@pytest.mark.parametrize(("name", "path"), sorted(set(LINK.findall(GLOSSARY.read_text(encoding="utf-8")))))
def test_a_link_leads_to_a_definition(name: str, path: str) -> None:
    module = GLOSSARY.parent / path
    assert module.is_file()
    assert name in definitions(module)


def test_a_word_has_one_row_in_each_table() -> None:
    for section in re.split(r"^#+ ", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE):
        words = re.findall(r"^\| ([^|]+?) \|", section, flags=re.MULTILINE)
        assert len(words) == len(set(words))


@pytest.mark.parametrize("words", [Evidence, Outcome, Portability, ChangeKind, RegressionState, SlowdownStatus])
def test_status_words_are_those_of_the_code(words: type[StrEnum]) -> None:
    sections = re.split(r"^#+ ", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = (section for section in sections if f"[`{words.__name__}`](" in section and "\n| `" in section)
    cells = re.findall(r"^\| (`[^|]+`) \|", section, flags=re.MULTILINE)
    assert sorted(re.findall(r"`([\w-]+)`", " ".join(cells))) == sorted(words)
