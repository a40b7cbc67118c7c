"""The meaning of what was recorded: changes, regressions, slowdowns and scores. Pure functions."""
