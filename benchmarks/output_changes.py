"""Show what a change of the code changes in the output of every reading command and on every page of the site.

    python benchmarks/output_changes.py OLD NEW
    python benchmarks/output_changes.py HEAD~1 HEAD --word verdict=kind --word beside=also_changed

OLD and NEW are commits. Both read the results that NEW ships, so that only the code differs. Each writes the output of
every command and the whole site into a folder, with the same packages. `--word OLD=NEW` names a renamed word: the
comparison takes both for one word. Print the number of equal outputs, and the first lines of each difference. Exit
status 1 if any output differs. It takes five minutes on two cores.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

CHECKOUT = Path(__file__).resolve().parents[1]
CASE = "jax/jax.numpy.add/eager-float32"
COMMANDS = (
    *("suite list", "suite list jax", "target list", "target check", "target labels cpu", f"repro {CASE}"),
    *("changes", "changes --all --markdown", "changes --group", "changes --group --json", "changes --json"),
    *("regressions", "regressions --json", "failures", "failures --markdown", "failures --json"),
    *("flaky", "flaky --json", "changepoints", "changepoints --json", "scores", "scores --json"),
    *("coverage", "coverage --json", "arguments", "arguments --json", "validate", "validate --json"),
    *("history show jax.numpy.add", "history show jax.numpy.add --json", "history retracted"),
    *("check benchmarks/timers.py --to tpu-v5e", "plan --target cpu --framework jax --suite paper --build jax==0.9.2"),
)
# A site names the time at which it is written, and the commit that it is written from.
VARYING = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)|\d+ \w{3} \d{4}, \d\d:\d\d UTC|\b[0-9a-f]{7,40}\b"
)
MAX_LINES = 12  # of one difference
TEXT = {".html", ".json", ".txt", ".csv", ".xml", ".js", ".css", ".md", ".svg"}


@dataclass(frozen=True)
class Difference:
    """An output that differs: its name, and the lines of the difference."""

    name: str
    lines: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", help="a commit")
    parser.add_argument("new", help="a commit")
    parser.add_argument("--word", action="append", default=[], metavar="OLD=NEW", help="a renamed word")
    arguments = parser.parse_args()
    words = dict(word.split("=", 1) for word in arguments.word)
    with TemporaryDirectory() as scratch:
        old, new = Path(scratch, "old"), Path(scratch, "new")
        with ThreadPoolExecutor() as both:
            list(both.map(write_outputs, (arguments.old, arguments.new), (arguments.new,) * 2, (old, new)))
        before, after = read_outputs(old, words), read_outputs(new, words)
    differing = [*differences(before, after)]
    for one in differing:
        print(f"{one.name} differs", *(f"    {line}" for line in one.lines), sep="\n")
    print(f"{len(before.keys() & after.keys()) - len(differing):,} of {len(before | after):,} outputs are equal")
    return 1 if differing else 0


def write_outputs(commit: str, results_of: str, folder: Path) -> None:
    """Write the output of each command, and the site, of one commit with the results of another."""
    checkout = folder / "checkout"
    git("worktree", "add", "--quiet", "--detach", checkout, commit)
    try:
        git("-C", checkout, "checkout", "--quiet", results_of, "--", "results")
        outputs = folder / "outputs"
        (outputs / "commands").mkdir(parents=True)
        for command in COMMANDS:
            ended = portability(checkout, *command.split())
            name = command.replace("/", "-").replace(" ", "_")
            (outputs / "commands" / f"{name}.txt").write_text(f"{ended.returncode}\n{ended.stdout}{ended.stderr}")
        if (ended := portability(checkout, "site", "--site", str(outputs / "site"))).returncode:
            raise SystemExit(f"{commit} writes no site: {ended.stderr}")
    finally:
        git("worktree", "remove", "--force", checkout)


def portability(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the code of a checkout, and return its output without the checkout's own path."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", *arguments], cwd=checkout, env=environment, capture_output=True, text=True
    )
    ended.stdout = ended.stdout.replace(str(checkout), "CHECKOUT")
    ended.stderr = ended.stderr.replace(str(checkout), "CHECKOUT")
    return ended


def read_outputs(folder: Path, words: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each file by its path, with the new words and without what varies."""
    files = [path for path in sorted((folder / "outputs").rglob("*")) if path.suffix in TEXT]
    texts = {str(path.relative_to(folder / "outputs")): path.read_text() for path in files}
    for old, new in words.items():
        texts = {name: re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, text) for name, text in texts.items()}
    return {name: VARYING.sub("VARIES", text) for name, text in texts.items()}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    """Yield each output that differs, or that only one side has."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, "").splitlines(), after.get(name, "").splitlines()
        if old != new or (name in before) != (name in after):
            lines = [*difflib.unified_diff(old, new, "old", "new", lineterm="", n=0)][2:]
            yield Difference(name, tuple(line[:200] for line in lines[:MAX_LINES]))


def git(*arguments: str | Path) -> None:
    subprocess.run([shutil.which("git") or "git", "-C", CHECKOUT, *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
