"""Pass messages in a graph whose edges are masked."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import Module, Parameter


def edges_of(adjacency: Tensor) -> Tensor:
    return adjacency.nonzero().t()  # expect: data-dependent-shape


def degrees(index: Tensor):
    nodes, counts = torch.unique(index, return_counts=True)  # expect: data-dependent-shape
    return nodes, counts


class Layer(Module):
    def __init__(self, width):
        super().__init__()
        self.weight = Parameter(torch.eye(width))

    def forward(self, x, index):
        source, target = index
        messages = (x @ self.weight)[source]
        return torch.zeros_like(x).index_add(0, target, messages)

    def masked(self, x, mask):
        kept = torch.where(mask)[0]  # expect: data-dependent-shape
        dense = torch.where(mask, x, torch.zeros_like(x))
        return dense, torch.masked_select(x, mask), kept  # expect: data-dependent-shape

    def laplacian(self, adjacency):
        degree = adjacency.sum(1)
        wide = adjacency.double()  # expect: wide-dtype
        return torch.diag(degree) - wide


def check(index: Tensor, size: int) -> None:
    if int(index.max()) >= size:
        raise IndexError(f"index {index.max().item()} is not below {size}")


def load(path):
    rows = np.loadtxt(path)
    nodes = np.unique(rows)
    return nodes.tolist(), np.nonzero(rows)[0].item()


def main():
    adjacency = torch.ones(4, 4)
    index = edges_of(adjacency)
    check(index, 4)
    layer = Layer(2)
    print(layer(torch.ones(4, 2), index), degrees(index), layer.laplacian(adjacency))


main()
