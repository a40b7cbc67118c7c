"""Arguments of collective operations that no other case passes, in a group of two processes over Gloo.

Each process has the tensor [1, -2] times its rank plus one. A group of one process returns the tensor of the process
itself, so a collective operation that ignores its group has another result.
"""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY

DIST = "torch.distributed."

argument_fact = partial(fact, limits=ARGUMENT_ONLY)
in_groups = partial(argument_fact, name="group")


def in_pair(torch, call):
    """Return the results of `call(torch, dist, rank)` in this process and in a forked one, by rank."""
    import datetime
    import gc
    import tempfile

    def member(rank):
        store = torch.distributed.FileStore(f"{folder}/store", 2)
        limit = datetime.timedelta(seconds=20)
        torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=2, timeout=limit)
        try:
            result = call(torch, torch.distributed, rank)
            finished.wait(25)  # each process keeps its connections as long as the other one may use them
            return result
        finally:
            torch.distributed.destroy_process_group()

    def second_member():
        gc.disable()  # a group of the first process may be garbage, and its threads do not exist here
        sender.send(member(1))

    context = torch.multiprocessing.get_context("fork")
    finished = context.Barrier(2)
    with tempfile.TemporaryDirectory() as folder:
        receiver, sender = context.Pipe(duplex=False)
        second = context.Process(target=second_member, daemon=True)
        second.start()
        sender.close()
        try:
            result = member(0)
            if not receiver.poll(10):
                raise TimeoutError("the second process sends no result")
            return result, receiver.recv()
        finally:
            second.join(5)
            second.kill()


def alone(dist, rank):
    """Return the group of this process alone. Both processes make both groups."""
    return [dist.new_group([0]), dist.new_group([1])][rank]


def message_of(call):
    """Return the message of the error that a call raises, else an empty text."""
    try:
        call()
    except Exception as error:  # Gloo and PyTorch raise different types
        return str(error) or type(error).__name__
    return ""


def timed_out_soon(call):
    """Return whether a call raises because it waited, and does so within ten seconds: half of the usual limit."""
    import time

    start = time.monotonic()
    return "timed out" in message_of(call).lower() and time.monotonic() - start < 10


def numbers(torch, rank):
    return torch.tensor([1.0, -2.0]) * (rank + 1)


def queries(torch, dist, rank):
    own = alone(dist, rank)
    other = dist.new_group(backend="cpu:gloo")
    sizes = [dist.get_world_size(), dist.get_world_size(own)]
    return sizes, [dist.get_rank(), dist.get_rank(own)], [dist.get_backend(), dist.get_backend(group=other)]


def all_reduce(torch, dist, rank):
    own, every = numbers(torch, rank), numbers(torch, rank)
    dist.all_reduce(own, group=alone(dist, rank))
    dist.all_reduce(every, async_op=True).wait()
    return own.tolist(), every.tolist()


def reduce(torch, dist, rank):
    own, second, largest = (numbers(torch, rank) for _ in range(3))
    dist.reduce(own, group=alone(dist, rank), group_dst=0)
    dist.reduce(second, group_dst=1, async_op=True).wait()
    dist.reduce(largest, 1, op=dist.ReduceOp.MAX)
    return own.tolist(), [second.tolist(), largest.tolist()] if rank == 1 else []


def broadcast(torch, dist, rank):
    own, every = numbers(torch, rank), numbers(torch, rank)
    dist.broadcast(own, group=alone(dist, rank), group_src=0)
    dist.broadcast(every, group_src=1, async_op=True).wait()
    return own.tolist(), every.tolist()


def all_gather(torch, dist, rank):
    own, every = [torch.zeros(2)], [torch.zeros(2), torch.zeros(2)]
    dist.all_gather(own, numbers(torch, rank), group=alone(dist, rank))
    dist.all_gather(every, numbers(torch, rank), async_op=True).wait()
    return own[0].tolist(), [one.tolist() for one in every]


def all_gather_into_tensor(torch, dist, rank):
    own, every = torch.zeros(2), torch.zeros(4)
    dist.all_gather_into_tensor(own, numbers(torch, rank), group=alone(dist, rank))
    dist.all_gather_into_tensor(every, numbers(torch, rank), async_op=True).wait()
    return own.tolist(), every.tolist()


def stacked(torch, dist, rank):
    every = torch.zeros(2, 2)
    dist.all_gather_into_tensor(every, numbers(torch, rank))
    return every.tolist()


def broadcast_objects(torch, dist, rank):
    own, every = [{"rank": rank}], [{"rank": rank}]
    dist.broadcast_object_list(own, group=alone(dist, rank), group_src=0)
    dist.broadcast_object_list(every, group_src=1)
    return own, every


def gather_objects(torch, dist, rank):
    own, every = [None], [None, None]
    dist.gather_object(rank, own, group=alone(dist, rank), group_dst=0)
    dist.gather_object(rank, every if rank == 1 else None, group_dst=1)
    return own, every


def scatter_objects(torch, dist, rank):
    own, every = [None], [None]
    dist.scatter_object_list(own, [{"rank": rank}], group=alone(dist, rank), group_src=0)
    dist.scatter_object_list(every, ["a", "b"] if rank == 1 else None, group_src=1)
    return own, every


def all_gather_objects(torch, dist, rank):
    own = [None]
    dist.all_gather_object(own, {"rank": rank}, group=alone(dist, rank))
    return own


def barrier(torch, dist, rank):
    import datetime

    own = alone(dist, rank)
    passed = dist.barrier(async_op=True).wait()
    if rank == 1:
        return bool(passed)
    dist.barrier(group=own)  # of the first process alone
    return bool(passed), timed_out_soon(lambda: dist.barrier(timeout=datetime.timedelta(seconds=0.05)))


def monitored_barrier(torch, dist, rank):
    import datetime

    wait = datetime.timedelta(seconds=0.05)
    group, other = alone(dist, rank), dist.new_group()
    dist.monitored_barrier()
    if rank == 1:
        return None
    dist.monitored_barrier(group=group)  # of the first process alone
    first = message_of(lambda: dist.monitored_barrier(timeout=wait))
    every = message_of(lambda: dist.monitored_barrier(group=other, timeout=wait, wait_all_ranks=True))
    return first, every


def destroy(torch, dist, rank):
    group = alone(dist, rank)
    before = dist.get_backend(group)
    dist.destroy_process_group(group=group)
    return before, dist.get_world_size(), message_of(lambda: dist.get_backend(group)) != ""


def new_group(torch, dist, rank):
    import datetime

    turned = dist.new_group([1, 0], sort_ranks=False, group_desc="turned", backend="cpu:gloo")
    hasty = dist.new_group(timeout=datetime.timedelta(seconds=0.05))
    found = [dist.get_rank(turned), turned.group_desc, dist.get_backend(turned)]
    if rank == 1:
        group = dist.new_group([1], use_local_synchronization=True)  # the first process makes no such group
        return found, dist.get_world_size(group)
    return found, timed_out_soon(lambda: dist.all_reduce(numbers(torch, rank), group=hasty))


def timed_out(torch):
    """Return the message of a process that waits in vain for a second one."""
    import datetime

    store, limit = torch.distributed.HashStore(), datetime.timedelta(seconds=0.05)
    return message_of(
        lambda: torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=2, timeout=limit)
    )


def through_file(torch):
    """Return the size of a group of one process that meets at a file, and whether the file has content."""
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "store"
        torch.distributed.init_process_group("gloo", init_method=f"file://{path}", rank=0, world_size=1)
        try:
            return torch.distributed.get_world_size(), path.stat().st_size > 0
        finally:
            torch.distributed.destroy_process_group()


QUERIES = [
    in_groups(
        DIST + "get_world_size",
        lambda torch: in_pair(torch, queries),
        lambda found: [one[0] for one in found] == [[2, 1], [2, 1]],
    ),
    in_groups(
        DIST + "get_rank",
        lambda torch: in_pair(torch, queries),
        lambda found: [one[1] for one in found] == [[0, 0], [1, 0]],
    ),
    in_groups(
        DIST + "get_backend",
        lambda torch: in_pair(torch, queries),
        lambda found: [one[2] for one in found] == [["gloo", "cpu:gloo"]] * 2,
    ),
    argument_fact(
        DIST + "init_process_group",
        lambda torch: (timed_out(torch), torch.distributed.is_initialized()),
        lambda found: "timeout" in found[0].lower() and found[1] is False,
        name="timeout",
    ),
    argument_fact(DIST + "init_process_group", through_file, lambda found: found == [1, True], name="init-method"),
]

COLLECTIVES = [
    in_groups(
        DIST + "all_reduce",
        lambda torch: in_pair(torch, all_reduce),
        lambda found: found == [[[1, -2], [3, -6]], [[2, -4], [3, -6]]],
    ),
    in_groups(
        DIST + "reduce",
        lambda torch: in_pair(torch, reduce),
        lambda found: found == [[[1, -2], []], [[2, -4], [[3, -6], [2, -2]]]],
    ),
    in_groups(
        DIST + "broadcast",
        lambda torch: in_pair(torch, broadcast),
        lambda found: found == [[[1, -2], [2, -4]], [[2, -4], [2, -4]]],
    ),
    in_groups(
        DIST + "all_gather",
        lambda torch: in_pair(torch, all_gather),
        lambda found: found == [[[1, -2], [[1, -2], [2, -4]]], [[2, -4], [[1, -2], [2, -4]]]],
    ),
    in_groups(
        DIST + "all_gather_into_tensor",
        lambda torch: in_pair(torch, all_gather_into_tensor),
        lambda found: found == [[[1, -2], [1, -2, 2, -4]], [[2, -4], [1, -2, 2, -4]]],
    ),
    argument_fact(
        DIST + "all_gather_into_tensor",
        lambda torch: in_pair(torch, stacked),
        lambda found: found == [[[1, -2], [2, -4]]] * 2,
        name="stacked",
    ),
    in_groups(
        DIST + "broadcast_object_list",
        lambda torch: in_pair(torch, broadcast_objects),
        lambda found: found == [[[{"rank": 0}], [{"rank": 1}]], [[{"rank": 1}], [{"rank": 1}]]],
    ),
    in_groups(
        DIST + "gather_object",
        lambda torch: in_pair(torch, gather_objects),
        lambda found: found == [[[0], [None, None]], [[1], [0, 1]]],
    ),
    in_groups(
        DIST + "scatter_object_list",
        lambda torch: in_pair(torch, scatter_objects),
        lambda found: found == [[[{"rank": 0}], ["a"]], [[{"rank": 1}], ["b"]]],
    ),
    in_groups(
        DIST + "all_gather_object",
        lambda torch: in_pair(torch, all_gather_objects),
        lambda found: found == [[{"rank": 0}], [{"rank": 1}]],
    ),
    in_groups(DIST + "barrier", lambda torch: in_pair(torch, barrier), lambda found: found == [[True, True], True]),
    in_groups(
        DIST + "monitored_barrier",
        lambda torch: in_pair(torch, monitored_barrier),
        lambda found: (
            found[1] is None
            and (
                "Rank 1 failed to pass monitoredBarrier in 50 ms" in found[0][0]
                and "Ranks 1 failed to pass monitoredBarrier in 50 ms" in found[0][1]
            )
        ),
    ),
    in_groups(
        DIST + "destroy_process_group",
        lambda torch: in_pair(torch, destroy),
        lambda found: found == [["gloo", 2, True]] * 2,
    ),
    in_groups(
        DIST + "new_group",
        lambda torch: in_pair(torch, new_group),
        lambda found: found == [[[1, "turned", "cpu:gloo"], True], [[0, "turned", "cpu:gloo"], 1]],
        name="options",
    ),
]
