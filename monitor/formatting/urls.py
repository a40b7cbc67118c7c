"""Build the addresses of pages, and of the frameworks' documentation.

Names come from files of other machines. A plain name, such as a function name or a run id, is kept in an address.
Any other name becomes a digest, so no name can leave its folder or exceed the limits of a file system.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from monitor.model import ARRAY_API, Build, Evidence, Run, Series

PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,150}")
NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")

ARRAY_API_STANDARD = "https://data-apis.org/array-api/latest"

# Modules of PyTorch whose members are anchors on the page of the module.
TORCH_MODULE_PAGES = {
    "torch.distributed.": "distributed",
    "torch.distributions.": "distributions",
    "torch.utils.checkpoint.": "checkpoint",
    "torch.utils.data.": "data",
}


def slug(name: str) -> str:
    """Return a name as one part of an address: itself if it is plain, else its plain part and a digest."""
    if PLAIN.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{NOT_PLAIN.sub('-', name)[:40].strip('-') or 'x'}-{digest}"


def function_page(framework: str, name: str) -> str:
    """Return the address of a function's page, from the root of the site."""
    return f"functions/{slug(framework)}/{slug(name)}.html"


def kernel_page(framework: str) -> str:
    """Return the address of a framework's kernel table, from the root of the site."""
    return f"kernels/{slug(framework)}.html"


def run_case_address(run: Run, function: str) -> str:
    """Return the address of the cases of a function in the series of a run."""
    return series_address(run.series, function)


def series_address(series: Series, function: str) -> str:
    """Return the address of the cases of a function in a series; an operator is a row of a kernel table."""
    target, framework, suite, evidence = series
    if evidence is Evidence.REGISTERED:
        return f"{kernel_page(framework)}#{slug(function)}"
    return f"{function_page(framework, function)}#{series_anchor(target, suite, evidence)}"


def run_page(run: str) -> str:
    """Return the address of a run's page, from the root of the site."""
    return f"runs/{slug(run)}.html"


def target_page(target: str) -> str:
    """Return the address of a target's page, from the root of the site."""
    return f"targets/{slug(target)}.html"


def build_page(framework: str, build: Build) -> str:
    """Return the address of a build's page, from the root of the site."""
    return f"builds/{slug(framework)}/{slug(f'{build.distribution}-{build.version}')}.html"


def series_anchor(target: str, suite: str, evidence: Evidence) -> str:
    """Return the anchor of one target, suite and evidence on the page of a function."""
    anchor = f"on-{slug(target)}-{slug(suite)}"
    return anchor if evidence is Evidence.EXECUTED else f"{anchor}-{evidence}"


def regression_page(regression: str) -> str:
    """Return the address of a regression's page, by its id, from the root of the site."""
    return f"regressions/{slug(regression)}.html"


def issue_search_url(repository: str, regression: str) -> str:
    """Return the address at which GitHub lists the issues that name a regression."""
    return f"https://github.com/{repository}/issues?q={quote(f'is:issue {regression}')}"


def documentation_url(name: str) -> str:
    """Return the address of a function's documentation; empty for names of other packages.

    A method is documented on the page of its class, and a class starts with a capital letter. Addresses point to the
    newest documentation, of PyTorch's main branch and of the latest JAX, TensorFlow and array API standard.
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
    if package == ARRAY_API:
        if rest.startswith("__"):  # of the inspection API
            return f"{ARRAY_API_STANDARD}/API_specification/inspection.html"
        part = "extensions" if "." in rest else "API_specification"  # linalg and fft are extensions
        return f"{ARRAY_API_STANDARD}/{part}/generated/{quote(name)}.html"
    return ""


def _class_and_anchor(name: str) -> tuple[str, str]:
    """Return the class and the name of a method; for other names, the name and an empty text."""
    owner, _, last = name.rpartition(".")
    return (owner, last) if owner.rpartition(".")[2][:1].isupper() else (name, "")
