"""Changes of outcomes, values and errors between runs, and their attribution."""
