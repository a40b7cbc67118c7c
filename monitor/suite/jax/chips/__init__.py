"""Programs on which generations of accelerators differ: narrow types, scratch memory of kernels, device memory."""

PLAIN_ONLY = True
