"""`portability target`: the hardware, one runner file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.commands import COMMANDS, command_app
from monitor.cli.options import EvidenceOption, JsonOption
from monitor.cli.output import examples, print_json
from monitor.cli.paths import existing_file
from monitor.cli.target_questions import ask_for_target
from monitor.execution.targets.target import find_target, load_target, load_targets
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.target_files import add_target, read_description, sync_workflows, target_files
from monitor.pipeline.target_template import ORACLE_PACKAGES, ChipTopology, PluginPackages, TargetTemplate, next_steps

app = command_app(COMMANDS["target"])


@app.command("list", epilog=examples("portability target list", "portability target list --json"))
def list_targets(json_: JsonOption = False) -> None:
    """List every target, with its runner's labels, frameworks and channels."""
    targets = load_targets(RUNNERS)
    if json_:
        print_json([*targets.values()])
        return
    for target in targets.values():
        print(f"{target.name}: {target.title}")
        for evidence in target.evidences:
            print(f"  {evidence} on {', '.join(target.backend(evidence).labels)}")
            for framework in target.sources(evidence).frameworks.values():
                print(f"    {framework.name} on {framework.device}: {', '.join(framework.channels)}")


@app.command("check", epilog=examples("portability target check", "portability target check runners/cpu.toml"))
def check(
    files: Annotated[
        list[Path], typer.Argument(help="Runner files; default: all in runners/.", parser=existing_file)
    ] = [],  # noqa: B006 - typer copies it
) -> None:
    """Check runner files.

    The first fault is one line with the file, the field and a correction; the exit status is then 2.
    """
    for file in files or target_files():
        target = load_target(file)
        evidences = [f"{evidence} {', '.join(target.sources(evidence).frameworks)}" for evidence in target.evidences]
        print(f"{file}: fine: {target.title}, {'; '.join(evidences)}")


@app.command(
    "labels",
    epilog=examples("portability target labels cpu", "portability target labels nvidia-h100 --evidence compiled"),
)
def labels(
    target: Annotated[str, typer.Argument(help="A runner file's name.")],
    evidence: EvidenceOption = None,
) -> None:
    """Print the labels of the runner for a target and kind of evidence.

    The output is a JSON list, as `runs-on` takes it.
    """
    found = find_target(load_targets(RUNNERS), target)
    print(json.dumps(found.backend(evidence or found.evidences[0]).labels))


@app.command(
    "sync-workflows", epilog=examples("portability target sync-workflows", "portability target sync-workflows --check")
)
def sync(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 if a file is outdated.")] = False,
) -> None:
    """Write the targets' names into the workflows' lists of targets."""
    outdated = sync_workflows(write=not check)
    for path in outdated:
        print(f"{path}: {'outdated: call portability target sync-workflows' if check else 'written'}")
    if check and outdated:
        raise typer.Exit(1)


@app.command(
    "new",
    epilog=examples(
        "portability target new",
        "portability target new nvidia-l4 --title 'NVIDIA L4' --builds cuda \\ --expect-name 'NVIDIA L4'",
        "portability target new tpu-v5e-16 --title 'TPU v5e, 16 chips' \\ --compiler tpu --topology v5e:4x4"
        " \\ --memory-gib 16 --bandwidth 819 --peak 197",
        "portability target new board --title 'My board' --framework torch \\ --device npu --package torch"
        " --package torch-npu",
    ),
)
def new(
    name: Annotated[str, typer.Argument(help="The name of the file and of the runner's label.")] = "",
    title: Annotated[
        str, typer.Option(help="The name for people. Without it, the command asks for every field.", metavar="TEXT")
    ] = "",
    builds: Annotated[str, typer.Option(help="Builds that run on it: a file in runners/builds/.", metavar="TEXT")] = "",
    framework: Annotated[
        str, typer.Option(help="Without --builds: the framework that runs on it.", metavar="TEXT")
    ] = "",
    device: Annotated[str, typer.Option(help="With --framework: its name for the device.", metavar="TEXT")] = "",
    package: Annotated[
        list[str], typer.Option("--package", help="With --framework: a package to install.", metavar="TEXT")
    ] = [],  # noqa: B006
    expect_name: Annotated[
        str, typer.Option(help="The device's own name, as a regular expression.", metavar="TEXT")
    ] = "",
    count: Annotated[int, typer.Option(min=1, max=1_000_000, help="The number of devices.")] = 1,
    compiler: Annotated[
        str, typer.Option(help="A compiler for it: a file in runners/compilers/.", metavar="TEXT")
    ] = "",
    topology: Annotated[str, typer.Option(help="With --compiler: its name for the chips.", metavar="TEXT")] = "",
    configuration: Annotated[
        Path | None,
        typer.Option(help="With --compiler: a file that describes the chip.", metavar="FILE", parser=existing_file),
    ] = None,
    memory_gib: Annotated[float, typer.Option(min=0, help="With --compiler: memory of one device, in GiB.")] = 0,
    bandwidth: Annotated[float, typer.Option(min=0, help="With --compiler: memory bandwidth, in GB/s.")] = 0,
    peak: Annotated[float, typer.Option(min=0, help="With --compiler: peak in the training dtype, in TFLOP/s.")] = 0,
) -> None:
    """Write the runner file of a new target, check it, and list the next steps."""
    if framework:
        refuse_unknown("framework", framework, ORACLE_PACKAGES)
    if title and not (builds or framework or compiler):
        raise UserError(
            "--title: how is it seen? Add --builds, --framework or --compiler, or leave all out and be asked"
        )
    if title:
        description = read_description(str(configuration or ""))
        chip = ChipTopology(compiler, topology, memory_gib, bandwidth, peak, description) if compiler else None
        plugin = PluginPackages(framework, device, tuple(package)) if framework else None
        template = TargetTemplate(name, title, builds, plugin, expect_name, count, chip)
    else:
        template = ask_for_target(name)
    print(f"{add_target(template)}: written, and fine. The workflows offer it. Three things are left:")
    for number, line in enumerate(next_steps(template), start=1):
        print(f"  {number}. {line}")
