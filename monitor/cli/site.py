"""`portability site`: write the static site."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.commands import command_app
from monitor.cli.options import (
    AlarmsOption,
    FederationOption,
    HistoryOption,
    RepositoryOption,
    SiteOption,
    SiteUrlOption,
)
from monitor.cli.output import examples
from monitor.pipeline.github_access import check_repository, checked_site_url
from monitor.pipeline.locations import DEFAULT_HISTORY, DEFAULT_SITE
from monitor.pipeline.publish import SiteInputs, serve_pages, write_pages
from monitor.pipeline.snapshots import open_history, snapshot_of
from monitor.site.incremental import refuse_foreign

app = command_app()


@app.command(
    epilog=examples(
        "portability site --history history --site public \\ --site-url https://example.org/monitor/",
        "portability site --federation .portability/federation.json",
        "portability site --serve",
    )
)
def site(
    history: HistoryOption = DEFAULT_HISTORY,
    site: SiteOption = DEFAULT_SITE,
    site_url: SiteUrlOption = "",
    repository: RepositoryOption = "",
    federation: FederationOption = None,
    alarms: AlarmsOption = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the site on this machine, and keep it up to date.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port; 0: any free one.")] = 8000,
) -> None:
    """Write the static site from the history.

    Pages whose content did not change since the last site in the folder stay as they are. Feeds and the site map need
    --site-url.
    """
    refuse_foreign(site)
    if repository:
        check_repository(repository)
    inputs = SiteInputs(checked_site_url(site_url), repository, federation, alarms)
    recorded = open_history(history)
    if serve:
        serve_pages(recorded, history, port, site, inputs)
    else:
        print(write_pages(snapshot_of(recorded), site, inputs).as_uri())
