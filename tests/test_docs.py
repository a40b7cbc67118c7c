"""Links between the documents of the repository lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)")
PATH = re.compile(r"`([\w./-]*/[\w.-]+\.(?:py|md|yml))`")
# Files that a guide creates.
EXAMPLES = {"monitor/suite/jax/ops/differences.py", "monitor/suite/torch/ops/bilinear.py"}
CODE = re.compile(r"^```.*?^```|^    .*?$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Return the Markdown files of the repository."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split()]


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", documents(), ids=lambda document: str(document.relative_to(ROOT)))
def test_relative_links_lead_to_files_and_headings(document: Path) -> None:
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    for path, anchor in LINK.findall(text):
        linked = document.parent / path if path else document
        assert linked.exists(), path
        if anchor and linked.suffix == ".md":
            assert anchor[1:] in anchors(linked), f"{path}{anchor}"


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    linked = set[Path]().union(*(links(page) for page in index.parent.rglob("README.md")))
    assert {page for page in documents() if index.parent in page.parents} <= linked | {index}


def test_each_report_is_linked_from_a_finding() -> None:
    reports = {page for page in documents() if page.parent.name == "upstream" and page.name != "README.md"}
    assert reports - links(ROOT / "docs" / "findings.md") == set()


def links(page: Path) -> set[Path]:
    return {(page.parent / path).resolve() for path, _ in LINK.findall(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("document", documents(), ids=lambda document: str(document.relative_to(ROOT)))
def test_paths_in_code_exist(document: Path) -> None:
    """A path in backticks starts at the root of the repository or in `monitor/`."""
    for path in set(PATH.findall(document.read_text(encoding="utf-8"))) - EXAMPLES:
        assert any((folder / path).exists() for folder in (ROOT, ROOT / "monitor", document.parent)), path


def test_the_threat_model_names_tests_that_exist() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in named if f"def {name}(" not in code] == []


@pytest.mark.parametrize("document", documents(), ids=lambda document: str(document.relative_to(ROOT)))
def test_commands_and_options_exist(document: Path) -> None:
    """The reference of the commands is generated, so it has all of them."""
    reference = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    sections = re.findall(r"^###+ portability ([^\n]*)\n(.*?)(?=^##|\Z)", reference, flags=re.MULTILINE | re.DOTALL)
    options = {name: {"--help", *re.findall(r"--[\w-]+", section)} for name, section in sections}
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    for command, arguments in re.findall(
        r"(?:`|^ +|bin/)portability ([a-z]+(?: [a-z-]+)?)([^`\n]*)", text, re.MULTILINE
    ):
        name = command if command in options else command.split()[0]
        assert name in options
        assert set(re.findall(r"--[a-z][\w-]*", arguments.split(" && ")[0])) <= options[name], command
