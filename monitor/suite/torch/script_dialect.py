"""Python text of PyTorch in stand-alone scripts. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.suite.chains.script import chain_script
from monitor.suite.repro import Dialect
from monitor.suite.torch.chains import SPELLING
from monitor.suite.torch.module_script import module_case
from monitor.suite.torch.operator_script import opinfo

# A layer on the device `meta` has no values: the case gives them in its call.
_PLACED = (
    "(lambda made: made if not isinstance(made, torch.nn.Module) or any(one.is_meta for one in made.parameters())"
    ' else made.to(device, getattr(torch, "{dtype}") if "float" in "{dtype}" else None))({made})'
)

DIALECT = Dialect(
    module="torch",
    setup=lambda _: 'import torch\n\ndevice = torch.device(sys.argv[1] if len(sys.argv) > 1 else "cpu")',
    dtype="torch.{dtype}",
    put='torch.from_numpy(np.array({values}, order="C")).to(torch.{dtype}).to(device)',
    seed="torch.manual_seed(0)",
    fetch="""
if not isinstance(leaf, torch.Tensor):
    return leaf
values = leaf.detach().cpu().resolve_conj()
return (values.double() if values.dtype == torch.bfloat16 else values).numpy()
""",
    transposed="(lambda base: base.permute(*reversed(range(base.ndim))))({tensor})",
    has_views=True,
    compiled="torch.compile(call, fullgraph=True)",
    placed=_PLACED,
    gradient="""
for tensor in [{names}]:
    tensor.requires_grad_(True)
pulled = [torch.from_numpy(w).to(torch.{result}).to(device) for w in weights]
return torch.autograd.grad(leaves(call({names})), [{names}], pulled)
""",
    compiled_gradient="""
for tensor in [{names}]:
    tensor.requires_grad_(True)
pulled = [torch.from_numpy(w).to(torch.{result}).to(device) for w in weights]
return torch.autograd.grad(leaves(torch.compile(call, fullgraph=True)({names})), [{names}], pulled)
""",
)


def chains(function: str, variant: str, recorded: str) -> str:
    """Return the script of a generated program."""
    return chain_script(DIALECT, SPELLING, f"torch/{function}/{variant}", recorded)


LISTED: Mapping[str, Callable[[str, str, str], str]] = {"chains": chains, "modules": module_case, "opinfo": opinfo}
