"""A suite of cases for PyTorch's own compiler for GPUs."""
