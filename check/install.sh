#!/usr/bin/env bash
# Install the monitor that these actions belong to, once in a job. Sourced; sets `environment` and `portability`, the command.

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
environment=$RUNNER_TEMP/portability-check
portability=$environment/bin/portability
if [[ ! -x $portability ]]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --no-compile --disable-pip-version-check "$checkout"
fi
