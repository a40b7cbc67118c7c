"""The application without a command line: plan, record, publish, compare, bisect and backfill."""
