"""The page of the array API standard and its document: each function by section, framework, target and evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path

import jsonschema_rs
import pytest

from monitor.analysis.status.array_api import ArrayStandard, array_api_scoreboard
from monitor.analysis.status.scores_table import all_functions_table
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import ARRAY_API, Evidence, Observation, Outcome, Package
from monitor.site.build import write_site
from monitor.snapshot.snapshot import Snapshot, read_snapshot
from support.site_history import GENERATED, PROJECT, SCRIPT, TEMPLATES, Night, observation

STANDARD = ArrayStandard(
    "2025.12",
    {"elementwise": ("abs", "max"), "sorting": ("argsort", "sort"), "linear algebra": ("linalg.svd",)},
    {"jax": "jax.numpy", "torch": "array_api_compat.torch"},
)
EXECUTED = {
    "torch/array_api.abs/eager-float32": Outcome.PASS,
    "torch/array_api.linalg.svd/eager-float32": Outcome.ABSENT,
    "torch/array_api.max/eager-float32": Outcome.ERROR,
    "torch/array_api.sort/eager-float32": Outcome.PASS,
    "torch/array_api.sort/eager-int32": Outcome.MISMATCH,
}


def run_file(target: str, framework: str, outcomes: Mapping[str, Outcome], evidence: Evidence) -> RunFile:
    """Return a run of the suite; each failing case has markup in its message."""
    night = Night(0)
    run = night.run(target, framework, suite=ARRAY_API, cases=tuple(outcomes), evidence=evidence)
    assert run.build
    package = Package("array-api-compat", "1.16.0", "ef" * 32)
    run = replace(run, build=replace(run.build, packages=(package, *run.build.packages)))
    observed = {
        case: observation(case, outcome, "" if outcome is Outcome.PASS else SCRIPT)
        if evidence is Evidence.EXECUTED
        else Observation(case, outcome, evidence)
        for case, outcome in outcomes.items()
    }
    return night.file(run, observed)


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A history of the suite alone: executed on a CPU, and compiled for a TPU, where one function is blocked."""
    history = History(tmp_path_factory.mktemp("standard") / "results")
    compiled = {"jax/array_api.abs/eager-float32": Outcome.PASS, "jax/array_api.max/eager-float32": Outcome.BLOCKED}
    files = [
        run_file("cpu-x86", "torch", EXECUTED, Evidence.EXECUTED),
        run_file("tpu-v5e", "jax", compiled, Evidence.COMPILED),
    ]
    history.record(files, "a night")
    return read_snapshot(history)


@pytest.fixture(scope="module")
def standard_site(standard: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("standard-site") / "public"
    project = replace(PROJECT, standard=STANDARD)
    write_site(standard, project, directory, templates=TEMPLATES, generated=GENERATED)
    return directory


def text_of(path: Path) -> str:
    text = unescape(re.sub(r"<[^>]*>", " ", path.read_text().replace("<wbr>", "")))
    return " ".join(text.split())


def test_the_page_counts_functions_by_state(standard_site: Path) -> None:
    text = text_of(standard_site / "array-api.html")
    assert (
        "PyTorch on cpu-x86, executed: 1 of 4 functions work, 1 work in part, 1 fail, 1 absent"
        " in array_api_compat.torch of array-api-compat 1.16.0 , torch 2.0.0.dev20251101+cpu"
    ) in text
    assert "JAX on tpu-v5e, compiled: 1 of 1 functions compile, 1 unknown in jax.numpy , jax 2.0.0" in text
    assert "sort ◐ partial 1 of 2 cases" in text
    assert "linalg.svd ∅ absent not run" in text
    assert "argsort not run not run" in text  # a function of the standard that no run had


def test_a_result_links_to_its_cases(standard_site: Path) -> None:
    page = (standard_site / "array-api.html").read_text()
    assert 'href="functions/torch/array_api.sort.html#on-cpu-x86-array_api"' in page
    of_function = (standard_site / "functions/torch/array_api.sort.html").read_text()
    assert 'id="on-cpu-x86-array_api"' in of_function
    assert 'href="../../array-api.html#array_api.sort"' in of_function
    assert 'id="array_api.sort"' in page
    assert 'href="array-api.html"' in (standard_site / "index.html").read_text()


def test_the_document_has_every_function_and_column(standard_site: Path) -> None:
    document = json.loads((standard_site / "api/v1/array-api.json").read_text())
    schema = json.loads((standard_site / "api/v1/schema.json").read_text())
    jsonschema_rs.validator_for({**schema, "$ref": "#/$defs/array_api"}).validate(document)
    assert document["standard"] == "2025.12"
    assert [column["functions"] for column in document["columns"]] == [
        {"success": 1, "partial": 1, "failure": 1, "absent": 1},
        {"success": 1, "unknown": 1},
    ]
    results = {one["name"]: one["results"] for one in document["functions"]}
    assert list(results) == ["abs", "max", "argsort", "sort", "linalg.svd"]
    assert results["argsort"] == []
    (result,) = results["sort"]
    assert (result["state"], result["passed"], result["judged"]) == ("partial", 1, 2)


def test_functions_of_the_standard_are_none_of_the_framework(standard_site: Path, standard: Snapshot) -> None:
    assert len(array_api_scoreboard(standard.functions, STANDARD).columns) == 2
    assert not [*all_functions_table(standard.functions, {})]
    assert "array_api.max" not in (standard_site / "targets/cpu-x86.html").read_text()
