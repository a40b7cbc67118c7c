"""`python -m monitor` is `portability`."""

from monitor.cli import main

main()
