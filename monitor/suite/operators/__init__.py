"""References and contracts of the operators in PyTorch's database."""
