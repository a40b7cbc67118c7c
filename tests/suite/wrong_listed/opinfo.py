"""PyTorch's own samples of a multiplication, with every fault that the oracle must find."""

import torch

from monitor.suite.operators.check import OperatorCheck
from monitor.suite.operators.gradients import GradientCheck
from monitor.suite.operators.variants import InPlaceCheck


class Wrong:
    """An operator of the database whose kernels have a fault in every dtype."""

    variant_test_name = ""

    def __init__(self, operator, fault):
        self.name = self.full_name = operator.name
        self.sample_inputs, self.ref = operator.sample_inputs, operator.ref
        self.gradcheck_wrapper = operator.gradcheck_wrapper
        self.op = self
        self._operator, self._fault = operator, fault

    def __call__(self, *args, **kwargs):
        result = self._operator(*args, **kwargs)
        if result.is_meta or not result.numel():
            return result
        if self._fault == "input-changed":
            args[0].zero_()
        return (FAULTS | DERIVATIVES).get(self._fault, FAULTS["fine"])(result)

    def inplace_variant(self, tensor, *args, **kwargs):
        result = self._operator.inplace_variant(tensor, *args, **kwargs)
        return FAULTS[self._fault](result) if self._fault in FAULTS else result.clone()


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
# Wrong derivatives of right values.
DERIVATIVES = {
    "gradient-off": lambda result: result + 0.001 * (result - result.detach()),
    "gradient-missing": lambda result: result.detach(),
}


def checks(device):
    from torch.testing._internal.common_methods_invocations import op_db

    operator = next(operator for operator in op_db if operator.name == "mul")
    for fault in (*FAULTS, "input-changed"):
        check = OperatorCheck(Wrong(operator, fault), "torch.mul", torch.float32)
        check.id = f"torch/torch.mul/{fault}"
        yield check
    drawn = Wrong(operator, "fine")
    drawn.sample_inputs = lambda *_, **__: iter(())
    check = OperatorCheck(drawn, "torch.mul", torch.float32)
    check.id = "torch/torch.mul/no-sample"
    yield check
    forms = {
        ".gradient": (GradientCheck, ("fine", *DERIVATIVES)),
        ".in-place": (InPlaceCheck, ("fine", "another-tensor")),
    }
    for form, (make, faults) in forms.items():
        for fault in faults:
            check = make(Wrong(operator, fault), "torch.mul", torch.float32)
            check.id = f"torch/torch.mul/{fault}{form if fault == 'fine' else ''}"
            yield check
