"""The current state of every case, target and job, and the figures made from it."""
