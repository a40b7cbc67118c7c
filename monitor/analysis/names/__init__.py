"""Public names of builds: their changes between neighbouring builds, and their history."""
