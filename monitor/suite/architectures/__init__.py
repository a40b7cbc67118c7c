"""Whole models with random weights and small configurations, written with the layers of public packages."""
