"""Reports as text: for a terminal, and as Markdown for a job summary."""
