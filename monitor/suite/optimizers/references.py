"""The optimizers of PyTorch in NumPy, in double precision, from the algorithms that their documentation gives.

A reference takes a parameter, its gradient, the number of the step from one on, the state of the parameter, which it
updates, and the options of the optimizer. It returns the new parameter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

STEPS = 8  # RAdam rectifies from the sixth step on
SHAPES = ((3, 4), (5,), (2, 3, 2))
SPARSE = "SparseAdam"

Values = npt.NDArray[np.float64]
Update = Callable[[Values, Values, int, dict[str, Any], dict[str, Any]], Any]


def adadelta(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    del t
    rho, eps = o["rho"], o["eps"]
    g = g + o["weight_decay"] * p
    state["v"] = rho * state.get("v", 0) + (1 - rho) * g**2
    step = np.sqrt(state.get("u", 0) + eps) / np.sqrt(state["v"] + eps) * g
    state["u"] = rho * state.get("u", 0) + (1 - rho) * step**2
    return p - o["lr"] * step


def adafactor(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    tiny, least = o["eps"]
    beta = 1 - float(t) ** o["beta2_decay"]
    alpha = max(least, _root_mean_square(p)) * min(o["lr"], 1 / math.sqrt(t))
    p = p * (1 - o["lr"] * o["weight_decay"])
    if g.ndim > 1:
        state["row"] = beta * state.get("row", 0) + (1 - beta) * (g**2).mean(-1, keepdims=True)
        state["column"] = beta * state.get("column", 0) + (1 - beta) * (g**2).mean(-2, keepdims=True)
        variance = state["row"] * state["column"] / np.maximum(state["row"].mean(-2, keepdims=True), tiny)
    else:
        variance = state["v"] = beta * state.get("v", 0) + (1 - beta) * g**2
    update = g / np.maximum(np.sqrt(variance), tiny)
    return p - alpha * update / max(1.0, _root_mean_square(update) / o["d"])


def adagrad(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    g = g + o["weight_decay"] * p
    state["sum"] = state.get("sum", o["initial_accumulator_value"]) + g**2
    return p - o["lr"] / (1 + (t - 1) * o["lr_decay"]) * g / (np.sqrt(state["sum"]) + o["eps"])


def adam(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    if o.get("decoupled_weight_decay"):
        p = p - o["lr"] * o["weight_decay"] * p
    else:
        g = g + o["weight_decay"] * p
    first, second = _moments(g, state, o["betas"])
    if o["amsgrad"]:
        second = state["max"] = np.maximum(state.get("max", 0), second)
    unbiased = np.sqrt(second / (1 - o["betas"][1] ** t))
    return p - o["lr"] * first / (1 - o["betas"][0] ** t) / (unbiased + o["eps"])


def adamax(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    first, second = o["betas"]
    g = g + o["weight_decay"] * p
    state["m"] = first * state.get("m", 0) + (1 - first) * g
    state["u"] = np.maximum(second * state.get("u", 0), np.abs(g) + o["eps"])
    return p - o["lr"] / (1 - first**t) * state["m"] / state["u"]


def asgd(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    del state
    g = g + o["weight_decay"] * p
    eta = o["lr"] / (1 + o["lambd"] * o["lr"] * (t - 1)) ** o["alpha"]
    return p * (1 - o["lambd"] * eta) - eta * g


def nadam(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    if o["decoupled_weight_decay"]:
        p = p * (1 - o["lr"] * o["weight_decay"])
    else:
        g = g + o["weight_decay"] * p
    first, second = _moments(g, state, o["betas"])
    now, after = (o["betas"][0] * (1 - 0.5 * 0.96 ** (step * o["momentum_decay"])) for step in (t, t + 1))
    product = state["product"] = state.get("product", 1.0) * now
    moment = after * first / (1 - product * after) + (1 - now) * g / (1 - product)
    return p - o["lr"] * moment / (np.sqrt(second / (1 - o["betas"][1] ** t)) + o["eps"])


def radam(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    beta1, beta2 = o["betas"]
    if o["decoupled_weight_decay"]:
        p = p * (1 - o["lr"] * o["weight_decay"])
    else:
        g = g + o["weight_decay"] * p
    first, second = _moments(g, state, o["betas"])
    step = o["lr"] * first / (1 - beta1**t)
    limit = 2 / (1 - beta2) - 1
    length = limit - 2 * t * beta2**t / (1 - beta2**t)
    if length <= 5:
        return p - step
    rectified = math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
    return p - step * rectified * math.sqrt(1 - beta2**t) / (np.sqrt(second) + o["eps"])


def rmsprop(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    del t
    alpha = o["alpha"]
    g = g + o["weight_decay"] * p
    variance = state["v"] = alpha * state.get("v", 0) + (1 - alpha) * g**2
    if o["centered"]:
        state["mean"] = alpha * state.get("mean", 0) + (1 - alpha) * g
        variance = variance - state["mean"] ** 2
    step = g / (np.sqrt(variance) + o["eps"])
    state["buffer"] = o["momentum"] * state.get("buffer", 0) + step
    return p - o["lr"] * state["buffer"]


def rprop(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    del t
    (less, more), (smallest, largest) = o["etas"], o["step_sizes"]
    size, sign = state.get("size", np.full_like(p, o["lr"])), np.sign(g * state.get("before", 0))
    state["size"] = np.clip(size * np.where(sign > 0, more, np.where(sign < 0, less, 1.0)), smallest, largest)
    state["before"] = np.where(sign < 0, 0.0, g)
    return p - state["size"] * np.sign(state["before"])


def sgd(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    g = g + o["weight_decay"] * p
    if o["momentum"]:
        state["buffer"] = g if t == 1 else o["momentum"] * state["buffer"] + (1 - o["dampening"]) * g
        g = g + o["momentum"] * state["buffer"] if o["nesterov"] else state["buffer"]
    return p - o["lr"] * g


def sparse_adam(p: Values, g: Values, t: int, state: dict[str, Any], o: dict[str, Any]) -> Any:
    """Update only the elements with a gradient: their moments and their parameters."""
    beta1, beta2 = o["betas"]
    given = g != 0
    first, second = state.get("m", np.zeros_like(p)), state.get("v", np.zeros_like(p))
    state["m"] = np.where(given, beta1 * first + (1 - beta1) * g, first)
    state["v"] = np.where(given, beta2 * second + (1 - beta2) * g**2, second)
    size = o["lr"] * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    return np.where(given, p - size * state["m"] / (np.sqrt(state["v"]) + o["eps"]), p)


def _moments(g: Values, state: dict[str, Any], betas: tuple[float, float]) -> tuple[Any, Any]:
    """Return the running means of the gradient and of its square, and keep them in the state."""
    state["m"] = betas[0] * state.get("m", 0) + (1 - betas[0]) * g
    state["v"] = betas[1] * state.get("v", 0) + (1 - betas[1]) * g**2
    return state["m"], state["v"]


def _root_mean_square(values: Values) -> float:
    return math.sqrt(float((values**2).mean()))


# By the name of the class. LBFGS and Muon have none: the documentation leaves steps open, or computes in bfloat16.
UPDATES: dict[str, Update] = {
    "ASGD": asgd,
    "Adadelta": adadelta,
    "Adafactor": adafactor,
    "Adagrad": adagrad,
    "Adam": adam,
    "AdamW": adam,
    "Adamax": adamax,
    "NAdam": nadam,
    "RAdam": radam,
    "RMSprop": rmsprop,
    "Rprop": rprop,
    "SGD": sgd,
    "SparseAdam": sparse_adam,
}


def truth(name: str, options: dict[str, Any], epsilon: float) -> list[Values]:
    """Return the parameters of the problem after all steps; `epsilon` is that of the dtype of the parameters."""
    given: dict[str, Any] = {key: float(value) if hasattr(value, "dtype") else value for key, value in options.items()}
    given["decoupled_weight_decay"] = name == "AdamW" or given.get("decoupled_weight_decay", False)
    if name == "Adafactor":
        given["eps"] = (epsilon, given["eps"][1])
    sign = -1.0 if given.get("maximize") else 1.0
    results = []
    for start, target, slope in zip(*problem(name), strict=True):
        values, state = start, dict[str, Any]()
        for step in range(1, STEPS + 1):
            values = UPDATES[name](values, sign * slope * (values - target), step, state, given)
        results.append(values)
    return results


def problem(name: str) -> tuple[list[Values], list[Values], list[Values]]:
    """Return the start, the target and the slope of each parameter, all of them exact in every dtype.

    No gradient is zero, except for some of a sparse gradient. Some parameters pass the target.
    """
    start, target, slope = [], [], []
    for shape in SHAPES:
        place = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        target.append((place * 5 % 7 - 3) / 8)
        start.append(target[-1] + (place * 7 % 11 - 5) / 4 + 1 / 32)
        slope.append((1 + place % 3 / 4) * (place % 4 != 3 if name == SPARSE else 1.0))
    return start, target, slope
