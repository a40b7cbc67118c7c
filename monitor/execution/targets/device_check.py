"""What a framework must say of its device before the first case.

The wrong machine behind a label, a driver that lost its GPU, a build for another maker's chips: each would fail every
case of a night, and none of them tells anything of a function. So a worker that does not see what its runner file
expects is no worker, and its run is blocked, with one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from monitor.formats.toml_reader import TomlTable

# What every framework's device tells under one name, as far as it can (`monitor.suite.device`).
NAME = "device.name"
PLATFORM = "device.platform"
FLAVOUR = "build.flavour"
COUNT = "device.count"


@dataclass(frozen=True)
class DeviceExpectation:
    """Patterns that what is told has to match as a whole; an empty one takes anything.

    `name` is the device's, `platform` what the framework calls its kind, `flavour` what the build was made for, and
    `count` how many devices there must be at least.
    """

    name: str = ""
    platform: str = ""
    flavour: str = ""
    count: int = 0

    def over(self, other: DeviceExpectation) -> DeviceExpectation:
        """What both expect; where both say something of one thing, it is this one that counts."""
        return DeviceExpectation(*(mine or theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def shortfall(self, told: Mapping[str, str]) -> str:
        """What is not as expected, in one line; empty where everything is. What is not told is an empty word."""
        patterns = {NAME: self.name, PLATFORM: self.platform, FLAVOUR: self.flavour}
        gaps = [
            f'{fact} is "{told.get(fact, "")}", not "{pattern}"'
            for fact, pattern in patterns.items()
            if pattern and not re.fullmatch(pattern, told.get(fact, ""))
        ]
        if self.count > int(told.get(COUNT, "0")):
            gaps.append(f"{COUNT} is {told.get(COUNT, '0')}, not {self.count} or more")
        return f"not the device that the runner file expects: {'; '.join(gaps)}" if gaps else ""


ANYTHING = DeviceExpectation()


def read_expectation(table: TomlTable) -> DeviceExpectation:
    """The table `expect`. Raises TargetError."""
    expectation = DeviceExpectation(
        name=table.regex("name"),
        platform=table.regex("platform"),
        flavour=table.regex("flavour"),
        count=table.number("count", default=0),
    )
    table.finish()
    return expectation
