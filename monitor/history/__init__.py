"""What was seen: the recorded history, a git branch of text that people read and tables that machines read."""
