#!/usr/bin/env bash
# Check the code of the job. action.yml sets the variables.

set -euo pipefail

# shellcheck source=check/install.sh
source "$GITHUB_ACTION_PATH/install.sh"

options=(--summary "$GITHUB_STEP_SUMMARY")
[[ -z $TARGETS ]] || options+=(--to "$TARGETS")
[[ -z $INPUTS ]] || options+=(--inputs "$INPUTS")
[[ -z $BASELINE ]] || options+=(--baseline "$BASELINE")
[[ $CHECKED != *:* ]] || options+=(--python "$(command -v "$INTERPRETER")")

paths=()
while IFS= read -r line; do
  [[ -z ${line// /} ]] || paths+=("$line")
done <<<"$CHECKED"

# The matcher turns each problem into an annotation of its line. The checked code cannot give commands to the runner.
echo "::add-matcher::$GITHUB_ACTION_PATH/problem-matcher.json"
token=$("$environment/bin/python" -c 'import secrets; print(secrets.token_hex(16))')
echo "::stop-commands::$token"
status=0
"$portability" check "${options[@]}" "${paths[@]}" || status=$?
echo "::$token::"
echo "::remove-matcher owner=portability-check::"

echo "status=$status" >>"$GITHUB_OUTPUT"
if ((status == 3)) && [[ $UNKNOWN == pass ]]; then
  status=0
fi
exit "$status"
