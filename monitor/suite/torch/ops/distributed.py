"""Collective operations in a group of one process, and queries without a group."""

from monitor.suite.declare import case, fact

DIST = "torch.distributed."


def in_group(torch, call):
    """Return the result of a call in a group of this process alone, over Gloo on the host."""
    import datetime

    store = torch.distributed.HashStore()
    store.set_timeout(datetime.timedelta(seconds=20))
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        return call(torch.distributed)
    finally:
        torch.distributed.destroy_process_group()


def gathered(dist, torch):
    parts = [torch.empty(3)]
    dist.all_gather(parts, torch.arange(3.0))
    return parts[0].tolist()


def reduced(dist, torch, name, **options):
    x = torch.tensor([1.0, -2.0])
    getattr(dist, name)(x, **options)
    return x.tolist()


def objects(dist):
    found = [None]
    dist.all_gather_object(found, {"step": 3})
    return found


QUERIES = [
    fact(DIST + "is_available", lambda torch: torch.distributed.is_available(), lambda found: found is True),
    fact(
        DIST + "is_initialized",
        lambda torch: (torch.distributed.is_initialized(), in_group(torch, lambda dist: dist.is_initialized())),
        lambda found: found == [False, True],
    ),
    fact(
        DIST + "get_world_size", lambda torch: in_group(torch, lambda d: d.get_world_size()), lambda found: found == 1
    ),
    fact(DIST + "get_rank", lambda torch: in_group(torch, lambda dist: dist.get_rank()), lambda found: found == 0),
    fact(DIST + "get_backend", lambda torch: in_group(torch, lambda d: d.get_backend()), lambda found: found == "gloo"),
    fact(
        DIST + "get_global_rank",
        lambda torch: in_group(torch, lambda dist: dist.get_global_rank(dist.new_group([0]), 0)),
        lambda found: found == 0,
    ),
    fact(
        DIST + "new_group",
        lambda torch: in_group(torch, lambda dist: dist.get_world_size(dist.new_group([0]))),
        lambda found: found == 1,
    ),
    fact(
        DIST + "is_nccl_available",
        lambda torch: (torch.distributed.is_nccl_available(), torch.backends.cuda.is_built()),
        lambda found: found[1] or not found[0],
    ),
    fact(
        DIST + "is_torchelastic_launched",
        lambda torch: torch.distributed.is_torchelastic_launched(),
        lambda found: found is False,
    ),
]

COLLECTIVES = [
    fact(DIST + "barrier", lambda torch: in_group(torch, lambda dist: dist.barrier()), lambda found: found is None),
    fact(
        DIST + "monitored_barrier",
        lambda torch: in_group(torch, lambda dist: dist.monitored_barrier()),
        lambda found: found is None,
    ),
    fact(
        DIST + "all_reduce",
        lambda torch: in_group(torch, lambda dist: reduced(dist, torch, "all_reduce", op=dist.ReduceOp.MAX)),
        lambda found: found == [1.0, -2.0],
    ),
    fact(
        DIST + "reduce",
        lambda torch: in_group(torch, lambda dist: reduced(dist, torch, "reduce", dst=0)),
        lambda found: found == [1.0, -2.0],
    ),
    fact(
        DIST + "broadcast",
        lambda torch: in_group(torch, lambda dist: reduced(dist, torch, "broadcast", src=0)),
        lambda found: found == [1.0, -2.0],
    ),
    fact(
        DIST + "all_gather",
        lambda torch: in_group(torch, lambda dist: gathered(dist, torch)),
        lambda found: found == [0.0, 1.0, 2.0],
    ),
    fact(
        DIST + "all_gather_object",
        lambda torch: in_group(torch, lambda dist: objects(dist)),
        lambda found: found == [{"step": 3}],
    ),
]


@case(DIST + "init_process_group")
def init_process_group(torch):
    try:
        torch.distributed.get_world_size()
    except (RuntimeError, ValueError) as error:
        refused = "has not been initialized" in str(error)
    inside = in_group(torch, lambda dist: (dist.is_initialized(), dist.get_world_size()))
    try:
        torch.distributed.init_process_group("unknown", store=torch.distributed.HashStore(), rank=0, world_size=1)
    except (AssertionError, ValueError):
        return refused, inside, torch.distributed.is_initialized()


@init_process_group.promise
def _(result):
    return result == [True, [True, 1], False]


@case(DIST + "destroy_process_group")
def destroy_process_group(torch):
    in_group(torch, lambda dist: dist.barrier())
    return torch.distributed.is_initialized()


@destroy_process_group.promise
def _(initialized):
    return initialized is False


@case(DIST + "broadcast_object_list")
def broadcast_object_list(torch):
    def call(dist):
        values = [1, {"a": (2, 3)}, None]
        dist.broadcast_object_list(values, src=0)
        return values

    return in_group(torch, call)


@broadcast_object_list.promise
def _(values):
    return values == [1, {"a": [2, 3]}, None]


@case(DIST + "gather_object")
def gather_object(torch):
    def call(dist):
        found = [None]
        dist.gather_object({"a": 1}, found, dst=0)
        return found

    return in_group(torch, call)


@gather_object.promise
def _(found):
    return found == [{"a": 1}]


@case(DIST + "scatter_object_list")
def scatter_object_list(torch):
    def call(dist):
        found = [None]
        dist.scatter_object_list(found, [{"a": 1}], src=0)
        return found

    return in_group(torch, call)


@scatter_object_list.promise
def _(found):
    return found == [{"a": 1}]


@case(DIST + "all_gather_into_tensor")
def all_gather_into_tensor(torch):
    def call(dist):
        whole = torch.empty(3)
        dist.all_gather_into_tensor(whole, torch.arange(3.0))
        return whole.tolist()

    return in_group(torch, call)


@all_gather_into_tensor.promise
def _(values):
    return values == [0.0, 1.0, 2.0]


@case(DIST + "TCPStore")
def tcp_store(torch):
    import datetime

    store = torch.distributed.TCPStore(
        "127.0.0.1", 0, None, True, datetime.timedelta(seconds=20), wait_for_workers=False
    )
    store.set("key", "value")
    total = store.add("count", 2), store.add("count", 3)
    return store.get("key"), total, store.num_keys() >= 2, store.delete_key("key"), store.check(["key"])


@tcp_store.promise
def _(result):
    return result == [b"value", [2, 5], True, True, False]


@case(DIST + "PrefixStore")
def prefix_store(torch):
    store = torch.distributed.HashStore()
    first, second = (torch.distributed.PrefixStore(name, store) for name in ("a", "b"))
    first.set("key", "1")
    second.set("key", "2")
    return first.get("key"), second.get("key"), store.get("a/key")


@prefix_store.promise
def _(result):
    return result == [b"1", b"2", b"1"]


@case("torch.nn.parallel.DistributedDataParallel")
def distributed_data_parallel(torch):
    def call(dist):
        torch.manual_seed(1)
        model = torch.nn.Linear(3, 2)
        parallel = torch.nn.parallel.DistributedDataParallel(model)
        x = torch.ones(4, 3)
        result = parallel(x)
        result.sum().backward()
        return bool((result == model(x)).all()), model.weight.grad.tolist(), sorted(parallel.state_dict())

    return in_group(torch, call)


@distributed_data_parallel.promise
def _(result):
    return result == [True, [[4.0] * 3] * 2, ["module.bias", "module.weight"]]


@case("torch.nn.DataParallel")
def data_parallel(torch):
    model = torch.nn.Linear(3, 2)
    parallel = torch.nn.DataParallel(model)
    device = torch.device("cuda") if torch.cuda.is_available() else torch.device("cpu")
    x = torch.ones(4, 3, device=device)
    return torch.allclose(parallel.to(device)(x), model(x)), parallel.module is model


@data_parallel.promise
def _(result):
    return result == [True, True]


@case(DIST + "tensor.Shard")
def shard(torch):
    from torch.distributed.tensor import Replicate, Shard

    return Shard(1).dim, Shard(1) == Shard(1), Shard(0) == Shard(1), Shard(0).is_shard(), Shard(0) == Replicate()


@shard.promise
def _(result):
    return result == [1, True, False, True, False]


@case(DIST + "tensor.Replicate")
def replicate(torch):
    from torch.distributed.tensor import Replicate

    return Replicate() == Replicate(), Replicate().is_replicate(), Replicate().is_shard()


@replicate.promise
def _(result):
    return result == [True, True, False]


@case(DIST + "tensor.DTensor.from_local")
def dtensor_from_local(torch):
    def call(dist):
        from torch.distributed.tensor import DTensor, Replicate, Shard

        mesh = dist.device_mesh.init_device_mesh("cpu", (1,))
        sharded = DTensor.from_local(torch.arange(6.0).reshape(2, 3), mesh, [Shard(0)])
        total = (sharded * 2).redistribute(mesh, [Replicate()])
        return total.to_local().tolist(), list(sharded.shape), str(total.placements[0])

    return in_group(torch, call)


@dtensor_from_local.promise
def _(result):
    return result[:2] == [[[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]], [2, 3]]


@case(DIST + "tensor.distribute_tensor")
def distribute_tensor(torch):
    def call(dist):
        from torch.distributed.tensor import Shard, distribute_tensor

        mesh = dist.device_mesh.init_device_mesh("cpu", (1,), mesh_dim_names=("data",))
        sharded = distribute_tensor(torch.arange(4.0), mesh, [Shard(0)])
        return sharded.full_tensor().tolist(), mesh.mesh_dim_names, float((sharded + 1).sum().full_tensor())

    return in_group(torch, call)


@distribute_tensor.promise
def _(result):
    return result == [[0.0, 1.0, 2.0, 3.0], ["data"], 10.0]


@case(DIST + "device_mesh.init_device_mesh")
def init_device_mesh(torch):
    def call(dist):
        mesh = dist.device_mesh.init_device_mesh("cpu", (1, 1), mesh_dim_names=("rows", "columns"))
        return tuple(mesh.shape), mesh["rows"].size(), mesh.get_rank(), mesh.ndim

    return in_group(torch, call)


@init_device_mesh.promise
def _(result):
    return result == [[1, 1], 1, 0, 2]


@case(DIST + "checkpoint.state_dict.get_model_state_dict")
def get_model_state_dict(torch):
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    model[0].bias.requires_grad_(False)
    whole = get_model_state_dict(model)
    some = get_model_state_dict(model, options=StateDictOptions(ignore_frozen_params=True))
    return sorted(whole) == sorted(model.state_dict()), sorted({*whole} - {*some})


@get_model_state_dict.promise
def _(result):
    return result == [True, ["0.bias"]]


@case(DIST + "checkpoint.state_dict.StateDictOptions")
def state_dict_options(torch):
    options = torch.distributed.checkpoint.state_dict.StateDictOptions()
    return options.full_state_dict, options.cpu_offload, options.strict


@state_dict_options.promise
def _(result):
    return result == [False, False, True]


@case(DIST + "checkpoint.state_dict.set_model_state_dict")
def set_model_state_dict(torch):
    from torch.distributed.checkpoint.state_dict import set_model_state_dict

    model = torch.nn.Linear(2, 1)
    found = set_model_state_dict(model, {"weight": torch.full((1, 2), 3.0), "bias": torch.zeros(1)})
    return model.weight.tolist(), found.missing_keys, found.unexpected_keys


@set_model_state_dict.promise
def _(result):
    return result == [[[3.0, 3.0]], [], []]
