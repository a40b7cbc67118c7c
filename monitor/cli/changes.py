"""`portability changes`: show what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pandas as pd
import typer

from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.failure_groups import FailureGroup
from monitor.cli.commands import command_app
from monitor.cli.options import (
    EvidencesOption,
    FrameworksOption,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    SuitesOption,
    TargetsOption,
    TriageOption,
    series_selection,
)
from monitor.cli.output import examples, print_frame, print_json
from monitor.exports.documents.changes import change_group_with_changes
from monitor.exports.documents.runs import newest_run_document
from monitor.formatting.humanize import first_names
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import DEFAULT_HISTORY, TRIAGE
from monitor.pipeline.progress_log import log
from monitor.pipeline.queries import NewestChanges, change_groups, newest_changes
from monitor.reports.changes_text import changes_markdown, changes_text
from monitor.reports.names_text import names_markdown, names_text
from monitor.reports.slowdown_text import slowdowns_markdown, slowdowns_text

app = command_app()


@app.command(
    epilog=examples(
        "portability changes",
        "portability changes --history history --json | jq '.[].changes'",
        "portability changes --group --framework jax",
        "portability changes --group --kind values-changed --markdown",
    )
)
def changes(
    history: HistoryOption = DEFAULT_HISTORY,
    triage: TriageOption = TRIAGE,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    group: Annotated[
        bool, typer.Option("--group", help="Show the changes of all nights, one group per build and message.")
    ] = False,
    kind: Annotated[
        list[ChangeKind], typer.Option("--kind", help="With --group: only this kind of change; default: all.")
    ] = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code",
            help="Exit with 1 after a regression or slowdown that the triage files neither expect nor mute.",
        ),
    ] = False,
) -> None:
    """Show what changed on the newest night, or over the whole history.

    Without --group: the changes of the newest night of each target, framework and suite, and which of them the triage
    files neither expect nor mute. A slowdown is shown with its latency under the last good build and under the new
    one, and with its stage: suspect, confirmed (slower in a comparison), reported (slower on two or more nights of one
    week), ongoing or recovered.

    With --group: the changes of all nights. Changes that share a build and the words of a message are one group.
    """
    selection = series_selection(target, framework, suite, evidence)
    if group:
        if exit_code or triage != TRIAGE:
            raise UserError("--group shows the whole history without triage: leave out --exit-code and --triage")
        _print_groups(change_groups(history, selection, kind), as_json=json_, markdown=markdown)
        return
    if kind:
        raise UserError("--kind selects groups of changes: add --group")
    found = newest_changes(history, triage, selection)
    _print_newest(found, as_json=json_, markdown=markdown)
    if exit_code and found.counting:
        raise typer.Exit(1)


def _print_newest(found: NewestChanges, *, as_json: bool, markdown: bool) -> None:
    if as_json:
        latency = {night.run.id: night for night in found.latency}
        names = {one.run.id: one for one in found.names}
        print_json(
            [newest_run_document(night, latency.get(night.run.id), names.get(night.run.id)) for night in found.nights]
        )
        for fault in found.faults:
            log(fault)
        return
    outcomes, slowdowns = (changes_markdown, slowdowns_markdown) if markdown else (changes_text, slowdowns_text)
    of_names = names_markdown if markdown else names_text
    parts = outcomes(found.nights, found.faults), of_names(found.names), slowdowns(found.latency)
    print("\n\n".join(filter(None, parts)))


def _print_groups(groups: list[FailureGroup], *, as_json: bool, markdown: bool) -> None:
    if as_json:
        print_json([change_group_with_changes(group) for group in groups])
    elif not groups:
        print("nothing changed")
    elif markdown:
        print_frame(_frame(groups), markdown=True)
    else:
        print("\n".join(line for group in groups for line in _lines(group)))


def _lines(group: FailureGroup) -> Iterator[str]:
    yield f"{group.previous_build} -> {group.build}"
    targets, functions = first_names(group.targets), first_names(group.functions)
    yield f"  {group.kind:<18} {len(group.members)} cases on {targets}: {functions}"
    yield f"  {'':<18} {_message(group)}"


def _message(group: FailureGroup) -> str:
    turned = f"{group.members[0].change.before} -> {group.members[0].change.after}"
    return f"{turned}: {group.common_message.text}" if group.common_message.message else turned


def _frame(groups: list[FailureGroup]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "previous build": group.previous_build,
            "first bad": group.build,
            "kind": group.kind.value,
            "cases": len(group.members),
            "functions": first_names(group.functions),
            "targets": first_names(group.targets),
            "message": _message(group),
        }
        for group in groups
    )
