"""Run a suite on a target with a build. Standard library only."""
