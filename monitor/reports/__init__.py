"""Reports as plain text for a terminal, and as Markdown for a job summary."""
