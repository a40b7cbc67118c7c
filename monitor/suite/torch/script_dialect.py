"""Python text of PyTorch in stand-alone scripts. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.suite.chains.script import chain_script
from monitor.suite.dialect import Dialect
from monitor.suite.torch.chains import SPELLING
from monitor.suite.torch.higher_order_script import higher_order_case
from monitor.suite.torch.module_script import module_case
from monitor.suite.torch.operator_script import opinfo
from monitor.suite.torch.optimizer_script import optimizer_case

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
values = leaf.detach().cpu().clone()  # the gradient of a constant has no memory before
values = values if values.layout is torch.strided else values.to_dense()
return (values.double() if values.dtype == torch.bfloat16 else values).numpy(force=True)
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
    forward="""
directions = tuple(torch.from_numpy(t).to(x.dtype).to(device) for t, x in zip(tangents.values(), [{names}]))
return torch.func.jvp(lambda *given: tuple(leaves(call(*given))), ({names},), directions)[1]
""",
    second="""
for tensor in [{names}]:
    tensor.requires_grad_(True)
pulled = [torch.from_numpy(w).to(torch.{result}).to(device) for w in weights]
first = torch.autograd.grad(leaves(call({names})), [{names}], pulled, create_graph=True)
bent = [(g, torch.from_numpy(t).to(g)) for g, t in zip(first, tangents.values()) if g.requires_grad]
if not bent:  # the function is linear
    return [torch.zeros_like(g) for g in first]
return torch.autograd.grad([g for g, _ in bent], [{names}], [t for _, t in bent], materialize_grads=True)
""",
    vectorized="torch.func.vmap(call)",
)


def chains(function: str, variant: str, recorded: str) -> str:
    """Return the script of a generated program."""
    return chain_script(DIALECT, SPELLING, f"torch/{function}/{variant}", recorded)


LISTED: Mapping[str, Callable[[str, str, str], str]] = {
    "chains": chains,
    "higher_order": higher_order_case,
    "modules": module_case,
    "opinfo": opinfo,
    "optimizers": optimizer_case,
}
