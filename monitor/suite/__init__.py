"""What runs: the cases of every framework, and the worker that runs them inside that framework's environment.

Standard library, NumPy, and one framework at a time. Declarations import without either of the latter two.
"""
