#!/usr/bin/env bash
# Admit only the jobs of the workflows in `allowed-workflows`; end the runner before any other.
#
# The runner calls this script before the first step of every job (ACTIONS_RUNNER_HOOK_JOB_STARTED). It passes only
# GitHub's variables and none of the workflow's, so a workflow cannot forge them: an edited workflow has another branch or
# name, and a pull request another event. Both files belong to root; no job can change them.

set -euo pipefail

allowed=$(dirname "${BASH_SOURCE[0]}")/allowed-workflows

refuse() {
  printf '::error::this runner refuses the job: %s\n' "${1//[^[:print:]]/?}"
  sleep 1 # until the line has reached GitHub
  # Kill the calling worker: after a hook that merely fails, it would still run steps with `if: always()`.
  kill -KILL "$PPID"
  exit 1
}

listed() { # line by line: the argument may have several lines, and grep would match any of them
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
