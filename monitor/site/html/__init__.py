"""HTML fragments that repeat thousands of times. Python writes them, because templates take ten times as long."""
