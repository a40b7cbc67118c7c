"""Loading of data: batches, their order, and their collation."""

from monitor.suite.declare import case, tensor
from monitor.suite.distributions import permutations_are_fair
from monitor.suite.limits import FIXED_RANK, LOADER, NOT_EMPTY

LOADERS = "torch.utils.data.DataLoader"


def numbers(torch, count):
    return torch.utils.data.TensorDataset(torch.arange(count))


@case(LOADERS)
def data_loader(torch):
    made = [
        torch.utils.data.DataLoader(range(7), batch_size=3),
        torch.utils.data.DataLoader(range(7), batch_size=3, drop_last=True),
        torch.utils.data.DataLoader(range(3)),
        torch.utils.data.DataLoader(range(3), batch_size=None),
        torch.utils.data.DataLoader(range(7), batch_sampler=[[6, 0], [3]]),
        torch.utils.data.DataLoader(range(7), sampler=[2, 5], batch_size=2),
    ]
    return [[batch.tolist() if torch.is_tensor(batch) else batch for batch in one] for one in made], [*map(len, made)]


@data_loader.promise
def _(result):
    batches, lengths = result
    expected = [
        [[0, 1, 2], [3, 4, 5], [6]],
        [[0, 1, 2], [3, 4, 5]],
        [[0], [1], [2]],
        [0, 1, 2],
        [[6, 0], [3]],
        [[2, 5]],
    ]
    return batches == expected and lengths == [3, 2, 3, 3, 2, 1]


@case(LOADERS, name="shuffled")
def data_loader_shuffled(torch):
    orders = []
    for seed in (1, 1, 2):
        generator = torch.Generator().manual_seed(seed)
        loader = torch.utils.data.DataLoader(range(50), batch_size=50, shuffle=True, generator=generator)
        orders.append([next(iter(loader)).tolist() for _ in range(2)])
    first, second = orders[0]
    return orders[0] == orders[1], orders[0] == orders[2], first == second, sorted(first) == [*range(50)]


@data_loader_shuffled.promise
def _(result):
    return result == [True, False, False, True]


@case(LOADERS, name="fair")
def data_loader_is_fair(torch):
    torch.manual_seed(7)
    loader = torch.utils.data.DataLoader(range(8), batch_size=8, shuffle=True)
    return torch.stack([next(iter(loader)) for _ in range(2000)])


@data_loader_is_fair.promise
def _(orders):
    return permutations_are_fair(orders)


@case(LOADERS, name="processes")
def data_loader_in_processes(torch):
    loader = torch.utils.data.DataLoader(range(6), batch_size=2, num_workers=2, worker_init_fn=None)
    return [batch.tolist() for batch in loader]


@data_loader_in_processes.promise
def _(batches):
    return batches == [[0, 1], [2, 3], [4, 5]]


@case(LOADERS, name="collated")
def data_loader_collated(torch):
    rows = [{"x": torch.ones(2), "y": (i, float(i)), "z": str(i)} for i in range(2)]
    (batch,) = torch.utils.data.DataLoader(rows, batch_size=2)
    (own,) = torch.utils.data.DataLoader(rows, batch_size=2, collate_fn=len)
    return tuple(batch["x"].shape), [one.tolist() for one in batch["y"]], str(batch["y"][1].dtype), batch["z"], own


@data_loader_collated.promise
def _(result):
    return result == [[2, 2], [[0, 1], [0.0, 1.0]], "torch.float64", ["0", "1"], 2]


@case(LOADERS, name="stream")
def data_loader_of_stream(torch):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter(range(5))

    batches = [batch.tolist() for batch in torch.utils.data.DataLoader(Stream(), batch_size=2)]
    try:
        torch.utils.data.DataLoader(Stream(), shuffle=True)
    except ValueError:
        return batches, "refused"


@data_loader_of_stream.promise
def _(result):
    return result == [[[0, 1], [2, 3], [4]], "refused"]


@case("torch.utils.data.TensorDataset", dtypes=("float32", "bfloat16", "int64"), limits=LOADER | NOT_EMPTY | FIXED_RANK)
def tensor_dataset(torch, x=tensor(4, 3), y=tensor(4)):
    rows = torch.utils.data.TensorDataset(x, y)
    return rows[1], rows[2:]


@tensor_dataset.reference
def _(np, x, y):
    return [x[1], np.asarray(y[1]), x[2:], y[2:]]


@case("torch.utils.data.TensorDataset", name="refused")
def tensor_dataset_refuses(torch):
    rows = torch.utils.data.TensorDataset(torch.ones(4), torch.ones(4, 2))
    try:
        torch.utils.data.TensorDataset(torch.ones(4), torch.ones(3))
    except AssertionError:
        return len(rows), "refused"


@tensor_dataset_refuses.promise
def _(result):
    return result == [4, "refused"]


@case("torch.utils.data.SequentialSampler")
def sequential_sampler(torch):
    sampler = torch.utils.data.SequentialSampler("abcd")
    return [*sampler], len(sampler)


@sequential_sampler.promise
def _(result):
    return result == [[0, 1, 2, 3], 4]


@case("torch.utils.data.RandomSampler")
def random_sampler(torch):
    def order(seed, **options):
        return [*torch.utils.data.RandomSampler(range(20), generator=torch.Generator().manual_seed(seed), **options)]

    first, drawn = order(1), order(1, replacement=True, num_samples=200)
    return first == order(1), first == order(2), sorted(first), len(drawn), {*drawn} <= {*range(20)}, len({*drawn})


@random_sampler.promise
def _(result):
    same, other, numbers, count, inside, distinct = result
    return same and not other and numbers == [*range(20)] and count == 200 and inside and distinct > 15


@case("torch.utils.data.RandomSampler", name="fair")
def random_sampler_is_fair(torch):
    sampler = torch.utils.data.RandomSampler(range(8), generator=torch.Generator().manual_seed(7))
    return torch.tensor([[*sampler] for _ in range(2000)])


@random_sampler_is_fair.promise
def _(orders):
    return permutations_are_fair(orders)


@case("torch.utils.data.DistributedSampler")
def distributed_sampler(torch):
    def parts(**options):
        made = [torch.utils.data.DistributedSampler(range(7), num_replicas=3, rank=r, **options) for r in range(3)]
        for sampler in made:
            sampler.set_epoch(1)
        return [[*sampler] for sampler in made]

    shuffled = parts(seed=5)
    return parts(shuffle=False), parts(shuffle=False, drop_last=True), shuffled == parts(seed=5), shuffled


@distributed_sampler.promise
def _(result):
    padded, dropped, same, shuffled = result
    expected = [[0, 3, 6], [1, 4, 0], [2, 5, 1]]
    return (
        padded == expected
        and dropped == [[0, 3], [1, 4], [2, 5]]
        and same
        and {n for part in shuffled for n in part} == {*range(7)}
    )


@case("torch.utils.data.distributed.DistributedSampler")
def distributed_sampler_by_its_module(torch):
    made = torch.utils.data.distributed.DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False)
    return [*made], len(made)


@distributed_sampler_by_its_module.promise
def _(result):
    return result == [[1, 3, 0], 3]


@case("torch.utils.data.default_collate")
def default_collate(torch):
    import collections

    import numpy as np

    point = collections.namedtuple("point", ["x", "y"])
    collate = torch.utils.data.default_collate
    named = collate([point(1, 2.0), point(3, 4.0)])
    arrays = collate([np.zeros(2, np.float32), np.ones(2, np.float32)])
    try:
        collate([object()])
    except TypeError:
        refused = True
    return [one.tolist() for one in named], type(named).__name__, str(arrays.dtype), collate(["a", "b"]), refused


@default_collate.promise
def _(result):
    return result == [[[1, 3], [2.0, 4.0]], "point", "torch.float32", ["a", "b"], True]


@case("torch.utils.data.dataloader.default_collate")
def default_collate_by_its_module(torch):
    batch = torch.utils.data.dataloader.default_collate([{"a": 1, "b": [2]}, {"a": 3, "b": [4]}])
    return {name: [one.tolist() for one in (value if name == "b" else [value])] for name, value in batch.items()}


@default_collate_by_its_module.promise
def _(batch):
    return batch == {"a": [[1, 3]], "b": [[2, 4]]}


@case("torch.utils.data.random_split")
def random_split(torch):
    def split(seed, lengths):
        parts = torch.utils.data.random_split(range(10), lengths, generator=torch.Generator().manual_seed(seed))
        return [[*part] for part in parts]

    first = split(1, [7, 3])
    try:
        split(1, [7, 4])
    except ValueError:
        refused = True
    shares = [len(part) for part in split(1, [0.35, 0.35, 0.3])]
    return first == split(1, [7, 3]), first == split(2, [7, 3]), sorted(first[0] + first[1]), shares, refused


@random_split.promise
def _(result):
    return result == [True, False, [*range(10)], [4, 3, 3], True]


@case("torch.utils.data.get_worker_info")
def get_worker_info(torch):
    class Workers(torch.utils.data.Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            info = torch.utils.data.get_worker_info()
            return info.id, info.num_workers, len(info.dataset)

    batches = [*torch.utils.data.DataLoader(Workers(), batch_size=2, num_workers=2)]
    return torch.utils.data.get_worker_info(), [[one.tolist() for one in batch] for batch in batches]


@get_worker_info.promise
def _(result):
    return result == [None, [[[i, i], [2, 2], [4, 4]] for i in range(2)]]
