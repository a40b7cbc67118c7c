"""A suite of cases with a known latency and known failures."""
