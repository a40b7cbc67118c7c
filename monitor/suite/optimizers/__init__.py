"""References for the optimizers of PyTorch, in NumPy."""
