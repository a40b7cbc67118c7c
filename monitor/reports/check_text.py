"""Write the report on a checked program as lines of text, or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.analysis.status.measured_builds import title
from monitor.check.problems import Level, Problem
from monitor.check.report import CheckReport, CompiledProgram, TargetAnswer, TracedCallable, WatchedScript
from monitor.formatting.humanize import count, duration, escape_invisible, first_names, join_words, memory_size
from monitor.formatting.markdown import code, cut, table

UNKNOWN_SHOWN = 10  # names without a verdict in one line
LONGEST = 300  # characters of a message, as in Markdown
LEAST_TIME = 0.01  # microseconds; less is no figure for a reader
NO_CALL = "no call of a framework's function found"


def check_lines(report: CheckReport, *, notes: bool) -> Iterator[str]:
    """Yield a line for each problem, then one for each answer. Without `notes`, problems of that level are counted."""
    for file, message in report.unreadable:
        yield f"{file}: unreadable: {escape_invisible(message)}"
    shown = [problem for problem in report.problems if notes or problem.level is not Level.NOTE]
    yield from map(_line, shown)
    if report.unreadable or shown:
        yield ""
    yield _summary(report, len(report.problems) - len(shown))
    yield from (f"{answer.title}: {_answer(answer)}" for answer in report.answers)


def check_markdown(report: CheckReport) -> str:
    """Return the report as Markdown: the answers, then a table of all problems but notes."""
    shown = [problem for problem in report.problems if problem.level is not Level.NOTE]
    parts = [_summary(report, len(report.problems) - len(shown))]
    if report.answers:
        rows = [(answer.title, _answer(answer)) for answer in report.answers]
        parts.append(table(["target", "answer"], rows))
    if shown:
        cells = [
            (
                code(f"{one.place.file}:{one.place.line}"),
                one.level.value,
                ", ".join(one.targets) or "every target",
                code(one.name),
                _problem_text(one, mark=True),
            )
            for one in shown
        ]
        parts.append(table(["place", "level", "target", "name", "problem"], cells))
    return "\n\n".join(parts)


def _line(problem: Problem) -> str:
    place = problem.place
    where = f" on {join_words(problem.targets)}" if problem.targets else ""
    what = f"{problem.name} {_problem_text(problem, mark=False)}"
    return f"{place.file}:{place.line}:{place.column}: {problem.level.value}{where}: {what}"


def _problem_text(problem: Problem, *, mark: bool) -> str:
    """Return the message with the evidence and the alternative. `mark` protects it for Markdown."""
    text = code(problem.message) if mark else cut(str(escape_invisible(problem.message)), LONGEST)
    if problem.evidence:
        since = f", since {problem.since}" if problem.since else ""
        text += f" ({problem.evidence}, {problem.build}{since})"
    if problem.alternative:
        text += f"; instead: {code(problem.alternative) if mark else problem.alternative}"
    return text


def _summary(report: CheckReport, left_out: int) -> str:
    """Return the numbers of files and problems, and the builds whose names were compared."""
    counted = [
        count(number, level.value)
        for level in Level
        if (number := sum(problem.level is level for problem in report.problems))
    ]
    found = join_words(counted) if counted else "no problems"
    hidden = f"; --notes shows {count(left_out, 'note')}" if left_out else ""
    known = f"; {count(report.known_before, 'problem')} of the baseline left out" if report.known_before else ""
    if report.traced:
        return f"{_traced(report.traced)}: {found}{hidden}{known}"
    if report.watched:
        return f"{_watched(report.watched)}: {found}{hidden}{known}"
    builds = f"; names of {join_words([title(build) for build in report.builds])}" if report.builds else ""
    return f"{count(report.files, 'file')}, {count(report.lines, 'line')}: {found}{hidden}{known}{builds}"


def _traced(traced: TracedCallable) -> str:
    """Return the callable, its framework and the number of its operations."""
    program = traced.program
    text = f"{traced.name}, {program.framework} {program.version}"
    if program.equations:
        text += f", {count(program.equations, 'operation')}, {program.distinct:,} distinct"
    return f"{text}, {program.gradients}" if program.gradients else text


def _watched(watched: WatchedScript) -> str:
    """Return the command, its frameworks, the number of their calls, and how it ended early."""
    frameworks = join_words([f"{name} {version}" for name, version in watched.frameworks]) or "no framework"
    ended = f"; your script did not end well: {escape_invisible(watched.ended)}" if watched.ended else ""
    return f"{escape_invisible(watched.command)}, {frameworks}, {count(watched.calls, 'call')}{ended}"


def _answer(answer: TargetAnswer) -> str:
    """Return the answer, its evidence, and the functions or operations that have none."""
    unknown = f": {first_names(answer.unknown, UNKNOWN_SHOWN)}" if answer.unknown else ""
    return f"{answer.sentence} ({_evidence(answer)}){unknown}"


def _evidence(answer: TargetAnswer) -> str:
    called = answer.called
    if answer.compiled:
        return _figures(answer.compiled)
    text = f"looked up {called.judged:,} of {called.calls:,} calls" if called.calls else NO_CALL
    return f"{text}; nothing was compiled{f': {answer.note}' if answer.note else ''}"


def _figures(compiled: CompiledProgram) -> str:
    """Return the compiler's build and its figures, as far as they are known."""
    parts = [f"compiled by {compiled.build}"]
    if compiled.memory is not None and compiled.available:
        parts.append(f"needs {memory_size(compiled.memory)} of {memory_size(compiled.available)}")
    if compiled.min_time and compiled.min_time >= LEAST_TIME:
        parts.append(f"roofline bound {duration(compiled.min_time)} per call")
    if not compiled.complete:
        parts.append("the time ended before all places were found")
    return "; ".join(parts)
