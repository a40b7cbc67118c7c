"""Kernels in Pallas, which Mosaic compiles for a TPU, Triton for a GPU, and nothing for a CPU."""

PLAIN_ONLY = True
