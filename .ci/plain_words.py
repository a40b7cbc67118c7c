"""Refuse words and sentence forms that make documents, docstrings and comments hard to read.

    python .ci/plain_words.py [PATH ...]

Check the tracked Markdown and Python files below each path, or all. Print one line per finding; exit with 1 if
there is any. CONTRIBUTING.md has the rules in words.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Vague words, each with the technical term to write instead.
VAGUE = {
    r"\btold\b": "name the act: reported, recorded, returned",
    r"\basked\b": "name the act: run, requested, queried",
    r"\bsaid\b": "name the act: stated, returned, printed",
    r"\b(?:one|an?) (?:(?:row|line|list|text|entry|file|job|module|process|issue|regression|column|table) )?"
    r"an? (?:row|case|run|build|file|target|function|series|page|cause)\b": "write 'per'",
    r"\ball of it\b|\bof it (?:gone|all)\b": "name the thing",
    r"\bmend(?:ed|s)?\b": "write 'fix'",
}
# A clause in the place of a subject. A question ends with a question mark and is fine.
CLAUSE = re.compile(r"(?:^|(?<=[.:!] ))(?:(?:What|Whether|How|Which|Who|Whose) [^.?!]*|Of [^.?!,]*)[.!:]")
OPENING = re.compile(r"(?:What|Whether|How|Of|Which|Who|Whose)\b")
HEADS = re.compile(r"^\|(?:[^|\n]*\|)*? *(?:there|not there) *\|", re.IGNORECASE)
CODE = re.compile(r"```.*?```|`[^`\n]*`|\"[^\"\n]*\"|\[[^\]]*\]\(https?:[^)]*\)", re.DOTALL)


def findings(text: str) -> Iterator[tuple[int, str]]:
    """Return the line offset and the text of each finding in prose; code and quotations do not count."""
    prose = CODE.sub(lambda code: re.sub(r"[^\n]", "_", code[0]), text)
    for pattern, advice in VAGUE.items():
        for match in re.finditer(pattern, prose, flags=re.IGNORECASE):
            yield prose.count("\n", 0, match.start()), f"'{match[0]}': {advice}"
    for paragraph in re.finditer(r"(?:^(?!\s*$)[^\n]*(?:\n|\Z))+", prose, flags=re.MULTILINE):
        lines = " ".join(re.sub(r"^[\s>#|*-]+", "", line) for line in paragraph[0].splitlines())
        for match in CLAUSE.finditer(lines):
            yield (
                prose.count("\n", 0, paragraph.start()),
                f"'{match[0][:40]}': begin with the subject, not with a clause",
            )
    for number, line in enumerate(prose.splitlines()):
        if HEADS.match(line):
            yield number, "a column 'there': name what it holds"


def of_python(source: str) -> Iterator[tuple[int, str]]:
    """Return the line and the text of each finding in docstrings and comments."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if docstring := ast.get_docstring(node, clean=True):
            line = node.body[0].lineno
            if OPENING.match(docstring):
                yield line, f"'{docstring.split(maxsplit=1)[0]}': begin a docstring with the result"
            yield from ((line + offset, text) for offset, text in findings(docstring))
    for first, comment in _comments(source):
        yield from ((first + offset, text) for offset, text in findings(comment))


def of_markdown(text: str) -> Iterator[tuple[int, str]]:
    """Return the line and the text of each finding in a document; indented code does not count."""
    prose = re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)
    yield from ((1 + offset, finding) for offset, finding in findings(prose))


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Return the first line and the text of each block of comments."""
    block: list[str] = []
    last = first = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, column = token.start
        alone = not token.line[:column].strip()
        if block and not (alone and line == last + 1):
            yield first, "\n".join(block)
            block = []
        if not block:
            first = line
        block.append(token.string.lstrip("#: "))
        last = line
    if block:
        yield first, "\n".join(block)


def main(paths: list[str]) -> int:
    """Print the findings in the files below the paths, or in all files, and return the exit status."""
    listed = subprocess.run(["git", "ls-files", *paths], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    count = 0
    for path in (ROOT / name for name in listed.splitlines() if name.endswith((".md", ".py"))):
        text = path.read_text(encoding="utf-8")
        for line, finding in sorted((of_python if path.suffix == ".py" else of_markdown)(text)):
            count += 1
            print(f"{path.relative_to(ROOT)}:{line}: {finding}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
