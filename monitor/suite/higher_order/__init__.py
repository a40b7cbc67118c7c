"""The programs of PyTorch's database of higher-order operators in NumPy."""

DISPATCHER = "torch.ops.higher_order"

# The public functions, or the names of the dispatcher where the database has others.
FUNCTIONS = {
    "auto_functionalize": f"{DISPATCHER}.auto_functionalized",
    "cond": "torch.cond",
    "flex_attention": "torch.nn.attention.flex_attention.flex_attention",
    "invoke_subgraph": "torch.compiler.nested_compile_region",
    "map": f"{DISPATCHER}.map_impl",
}
