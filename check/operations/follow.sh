#!/usr/bin/env bash
# Compare the present verdicts with those in the file of operations. action.yml sets the variables.

set -euo pipefail

# shellcheck source=check/install.sh
source "$GITHUB_ACTION_PATH/../install.sh"

options=()
[[ -z $DATA ]] || options+=(--data "$DATA")
"$portability" operations "$OPERATIONS" "${options[@]}"
