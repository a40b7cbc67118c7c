"""Monitor which functions of PyTorch, JAX and TensorFlow work, are correct and are fast, on which hardware."""

__version__ = "0.1.0"
