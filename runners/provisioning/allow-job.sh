#!/usr/bin/env bash
# Lets the jobs of the workflows in `allowed-workflows` through, and ends the runner before any other.
#
# The runner calls this before the first step of every job (ACTIONS_RUNNER_HOOK_JOB_STARTED). It gives the variables of
# GitHub alone, none that a workflow sets, so what is asked here cannot be answered by a workflow: an edited one has
# another branch or name, and a pull request another event. Both files belong to root; no job can change them.

set -euo pipefail

allowed=$(dirname "${BASH_SOURCE[0]}")/allowed-workflows

refuse() {
  printf '::error::this runner refuses the job: %s\n' "${1//[^[:print:]]/?}"
  sleep 1 # until the line has reached GitHub
  # The worker that asks: after a hook that only fails, it would still run the steps that say `if: always()`.
  kill -KILL "$PPID"
  exit 1
}

listed() { # line by line: what is asked for may have several, and grep would take any of them
  local line
  while IFS= read -r line; do
    [[ $line == "$1" ]] && return
  done <"$allowed"
  return 1
}

event=${GITHUB_EVENT_NAME:-none}
repository=${GITHUB_REPOSITORY:-none}
workflow=${GITHUB_WORKFLOW_REF:-none}

case $event in
  schedule | workflow_dispatch) ;;
  *) refuse "its event is $event, and only schedule and workflow_dispatch may start one here" ;;
esac
[[ $workflow == "$repository"/.github/workflows/* ]] || refuse "$workflow is not a workflow of $repository"
listed "$workflow" || refuse "$workflow is not in allowed-workflows"

echo "allowed: $workflow, by $event"
