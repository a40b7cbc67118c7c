"""A suite of cases that harm a worker as real cases may."""
