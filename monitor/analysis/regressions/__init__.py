"""Regressions over time, and what people decided about them."""
