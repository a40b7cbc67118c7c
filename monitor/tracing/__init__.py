"""Tracing of a user's own code, in the user's own environment.

The modules run in the user's interpreter. They import the standard library, and the one framework that the code uses.
`monitor.execution.workers.traced_program` starts them: the user's code never runs in the monitor's own process.
"""
