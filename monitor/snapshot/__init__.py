"""Read a history once, for commands, issues and the site."""
