"""Columns of other monitors, forks of this one, next to ours.

    forks (federation.toml) -> fetching (the network, untrusted) -> a file -> columns -> pages

Only `fetching` uses the network; a site is built from the file that it writes. The pages mark results of a fork, and
the fork's, and counts nowhere. `docs/how-to/show-forks.md` tells what people see of it.
"""
