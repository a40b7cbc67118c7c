"""The recorded history: a git branch of text for people and tables for programs."""
