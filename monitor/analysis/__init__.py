"""What it means: the news of a night, and the study's scores."""
