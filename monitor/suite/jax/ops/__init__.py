"""Public functions outside of the study."""
