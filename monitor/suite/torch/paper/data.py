"""Datasets: their elements and their order."""

from monitor.suite.declare import EVERY, FLOATING, case, tensor
from monitor.suite.limits import FIXED_RANK, LOADER, NOT_EMPTY


@case("torch.utils.data.Dataset")
def dataset(torch):
    class Squares(torch.utils.data.Dataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return index**2

    squares = Squares()
    loader = torch.utils.data.DataLoader(squares, batch_size=2)
    return squares[3], len(squares), [batch.tolist() for batch in loader]


@dataset.promise
def _(result):
    return result == [9, 5, [[0, 1], [4, 9], [16]]]


@case(
    "torch.utils.data.Dataset",
    name="of-tensors",
    dtypes=EVERY,
    limits=NOT_EMPTY | LOADER,
)
def dataset_of_tensors(torch, x=tensor(5, 3)):
    rows = torch.utils.data.TensorDataset(x)
    loader = torch.utils.data.DataLoader(rows, batch_size=2, drop_last=True)
    return torch.cat([batch for (batch,) in loader])


@dataset_of_tensors.reference
def _(np, x):
    return x[: len(x) // 2 * 2]


@case("torch.utils.data.Dataset", name="shuffled")
def dataset_shuffled(torch):
    data = [*range(64)]
    orders = []
    for seed in (1, 1, 2):
        generator = torch.Generator().manual_seed(seed)
        loader = torch.utils.data.DataLoader(data, batch_size=None, shuffle=True, generator=generator)
        orders.append([int(one) for one in loader])
    return orders[0] == orders[1], orders[0] == orders[2], [sorted(order) == data for order in orders]


@dataset_shuffled.promise
def _(result):
    return result == [True, False, [True] * 3]


@case("torch.utils.data.Dataset", name="in-a-process")
def dataset_in_a_process(torch):
    loader = torch.utils.data.DataLoader([*range(6)], batch_size=3, num_workers=1)
    return [batch.tolist() for batch in loader]


@dataset_in_a_process.promise
def _(batches):
    return batches == [[0, 1, 2], [3, 4, 5]]


@case("torch.utils.data.Dataset", name="without-items")
def dataset_without_items(torch):
    try:
        torch.utils.data.Dataset()[0]
    except NotImplementedError:
        return "refused"


@dataset_without_items.promise
def _(said):
    return said == "refused"


@case("torch.utils.data.Subset")
def subset(torch):
    part = torch.utils.data.Subset("abcdefg", [6, 0, 3, 3])
    return len(part), [*part], part[1]


@subset.promise
def _(result):
    return result == [4, ["g", "a", "d", "d"], "a"]


@case(
    "torch.utils.data.Subset",
    name="of-tensors",
    dtypes=FLOATING,
    limits=NOT_EMPTY | FIXED_RANK | LOADER,
)
def subset_of_tensors(torch, x=tensor(6, 2)):
    part = torch.utils.data.Subset(torch.utils.data.TensorDataset(x, -x), [4, 1])
    return [value for pair in torch.utils.data.DataLoader(part, batch_size=2) for value in pair]


@subset_of_tensors.reference
def _(np, x):
    return [x[[4, 1]], -x[[4, 1]]]


@case("torch.utils.data.Subset", name="of-subset")
def subset_of_subset(torch):
    part = torch.utils.data.Subset(torch.utils.data.Subset([*range(10)], [1, 3, 5, 7]), [3, 0])
    parts = torch.utils.data.random_split([*range(10)], [7, 3], generator=torch.Generator().manual_seed(1))
    return [*part], sorted(one for part in parts for one in part), [len(part) for part in parts]


@subset_of_subset.promise
def _(result):
    return result == [[7, 1], [*range(10)], [7, 3]]


@case("torch.utils.data.Subset", name="outside")
def subset_outside(torch):
    part = torch.utils.data.Subset([1, 2, 3], [0, 7])
    try:
        part[1]
    except IndexError:
        return part[0], "refused"


@subset_outside.promise
def _(result):
    return result == [1, "refused"]


@case("torch.utils.data.ConcatDataset")
def concatenated(torch):
    whole = torch.utils.data.ConcatDataset(["abc", "", "de"])
    return len(whole), [whole[index] for index in (0, 2, 3, 4, -1, -5)], whole.cumulative_sizes


@concatenated.promise
def _(result):
    return result == [5, ["a", "c", "d", "e", "e", "a"], [3, 3, 5]]


@case("torch.utils.data.ConcatDataset", name="added")
def concatenated_by_sum(torch):
    first, second = (torch.utils.data.TensorDataset(torch.arange(n)) for n in (2, 3))
    whole = first + second
    return type(whole).__name__, [int(one) for (one,) in whole]


@concatenated_by_sum.promise
def _(result):
    return result == ["ConcatDataset", [0, 1, 0, 1, 2]]


@case(
    "torch.utils.data.ConcatDataset",
    name="of-tensors",
    dtypes=FLOATING,
    limits=FIXED_RANK | LOADER,
)
def concatenated_tensors(torch, a=tensor(3, 2), b=tensor(4, 2)):
    whole = torch.utils.data.ConcatDataset([torch.utils.data.TensorDataset(a), torch.utils.data.TensorDataset(b)])
    return torch.cat([batch for (batch,) in torch.utils.data.DataLoader(whole, batch_size=5)])


@concatenated_tensors.reference
def _(np, a, b):
    return np.concatenate([a, b])


@case("torch.utils.data.ConcatDataset", name="refused")
def concatenated_refuses(torch):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            return iter([1])

    said = []
    for parts, index in (([], 0), ([Stream()], 0), (["ab"], -3)):
        try:
            torch.utils.data.ConcatDataset(parts)[index]
        except (AssertionError, ValueError) as error:
            said.append(type(error).__name__)
    return said


@concatenated_refuses.promise
def _(said):
    return said == ["AssertionError", "AssertionError", "ValueError"]
