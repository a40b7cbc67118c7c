"""Arguments of loaders, saved files and shared objects that no other case passes."""

from functools import partial

from monitor.suite.declare import case, fact
from monitor.suite.limits import ARGUMENT_ONLY
from monitor.suite.torch.ops.distributed_arguments import message_of

LOADER = "torch.utils.data.DataLoader"

argument_case = partial(case, limits=ARGUMENT_ONLY)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def computed(torch, compute, size=2):
    """Return a dataset whose elements are computed."""

    class Computed(torch.utils.data.Dataset):
        def __len__(self):
            return size

        def __getitem__(self, index):
            return compute(index)

    return Computed()


@argument_case(LOADER, name="timeout")
def loader_timeout(torch):
    import time

    def wait(index):
        time.sleep(0.05)
        return index

    patient = torch.utils.data.DataLoader(computed(torch, wait), num_workers=1, timeout=20)
    hasty = torch.utils.data.DataLoader(computed(torch, wait), num_workers=1, timeout=0.01)
    return [batch.tolist() for batch in patient], message_of(lambda: [*hasty])


@loader_timeout.promise
def _(result):
    return result[0] == [[0], [1]] and "timed out" in result[1]


@argument_case(LOADER, name="worker-setup")
def loader_with_setup(torch):
    import os

    def begin(worker):
        os.environ["EXAMPLE_WORKER"] = f"worker {worker}"

    data = computed(torch, lambda index: os.environ.get("EXAMPLE_WORKER"))
    return [*torch.utils.data.DataLoader(data, batch_size=None, num_workers=2, worker_init_fn=begin)]


@loader_with_setup.promise
def _(result):
    return result == ["worker 0", "worker 1"]


@argument_case(LOADER, name="context")
def loader_with_context(torch):
    made, kind = [], type(torch.multiprocessing.get_context("fork"))

    def process(self, *args, **options):
        made.append(options)
        return kind.Process(*args, **options)

    context = type("Counting", (kind,), {"Process": process})()
    loader = torch.utils.data.DataLoader(range(2), batch_size=None, num_workers=2, multiprocessing_context=context)
    return [*loader], len(made)


@loader_with_context.promise
def _(result):
    return result == [[0, 1], 2]


@argument_case(LOADER, name="prefetch")
def loader_with_prefetch(torch):
    import time

    counter = torch.multiprocessing.get_context("fork").Value("i", 0)

    def count(index):
        with counter.get_lock():
            counter.value += 1
        return index

    data = computed(torch, count, size=20)
    iterator = iter(torch.utils.data.DataLoader(data, batch_size=None, num_workers=1, prefetch_factor=5))
    end = time.monotonic() + 20
    while counter.value < 5 and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(0.02)
    return counter.value, next(iterator)


@loader_with_prefetch.promise
def _(result):
    return result == [5, 0]


@argument_case(LOADER, name="persistent")
def loader_with_persistent_workers(torch):
    import os

    found = []
    for persistent in (False, True):
        loader = torch.utils.data.DataLoader(
            computed(torch, lambda index: os.getpid()), num_workers=1, batch_size=None, persistent_workers=persistent
        )
        found.append({*loader} == {*loader})
    return found


@loader_with_persistent_workers.promise
def _(same):
    return same == [False, True]


@argument_case(LOADER, name="order")
def loader_out_of_order(torch):
    import time

    def first_is_late(index):
        time.sleep(0.05 if index == 0 else 0)
        return index

    data = computed(torch, first_is_late)
    return [
        [*torch.utils.data.DataLoader(data, batch_size=None, num_workers=2, in_order=in_order)]
        for in_order in (True, False)
    ]


@loader_out_of_order.promise
def _(orders):
    return orders == [[0, 1], [1, 0]]


@argument_case("torch.utils.data.RandomSampler", name="replacement")
def random_sampler(torch):
    sampler = torch.utils.data.RandomSampler(range(3), replacement=True, num_samples=200)
    drawn = [*sampler]
    groups = [len({*drawn[first : first + 3]}) for first in range(0, 198, 3)]
    return len(drawn), len(sampler), sorted({*drawn}), min(groups) < 3  # without replacement, each group has all


@random_sampler.promise
def _(result):
    return result == [200, 200, [0, 1, 2], True]


@argument_case("torch.utils.data.DistributedSampler", name="seed")
def distributed_sampler(torch):
    def order(seed):
        return [*torch.utils.data.DistributedSampler(range(50), num_replicas=1, rank=0, seed=seed)]

    dropping = torch.utils.data.DistributedSampler(range(7), num_replicas=3, rank=1, shuffle=False, drop_last=True)
    return order(1) == order(1), order(1) == order(2), sorted(order(1)) == [*range(50)], [*dropping]


@distributed_sampler.promise
def _(result):
    return result == [True, False, True, [1, 4]]


def pickle_protocol(archive):
    """Return the protocol of the only pickle in an archive of tensors."""
    (pickled,) = [archive.read(name) for name in archive.namelist() if name.endswith("data.pkl")]
    return pickled[1]  # the second byte of a pickle is its protocol


@argument_case("torch.save", name="pickle")
def save_with_pickle(torch):
    import io
    import pickle
    import types
    import zipfile

    made = []

    class Own(pickle.Pickler):
        def __init__(self, *args, **options):
            made.append("own")
            super().__init__(*args, **options)

    protocols = []
    for protocol in (2, 4):
        file = io.BytesIO()
        torch.save({"a": 1}, file, pickle_protocol=protocol)
        protocols.append(pickle_protocol(zipfile.ZipFile(file)))
    torch.save({"a": 1}, io.BytesIO(), pickle_module=types.SimpleNamespace(Pickler=Own, __name__="own"))
    return protocols, len(made) > 0


@save_with_pickle.promise
def _(result):
    return result == [[2, 4], True]


@argument_case("torch.load", name="pickle")
def load_with_pickle(torch):
    import fractions
    import io
    import pickle
    import types

    made = []

    class Own(pickle.Unpickler):
        def __init__(self, *args, **options):
            made.append("own")
            super().__init__(*args, **options)

    file = io.BytesIO()
    torch.save(fractions.Fraction(1, 3), file)
    file.seek(0)
    refused = message_of(lambda: torch.load(file, weights_only=True))
    file.seek(0)
    own = types.SimpleNamespace(**vars(pickle) | {"Unpickler": Own})
    return str(torch.load(file, weights_only=False, pickle_module=own)), len(made) > 0, refused != ""


@load_with_pickle.promise
def _(result):
    return result == ["1/3", True, True]


@argument_case("torch.load", name="mapped")
def load_mapped(torch):
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "tensor.pt"
        torch.save(torch.arange(3.0), path)
        found = []
        for mapped in (True, False):
            loaded = torch.load(path, mmap=mapped)
            found.append((str(path) in pathlib.Path("/proc/self/maps").read_text(), loaded.tolist()))
            del loaded
        return found, torch.load(path, mmap=True, map_location="meta").device.type


@load_mapped.promise
def _(result):
    return result == [[[True, [0, 1, 2]], [False, [0, 1, 2]]], "meta"]


SHARED = [
    argument_fact(
        "torch.multiprocessing.Value",
        lambda torch: [hasattr(torch.multiprocessing.Value("i", 3, lock=lock), "get_lock") for lock in (True, False)],
        lambda found: found == [True, False],
        name="lock",
    ),
    argument_fact(
        "torch.multiprocessing.Queue",
        lambda torch: _filled(torch),
        lambda found: found == [True, 1],
        name="bounded",
    ),
]


def _filled(torch):
    """Return whether a queue of one element is full after one, and the element."""
    queue = torch.multiprocessing.Queue(maxsize=1)
    queue.put(1)
    full = queue.full()
    received = queue.get(timeout=20)
    queue.close()
    queue.join_thread()
    return full, received
