"""A suite of PyTorch cases that do to a GPU what real cases do on a bad night."""
