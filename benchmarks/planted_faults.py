"""Plant faults into the functions of a framework, and count those that the cases find.

    python benchmarks/planted_faults.py [--each 1] [--seed 1] [--out FOLDER] [FRAMEWORK ...]

A fault is a small change of every call of one function, from a table of kinds (`fault_kinds.py`). For each kind and
each suite, a seed draws the functions, among all that the kind applies to: a wrong boolean needs a function that
returns booleans. The cases of the function then run in the worker's own way, with the fault in place. The fault is
found if a case fails that passes without it. If the suite itself does not find it, cases of other suites for the
same function run too.

In `modules`, a fault is one of the last kernel that a module calls. PyTorch's compiler does not read the planted code:
a call in mode `compiled` is an eager one that is marked as compiled.

Where a suite evaluates shapes and dtypes without values, or traces a function for its reference, there is no fault: a
fault is one of a kernel. Cases of mode `compiled` run for faults that need them alone.

Print a table of all faults as CSV, the totals, and the faults that no case found.
"""

from __future__ import annotations

import argparse
import csv
import inspect
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from fault_sites import Quick, Site, facts_of, installed

CHECKOUT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ("torch", "jax", "tensorflow")
SUITES = {
    "torch": ("paper", "ops", "opinfo", "modules", "chains"),
    "jax": ("paper", "ops", "harness", "chains"),
    "tensorflow": ("paper", "ops", "chains"),
}
LISTED = ("opinfo", "modules", "harness")
MOST_TRIES = 60  # functions that are looked at for a kind of fault and a suite
# Kinds of faults that show only in a mode or with inputs which these suites do not have.
NOT_THERE = {
    "opinfo": ("rank six", "30,000", "1e15", "at zero"),
    "harness": ("rank six", "30,000", "1e15", "empty", "when compiled"),
    "chains": ("empty", "strided"),
    "modules": ("when compiled", "at zero", "rank six", "30,000", "1e15", "empty", "strided", "option"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frameworks", nargs="*", default=FRAMEWORKS, metavar="FRAMEWORK")
    parser.add_argument("--each", type=int, default=1, help="faults of each kind and suite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suite", action="append", help="only this suite")
    parser.add_argument("--fault", default="", help="only kinds with this text in their name")
    parser.add_argument("--function", default="", help="only the function of this name")
    parser.add_argument("--out", type=Path, default=Path("planted"), help="folder of the tables")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # in the framework's environment
    options = parser.parse_args()
    if options.inside:
        plant_all(options.frameworks[0], options)
        return
    from monitor.execution.builds.environments import default_cache
    from monitor.execution.builds.provider import provision
    from monitor.execution.targets.target import load_target
    from monitor.execution.workers.factories import worker_environment
    from monitor.model import Evidence

    target = load_target(CHECKOUT / "runners" / "cpu.toml")
    options.out.mkdir(parents=True, exist_ok=True)
    for framework in options.frameworks:
        build = provision(target, framework, cache=default_cache(), log=print)
        backend, sources = target.backend(Evidence.EXECUTED), target.framework(framework)
        variables = os.environ | worker_environment(backend, sources, build.python.parent)
        variables |= {"PYTHONPATH": str(CHECKOUT)}
        print(f"\n{build.build.requirement}", flush=True)
        rest = [word for word in sys.argv[1:] if word not in FRAMEWORKS]
        subprocess.run([build.python, __file__, "--inside", *rest, framework], env=variables, check=True)


@dataclass
class Planted:
    """A line of the table. `found_by` is empty where no case found the fault."""

    framework: str
    suite: str
    group: str
    fault: str
    function: str
    cases: int
    changes: int  # of results, where the kind of fault counts them
    found_by: str = ""
    message: str = ""


def plant_all(framework: str, options: argparse.Namespace) -> None:
    from fault_kinds import FAULTS
    from fault_tensors import TENSORS

    from monitor.suite.discovery import suites
    from monitor.suite.worker import open_device

    device = open_device(framework, "CPU" if framework == "tensorflow" else "cpu")
    tensors = TENSORS[framework]()
    there = [suite for suite in SUITES[framework] if suite in suites(framework)]
    sites = Sites(device, there)
    planted: list[Planted] = []
    table = (options.out / f"{framework}.csv").open("w", newline="")
    rows = csv.writer(table)
    rows.writerow(Planted.__dataclass_fields__)
    for suite in options.suite or there:
        for fault in FAULTS:
            skipped = any(words in fault.name for words in NOT_THERE.get(suite, ()))
            if framework not in fault.frameworks or skipped or options.fault not in fault.name:
                continue
            start = time.process_time()
            for site in drawn(device, tensors, sites[suite], fault, options):
                line = trial(device, tensors, sites, site, fault)
                planted.append(line)
                rows.writerow(astuple(line))
                table.flush()  # a fault may kill the process
                taken = time.process_time() - start
                found = line.found_by or f"NONE, {line.changes} changed results"
                print(f"{taken:6.1f}s  {suite:8} {fault.name:40} {site.function:45} {found}", flush=True)
    table.close()
    show(planted)


class Sites(dict[str, dict[str, Site]]):
    """The functions of each suite into which a fault can be planted, by name. A suite is listed when it is needed."""

    def __init__(self, device: Any, suites: list[str]) -> None:
        self._device, self.suites = device, suites

    def __missing__(self, suite: str) -> dict[str, Site]:
        self[suite] = sites_of(self._device, suite)
        return self[suite]

    def of(self, site: Site) -> Iterator[Site]:
        """Yield a site, and then those of the same function in other suites."""
        yield site
        for suite in self.suites:
            if suite != site.suite and site.function in self[suite]:
                yield self[suite][site.function]


def sites_of(device: Any, suite: str) -> dict[str, Site]:
    """Return the functions of a suite into which a fault can be planted."""
    from monitor.suite.worker import checks_of

    found: dict[str, Site] = {}
    for check in checks_of(device, suite).values():
        if suite in LISTED:
            held, name = listed_holder(check)
            site = found.setdefault(check.function, Site(suite, check.function, {}))
            site.holders[id(held)] = (held, name)
            site.checks.append(check)
            continue
        for function in called_in(check) if suite == "chains" else [check.function]:
            if function not in found:
                found[function] = Site(suite, function, holder_of(device, function))
            found[function].checks.append(check)
    return {function: site for function, site in found.items() if site.holders}


def listed_holder(check: Any) -> tuple[Any, str]:
    """Return the object and the attribute from which a listed check takes the function that it calls."""
    if check.id.startswith("jax/"):
        return check.harness, "dyn_fun"
    return (check.operator, "op") if hasattr(check, "operator") else (check.info.module_cls, "forward")


def called_in(check: Any) -> set[str]:
    """Return the public functions that a generated program calls."""
    from monitor.suite.chains.spelling import program_text

    text = program_text(check.program, check.spelling.operations)
    return set(re.findall(r"\b(?:torch|jax|tf)(?:\.\w+)+(?=\()", text))


def holder_of(device: Any, function: str) -> dict[int, tuple[Any, str]]:
    """Return the module or class of a public function, with its name there; empty if it is no function or layer."""
    from monitor.suite.name_lookup import resolve

    path, _, name = function.rpartition(".")
    try:
        parent, value = (resolve(device, path) if "." in path else device.module), resolve(device, function)
    except Exception:  # a name that is gone
        return {}
    if inspect.isclass(value):
        name = next((one for one in ("forward", "call", "sample") if one in vars(value)), "")
        parent, value = value, getattr(value, name, None)
    return {id(parent): (parent, name)} if callable(value) else {}


def drawn(device: Any, tensors: Any, sites: dict[str, Site], fault: Any, options: argparse.Namespace) -> Iterator[Site]:
    """Yield functions of a suite that a kind of fault applies to, in the order of a seed."""
    names = [name for name in sorted(sites) if options.function in ("", name)]
    random.Random(f"{options.seed} {fault.name}").shuffle(names)
    left = options.each
    for name in names[:MOST_TRIES]:
        site = sites[name]
        if not left:
            return
        modes = {check.mode.value for check in site.checks}
        if not modes & set(fault.modes) or not applies_there(site, fault):
            continue
        if site.facts is None:
            site.facts = facts_of(device, tensors, site)
        if site.facts.called and fault.applies(site.facts):
            left -= 1
            yield site


def applies_there(site: Site, fault: Any) -> bool:
    """Return whether the declarations of a function do not exclude the inputs that show a fault."""
    from monitor.model import InputKind

    kind = {"rank six": InputKind.RANK, "30,000": InputKind.LARGE, "empty": InputKind.EMPTY}
    kind |= {"1e15": InputKind.SCALED, "gradient wrong at zero": InputKind.KINKS, "strided": InputKind.STRIDED}
    wanted = next((kind[words] for words in kind if words in fault.name), None)
    cases = [check.case for check in site.checks if hasattr(check, "case")]
    return (
        wanted is None
        or not cases
        or any(wanted not in case.declaration.limits and case.declaration.numeric for case in cases)
    )


def trial(device: Any, tensors: Any, sites: Sites, site: Site, fault: Any) -> Planted:
    """Plant a fault, and run the cases of its function until one finds it."""
    from fault_kinds import GRADIENT, TOO_LARGE

    traced_alone = site.suite == "harness" or device.name == "torch"  # where no kernel runs, there is no fault

    if site.suite == "modules" and fault.name == GRADIENT.name:
        fault = replace(GRADIENT, plant=TOO_LARGE.plant)  # the kernel is one of the gradient itself

    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        planted = fault.plant(tensors, original, site.facts)
        busy = False  # the code of a fault may call its own function

        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal busy
            if busy or (traced_alone and tensors.abstract(tensors.tensors_in([args, kwargs]))):
                return original(*args, **kwargs)
            busy = True
            try:
                return planted(*args, **kwargs)
            finally:
                busy = False

        return call

    cases, site.facts.changes = 0, 0
    for there in sites.of(site):
        for check in there.in_modes(fault.modes):
            cases += 1
            if message := finds(device, tensors, there, check, make, timed=fault.group == "later calls"):
                seen = cases, site.facts.changes, check.id, message
                return Planted(device.name, site.suite, fault.group, fault.name, site.function, *seen)
    return Planted(device.name, site.suite, fault.group, fault.name, site.function, cases, site.facts.changes)


def finds(device: Any, tensors: Any, site: Site, check: Any, make: Callable[..., Any], *, timed: bool) -> str:
    """Return the message of a case that fails with the fault and passes without it; empty for another one."""
    from monitor.model import Outcome
    from monitor.suite.worker import observe

    with tensors.compiled_by_marking(device):
        with installed(site, make, check.mode.value):
            seen = observe(device, Quick(check, timed=timed))
        if seen.outcome is Outcome.PASS or observe(device, Quick(check)).outcome is not Outcome.PASS:
            return ""
    return f"{seen.outcome.value}: {seen.message}"


def show(planted: list[Planted]) -> None:
    """Print the totals of each group and suite, and the faults that no case found."""
    totals: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in planted:
        for key in ((one.group, one.suite), (one.group, "all"), ("all", one.suite), ("all", "all")):
            totals[key]["planted"] += 1
            totals[key]["found"] += bool(one.found_by)
    there = [*dict.fromkeys(one.suite for one in planted), "all"]
    print(f"\n| faults | {' | '.join(there)} |\n|---|{'---:|' * len(there)}")
    for group in [*dict.fromkeys(one.group for one in planted), "all"]:
        cells = [totals[group, suite] for suite in there]
        texts = [f"{cell['found']} of {cell['planted']}" if cell else "" for cell in cells]
        print(f"| {group} | {' | '.join(texts)} |")
    print("\nNot found:")
    for one in planted:
        if not one.found_by:
            print(f"- {one.suite}, {one.fault}: {one.function} ({one.cases} cases, {one.changes} changed results)")


if __name__ == "__main__":
    main()
