"""Exported files of the site: JSON API, downloads, feeds, badges and sitemap."""
