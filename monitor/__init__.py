"""Which functions of PyTorch, JAX and TensorFlow work, are right and are fast, on which hardware."""

__version__ = "0.1.0"
