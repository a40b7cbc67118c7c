"""HTML fragments that repeat thousands of times; Python writes them ten times as fast as templates."""
