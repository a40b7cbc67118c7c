"""Targets: the rules of runner files, backends and package sources."""
