"""The static site: pages, HTML fragments and charts."""
