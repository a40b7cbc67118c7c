"""Kernels in Pallas, which a TPU's Mosaic and a GPU's Triton compile, and a CPU does not."""
