"""Builds of frameworks: resolution, environments and interpreters."""
