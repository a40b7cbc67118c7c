"""Arguments that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, fact, formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY

argument = partial(formula, dtypes=("float32",), modes=(EAGER, COMPILED), limits=ARGUMENT_ONLY)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)

ARGUMENTS = [
    argument(
        "torch.cat",
        lambda torch, a=tensor(3, 2), b=tensor(3, 4): torch.cat([a, b], dim=1),
        lambda np, a, b: np.concatenate([a, b], 1),
        name="columns",
    ),
    argument(
        "torch.sum",
        lambda torch, x=tensor(3, 5): torch.sum(x, 1, keepdim=True),
        lambda np, x: x.sum(1)[:, None],
        name="kept",
    ),
    argument_fact(
        "torch.nn.Linear", lambda torch: torch.nn.Linear(3, 2, bias=False).bias is None, lambda one: one, name="bare"
    ),
    argument_fact(
        "torch.zeros",
        lambda torch: (lambda z: (str(z.layout), z.to_dense().tolist()))(torch.zeros(2, 2, layout=torch.sparse_coo)),
        lambda found: found == ["torch.sparse_coo", [[0, 0], [0, 0]]],
        name="sparse",
    ),
    argument(
        "torch.nn.functional.group_norm",
        lambda torch, x=tensor(2, 4, 3): torch.nn.functional.group_norm(x, 2, eps=0.5),
        lambda np, x: (
            (x.reshape(2, 2, 6) - x.reshape(2, 2, 6).mean(2, keepdims=True))
            / np.sqrt(x.reshape(2, 2, 6).var(2, keepdims=True) + 0.5)
        ).reshape(2, 4, 3),
        name="epsilon",
        condition=4,
    ),
    argument(
        "torch.nn.functional.batch_norm",
        lambda torch, x=tensor(6, 3): torch.nn.functional.batch_norm(x, None, None, training=True, eps=0.5),
        lambda np, x: (x - x.mean(0)) / np.sqrt(x.var(0) + 0.5),
        name="epsilon",
        condition=4,
    ),
    argument(
        "torch.linalg.solve_triangular",
        lambda torch, a=tensor(3, 3), b=tensor(3, 2): torch.linalg.solve_triangular(
            a, b, upper=True, unitriangular=True
        ),
        lambda np, a, b: np.linalg.inv(np.triu(a, 1) + np.eye(3)) @ b,
        name="unit",
        condition=64,
    ),
    argument_fact(
        "torch.linalg.matrix_rank",
        lambda torch: int(torch.linalg.matrix_rank(torch.diag(torch.tensor([1.0, 0.5, 0.01])), rtol=0.1)),
        lambda rank: rank == 2,
        name="relative",
    ),
    argument_fact(
        "torch.nn.Module.state_dict",
        lambda torch: (lambda given: (torch.nn.Linear(3, 2).state_dict(destination=given) is given, sorted(given)))({}),
        lambda found: found == [True, ["bias", "weight"]],
        name="destination",
    ),
    argument_fact(
        "torch.nn.TransformerEncoderLayer",
        lambda torch: (
            lambda layer: (
                layer.norm1.eps,
                layer.norm_first,
                layer.linear1.bias is None,
                layer.activation is torch.nn.functional.gelu,
            )
        )(torch.nn.TransformerEncoderLayer(4, 2, activation="gelu", layer_norm_eps=0.5, norm_first=True, bias=False)),
        lambda found: found == [0.5, True, True, True],
        name="options",
    ),
    argument_fact(
        "torch.nn.Dropout",
        lambda torch: (lambda x: torch.nn.Dropout(0.5, inplace=True)(x) is x)(torch.ones(3, 5)),
        lambda same: same,
        name="in-place",
    ),
    argument_fact(
        "torch.nn.Dropout3d",
        lambda torch: (lambda x: (torch.nn.Dropout3d(p=1.0, inplace=True)(x) is x, float(x.abs().max())))(
            torch.ones(2, 3, 2, 2, 2)
        ),
        lambda found: found == [True, 0],
        name="in-place",
    ),
    argument_fact(
        "torch.nn.Conv3d",
        lambda torch: (
            torch.nn.Conv3d(1, 1, 2, dilation=2, padding=1, padding_mode="circular")(torch.ones(1, 1, 3, 3, 3)).shape
        ),
        lambda shape: shape == [1, 1, 3, 3, 3],
        name="dilated-circle",
    ),
    argument_fact(
        "torch.nn.Transformer",
        lambda torch: (
            lambda layer: (
                layer.norm1.eps,
                layer.norm_first,
                layer.linear1.bias is None,
                layer.activation is torch.nn.functional.gelu,
            )
        )(
            torch.nn.Transformer(
                4, 2, 1, 1, 4, activation=torch.nn.functional.gelu, layer_norm_eps=0.5, norm_first=True, bias=False
            ).encoder.layers[0]
        ),
        lambda found: found == [0.5, True, True, True],
        name="options",
    ),
]
