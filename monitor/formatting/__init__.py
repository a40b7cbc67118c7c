"""Numbers, names, links and Markdown as people read them. Standard library only."""
