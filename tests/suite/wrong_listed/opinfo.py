"""PyTorch's own samples of a multiplication, with every fault that the oracle must find."""

import torch

from monitor.suite.torch.opinfo import OperatorCheck


class Wrong:
    """An operator of the database whose kernels have a fault in every dtype."""

    variant_test_name = ""

    def __init__(self, operator, fault):
        self.name = self.full_name = operator.name
        self.sample_inputs, self.ref = operator.sample_inputs, operator.ref
        self._operator, self._fault = operator, fault

    def __call__(self, *args, **kwargs):
        result = self._operator(*args, **kwargs)
        if result.is_meta or not result.numel():
            return result
        if self._fault == "input-changed":
            args[0].zero_()
        return FAULTS.get(self._fault, FAULTS["fine"])(result)


def one_element(result):
    result = result.clone()
    result.view(-1)[0] += 0.01
    return result


FAULTS = {
    "fine": lambda result: result,
    "one-element": one_element,
    "sign": lambda result: -result,
    "off-by-a-thousandth": lambda result: result * 1.001,
    "nan": lambda result: result * float("nan"),
    "shape": lambda result: result[None],
    "dtype": lambda result: result.double(),
}


def checks(device):
    from torch.testing._internal.common_methods_invocations import op_db

    operator = next(operator for operator in op_db if operator.name == "mul")
    for fault in (*FAULTS, "input-changed"):
        check = OperatorCheck(Wrong(operator, fault), "torch.mul", torch.float32)
        check.id = f"torch/torch.mul/{fault}"
        yield check
