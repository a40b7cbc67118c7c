"""Regressions over time, and the reviewed triage of them."""
