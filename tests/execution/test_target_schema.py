"""The schema of runner files accepts and refuses the same files as the reader."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from monitor.execution.targets.backends import load_builds, load_compiler
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.schema import main
from monitor.execution.targets.target import load_target
from monitor.formats.toml_reader import TomlTable

RUNNERS = Path(__file__).parents[2] / "runners"
SCHEMA = json.loads((RUNNERS / "target.schema.json").read_text())

# All fields of a runner file.
SOURCE = """
packages = ["a", "b>=1"]
constraints = "c<2"
index = ["default", "https://example.org/simple"]
find-links = "wheels"
prerelease = "allow"
python = "3.12"
"""
EXPECT = 'expect = { name = "H100", platform = "cuda", flavour = "cuda .+", count = 4 }'
LIMITS = 'labels = ["mine"]\nthreads = 2\ncase-seconds = 9\ncase-memory-mib = 99\n'
TARGET = f"""
title = "Everything"
family = "GPU"
generation = "Third"
order = 7
owners = ["octocat", "lab/team"]
[execute]
builds = "shared"
{LIMITS}
{EXPECT}
[torch]
device = "cpu"
distributions = ["torch"]
env = {{ A = "b" }}
suites = ["paper"]
owners = "octocat"
{EXPECT}
[torch.nightly]
packages = "a"
[torch.release]
packages = "a"
[torch.pinned]{SOURCE}
[torch.versioned]{SOURCE}
[[torch.version-overrides]]
below = "0.4.30"
constraints = ["numpy<2"]
[compile]
compiler = "xla"
topology = "v5e:2x2"
configuration = "chip"
{LIMITS}
[compile.chip]
memory-gib = 16
bandwidth-gb-s = 819.5
peak-tflop-s = 197
[lower]
platform = "rocm"
{LIMITS}
jax = {{ device = "cpu", distributions = "jax" }}
[register]
{LIMITS}
tensorflow = {{ device = "GPU", distributions = "tensorflow" }}
"""
BUILDS = f"""
title = "Shared"
[jax]
device = "cpu"
distributions = "jax"
{EXPECT}
"""
COMPILER = """
title = "XLA"
driver = "tpu"
compiler = { device = "tpu", distributions = "libtpu" }
jax = { device = "cpu", distributions = "jax" }
"""
KINDS: dict[str, tuple[str, Path, Callable[[Path], object]]] = {
    "target": (TARGET, Path("mine.toml"), load_target),
    "builds": (BUILDS, Path("builds/shared.toml"), load_builds),
    "compiler": (COMPILER, Path("compilers/xla.toml"), load_compiler),
}


def schema_of(kind: str) -> dict[str, Any]:
    return SCHEMA if kind == "target" else {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        *(("target", path) for path in sorted(RUNNERS.glob("*.toml"))),
        *(("builds", path) for path in sorted((RUNNERS / "builds").glob("*.toml"))),
        *(("compiler", path) for path in sorted((RUNNERS / "compilers").glob("*.toml"))),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_every_file_here_keeps_to_the_schema(kind: str, path: Path) -> None:
    jsonschema_rs.validate(schema_of(kind), tomllib.loads(path.read_text()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One file of each kind; the target names the two others."""
    for text, path, _ in KINDS.values():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


INSTEAD = ("words", "", "-r x", "two\nlines", "(", 7, 0, 1.5, True, [], ["word"], [7], {})


def mutations(values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield copies of a document with one change each, and a description of the change."""

    def changed(path: tuple[Any, ...], alter: Callable[[Any, Any], object]) -> dict[str, Any]:
        copied = copy.deepcopy(values)
        holder: Any = copied
        for key in path[:-1]:
            holder = holder[key]
        alter(holder, path[-1])
        return copied

    def walk(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
        where = ".".join(map(str, path))
        if path:
            yield f"no {where}", changed(path, lambda holder, key: holder.pop(key))
            for other in INSTEAD:
                yield (
                    f"{where} = {other!r}",
                    changed(path, lambda holder, key, other=other: holder.update({key: other})),
                )
        if isinstance(value, dict):
            for other in ("word", {}):
                put = lambda holder, key, other=other: holder.update({key: other})  # noqa: E731
                yield f"{where}.surplus = {other!r}", changed((*path, "surplus"), put)
            for key, inner in value.items():
                yield from walk(inner, (*path, key))

    yield "nothing", values
    yield from walk(values, ())


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_refuses_what_the_reader_refuses(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, path, load = KINDS[kind]
    parse = tomllib.loads
    tried, apart = 0, []
    for what, values in mutations(parse(text)):
        valid = jsonschema_rs.is_valid(schema_of(kind), values, validate_formats=True)
        if valid and what.startswith(("execute.builds", "compile.compiler")):
            continue  # which files there are beside, the reader alone can know
        monkeypatch.setattr(
            "monitor.formats.toml_reader.parse_toml",
            lambda read, values=values: values if read == text else parse(read),
        )
        try:
            load(folder / path)
            read = True
        except TargetError:
            read = False
        tried += 1
        if read is not valid:
            apart.append(f"{what}: the reader says {read}, the schema {valid}")
    assert apart == []
    assert tried > 100


def test_the_schema_has_the_fields_that_the_reader_asks_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor would offer a field that only the schema has, and the reader would refuse it."""
    asked: dict[str, set[str]] = {}
    finish = TomlTable.finish

    def noting(table: TomlTable, *arguments: Any) -> None:
        if table.file == str(folder / "mine.toml"):
            asked[table.where] = set(table._taken)
        finish(table, *arguments)

    monkeypatch.setattr(TomlTable, "finish", noting)
    load_target(folder / "mine.toml")
    frameworks = {"jax", "tensorflow", "torch"}
    for where in asked.keys() - {"lower.jax", "register.tensorflow"}:  # read as [torch] is, which says everything
        place = SCHEMA
        for step in where.replace("[0]", "").split(".") if where else ():
            place = resolved(place["properties"][step])
        assert asked[where] | frameworks == set(place["properties"]) | frameworks, where
    assert {"", "execute.expect", "torch.versioned", "compile.chip", "register"} <= asked.keys()


def test_the_file_is_the_one_that_the_tables_make() -> None:
    assert main(["--check"]) == 0


def test_the_guide_explains_every_field() -> None:
    guide = (RUNNERS.parent / "docs" / "reference" / "runner-file.md").read_text(encoding="utf-8")
    fields = {name for place in (SCHEMA, *SCHEMA["$defs"].values()) for name in place["properties"]}
    assert [name for name in sorted(fields) if not re.search(rf"[`.]{name}[`.]", guide)] == []


def resolved(place: dict[str, Any]) -> dict[str, Any]:
    place = place.get("items", place)
    return SCHEMA["$defs"][place["$ref"].rpartition("/")[2]] if "$ref" in place else place
