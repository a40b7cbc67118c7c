"""Charts: their geometry, their annotations and their SVG."""
