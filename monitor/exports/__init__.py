"""Files of the site for programs: the JSON API, downloads, feeds, badges and the sitemap."""
