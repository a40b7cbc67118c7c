"""A suite of cases that do to a worker what real cases do on a bad night."""
