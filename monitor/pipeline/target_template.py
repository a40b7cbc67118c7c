"""A new runner file, written from a few answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# What the suites and their oracles need beside each framework.
BESIDE = {
    "torch": ("numpy", "scipy", "expecttest"),
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
    """What a compiler needs to compile for a hardware without it; `configuration` where it needs a description."""

    compiler: str
    topology: str
    memory_gib: float
    bandwidth: float
    peak: float
    configuration: str = ""


@dataclass(frozen=True)
class PluginPackages:
    """A framework that reaches an accelerator through packages of its maker."""

    framework: str
    device: str
    packages: tuple[str, ...]


@dataclass(frozen=True)
class TargetTemplate:
    """What a runner file is written from: builds that are there, or packages of a maker; or a compiler; or both."""

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


def write(draft: TargetTemplate) -> str:
    """The text of the file."""
    parts = [HEAD.format(title=draft.title, quoted=quote(draft.title))]
    if draft.executes:
        builds = {"builds": draft.builds} if draft.builds else {}
        parts.append(_table("execute", {"labels": [draft.name], **builds}) + LIMITS)
        name = {"name": draft.expect_name} if draft.expect_name else {}
        parts.append(_table("execute.expect", {**name, "count": draft.expect_count}))
    if plugin := draft.plugin:
        parts.append(_table(plugin.framework, {"device": plugin.device, "distributions": [plugin.framework]}))
        packages = list(dict.fromkeys([*plugin.packages, *BESIDE[plugin.framework]]))
        parts.append(
            "# Where nightly builds come from goes into a table of its own.\n"
            + _table(f"{plugin.framework}.release", {"packages": packages})
        )
    if chip := draft.chip:
        described = {"configuration": chip.configuration} if chip.configuration else {}
        parts.append(_table("compile", {"compiler": chip.compiler, "topology": chip.topology, **described}))
        figures = {"memory-gib": chip.memory_gib, "bandwidth-gb-s": chip.bandwidth, "peak-tflop-s": chip.peak}
        parts.append("# As its maker publishes them for one chip.\n" + _table("compile.chip", figures))
    return "\n".join(parts)


def left_to_do(draft: TargetTemplate) -> Iterator[str]:
    """The three things that are left when the file is written."""
    name = draft.name
    if draft.executes:
        yield f"on the machine, see what a night would see first: portability doctor --target {name}"
        yield f"register its runner with the label {name}, as runners/provisioning/README.md tells"
        yield f"commit and push runners/ and .github/, and add {name} to your repository's PORTABILITY_RUNNERS"
    else:
        yield f"try it, on this machine: portability nightly --target {name} --framework jax --suite paper"
        yield "commit and push runners/ and .github/: a runner of GitHub's compiles for it, none has to be registered"
        yield "have the first night now: gh workflow run nightly.yml"


def quote(text: str) -> str:
    """A string of TOML: JSON's are, all of them."""
    return json.dumps(text, ensure_ascii=False)


def _table(name: str, fields: Mapping[str, object]) -> str:
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    return f"[{name}]\n" + "".join(lines)
