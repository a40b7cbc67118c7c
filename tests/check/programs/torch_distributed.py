"""Train on several devices."""

import os
import unittest

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel


def set_up():
    rank = int(os.environ["LOCAL_RANK"])
    dist.init_process_group("nccl")
    torch.cuda.set_device(rank)  # expect: hard-coded-device
    return rank


def memory(device):
    match device.type:
        case "cuda":
            return torch.cuda.memory_allocated(device)
        case _:
            return 0


def names():
    return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]


def train(rank, model):
    model = DistributedDataParallel(model.cuda(rank), [rank])  # expect: hard-coded-device
    x = torch.ones(4, 8, device="cuda")  # expect: hard-coded-device
    loss = model(x).sum()
    loss.backward()
    losses = [torch.zeros_like(loss) for _ in range(dist.get_world_size())]
    dist.all_gather(losses, loss.detach())
    if rank == 0:
        print(sum(one.item() for one in losses))  # expect: host-call


class Client:
    def to(self, place):
        return place


class TestMemory(unittest.TestCase):
    @unittest.skipIf(not torch.cuda.is_available(), "needs a GPU")
    def test_it(self):
        x = torch.ones(3).cuda()
        self.assertGreater(torch.cuda.memory_allocated(), 0, x.shape)

    def test_client(self):
        self.assertEqual(Client().to("cpu"), "cpu")


if __name__ == "__main__":
    train(set_up(), torch.nn.Linear(8, 8))
    print(names())
