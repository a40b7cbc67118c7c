"""Progress lines of several frameworks, on a terminal and in a log."""

from __future__ import annotations

import io

import pytest

from monitor.pipeline import night_display
from monitor.pipeline.night_display import NightDisplay


class Terminal(io.StringIO):
    """A terminal that executes the two sequences which the display uses."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        lines: list[str] = [""]
        for part in self.getvalue().replace("\x1b[J", "\x1b").split("\x1b"):
            if part.startswith("["):
                rows, _, part = part[1:].partition("F")
                del lines[len(lines) - 1 - int(rows) :]
                lines.append("")
            for number, text in enumerate(part.split("\n")):
                lines[-1:] = [lines[-1] + text] if number == 0 else [lines[-1], text]
        return lines[:-1]


def test_a_terminal_has_one_line_per_framework_below_the_lines_that_stay() -> None:
    terminal = Terminal()
    display = NightDisplay(terminal)
    display.state("torch", "1 of 1,026 cases, about 5 min left")
    display.state("jax", "starts")
    display.line("jax: starting jax==0.12.0.1 on cpu")
    display.state("jax", "7 of 1,317 cases, about 3 min left")
    assert terminal.screen() == [
        "jax: starting jax==0.12.0.1 on cpu",
        "torch 1 of 1,026 cases, about 5 min left",
        "jax 7 of 1,317 cases, about 3 min left",
    ]
    display.state("jax", "")
    assert terminal.screen() == ["jax: starting jax==0.12.0.1 on cpu", "torch 1 of 1,026 cases, about 5 min left"]
    display.hide()
    terminal.write("recorded\n")
    display.state("torch", "2 of 1,026 cases")
    assert terminal.screen() == ["jax: starting jax==0.12.0.1 on cpu", "recorded", "torch 2 of 1,026 cases"]


def test_a_long_state_is_cut_at_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()
    display = NightDisplay(terminal)
    display.state("torch", "resolving torch, numpy, scipy")
    display.state("torch", "starts")
    assert terminal.screen() == ["torch starts"]
    assert all(len(line) < 20 for line in terminal.getvalue().split("\n"))


def test_a_log_has_a_line_with_all_states_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(night_display.time, "monotonic", lambda: now[0])
    log = io.StringIO()
    display = NightDisplay(log)
    for second in range(40):
        now[0] = float(second)
        display.state("jax", f"{second} of 40 cases")
        display.state("torch", "waits")
    display.line("cpu-jax-paper: 40/40 cases in 40 s: 40 pass")
    assert log.getvalue().splitlines() == [
        "jax 16 of 40 cases; torch waits",
        "jax 32 of 40 cases; torch waits",
        "cpu-jax-paper: 40/40 cases in 40 s: 40 pass",
    ]
