"""Write a new runner file from a template with a few fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Packages that the suites and their oracles need beside each framework.
ORACLE_PACKAGES = {
    "torch": ("numpy", "scipy", "expecttest", "array-api-compat==1.16.0"),
    "jax": ("numpy", "scipy", "absl-py"),
    "tensorflow": ("numpy", "scipy"),
}

HEAD = """\
#:schema target.schema.json
# {title}. README.md explains the fields.
title = {quoted}
"""

LIMITS = """\
case-seconds = 120 # kernels are compiled when they are first called
case-memory-mib = 16384 # the makers' libraries fill some of the host's memory first
"""


@dataclass(frozen=True)
class ChipTopology:
    """Chip that a compiler targets without the hardware; `configuration` is its description, if the compiler needs one.

    Memory in GiB, bandwidth in GB/s, peak in TFLOP/s, each of one device.
    """

    compiler: str
    topology: str
    memory_gib: float
    bandwidth: float
    peak: float
    configuration: str = ""


@dataclass(frozen=True)
class PluginPackages:
    """Framework that reaches an accelerator through packages of the maker."""

    framework: str
    device: str
    packages: tuple[str, ...]


@dataclass(frozen=True)
class TargetTemplate:
    """Fields of a new runner file: existing builds or a maker's packages to execute, a compiler, or both."""

    name: str
    title: str
    builds: str = ""
    plugin: PluginPackages | None = None
    expect_name: str = ""
    expect_count: int = 1
    chip: ChipTopology | None = None

    @property
    def executes(self) -> bool:
        return bool(self.builds or self.plugin)


def runner_file_text(template: TargetTemplate) -> str:
    """Return the text of the runner file."""
    parts = [HEAD.format(title=template.title, quoted=quote(template.title))]
    if template.executes:
        builds = {"builds": template.builds} if template.builds else {}
        parts.append(_table("execute", {"labels": [template.name], **builds}) + LIMITS)
        name = {"name": template.expect_name} if template.expect_name else {}
        parts.append(_table("execute.expect", {**name, "count": template.expect_count}))
    if plugin := template.plugin:
        parts.append(_table(plugin.framework, {"device": plugin.device, "distributions": [plugin.framework]}))
        packages = list(dict.fromkeys([*plugin.packages, *ORACLE_PACKAGES[plugin.framework]]))
        parts.append(
            "# Where nightly builds come from goes into a table of its own.\n"
            + _table(f"{plugin.framework}.release", {"packages": packages})
        )
    if chip := template.chip:
        described = {"configuration": chip.configuration} if chip.configuration else {}
        parts.append(_table("compile", {"compiler": chip.compiler, "topology": chip.topology, **described}))
        figures = {"memory-gib": chip.memory_gib, "bandwidth-gb-s": chip.bandwidth, "peak-tflop-s": chip.peak}
        parts.append("# As its maker publishes them for one chip.\n" + _table("compile.chip", figures))
    return "\n".join(parts)


def next_steps(template: TargetTemplate) -> Iterator[str]:
    """Yield the three steps that follow after the file is written."""
    name = template.name
    if template.executes:
        yield f"on the machine, see what a night would see first: portability doctor --target {name}"
        yield f"register its runner with the label {name}, as runners/provisioning/README.md tells"
        yield f"commit and push runners/ and .github/, and add {name} to your repository's PORTABILITY_RUNNERS"
    else:
        yield f"try it, on this machine: portability nightly --target {name} --framework jax --suite paper"
        yield "commit and push runners/ and .github/: a runner of GitHub's compiles for it, none has to be registered"
        yield "have the first night now: gh workflow run nightly.yml"


def quote(text: str) -> str:
    """Quote as a TOML string; every JSON string is a valid TOML string."""
    return json.dumps(text, ensure_ascii=False)


def _table(name: str, fields: Mapping[str, object]) -> str:
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    return f"[{name}]\n" + "".join(lines)
