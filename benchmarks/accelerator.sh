#!/usr/bin/env bash
# Run the suites on an accelerator in a fixed time, the most valuable part first.
#
#     OUT=results bash benchmarks/accelerator.sh [PART...]
#
#     functions  `paper` of PyTorch and JAX, executed
#     clocks     the host's clock against the device's, and a matrix product and a copy against the published rates
#     isolation  a failed assertion, too much memory and an illegal access, each of which may cost only its own case
#     suites     the most-called functions of `opinfo`, `modules` and `harness`, and a part of `chains`
#     repeat     two equal runs of about 50 cases
#
# Without a PART, all run. Each step has a limit in seconds and a file of its own in $OUT. A step that reaches its limit
# keeps what it has, and the next step starts. The limits of the first three parts add up to 9 minutes, those of the
# last two to 3.5. $OUT/times.txt has the seconds and the status of each step; 124 and 137 mean the limit.
#
# The machine needs this clone, and an interpreter with the frameworks, NumPy and SciPy. `isolation` also needs the
# packages that tests/conftest.py imports. TARGET names a runner file. PYTHON has both frameworks, or TORCH_PYTHON and
# JAX_PYTHON have one each.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

: "${OUT:?names the folder for the results}"
TARGET=${TARGET:-nvidia-h200}
PYTHON=${PYTHON:-python3}
TORCH_PYTHON=${TORCH_PYTHON:-$PYTHON}
JAX_PYTHON=${JAX_PYTHON:-$PYTHON}
export PYTHONPATH=. PYTHONUNBUFFERED=1

# step NAME SECONDS COMMAND...: run a command within a limit. Its output is $OUT/NAME.txt.
step() {
  local name=$1 limit=$2 start=$SECONDS status=0
  shift 2
  timeout --signal=INT --kill-after=5 "$limit" "$@" >"$OUT/$name.txt" 2>&1 </dev/null || status=$?
  printf '%s: %d of %d s, status %d\n' "$name" $((SECONDS - start)) "$limit" "$status" | tee -a "$OUT/times.txt"
}

# cases NAME SECONDS PYTHON FRAMEWORK SUITE OPTION...: run chosen cases of a suite into $OUT/NAME.jsonl. The options are
# those of most_called_job.py. The progress of all suites goes to one file.
cases() {
  local name=$1 limit=$2 python=$3 framework=$4 suite=$5
  shift 5
  "$python" benchmarks/most_called_job.py --framework "$framework" --suite "$suite" --target "$TARGET" "$@" \
    >"$jobs/$name.json" 2>>"$OUT/progress.txt"
  step "$name" "$limit" "$python" -m monitor.execution --job "$jobs/$name.json" --out "$OUT/$name.jsonl"
  cat "$OUT/$name.txt" >>"$OUT/progress.txt"
  rm "$OUT/$name.txt"
}

functions() {
  local eager=(--nightly --case '*/*eager*' --case '*/*gradient*') compiled=(--nightly --case '*/*compiled*')
  cases torch-eager 70 "$TORCH_PYTHON" torch paper "${eager[@]}"
  cases torch-compiled 100 "$TORCH_PYTHON" torch paper "${compiled[@]}"
  cases jax-eager 90 "$JAX_PYTHON" jax paper "${eager[@]}"
  cases jax-compiled 70 "$JAX_PYTHON" jax paper "${compiled[@]}"
}

clocks() {
  step torch-clocks 60 "$TORCH_PYTHON" benchmarks/accelerator.py --framework torch --target "$TARGET"
  step jax-clocks 60 "$JAX_PYTHON" benchmarks/accelerator.py --framework jax --target "$TARGET"
}

isolation() {
  PORTABILITY_GPU_PYTHON=$(command -v "$TORCH_PYTHON") step isolation 90 "$PYTHON" -m pytest -rs -s tests/accelerator
}

suites() {
  cases torch-opinfo 50 "$TORCH_PYTHON" torch opinfo --case '*/opinfo-eager*' --most 600
  cases torch-modules 20 "$TORCH_PYTHON" torch modules --most 150
  cases jax-harness 50 "$JAX_PYTHON" jax harness --most 400
  cases torch-chains 30 "$TORCH_PYTHON" torch chains --case '*eager*' --most 60
  cases jax-chains 30 "$JAX_PYTHON" jax chains --most 60
}

repeat() {
  for number in first second; do
    cases "repeat-$number" 15 "$TORCH_PYTHON" torch paper --nightly --case '*/eager-float32' --most 50
  done
}

mkdir -p "$OUT"
jobs=$(mktemp -d)
trap 'rm -rf "$jobs"' EXIT
(($#)) || set -- functions clocks isolation suites repeat
for part in "$@"; do
  case $part in
    functions | clocks | isolation | suites | repeat) "$part" ;;
    *) echo "there is no part $part" >&2 && exit 2 ;;
  esac
done
