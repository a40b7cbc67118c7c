"""Worker processes: start, watch, confirm in fresh processes, and compile."""
