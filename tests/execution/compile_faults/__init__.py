"""A suite of cases that harm an exporter and a compiler as real cases may."""
