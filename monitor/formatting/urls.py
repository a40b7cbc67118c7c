"""Where each page lies in the site, and where the frameworks document their functions.

Names come from files of other machines. In an address they are kept as they are where they are plain, which function
names and run ids are; anything else becomes a digest, so that no name can leave its folder or overrun a file system.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from monitor.model import Build, Evidence, Run, Series

PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,150}")
NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")

# PyTorch's modules whose members have no page of their own but an anchor on the module's page.
TORCH_MODULE_PAGES = {
    "torch.distributed.": "distributed",
    "torch.distributions.": "distributions",
    "torch.utils.checkpoint.": "checkpoint",
    "torch.utils.data.": "data",
}


def slug(name: str) -> str:
    """A name as one part of an address: itself where it is plain, else what is plain of it and a digest."""
    if PLAIN.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{NOT_PLAIN.sub('-', name)[:40].strip('-') or 'x'}-{digest}"


def function_page(framework: str, name: str) -> str:
    """The address of a function's page, from the root of the site."""
    return f"functions/{slug(framework)}/{slug(name)}.html"


def kernel_page(framework: str) -> str:
    """The address of the page of a framework's kernels, from the root of the site."""
    return f"kernels/{slug(framework)}.html"


def run_case_address(run: Run, function: str) -> str:
    """Where the site speaks of the cases of a function in the series of a run."""
    return series_address(run.series, function)


def series_address(series: Series, function: str) -> str:
    """Where the site speaks of the cases of a function in a series: an operator has no page of its own."""
    target, framework, suite, evidence = series
    if evidence is Evidence.REGISTERED:
        return f"{kernel_page(framework)}#{slug(function)}"
    return f"{function_page(framework, function)}#{series_anchor(target, suite, evidence)}"


def run_page(run: str) -> str:
    """The address of a run's page, from the root of the site."""
    return f"runs/{slug(run)}.html"


def target_page(target: str) -> str:
    """The address of a target's page, from the root of the site."""
    return f"targets/{slug(target)}.html"


def build_page(framework: str, build: Build) -> str:
    """The address of a build's page, from the root of the site."""
    return f"builds/{slug(framework)}/{slug(f'{build.distribution}-{build.version}')}.html"


def series_anchor(target: str, suite: str, evidence: Evidence) -> str:
    """Where a function's page speaks of one target and suite, by one kind of evidence."""
    anchor = f"on-{slug(target)}-{slug(suite)}"
    return anchor if evidence is Evidence.EXECUTED else f"{anchor}-{evidence}"


def regression_page(regression: str) -> str:
    """The address of a regression's page, by its id, from the root of the site."""
    return f"regressions/{slug(regression)}.html"


def issue_search_url(repository: str, regression: str) -> str:
    """Where GitHub lists the issues of a repository that name a regression, as its own issue does."""
    return f"https://github.com/{repository}/issues?q={quote(f'is:issue {regression}')}"


def documentation_url(name: str) -> str:
    """The address of a function's documentation, by its framework's own rule; empty for other packages' names.

    A method is documented on its class's page, and a class is what starts with a capital letter. PyTorch's main
    branch and the other two's newest documentation are meant: this project looks at tonight's builds.
    """
    package, _, rest = name.partition(".")
    if not rest or not re.fullmatch(r"[A-Za-z0-9_.]{1,200}", name):
        return ""
    page, anchor = _class_and_anchor(name)
    if package == "torch":
        for prefix, module in TORCH_MODULE_PAGES.items():
            if name.startswith(prefix):
                return f"https://docs.pytorch.org/docs/main/{module}.html#{quote(name)}"
        if name.startswith("torch.Tensor."):  # the one class whose methods have pages
            page, anchor = name, ""
        return f"https://docs.pytorch.org/docs/main/generated/{quote(page)}.html{anchor and f'#{quote(name)}'}"
    if package == "jax":
        return f"https://docs.jax.dev/en/latest/_autosummary/{quote(page)}.html{anchor and f'#{quote(name)}'}"
    if package == "tf":
        return f"https://www.tensorflow.org/api_docs/python/{quote(page.replace('.', '/'))}{anchor and f'#{anchor}'}"
    return ""


def _class_and_anchor(name: str) -> tuple[str, str]:
    """A method's class and its own name; for anything else the name, and nothing."""
    owner, _, last = name.rpartition(".")
    return (owner, last) if owner.rpartition(".")[2][:1].isupper() else (name, "")
