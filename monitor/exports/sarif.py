"""Write the problems of a checked program in SARIF 2.1.0, which code hosts and editors show at their lines."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from monitor.check.problems import Problem, ProblemKind
from monitor.check.report import CheckReport

SUMMARIES = {
    ProblemKind.REMOVED: "The newest build does not have this name.",
    ProblemKind.PARAMETER: "The newest build does not have this parameter.",
    ProblemKind.DEPRECATED: "The newest build deprecates this name.",
    ProblemKind.UNKNOWN: "No listed build has this name.",
    ProblemKind.VERDICT: "Cases of this function fail on a target.",
    ProblemKind.REFUSED: "The compiler of a target refuses this operation.",
    ProblemKind.UNJUDGED: "The compiler of a target needs the hardware for this operation.",
    ProblemKind.MEMORY: "The program needs more memory than a target has.",
    ProblemKind.DEVICE: "The code names a device that other hardware does not have.",
    ProblemKind.KERNEL: "The code contains a kernel for one kind of hardware.",
    ProblemKind.HOST: "The call runs on the host.",
    ProblemKind.SHAPE: "The shape of the result depends on values.",
    ProblemKind.WIDE: "Some hardware has no 64-bit numbers.",
}


def sarif_log(report: CheckReport) -> dict[str, Any]:
    """Return the SARIF log of a report: one run, one rule for each kind of problem, one result for each problem."""
    kinds = [*ProblemKind]
    rules = [{"id": kind.value, "shortDescription": {"text": SUMMARIES[kind]}} for kind in kinds]
    driver = {"name": "portability check", "version": version("portability-monitor"), "rules": rules}
    notifications = [
        {"level": "error", "message": {"text": message}, "locations": [_location(file, 1, 1)]}
        for file, message in report.unreadable
    ]
    return {
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem, kinds.index(problem.kind)) for problem in report.problems],
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
            }
        ],
    }


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    where = f" on {', '.join(problem.targets)}" if problem.targets else ""
    instead = f". Instead, {problem.alternative}" if problem.alternative else ""
    return {
        "ruleId": problem.kind.value,
        "ruleIndex": rule,
        "level": problem.level.value,
        "message": {"text": f"`{problem.name}` {problem.message}{where}{instead}"},
        "locations": [_location(problem.place.file, problem.place.line, problem.place.column)],
        "partialFingerprints": {"problem/v1": "|".join(problem.key)},
    }


def _location(file: str, line: int, column: int) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": quote(file)}, "region": {"startLine": line, "startColumn": column}}
    return {"physicalLocation": place}
