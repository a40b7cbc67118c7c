"""The files that one step of the pipeline hands to the next. Standard library only."""
