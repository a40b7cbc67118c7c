"""Arguments of data-parallel modules and distributed tensors that no other case passes."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.ops.distributed import in_group
from monitor.suite.torch.ops.distributed_arguments import alone, in_pair, message_of

PARALLEL = "torch.nn.parallel.DistributedDataParallel"
TENSORS = "torch.distributed.tensor."

argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def model_of(torch, value):
    """Return a module with two used weights and an unused one, and a buffer, all filled with a number."""

    class Sum(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second, self.unused = (torch.nn.Linear(2, 1, bias=False) for _ in range(3))
            self.register_buffer("seen", torch.full((1,), value))

        def forward(self, x):
            return self.first(x) + self.second(x)

    model = Sum()
    for weight in model.parameters():
        torch.nn.init.constant_(weight, value)
    return model


def gradients(torch, parallel):
    """Return the gradients of each weight, after two steps."""
    for _ in range(2):
        parallel.zero_grad()
        parallel(torch.ones(1, 2)).sum().backward()
    return [None if weight.grad is None else weight.grad.tolist() for weight in parallel.parameters()]


def reduced(torch, wrap):
    """Return the gradients of a data-parallel module in one process, and the number of weights of each bucket."""

    def call(_):
        parallel, counts = wrap(model_of(torch, 1.0)), []

        def hook(_, bucket):
            counts.append(len(bucket.parameters()))
            done = torch.futures.Future()
            done.set_result(bucket.buffer())
            return done

        parallel.register_comm_hook(None, hook)
        return gradients(torch, parallel), counts

    return in_group(torch, call)


def shared_memory(torch, **options):
    """Return whether the gradients of two weights share the memory of a bucket."""

    def call(dist):
        parallel = torch.nn.parallel.DistributedDataParallel(
            model_of(torch, 1.0), find_unused_parameters=True, **options
        )
        gradients(torch, parallel)
        first, second = parallel.module.first.weight.grad, parallel.module.second.weight.grad
        return first.untyped_storage().data_ptr() == second.untyped_storage().data_ptr()

    return in_group(torch, call)


def synchronized(torch, dist, rank):
    """Return a weight and the buffer after construction, and the buffer after a call, for each option."""
    group, found = alone(dist, rank), []

    def look(parallel):
        weight, buffer = parallel.module.first.weight[0, 0].item(), parallel.module.seen.item()
        parallel.module.seen.fill_(rank + 5.0)
        parallel(torch.ones(1, 2))
        found.append((weight, buffer, parallel.module.seen.item()))

    parallel = torch.nn.parallel.DistributedDataParallel
    value = rank + 1.0
    look(parallel(model_of(torch, value)))
    look(parallel(model_of(torch, value), init_sync=False))
    look(parallel(model_of(torch, value), process_group=group))
    look(parallel(model_of(torch, value), forward_sync_buffers=False))
    look(parallel(model_of(torch, value), broadcast_buffers=False))
    return found


def local_tensors(torch, dist, rank):
    """Return tensors that are made of local parts with options, and a gradient."""
    from torch.distributed.tensor import DTensor, Partial, Replicate, Shard

    mesh = dist.device_mesh.init_device_mesh("cpu", (2,))
    checked = DTensor.from_local(torch.full((2,), rank + 1.0), mesh, [Replicate()], run_check=True)
    part = torch.arange(2.0 - rank)
    uneven = DTensor.from_local(part, mesh, [Shard(0)], shape=torch.Size([3]), stride=(1,))
    turned = DTensor.from_local(torch.ones(2, 3).T, mesh, [Shard(0)], shape=torch.Size([6, 2]), stride=(1, 6))
    gradient = []
    if rank == 0:  # no process receives anything: each takes its share of the gradient
        x = torch.ones(2, requires_grad=True)
        DTensor.from_local(x, mesh, [Replicate()], grad_placements=[Partial()]).to_local().sum().backward()
        gradient = x.grad.tolist()
    return checked.to_local().tolist(), list(uneven.shape), uneven.full_tensor().tolist(), turned.stride(), gradient


def distributed_from(torch, dist, rank):
    """Return the local part of a tensor that comes from the second process, and from each process itself."""
    from torch.distributed.tensor import Shard, distribute_tensor

    mesh, x = dist.device_mesh.init_device_mesh("cpu", (2,)), torch.arange(2.0) + 10 * rank
    return [distribute_tensor(x, mesh, [Shard(0)], src_data_rank=source).to_local().tolist() for source in (1, None)]


def mesh_backends(torch):
    """Return the backends of a mesh with an own one for its second dimension, and the error of an unknown one."""

    def call(dist):
        def make(name):
            return dist.device_mesh.init_device_mesh(
                "cpu", (1, 1), mesh_dim_names=("rows", "columns"), backend_override={"columns": name}
            )

        backends = [dist.get_backend(make("cpu:gloo").get_group(name)) for name in ("rows", "columns")]
        return backends, message_of(lambda: make("unknown")) != ""

    return in_group(torch, call)


MODULES = [
    argument_fact(
        PARALLEL,
        lambda torch: reduced(
            torch, lambda model: torch.nn.parallel.DistributedDataParallel(model, find_unused_parameters=True)
        ),
        lambda found: found == [[[[1, 1]], [[1, 1]], None], [3, 3]],
        name="unused",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: reduced(torch, lambda model: torch.nn.parallel.DistributedDataParallel(model, static_graph=True)),
        lambda found: found == [[[[1, 1]], [[1, 1]], None], [3, 3]],
        name="static",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: reduced(
            torch,
            lambda model: torch.nn.parallel.DistributedDataParallel(
                model, find_unused_parameters=True, bucket_cap_mb=1e-6
            ),
        ),
        lambda found: found == [[[[1, 1]], [[1, 1]], None], [1] * 6],
        name="small-buckets",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: reduced(
            torch,
            lambda model: torch.nn.parallel.DistributedDataParallel(
                model, find_unused_parameters=True, bucket_cap_mb=1e-6, skip_all_reduce_unused_params=True
            ),
        ),
        lambda found: found == [[[[1, 1]], [[1, 1]], None], [1] * 4],
        name="skipped",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: reduced(
            torch,
            lambda model: torch.nn.parallel.DistributedDataParallel(
                model, find_unused_parameters=True, batched_grad_copy=True
            ),
        ),
        lambda found: found == [[[[1, 1]], [[1, 1]], None], [3, 3]],
        name="batched-copy",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: reduced(
            torch,
            lambda model: torch.nn.parallel.DistributedDataParallel(
                model,
                find_unused_parameters=True,
                delay_all_reduce_named_params=[("second.weight", model.second.weight)],
                param_to_hook_all_reduce=model.first.weight,
            ),
        ),
        lambda found: found == [[[[1, 1]], [[1, 1]], None], [2, 2]],
        name="delayed",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: [shared_memory(torch), shared_memory(torch, gradient_as_bucket_view=True)],
        lambda found: found == [False, True],
        name="bucket-view",
    ),
    argument_fact(
        PARALLEL,
        lambda torch: in_pair(torch, synchronized),
        lambda found: found == [[[1, 1, 5]] * 5, [[1, 1, 5], [2, 2, 5], [2, 2, 6], [1, 1, 6], [1, 2, 6]]],
        name="synchronized",
    ),
]

PLACEMENTS = [
    argument_fact(
        TENSORS + "DTensor.from_local",
        lambda torch: in_pair(torch, local_tensors),
        lambda found: found[0] == [[1, 1], [3], [0, 1, 0], [1, 6], [0.5, 0.5]] and found[1][:4] == found[0][:4],
        name="options",
    ),
    argument_fact(
        TENSORS + "distribute_tensor",
        lambda torch: in_pair(torch, distributed_from),
        lambda found: found == [[[10], [0]], [[11], [11]]],
        name="source",
    ),
    argument_fact(
        "torch.distributed.device_mesh.init_device_mesh",
        mesh_backends,
        lambda found: found == [["gloo", "cpu:gloo"], True],
        name="backends",
    ),
]
