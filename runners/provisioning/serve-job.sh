#!/usr/bin/env bash
# Registers a runner for one job, and runs it in a container that is removed afterwards.
#
# portability-runner.service calls it as root, repeatedly. The token that may register runners stays here: the container
# gets a registration that is valid for one job.
#
# Settings (/etc/portability-runner/settings):
#   REPOSITORY   owner/name
#   TARGET       the runner file's name, which is the label
#   IMAGE        the container image, built from Containerfile
#   DEVICES      options that give the container the device: --gpus all
#   API_URL      GitHub's API, where it is not https://api.github.com

set -euo pipefail

: "${REPOSITORY:?}" "${TARGET:?}" "${IMAGE:?}" "${DEVICES:?}" "${CREDENTIALS_DIRECTORY:?}"

token=$(<"$CREDENTIALS_DIRECTORY/token")
name=$TARGET-$(hostname)-$(date +%s)
answer=$(
  # The token comes by standard input: every user of the machine can read the arguments of a process.
  printf 'header = "Authorization: Bearer %s"\n' "$token" |
    curl --config - --fail-with-body --silent --show-error --retry 5 --retry-connrefused \
      --header 'Accept: application/vnd.github+json' \
      --data "{\"name\": \"$name\", \"runner_group_id\": 1, \"labels\": [\"$TARGET\"], \"work_folder\": \"_work\"}" \
      "${API_URL:-https://api.github.com}/repos/$REPOSITORY/actions/runners/generate-jitconfig"
)
unset token

# The runner reads this variable as its option --jitconfig.
ACTIONS_RUNNER_INPUT_JITCONFIG=$(jq --raw-output --exit-status .encoded_jit_config <<<"$answer")
export ACTIONS_RUNNER_INPUT_JITCONFIG

read -ra devices <<<"$DEVICES"
exec docker run --rm --init --name "$name" --pull never \
  --cap-drop ALL --security-opt no-new-privileges --shm-size 8g \
  --env ACTIONS_RUNNER_INPUT_JITCONFIG "${devices[@]}" "$IMAGE"
