"""Execute suites on targets. Standard library only.

A job runs in four steps: provide its builds, open a pool of workers, run the cases, write the run file.
"""

from monitor.execution.builds.provider import provision as provision
from monitor.execution.run import open_pool as open_pool
from monitor.execution.run import run_job as run_job
