"""PyTorch: its device and its cases."""
