"""`portability nightly`: run a whole night on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import (
    BuildsOption,
    CacheOption,
    CasesOption,
    ChannelOption,
    EvidencesOption,
    FrameworksOption,
    HistoryOption,
    PythonOption,
    SiteOption,
    SuitesOption,
    TargetsOption,
    WeeklyOption,
)
from monitor.cli.output import examples
from monitor.execution.builds.environments import default_cache
from monitor.formatting.urls import function_page
from monitor.model import WeeklyCases
from monitor.pipeline.locations import DEFAULT_HISTORY, DEFAULT_SITE
from monitor.pipeline.night import run_night
from monitor.pipeline.planner import PlanRequest
from monitor.site.incremental import refuse_foreign

MAX_FUNCTION_PAGES = 5  # more addresses than these hide the changes above them

app = command_app()


@app.command(
    epilog=examples(
        "portability nightly",
        "portability nightly --framework jax --build jax==0.6.0",
        "portability nightly --target tpu-v5e --framework jax",
        "portability nightly --target nvidia-h100 --evidence executed",
        "portability nightly --framework tensorflow --suite paper --channel nightly",
        "portability nightly --resume",
    )
)
def nightly(
    target: TargetsOption = ["cpu"],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    channel: ChannelOption = "auto",
    build: BuildsOption = [],  # noqa: B006
    python: PythonOption = "",
    case: CasesOption = [],  # noqa: B006
    weekly: WeeklyOption = WeeklyCases.SHARE,
    evidence: EvidencesOption = [],  # noqa: B006
    history: HistoryOption = DEFAULT_HISTORY,
    site: SiteOption = DEFAULT_SITE,
    cache: CacheOption = default_cache(),  # noqa: B008 - the environment does not change meanwhile
    resume: Annotated[bool, typer.Option("--resume", help="Continue the last night where it was interrupted.")] = False,
) -> None:
    """Run a whole night on this machine: plan, run, record, compare, write the site.

    Frameworks run side by side, each on a core of its own. The site is there as soon as the first one has ended. Weekly
    cases take turns, a sixth of them each night, unless --case or --weekly requests others.

    Exit status: 0 if every run observed something, 1 if a run was blocked, 2 if the call is wrong, a run file was
    refused or a framework failed, 70 after an error of the monitor.
    """
    refuse_foreign(site)  # before hours of work, not after them
    selected = (tuple(target), tuple(framework), tuple(suite))
    request = PlanRequest(*selected, channel, tuple(build), python, tuple(case), tuple(evidence), weekly=weekly)
    report = run_night(request, history, cache, site, resume=resume)
    print(report.text)
    print(f"\nThe site: {report.page.as_uri()}")
    if case and len(report.functions) <= MAX_FUNCTION_PAGES:
        for framework_name, function in report.functions:
            print(f"{function}: {(report.page.parent / function_page(framework_name, function)).as_uri()}")
    if status := report.status or int(report.blocked):
        raise typer.Exit(status)
