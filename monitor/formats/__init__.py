"""File and wire formats that the steps of the pipeline exchange. Standard library only."""
