"""A suite of cases that do to an exporter and a compiler what real cases do on a bad night."""
