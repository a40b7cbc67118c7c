"""Who is told: the static site."""
