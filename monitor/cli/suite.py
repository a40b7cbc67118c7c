"""`portability suite`: list the cases."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.cli.commands import COMMANDS, command_app
from monitor.cli.options import FrameworksOption, JsonOption, SuitesOption
from monitor.cli.output import examples, print_json
from monitor.formatting.case_variant import dtype_of, mode_of
from monitor.model import function_of
from monitor.pipeline.errors import refuse_unknown
from monitor.pipeline.progress_log import log
from monitor.suite.discovery import collect, frameworks, generated, is_listed, suites

app = command_app(COMMANDS["suite"])


@app.callback()
def group() -> None:
    pass


@app.command(
    "list", epilog=examples("portability suite list", "portability suite list --framework jax --suite paper --json")
)
def list_cases(
    framework: FrameworksOption = [],  # noqa: B006 - typer copies it
    suite: SuitesOption = [],  # noqa: B006
    json_: JsonOption = False,
) -> None:
    """List every declared or generated case by its id.

    Needs no framework. Suites whose cases only an installed build can list are named on standard error.
    """
    selected = [*_selected(framework, suite)]
    cases = [
        {
            "case": case.id,
            "suite": name,
            "function": case.declaration.function,
            "mode": case.mode.value,
            "dtype": case.dtype,
            "oracle": "reference" if case.declaration.numeric else "promise",
        }
        for of, name in selected
        if not is_listed(of, name)
        for case in collect(of, name).values()
    ]
    cases += [
        {
            "case": case,
            "suite": name,
            "function": function_of(case),
            "mode": mode_of(case.split("/", 2)[2]).value,
            "dtype": dtype_of(case),
            "oracle": "reference",
        }
        for of, name in selected
        for case in generated(of, name)
    ]
    if json_:
        print_json(cases)
        return
    for case in cases:
        print(f"{case['suite']}  {case['case']}")
    for of, name in selected:
        if is_listed(of, name) and not generated(of, name):
            log(f"{name}: the installed build of {of} lists its cases when it runs")


def _selected(framework: list[str], suite: list[str]) -> Iterator[tuple[str, str]]:
    """Return the selected (framework, suite) pairs. Raises UserError if a name is unknown."""
    for name in framework:
        refuse_unknown("framework", name, frameworks())
    chosen = framework or [*frameworks()]
    known = {name for of in chosen for name in suites(of)}
    for name in suite:
        refuse_unknown("suite", name, known)
    return ((of, name) for of in chosen for name in suites(of) if name in (suite or known))
