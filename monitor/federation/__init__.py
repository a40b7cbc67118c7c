"""Columns of other monitors, forks of this one, beside ours: which, fetched how, and shown as what.

    forks (federation.toml) -> fetching (the network, untrusted) -> a file -> columns -> pages

Only `fetching` knows the network; a site is made from the file that it wrote. What a fork says is shown and marked as
the fork's, and counts nowhere. `docs/how-to/show-forks.md` tells what people see of it.
"""
