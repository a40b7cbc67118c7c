"""Watch a user's program on the CPU, in the user's own environment.

Python imports `inject/sitecustomize.py` when the program starts, because the folder is on its path. That module hooks
PyTorch, JAX and TensorFlow when the program imports them. The files in `inject` import the standard library and the
program's own frameworks, and nothing of the monitor.
"""
