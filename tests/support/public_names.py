"""Listings of public names, and the names of a framework through some builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.analysis.names.name_history import FrameworkNames, framework_names
from monitor.formats.run_file import RunFile
from monitor.history.name_table import NameListing
from monitor.model import PublicName


def named(*names: PublicName) -> dict[str, PublicName]:
    """Return names as a listing has them."""
    return {one.name: one for one in names}


def followed(runfile: Callable[..., RunFile], *builds: Mapping[str, PublicName]) -> FrameworkNames:
    """Return the names of JAX through builds 1.0, 2.0 and so on, with these listings."""
    listings = (
        NameListing(runfile(number, {}, version=f"{number}.0", suite="names").run, names)
        for number, names in enumerate(builds, start=1)
    )
    return framework_names("jax", listings)
