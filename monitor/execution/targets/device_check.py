"""Check that the device of a worker is the one that the runner file expects, before the first case.

A wrong machine behind a label, a driver that lost its GPU or a build for another vendor's chips would fail every case
of a night, and none of these failures concerns a function. So a worker that does not see the expected device is not
used: its run is blocked, with one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from monitor.execution.targets.fields import Field, Regex, TableFields, Whole, record

# Names under which every framework reports its device, as far as it can (`monitor.suite.device`).
NAME = "device.name"
PLATFORM = "device.platform"
FLAVOUR = "build.flavour"
COUNT = "device.count"


@dataclass(frozen=True)
class DeviceExpectation:
    """Patterns that the reported words must match as a whole; an empty pattern accepts anything.

    `name` is that of the device, `platform` the framework's word for its kind, `flavour` the platform that the build
    was made for, and `count` the least number of devices.
    """

    name: str = ""
    platform: str = ""
    flavour: str = ""
    count: int = 0

    def over(self, other: DeviceExpectation) -> DeviceExpectation:
        """Return both expectations as one; a field of this one overrides the field of `other`."""
        return DeviceExpectation(*(mine or theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def mismatch(self, reported: Mapping[str, str]) -> str:
        """Return one line that names every difference, or an empty string. A word that is missing counts as empty."""
        patterns = {NAME: self.name, PLATFORM: self.platform, FLAVOUR: self.flavour}
        differences = [
            f'{fact} is "{reported.get(fact, "")}", not "{pattern}"'
            for fact, pattern in patterns.items()
            if pattern and not re.fullmatch(pattern, reported.get(fact, ""))
        ]
        if self.count > int(reported.get(COUNT, "0")):
            differences.append(f"{COUNT} is {reported.get(COUNT, '0')}, not {self.count} or more")
        return f"not the device that the runner file expects: {'; '.join(differences)}" if differences else ""


ANY_DEVICE = DeviceExpectation()

EXPECT_FIELDS = TableFields(
    name="expect",
    doc="The device that a worker must see before the first case; otherwise the run is blocked.",
    fields=(
        Field("name", Regex(), "Name of the device, as a regular expression.", ""),
        Field("platform", Regex(), "The framework's word for the kind of device: cuda, gpu, tpu ...", ""),
        Field("flavour", Regex(), 'Platform that the build was made for: "cuda .+", "hip .+" ...', ""),
        Field("count", Whole(), "Least number of devices.", 0),
    ),
    make=record(DeviceExpectation),
)
