"""The command `portability`: one subcommand a step of the pipeline, and `nightly`, which does them all."""

from __future__ import annotations

import sys

import typer

from monitor.cli import (
    actions,
    backfill,
    bisect,
    builds,
    causes,
    compare,
    confront,
    doctor,
    failures,
    federation,
    flaky,
    history,
    lookback,
    nightly,
    notify,
    regressions,
    report,
    repro,
    steps,
    suites,
    targets,
    watch,
)
from monitor.cli.common import UserError
from monitor.handover.fields import FieldError
from monitor.handover.runfile import RunFileError
from monitor.history.git import GitError
from monitor.reporting.asking import GitHubError
from monitor.reporting.edition import SiteError
from monitor.reporting.federation.columns import FederationError
from monitor.suite.collect import DeclarationError

app = typer.Typer(
    name="portability",
    help="Which functions of PyTorch, JAX and TensorFlow work, are right and are fast, on which hardware, tonight.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
nightly.register(app)
backfill.register(app)
steps.register(app)
app.add_typer(suites.app)
app.add_typer(targets.app)
app.add_typer(builds.app)
app.add_typer(history.app)
repro.register(app)
report.register(app)
causes.register(app)
failures.register(app)
regressions.register(app)
compare.register(app)
flaky.register(app)
lookback.register(app)
notify.register(app)
watch.register(app)
app.add_typer(actions.app)
federation.register(app)
bisect.register(app)
confront.register(app)
doctor.register(app)

# What is wrong with a call, a file or a service, in one line that says what to mend.
FAULTS = (
    UserError,
    DeclarationError,
    FieldError,
    RunFileError,
    GitError,
    SiteError,
    GitHubError,
    FederationError,
)


def main() -> None:
    """Run the command line; a fault of the user's is one line on standard error and exit status 2."""
    try:
        app()
    except FAULTS as error:
        print(f"portability: {error}", file=sys.stderr)
        sys.exit(2)
