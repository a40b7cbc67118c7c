"""Fixtures: histories of planted runs, recorded and published by the code that real runs use, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.store import History, LoadedHistory
from monitor.model import Evidence, Outcome, PublicName, Retry
from monitor.site.build import write_site
from monitor.snapshot.snapshot import Snapshot, read_snapshot, snapshot_of
from support import mixed_history, slowdown_history
from support.site_history import (
    BASE,
    BIDI,
    GENERATED,
    IMAGE,
    LONG,
    LONG_NAME,
    NAMES,
    NEW_PUBLIC_NAMES,
    NOTHING_SAID,
    PROJECT,
    PUBLIC_NAMES,
    SCRIPT,
    TEMPLATES,
    Night,
    cases,
    confirmed,
    observation,
    operators,
    registered,
)
from support.slowdown_history import history as history_of

if TYPE_CHECKING:
    from support.chromium import sync_api

NODE_MODULES = Path(__file__).resolve().parents[2] / ".ci" / "node_modules"


def listed_names(night: Night, names: tuple[PublicName, ...]) -> RunFile:
    """Return a run that lists the public names of a night's build of torch."""
    run = night.run("cpu-x86", "torch", suite="names", cases=())
    return replace(night.file(replace(run, id=f"{run.id[:-6]}aaaaaa")), names=names)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    history = History(tmp_path_factory.mktemp("history") / "results")
    targets = {"cpu-x86": tuple(NAMES), "gpu-t4": ("torch", "jax")}
    split = tuple(case for case in cases("jax") if "random.split/eager" in case)
    for number in range(4):
        night = Night(number)
        files = [night.file(night.run(target, name)) for target, names in targets.items() for name in names]
        # A TPU that compiles every night, and on which a few cases have been executed.
        tpu = night.run("tpu-v5e", "jax", evidence=Evidence.COMPILED)
        executed = night.run(
            "tpu-v5e", "jax", id=f"{tpu.id[:-6]}{number:06x}", cases=split, selection=("*split/eager*",)
        )
        # A platform of which only the framework's own table tells; an operator is gone on the last night.
        listed = operators()[: 4 if number < 3 else 3]
        tables = night.run("apple-mps", "torch", suite="kernels", evidence=Evidence.REGISTERED, cases=listed)
        turned = {operators()[1]: registered(operators()[1], there=number > 1)}
        files += [night.file(tpu), night.file(executed), night.file(tables, turned)]
        if number == 0:
            files.append(listed_names(night, PUBLIC_NAMES))
        history.record(files, f"night {number}")
    night = Night(4)
    new = "torch/torch.new_function/eager-float32"
    torch_cases = tuple(case for case in cases("torch") if "sparse" not in case)  # four cases are gone
    turned = (
        confirmed("torch/torch.cat/eager-float32", Outcome.MISMATCH, SCRIPT),
        confirmed("torch/torch.add/eager-float32", Outcome.CRASH, IMAGE),
        confirmed("torch/torch.linalg.eig/compiled-float32", Outcome.PASS, ""),
        confirmed("torch/torch.linalg.svd/eager-bfloat16", Outcome.TIMEOUT, LONG),
        confirmed(f"torch/{LONG_NAME}/eager-float32", Outcome.OOM, BIDI),
        observation(
            "torch/torch.argmax/eager-float32",
            Outcome.FLAKY,
            "pass 2 of 3",
            first_outcome=Outcome.ERROR,
            retries=(Retry(Outcome.PASS), Retry(Outcome.ERROR)),
        ),
    )
    notes = (f"a note {SCRIPT}", "x" * 700)
    first = night.run("cpu-x86", "torch", cases=(*torch_cases, new), notes=notes)
    files = [
        night.file(first, {one.case: one for one in turned}),
        listed_names(night, NEW_PUBLIC_NAMES),
        night.file(night.run("cpu-x86", "jax")),
        night.file(night.run("cpu-x86", "tensorflow"), cut=True),
        RunFile(night.run("gpu-t4", "torch", build=None, blocked=f"torch 2.4.0 does not install: {IMAGE}"), (), None),
        night.file(
            night.run("gpu-t4", "jax"),
            {case: confirmed(case, Outcome.ERROR, "no CUDA driver") for case in cases("jax")[:30]},
        ),
    ]
    history.record(files, "night 4")
    return history


@pytest.fixture(scope="session")
def recorded(history: History) -> LoadedHistory:
    return history.load()


@pytest.fixture(scope="session")
def material(history: History) -> Snapshot:
    return read_snapshot(history)


@pytest.fixture(scope="session")
def slowed_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one target, with a case that is reported as slower on the newest night."""
    directory = tmp_path_factory.mktemp("slowed") / "public"
    write_site(
        snapshot_of(history_of(slow=2)),
        NOTHING_SAID,
        directory,
        templates=TEMPLATES,
        generated=slowdown_history.GENERATED,
    )
    return directory


@pytest.fixture(scope="session")
def site(material: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site") / "public"
    write_site(material, PROJECT, directory, templates=TEMPLATES, generated=GENERATED, base=BASE)
    return directory


@pytest.fixture(scope="session")
def mixed_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A history that mixes builds, suites and kinds of evidence."""
    return mixed_history.material(tmp_path_factory.mktemp("mixed"))


@pytest.fixture(scope="session")
def mixed_site(mixed_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("mixed-site") / "public"
    write_site(
        mixed_snapshot,
        mixed_history.PROJECT,
        directory,
        templates=TEMPLATES,
        generated=mixed_history.GENERATED,
        base=BASE,
    )
    return directory


@pytest.fixture(scope="session")
def browser() -> Iterator[sync_api.Browser]:
    from support.chromium import launched  # not before a test needs it: where there is none, the others run

    with launched() as found:
        yield found


@pytest.fixture(scope="session")
def html_checker() -> list[str]:
    """The command of the HTML checker vnu, which runs on Java."""
    from support.chromium import missing

    java, checker = shutil.which("java"), NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if not java:
        missing("Java")
    if not checker.is_file():
        missing("vnu (npm install --prefix .ci vnu-jar)")
    return [java, "-jar", str(checker)]
