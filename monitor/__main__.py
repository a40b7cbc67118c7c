"""The program `portability`, also as `python -m monitor`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. An interrupt during the imports ends it with the same exit status as a later one."""
    try:
        from monitor.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
