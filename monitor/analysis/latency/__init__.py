"""Latency: detection of slowdowns, their confirmation, and change points."""
