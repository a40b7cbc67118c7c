"""JSON document of a checked program."""

from __future__ import annotations

from monitor.check.problems import Problem
from monitor.check.report import CheckReport, CompiledProgram, TargetAnswer, TracedCallable, WatchedScript


def check_document(report: CheckReport) -> dict[str, object]:
    """Return the report of `portability check`: answers by target, and all problems in the order of the files."""
    return {
        "files": report.files,
        "lines": report.lines,
        "frameworks": [*report.frameworks],
        "builds": [*report.builds],
        "answers": [_answer(answer) for answer in report.answers],
        "problems": [_problem(problem) for problem in report.problems],
        "known_before": report.known_before,
        "traced": _traced(report.traced) if report.traced else None,
        "watched": _watched(report.watched) if report.watched else None,
        "unreadable": [{"file": file, "message": message} for file, message in report.unreadable],
    }


def _answer(answer: TargetAnswer) -> dict[str, object]:
    return {
        "target": answer.target,
        "answer": answer.kind.value,
        "sentence": answer.sentence,
        "places": answer.places,
        "host_places": answer.host,
        "calls": answer.called.calls,
        "judged_calls": answer.called.judged,
        "unknown": [*answer.unknown],
        "compiled": _compiled(answer.compiled) if answer.compiled else None,
        "note": answer.note,
        "complete": answer.complete,
    }


def _compiled(compiled: CompiledProgram) -> dict[str, object]:
    return {
        "build": compiled.build,
        "memory_bytes": compiled.memory,
        "available_bytes": compiled.available,
        "min_time_us": compiled.min_time,
        "complete": compiled.complete,
    }


def _traced(traced: TracedCallable) -> dict[str, object]:
    program = traced.program
    return {
        "callable": traced.name,
        "framework": program.framework,
        "version": program.version,
        "operations": program.equations,
        "distinct": program.distinct,
        "gradients": program.gradients,
    }


def _watched(watched: WatchedScript) -> dict[str, object]:
    return {
        "command": watched.command,
        "frameworks": [{"framework": name, "version": version} for name, version in watched.frameworks],
        "calls": watched.calls,
        "status": watched.status,
        "ended": watched.ended,
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "kind": problem.kind.value,
        "level": problem.level.value,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "name": problem.name,
        "message": problem.message,
        "targets": [*problem.targets],
        "alternative": problem.alternative,
        "build": problem.build,
        "since": problem.since,
        "evidence": problem.evidence,
    }
