"""Formatting of numbers, names, addresses and Markdown for readers. Standard library only."""
