"""References for traced programs of JAX: their primitives in NumPy and SciPy, written from the definitions."""

from monitor.suite.jaxprs import control_flow, elementwise, linear, reductions, shaping
from monitor.suite.jaxprs.interpreter import NoReferenceError, evaluate, widened

__all__ = ["NoReferenceError", "control_flow", "elementwise", "evaluate", "linear", "reductions", "shaping", "widened"]
